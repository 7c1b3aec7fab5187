// Alerts of a store with contracts and devices in it.
#include "collector/alerts/alert_queries.h"

#include "collector/inventory/deletions.h"
#include "common/proto_time.h"
#include "tests/unit/collector/alerts/alert_world.h"

namespace rollcall::collector {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using testing::FromText;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::StatusIs;

class AlertQueriesTest : public AlertWorld {
 protected:
  absl::Status Refusal(const std::string& request) const {
    return queries_.ListAlerts(FromText<v1::ListAlertsRequest>(request))
        .status();
  }
  // That there is no such object from a day on.
  void EndAgreed(const std::string& change) {
    const auto ended = people_.ProposeAs(
        "ina", {FromText<v1::ObjectChange>("action: ACTION_END " + change)});
    ASSERT_OK(ended);
    if (ended->state() == v1::ChangeSet::STATE_PROPOSED) {
      people_.AgreeTo(ended->change_set_id());
    }
  }
};

TEST_F(AlertQueriesTest, NothingIsDueInAnEmptyStore) {
  const auto response = List();
  EXPECT_THAT(response.alerts(), IsEmpty());
  EXPECT_EQ(response.effective_date(), "2026-02-02");
}

TEST_F(AlertQueriesTest, ListsWhatIsDueByDateFromTodayInUtc) {
  Agree({Vendor(), Contract("C-1", "end_date: '2026-04-30'"),
         Contract("C-2", "end_date: '2026-03-31'"),
         Contract("C-3", "end_date: '2026-06-30'")});
  EXPECT_THAT(Words(List()),
              ElementsAre("RENEWAL C-2 2026-03-31", "RENEWAL C-1 2026-04-30"));
  EXPECT_EQ(List().alerts(0).days_left(), 57);
  EXPECT_THAT(Words(List(FromText<v1::ListAlertsRequest>(
                  "filter { horizon_days: 60 }"))),
              ElementsAre("RENEWAL C-2 2026-03-31"));
  EXPECT_EQ(List().total_count(), 2);
}

TEST_F(AlertQueriesTest, ChoosesByKindAndVendor) {
  Agree({Vendor(), Contract("C-1",
                            "end_date: '2026-04-30' clauses { renewal { "
                            "notice_days: 30 } }")});
  EXPECT_THAT(Words(List(FromText<v1::ListAlertsRequest>(
                  "filter { kinds: KIND_NOTICE vendor: 'ACME' }"))),
              ElementsAre("NOTICE C-1 2026-03-31"));
  EXPECT_THAT(
      Words(List(FromText<v1::ListAlertsRequest>("filter { vendor: 'Acm' }"))),
      IsEmpty());
}

TEST_F(AlertQueriesTest, PagesAreOfOneMoment) {
  Agree({Vendor()});
  for (int i = 0; i < 5; ++i) {
    Agree({Contract(absl::StrCat("C-", i), "end_date: '2026-03-31'")});
  }
  const auto all = Words(List());
  ASSERT_THAT(all, SizeIs(5));
  std::vector<std::string> paged;
  v1::ListAlertsRequest request;
  request.set_page_size(2);
  while (true) {
    const auto page = List(request);
    EXPECT_EQ(page.total_count(), 5);
    for (const auto& word : Words(page)) paged.push_back(word);
    if (page.next_page_token().empty()) break;
    request.set_page_token(page.next_page_token());
    // Neither of these changes the pages to come.
    Agree(
        {Contract(absl::StrCat("D-", paged.size()), "end_date: '2026-03-31'")});
    clock_.Advance(absl::Hours(24));
  }
  EXPECT_EQ(paged, all);
}

TEST_F(AlertQueriesTest, ContractsCountAsTheyAreOnTheDayAsKnownAtTheTime) {
  Agree({Vendor(), Contract("C-1", "end_date: '2026-03-31'")});
  clock_.Advance(absl::Hours(1));
  const absl::Time before = clock_.Now();
  clock_.Advance(absl::Hours(1));
  Agree({Contract("C-1", "end_date: '2026-04-15'")});
  EXPECT_THAT(Words(List()), ElementsAre("RENEWAL C-1 2026-04-15"));
  v1::ListAlertsRequest then;
  *then.mutable_as_of() = ToProto(before);
  EXPECT_THAT(Words(List(then)), ElementsAre("RENEWAL C-1 2026-03-31"));
  // An answer tells as of when it can be had again.
  v1::ListAlertsRequest again;
  *again.mutable_as_of() = List().as_of();
  clock_.Advance(absl::Hours(1));
  Agree({Contract("C-1", "end_date: '2026-05-01'")});
  EXPECT_THAT(Words(List(again)), ElementsAre("RENEWAL C-1 2026-04-15"));
}

TEST_F(AlertQueriesTest, ARenewalThatWasAgreedForLaterEndsTheAlert) {
  Agree({Vendor(), Contract("C-1", "end_date: '2026-03-31'")});
  Agree({Contract("C-1", "end_date: '2027-03-31'") +
         " effective_date: '2026-04-01'"});
  EXPECT_THAT(Words(List()), IsEmpty());
  EXPECT_THAT(Words(ListOn("2027-03-01")),
              ElementsAre("REVIEW C-1 2026-06-01", "RENEWAL C-1 2027-03-31"));
}

TEST_F(AlertQueriesTest, AnEndThatIsAgreedForLaterIsToldAtOnce) {
  Agree({Vendor(), Contract("C-1", "end_date: '2027-12-31'"),
         Contract("C-2", "")});
  EXPECT_THAT(Words(List()), IsEmpty());
  Agree({Contract("C-1", "end_date: '2026-04-15'") +
             " effective_date: '2026-04-01'",
         Contract("C-2", "end_date: '2026-04-30'") +
             " effective_date: '2026-04-01'"});
  EXPECT_THAT(Words(List()),
              ElementsAre("RENEWAL C-1 2026-04-15", "RENEWAL C-2 2026-04-30"));
}

// The day for notice may come before the amendment that sets it holds.
TEST_F(AlertQueriesTest, NoticeIsByTheClauseThatHoldsAtTheEnd) {
  Agree({Vendor(),
         Contract("C-1",
                  "end_date: '2026-03-31' clauses { renewal { notice_days: 10 "
                  "} }")});
  Agree({Contract("C-1",
                  "end_date: '2026-06-30' clauses { renewal { automatic: true "
                  "notice_days: 91 } }") +
         " effective_date: '2026-04-01'"});
  const auto response = List();
  ASSERT_THAT(Words(response), ElementsAre("NOTICE C-1 2026-03-31"));
  EXPECT_THAT(response.alerts(0).action(), HasSubstr("or it renews itself"));
  // Where the clause goes with the amendment, there is no notice to give.
  Agree({Contract("C-1", "end_date: '2026-04-30'") +
         " effective_date: '2026-04-01'"});
  EXPECT_THAT(Words(List()), ElementsAre("RENEWAL C-1 2026-04-30"));
}

TEST_F(AlertQueriesTest, AContractThatWasEndedHasItsEndOfTerm) {
  Agree({Vendor(),
         Contract("C-1",
                  "end_date: '2026-12-31' clauses { renewal { automatic: true "
                  "notice_days: 30 } maintenance_end_date: '2026-12-31' }")});
  EndAgreed(Contract("C-1", "") + " effective_date: '2026-03-01'");
  const auto before = List();
  ASSERT_THAT(Words(before), ElementsAre("RENEWAL C-1 2026-02-28"));
  EXPECT_THAT(before.alerts(0).action(), HasSubstr("Ends on this day"));
  EXPECT_THAT(Words(ListOn("2026-02-28")),
              ElementsAre("RENEWAL C-1 2026-02-28"));
  const auto after = ListOn("2026-03-01");
  ASSERT_THAT(Words(after), ElementsAre("END_OF_TERM C-1 2026-02-28"));
  EXPECT_THAT(after.alerts(0).action(), HasSubstr("Its term is over: "));
}

TEST_F(AlertQueriesTest, UntilAContractIsThereAgainItsTermIsOver) {
  Agree({Vendor(), Contract("C-1", "")});
  EndAgreed(Contract("C-1", "") + " effective_date: '2026-02-01'");
  Agree({Contract("C-1", "end_date: '2026-04-30'") +
         " effective_date: '2026-03-01'"});
  EXPECT_THAT(Words(List()), ElementsAre("END_OF_TERM C-1 2026-01-31"));
  EXPECT_THAT(Words(ListOn("2026-03-01")),
              ElementsAre("RENEWAL C-1 2026-04-30"));
}

TEST_F(AlertQueriesTest, InstallsRemainAfterALineWasEnded) {
  Agree({Vendor(), Contract("C-1", ""), Line("1", "")});
  AddDevice("web-1", {Deb("nginx", "1.22.1-9")});
  EndAgreed(Line("1", "") + " effective_date: '2026-02-01'");
  EXPECT_THAT(Words(List()), ::testing::UnorderedElementsAre(
                                 "END_OF_TERM C-1//1 2026-01-31",
                                 "INSTALLS_REMAIN C-1//1 2026-01-31"));
  EXPECT_THAT(Words(ListOn("2026-01-31")),
              ElementsAre("END_OF_TERM C-1//1 2026-01-31"));
}

TEST_F(AlertQueriesTest, RefusesWhatMayNotBe) {
  EXPECT_THAT(
      Refusal("filter { horizon_days: -1 }"),
      StatusIs(StatusCode::kInvalidArgument, HasSubstr("horizon_days is -1")));
  EXPECT_THAT(Refusal("filter { horizon_days: 3661 }"),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(Refusal("filter { kinds: KIND_UNSPECIFIED }"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("kinds")));
  EXPECT_THAT(
      Refusal("effective_date: '2026-02-30'"),
      StatusIs(StatusCode::kInvalidArgument, HasSubstr("effective_date")));
  EXPECT_THAT(Refusal("page_token: 'x'"),
              StatusIs(StatusCode::kInvalidArgument));
  v1::ListAlertsRequest request;
  request.mutable_filter()->set_vendor(std::string(257, 'x'));
  EXPECT_THAT(queries_.ListAlerts(request),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("vendor")));
  request.mutable_filter()->clear_vendor();
  request.mutable_filter()->add_kinds(static_cast<v1::Alert::Kind>(99));
  EXPECT_THAT(queries_.ListAlerts(request),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("99")));
}

TEST_F(AlertQueriesTest, CountsDevicesThatStillHaveWhatIsOutOfTerm) {
  Agree({Vendor(), Contract("C-1", ""), Line("1", "end_date: '2026-01-31'")});
  AddDevice("web-1", {Deb("nginx", "1.22.1-9")});
  AddDevice("web-2", {Deb("nginx", "1.22.1-9")});
  AddDevice("db-1", {Deb("redis-server", "5:7.0.15-1")});
  const auto response = List(FromText<v1::ListAlertsRequest>(
      "filter { kinds: KIND_INSTALLS_REMAIN }"));
  ASSERT_THAT(Words(response),
              ElementsAre("INSTALLS_REMAIN C-1//1 2026-01-31"));
  EXPECT_EQ(response.alerts(0).device_count(), 2);
  EXPECT_THAT(response.alerts(0).caveat(),
              HasSubstr("software of 3 devices was not seen"));
}

TEST_F(AlertQueriesTest, ListsWhatWasInstalledAndRemovedSinceTheNotice) {
  const SubjectId old =
      AddDevice("web-1", {Deb("bash", "5.2"), Deb("nginx", "1.22.1-9")});
  const SubjectId fresh = AddDevice("web-2", {Deb("bash", "5.2")});
  AddDevice("web-3", {Deb("nginx", "1.22.1-9")});  // in its first report
  Agree({Vendor(), Contract("C-1", "")});
  Agree(
      {Audit("contract_number: 'C-1' notice_date: '2026-02-02' "
             "held_products: 'NGINX'")});
  clock_.Advance(absl::Hours(24));
  Report(old, {HostnameRow("web-1"), Deb("bash", "5.2"),
               Deb("nginx", "1.24.0-1")});  // an update
  Report(fresh,
         {HostnameRow("web-2"), Deb("bash", "5.2"), Deb("nginx", "1.24.0-1")});
  Report(old, {HostnameRow("web-1"), Deb("bash", "5.2")});
  Report(fresh, {HostnameRow("web-2"), Deb("nginx", "1.24.0-1")});  // no bash
  const auto response = List(
      FromText<v1::ListAlertsRequest>("filter { kinds: KIND_AUDIT_HOLD }"));
  ASSERT_THAT(Words(response), ElementsAre("AUDIT_HOLD Acme/A-1 2026-02-02"));
  const v1::Alert& hold = response.alerts(0);
  EXPECT_EQ(hold.device_count(), 2);
  std::vector<std::string> changes;
  for (const v1::HeldProductChange& change : hold.held_changes()) {
    changes.push_back(
        absl::StrCat(change.hostname(), " ", change.product(), " ",
                     v1::HeldProductChange::Kind_Name(change.kind()).substr(5),
                     " ", change.package()));
  }
  EXPECT_THAT(changes, ElementsAre("web-1 nginx REMOVED nginx 1.24.0-1",
                                   "web-2 nginx INSTALLED nginx 1.24.0-1"));
  // On a day before, nothing had happened.
  const auto before =
      List(FromText<v1::ListAlertsRequest>("filter { kinds: KIND_AUDIT_HOLD } "
                                           "effective_date: '2026-02-02'"));
  ASSERT_THAT(before.alerts(), SizeIs(1));
  EXPECT_THAT(before.alerts(0).held_changes(), IsEmpty());
}

TEST_F(AlertQueriesTest, UnderAuditAnotherVersionIsNeitherInstalledNorRemoved) {
  const v1::Row host = HostnameRow("db-1");
  const v1::Row bash = Deb("bash", "5.2");
  const v1::Row old = Deb("postgresql-15", "15.6-1");
  const v1::Row next = Deb("postgresql-16", "16.2-1");
  const SubjectId replaced = AddDevice("db-1", {bash, old});
  const SubjectId beside = AddDevice("db-2", {bash, old});
  const SubjectId apart = AddDevice("db-3", {bash, old});
  Agree({Vendor(), Contract("C-1", "")});
  clock_.Advance(absl::Hours(24));
  Agree(
      {Audit("contract_number: 'C-1' notice_date: '2026-02-03' "
             "held_products: 'PostgreSQL'")});
  Report(replaced, {host, bash, next});
  const v1::Row beside_host = HostnameRow("db-2");
  Report(beside, {beside_host, bash, old, next});
  Report(beside, {beside_host, bash, next});
  // Gone for a while: it was removed, then installed.
  const v1::Row apart_host = HostnameRow("db-3");
  Report(apart, {apart_host, bash});
  Report(apart, {apart_host, bash, next});
  const auto response = List(
      FromText<v1::ListAlertsRequest>("filter { kinds: KIND_AUDIT_HOLD }"));
  ASSERT_THAT(response.alerts(), SizeIs(1));
  const v1::Alert& hold = response.alerts(0);
  EXPECT_EQ(hold.device_count(), 1);
  EXPECT_EQ(hold.caveat(), "");
  ASSERT_THAT(hold.held_changes(), SizeIs(2));
  EXPECT_EQ(hold.held_changes(0).hostname(), "db-3");
  EXPECT_EQ(hold.held_changes(0).kind(), v1::HeldProductChange::KIND_INSTALLED);
  EXPECT_EQ(hold.held_changes(0).package(), "postgresql-16 16.2-1");
  EXPECT_EQ(hold.held_changes(1).kind(), v1::HeldProductChange::KIND_REMOVED);
  EXPECT_EQ(hold.held_changes(1).package(), "postgresql-15 15.6-1");
}

TEST_F(AlertQueriesTest, SoftwareThatComesOrGoesAsAWholeIsACaveatOfAHold) {
  const SubjectId late = AddDevice("web-1", {});
  const SubjectId gone = AddDevice("web-2", {Deb("nginx", "1.22.1-9")});
  Agree({Vendor(), Contract("C-1", "")});
  clock_.Advance(absl::Hours(24));
  Agree(
      {Audit("contract_number: 'C-1' notice_date: '2026-02-03' "
             "held_products: 'nginx'")});
  const auto holds =
      FromText<v1::ListAlertsRequest>("filter { kinds: KIND_AUDIT_HOLD }");
  ASSERT_THAT(List(holds).alerts(), SizeIs(1));
  EXPECT_EQ(List(holds).alerts(0).caveat(), "");
  Report(late, {HostnameRow("web-1"), Deb("nginx", "1.22.1-9")});
  Report(gone, {HostnameRow("web-2")});
  const auto response = List(holds);
  ASSERT_THAT(response.alerts(), SizeIs(1));
  EXPECT_THAT(response.alerts(0).held_changes(), IsEmpty());
  EXPECT_EQ(response.alerts(0).device_count(), 0);
  EXPECT_THAT(response.alerts(0).caveat(),
              HasSubstr("software of 2 devices came or went as a whole"));
}

TEST_F(AlertQueriesTest, ADeviceThatCameWithAHeldProductIsACaveat) {
  const SubjectId before = AddDevice("web-1", {Deb("nginx", "1.22.1-9")});
  Agree({Vendor(), Contract("C-1", "")});
  clock_.Advance(absl::Hours(24));
  Agree(
      {Audit("contract_number: 'C-1' notice_date: '2026-02-03' "
             "held_products: 'nginx'")});
  const auto hold = [this](const std::string& day) {
    const auto response = List(FromText<v1::ListAlertsRequest>(absl::StrCat(
        "filter { kinds: KIND_AUDIT_HOLD } effective_date: '", day, "'")));
    EXPECT_THAT(response.alerts(), SizeIs(1));
    return response.alerts_size() == 1 ? response.alerts(0) : v1::Alert();
  };
  AddDevice("db-1", {Deb("redis-server", "5:7.0.15-1")});
  // The agent of a device that had it before was set up anew.
  const SubjectId again = SubjectId::Generate(random_);
  ASSERT_OK_AND_ASSIGN(const DeviceEntry known,
                       devices_.DeviceOf(*engine_->Snapshot(), before));
  devices_.Add(known.device, again, clock_.Now());
  Report(again, {HostnameRow("web-1"), Deb("nginx", "1.24.0-1")});
  EXPECT_EQ(hold("2026-02-03").caveat(), "");
  clock_.Advance(absl::Hours(24));
  const SubjectId late = AddDevice("web-2", {Deb("nginx", "1.22.1-9")});
  Report(late, {HostnameRow("web-2"), Deb("bash", "5.2")});
  EXPECT_EQ(hold("2026-02-03").caveat(), "");
  const v1::Alert told = hold("2026-02-04");
  EXPECT_THAT(
      told.caveat(),
      HasSubstr("1 device with it was first heard of since the notice"));
  EXPECT_EQ(told.device_count(), 1);
  ASSERT_THAT(told.held_changes(), SizeIs(1));
  EXPECT_EQ(told.held_changes(0).kind(), v1::HeldProductChange::KIND_REMOVED);
}

TEST_F(AlertQueriesTest, OfHeldProductsThatNoRuleRecognisesNothingIsCounted) {
  const SubjectId subject = AddDevice("web-1", {Deb("bash", "5.2")});
  Agree({Vendor(), Contract("C-1", "")});
  Agree({Audit("contract_number: 'C-1' notice_date: '2026-02-02' "
               "held_products: 'Oracle Database'"),
         "object { audit { vendor: 'Acme' reference: 'A-2' contract_number: "
         "'C-1' "
         "notice_date: '2026-02-02' held_products: 'NGINX' held_products: "
         "'Oracle Database' } }"});
  Report(subject,
         {HostnameRow("web-1"), Deb("bash", "5.2"), Deb("nginx", "1.24.0-1")});
  const auto response = List(
      FromText<v1::ListAlertsRequest>("filter { kinds: KIND_AUDIT_HOLD }"));
  ASSERT_THAT(Words(response), ::testing::UnorderedElementsAre(
                                   "AUDIT_HOLD Acme/A-1 2026-02-02",
                                   "AUDIT_HOLD Acme/A-2 2026-02-02"));
  const bool in_order = response.alerts(0).subject().parts(1) == "A-1";
  const v1::Alert& none = response.alerts(in_order ? 0 : 1);
  EXPECT_FALSE(none.has_device_count());
  EXPECT_THAT(none.caveat(),
              HasSubstr("It cannot be told what was installed or removed: no "
                        "rule recognises Oracle Database"));
  const v1::Alert& some = response.alerts(in_order ? 1 : 0);
  EXPECT_EQ(some.device_count(), 1);
  EXPECT_THAT(some.held_changes(), SizeIs(1));
  EXPECT_THAT(some.caveat(),
              HasSubstr("There may be more: no rule recognises Oracle"));
}

TEST_F(AlertQueriesTest, ADeletedDeviceOfTheTimeIsSaidToBeMissing) {
  Agree({Vendor(), Contract("C-1", "")});
  Agree(
      {Audit("contract_number: 'C-1' notice_date: '2026-02-01' "
             "held_products: 'nginx'")});
  Batch batch;
  stored::v1::DeletionRecord record;
  kDeletionTable.Put(
      batch, {MakeDeletionId(stamps_.Next(), DeviceId::Generate(random_))},
      record);
  ASSERT_OK(engine_->Write(batch, Durability::kSynced));
  const auto response = List(
      FromText<v1::ListAlertsRequest>("filter { kinds: KIND_AUDIT_HOLD }"));
  ASSERT_THAT(response.alerts(), SizeIs(1));
  EXPECT_THAT(response.alerts(0).caveat(), HasSubstr("deleted"));
}

TEST_F(AlertQueriesTest, ExportsACalendarOfWhatIsListed) {
  Agree({Vendor(), Contract("C-1", "end_date: '2026-04-30'"),
         Contract("C-2", "end_date: '2026-03-31'")});
  const auto calendar = queries_.ExportCalendar({});
  ASSERT_OK(calendar);
  EXPECT_EQ(calendar->event_count(), 2);
  const auto listed = List();
  for (const v1::Alert& alert : listed.alerts()) {
    EXPECT_THAT(calendar->content(),
                HasSubstr("UID:" + alert.subject_id() + "-1\r\n"));
  }
  EXPECT_THAT(calendar->content(), HasSubstr("DTSTAMP:20260202T"));
  EXPECT_THAT(queries_.ExportCalendar(
                  FromText<v1::ExportCalendarRequest>("effective_date: 'x'")),
              StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace rollcall::collector
