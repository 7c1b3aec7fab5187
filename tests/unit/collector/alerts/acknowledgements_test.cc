#include "collector/alerts/acknowledgements.h"

#include <functional>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "collector/alerts/acknowledgement_table.h"
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

class AcknowledgementsTest : public AlertWorld {
 protected:
  void SetUp() override {
    Agree({Vendor(), Contract("C-1", "end_date: '2026-04-15'"),
           Contract("C-2", "end_date: '2026-04-30'")});
    ASSERT_THAT(List().alerts(), SizeIs(2));
    id_ = List().alerts(0).alert_id();
  }

  // Who looked at an answer acknowledges an alert of it.
  absl::StatusOr<v1::AcknowledgeAlertResponse> AcknowledgeAsOf(
      const v1::ListAlertsResponse& seen, const std::string& id) {
    v1::AcknowledgeAlertRequest request;
    request.set_alert_id(id);
    request.set_until_date("2026-02-10");
    *request.mutable_as_of() = seen.as_of();
    return acknowledgements_.Acknowledge(request, "ina");
  }

  std::string id_;
};

TEST_F(AcknowledgementsTest, WhatIsInHandIsNotListedUpToItsLastDay) {
  const auto alert = Acknowledge(id_.substr(0, 6), "2026-02-10");
  ASSERT_OK(alert);
  EXPECT_EQ(alert->alert_id(), id_);
  EXPECT_EQ(alert->acknowledgement().principal(), "ina");
  EXPECT_EQ(alert->acknowledgement().note(), "offer asked for");
  EXPECT_TRUE(alert->acknowledgement().has_time());
  EXPECT_THAT(Words(List()), ElementsAre("RENEWAL C-2 2026-04-30"));
  const auto all = List(
      FromText<v1::ListAlertsRequest>("filter { include_acknowledged: true }"));
  ASSERT_THAT(all.alerts(), SizeIs(2));
  EXPECT_EQ(all.alerts(0).acknowledgement().until_date(), "2026-02-10");
  EXPECT_FALSE(all.alerts(1).has_acknowledgement());
  EXPECT_THAT(ListOn("2026-02-10").alerts(), SizeIs(1));
  EXPECT_THAT(ListOn("2026-02-11").alerts(), SizeIs(2));
}

TEST_F(AcknowledgementsTest, TheAnswerHasTheAlertAsItIsListed) {
  const v1::Alert listed = List().alerts(0);
  ASSERT_OK_AND_ASSIGN(v1::Alert alert, Acknowledge(id_, "2026-02-10"));
  EXPECT_EQ(alert.first_shown_date(), "2026-01-15");
  alert.clear_acknowledgement();
  EXPECT_THAT(alert, testing::EqualsProto(listed));
}

TEST_F(AcknowledgementsTest, AnAlertWhoseDayMovesIsAnotherOne) {
  ASSERT_OK(Acknowledge(id_, "2026-02-10"));
  Agree({Contract("C-1", "end_date: '2026-04-16'")});
  EXPECT_THAT(Words(List()),
              ElementsAre("RENEWAL C-1 2026-04-16", "RENEWAL C-2 2026-04-30"));
}

TEST_F(AcknowledgementsTest, ALaterOneTakesThePlaceOfTheOneBefore) {
  ASSERT_OK(Acknowledge(id_, "2026-03-10"));
  ASSERT_OK(Acknowledge(id_, "2026-02-10"));
  EXPECT_THAT(ListOn("2026-02-11").alerts(), SizeIs(2));
}

TEST_F(AcknowledgementsTest, WhatIsTakenBackIsListedAgain) {
  ASSERT_OK(Acknowledge(id_, "2026-02-10"));
  const auto revoked = Revoke(id_.substr(0, 8));
  ASSERT_OK(revoked);
  EXPECT_EQ(revoked->alert_id(), id_);
  EXPECT_EQ(revoked->acknowledgement().principal(), "ina");
  EXPECT_THAT(List().alerts(), SizeIs(2));
  EXPECT_THAT(Revoke(id_), StatusIs(StatusCode::kNotFound));
}

TEST_F(AcknowledgementsTest, WhatHasExpiredCannotBeTakenBack) {
  ASSERT_OK(Acknowledge(id_, "2026-02-10"));
  clock_.Advance(absl::Hours(24 * 9));
  EXPECT_THAT(Revoke(id_),
              StatusIs(StatusCode::kNotFound, HasSubstr("is in effect")));
}

TEST_F(AcknowledgementsTest, WhatWasInHandThenIsStillTold) {
  ASSERT_OK(Acknowledge(id_, "2026-02-10"));
  clock_.Advance(absl::Hours(1));
  const absl::Time then = clock_.Now();
  clock_.Advance(absl::Hours(1));
  ASSERT_OK(Revoke(id_));
  v1::ListAlertsRequest request;
  *request.mutable_as_of() = ToProto(then);
  EXPECT_THAT(List(request).alerts(), SizeIs(1));
  EXPECT_THAT(List().alerts(), SizeIs(2));
}

TEST_F(AcknowledgementsTest, ItHoldsFromTodayToAYearAhead) {
  EXPECT_OK(Acknowledge(id_, "2026-02-02"));
  EXPECT_OK(Acknowledge(id_, "2027-02-03"));
  for (const char* until : {"2026-02-01", "2027-02-04", "", "2026-02-30"}) {
    EXPECT_THAT(Acknowledge(id_, until),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("until_date")))
        << until;
  }
}

TEST_F(AcknowledgementsTest, OnlyWhatThereIsCanBeAcknowledged) {
  EXPECT_THAT(Acknowledge(std::string(32, '0'), "2026-02-10"),
              StatusIs(StatusCode::kNotFound, HasSubstr("no alert")));
  for (const char* id :
       {"", "12345", "xyzxyz", "000000000000000000000000000000000"}) {
    EXPECT_THAT(Acknowledge(id, "2026-02-10"),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("alert_id")))
        << id;
    EXPECT_THAT(Revoke(id), StatusIs(StatusCode::kInvalidArgument)) << id;
  }
  EXPECT_EQ(acknowledgements_.changes(), 0);
}

TEST_F(AcknowledgementsTest, ANoteIsBoundedAndPlain) {
  v1::AcknowledgeAlertRequest request;
  request.set_alert_id(id_);
  request.set_until_date("2026-02-10");
  for (const std::string& note :
       {std::string(1'025, 'x'), std::string("\x1b")}) {
    request.set_note(note);
    EXPECT_THAT(acknowledgements_.Acknowledge(request, "ina"),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("note")));
  }
}

TEST_F(AcknowledgementsTest, ARepeatedCallGetsTheFirstOnesAnswer) {
  ASSERT_OK_AND_ASSIGN(const auto first,
                       Acknowledge(id_, "2026-02-10", "once"));
  clock_.Advance(absl::Minutes(1));
  ASSERT_OK_AND_ASSIGN(const auto second,
                       Acknowledge(id_, "2026-02-10", "once"));
  EXPECT_THAT(second, testing::EqualsProto(first));
  EXPECT_THAT(Acknowledge(id_, "2026-02-11", "once"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("request_id")));
  ASSERT_OK_AND_ASSIGN(const auto revoked, Revoke(id_, "back"));
  ASSERT_OK_AND_ASSIGN(const auto again, Revoke(id_, "back"));
  EXPECT_THAT(again, testing::EqualsProto(revoked));
}

TEST_F(AcknowledgementsTest, WhatIsKeptSaysWhatItWasAbout) {
  ASSERT_OK(Acknowledge(id_, "2026-02-10"));
  const auto known = ReadAcknowledgements(*engine_, KnownStamp::Max());
  ASSERT_OK(known);
  ASSERT_THAT(*known, SizeIs(1));
  EXPECT_THAT(known->begin()->second.alert(),
              testing::EqualsText(absl::StrCat(
                  "alert_id: '", id_,
                  "' kind: KIND_RENEWAL subject { kind: "
                  "CONTRACT_OBJECT_KIND_CONTRACT parts: 'C-1' } subject_id: '",
                  ObjectIdHex(ObjectNumber::kContract, {"C-1"}),
                  "' vendor: 'Acme' contract_number: 'C-1' due_date: "
                  "'2026-04-15' action: 'Ends on this day unless it is "
                  "renewed: renew it, or retire what it covers' renewal { }")));
}

TEST_F(AcknowledgementsTest, WhatHappensUnderAuditLaterIsShownAgain) {
  const SubjectId web = AddDevice("web-1", {Deb("bash", "5.2")});
  Agree(
      {Audit("contract_number: 'C-1' notice_date: '2026-02-02' "
             "held_products: 'nginx'")});
  const auto holds =
      FromText<v1::ListAlertsRequest>("filter { kinds: KIND_AUDIT_HOLD }");
  const auto nothing_yet = List(holds);
  ASSERT_THAT(nothing_yet.alerts(), SizeIs(1));
  const std::string id = nothing_yet.alerts(0).alert_id();
  ASSERT_OK(Acknowledge(id, "2026-02-10"));
  EXPECT_THAT(List(holds).alerts(), IsEmpty());
  clock_.Advance(absl::Hours(1));
  Report(web,
         {HostnameRow("web-1"), Deb("bash", "5.2"), Deb("nginx", "1.24.0-1")});
  EXPECT_THAT(List(holds).alerts(), SizeIs(1));
  clock_.Advance(absl::Hours(1));
  ASSERT_OK(Acknowledge(id, "2026-02-10"));
  EXPECT_THAT(List(holds).alerts(), IsEmpty());
  // On the same device, so that the alert's words stay as they are.
  clock_.Advance(absl::Hours(1));
  Report(web, {HostnameRow("web-1"), Deb("bash", "5.2")});
  const auto again = List(holds);
  ASSERT_THAT(again.alerts(), SizeIs(1));
  EXPECT_FALSE(again.alerts(0).has_acknowledgement());
}

// Recognises as another, and does something once when it is first asked.
class InterruptedLookup final : public ProductLookup {
 public:
  InterruptedLookup(const ProductLookup& lookup, std::function<void()> once)
      : lookup_(lookup), once_(std::move(once)) {}

  std::optional<v1::RecognisedProduct> Lookup(
      const v1::SoftwarePackage& package) const override {
    if (once_) std::exchange(once_, nullptr)();
    return lookup_.Lookup(package);
  }
  bool HasRuleFor(absl::string_view publisher,
                  absl::string_view product) const override {
    return lookup_.HasRuleFor(publisher, product);
  }

 private:
  const ProductLookup& lookup_;
  mutable std::function<void()> once_;
};

// What came after the alert was read, and before it was acknowledged, nobody
// was told of.
TEST_F(AcknowledgementsTest, WhatHappensWhileOneAcknowledgesIsShownAgain) {
  const SubjectId web = AddDevice("web-1", {Deb("bash", "5.2")});
  Agree(
      {Audit("contract_number: 'C-1' notice_date: '2026-02-02' "
             "held_products: 'nginx'")});
  clock_.Advance(absl::Hours(1));
  const v1::Row host = HostnameRow("web-1");
  Report(web, {host, Deb("bash", "5.2"), Deb("nginx", "1.24.0-1")});
  const auto holds =
      FromText<v1::ListAlertsRequest>("filter { kinds: KIND_AUDIT_HOLD }");
  const auto listed = List(holds);
  ASSERT_THAT(listed.alerts(), SizeIs(1));
  const InterruptedLookup lookup(*catalog_, [&] {
    clock_.Advance(absl::Hours(1));
    Report(web, {host, Deb("bash", "5.2")});
    clock_.Advance(absl::Hours(1));
  });
  const AlertReader reader({sources_, lookup}, 365);
  Acknowledgements acknowledgements(reader, committer_, clock_);
  v1::AcknowledgeAlertRequest request;
  request.set_alert_id(listed.alerts(0).alert_id());
  request.set_until_date("2026-02-10");
  const auto answer = acknowledgements.Acknowledge(request, "ina");
  ASSERT_OK(answer);
  EXPECT_THAT(answer->alert().held_changes(), SizeIs(1));
  const auto again = List(holds);
  ASSERT_THAT(again.alerts(), SizeIs(1));
  EXPECT_THAT(again.alerts(0).held_changes(), SizeIs(2));
}

// As if no rule were there any more.
class NoRuleLookup final : public ProductLookup {
 public:
  std::optional<v1::RecognisedProduct> Lookup(
      const v1::SoftwarePackage& /*package*/) const override {
    return std::nullopt;
  }
  bool HasRuleFor(absl::string_view /*publisher*/,
                  absl::string_view /*product*/) const override {
    return false;
  }
};

// Its words are the same: nothing of the product may be installed or removed.
TEST_F(AcknowledgementsTest, AHoldThatCanBeToldNoMoreIsShownAgain) {
  Agree(
      {Audit("contract_number: 'C-1' notice_date: '2026-02-02' "
             "held_products: 'nginx'")});
  const auto holds =
      FromText<v1::ListAlertsRequest>("filter { kinds: KIND_AUDIT_HOLD }");
  const auto listed = List(holds);
  ASSERT_THAT(listed.alerts(), SizeIs(1));
  EXPECT_TRUE(listed.alerts(0).has_device_count());
  ASSERT_OK(Acknowledge(listed.alerts(0).alert_id(), "2026-02-10"));
  EXPECT_THAT(List(holds).alerts(), IsEmpty());
  const NoRuleLookup lookup;
  const AlertReader reader({sources_, lookup}, 365);
  const AlertQueries queries(reader, clock_);
  ASSERT_OK_AND_ASSIGN(const auto again, queries.ListAlerts(holds));
  ASSERT_THAT(again.alerts(), SizeIs(1));
  EXPECT_EQ(again.alerts(0).action(), listed.alerts(0).action());
  EXPECT_FALSE(again.alerts(0).has_device_count());
}

TEST_F(AcknowledgementsTest, AHoldThatHasACaveatSinceIsShownAgain) {
  Agree(
      {Audit("contract_number: 'C-1' notice_date: '2026-02-02' "
             "held_products: 'nginx'")});
  const auto holds =
      FromText<v1::ListAlertsRequest>("filter { kinds: KIND_AUDIT_HOLD }");
  const auto listed = List(holds);
  ASSERT_THAT(listed.alerts(), SizeIs(1));
  EXPECT_EQ(listed.alerts(0).caveat(), "");
  const std::string id = listed.alerts(0).alert_id();
  ASSERT_OK(Acknowledge(id, "2026-02-10"));
  Batch batch;
  kDeletionTable.Put(
      batch, {MakeDeletionId(stamps_.Next(), DeviceId::Generate(random_))},
      stored::v1::DeletionRecord());
  ASSERT_OK(engine_->Write(batch, Durability::kSynced));
  const auto again = List(holds);
  ASSERT_THAT(again.alerts(), SizeIs(1));
  EXPECT_THAT(again.alerts(0).caveat(), HasSubstr("deleted"));
  ASSERT_OK(Acknowledge(id, "2026-02-10"));
  EXPECT_THAT(List(holds).alerts(), IsEmpty());
}

TEST_F(AcknowledgementsTest, WhatCameAfterOneLookedIsNotAcknowledged) {
  const SubjectId web = AddDevice("web-1", {Deb("bash", "5.2")});
  Agree(
      {Audit("contract_number: 'C-1' notice_date: '2026-02-02' "
             "held_products: 'nginx'")});
  const auto holds =
      FromText<v1::ListAlertsRequest>("filter { kinds: KIND_AUDIT_HOLD }");
  const auto untouched = List(holds);
  ASSERT_THAT(untouched.alerts(), SizeIs(1));
  const std::string id = untouched.alerts(0).alert_id();
  const v1::Row host = HostnameRow("web-1");
  clock_.Advance(absl::Hours(1));
  Report(web, {host, Deb("bash", "5.2"), Deb("nginx", "1.24.0-1")});
  clock_.Advance(absl::Hours(1));
  EXPECT_THAT(AcknowledgeAsOf(untouched, id),
              StatusIs(StatusCode::kFailedPrecondition,
                       HasSubstr("something new since 2026-02-02T02:4")));
  EXPECT_EQ(acknowledgements_.changes(), 0);
  const auto installed = List(holds);
  ASSERT_THAT(installed.alerts(), SizeIs(1));
  // On the same device, so that the alert's words stay as they are.
  Report(web, {host, Deb("bash", "5.2")});
  clock_.Advance(absl::Hours(1));
  EXPECT_THAT(AcknowledgeAsOf(installed, id),
              StatusIs(StatusCode::kFailedPrecondition));
  const auto removed = List(holds);
  ASSERT_THAT(removed.alerts(), SizeIs(1));
  const auto answer = AcknowledgeAsOf(removed, id);
  ASSERT_OK(answer);
  EXPECT_THAT(answer->alert().held_changes(), SizeIs(2));
  EXPECT_THAT(List(holds).alerts(), IsEmpty());
}

TEST_F(AcknowledgementsTest, AnAlertThatCameAfterOneLookedIsNotAcknowledged) {
  const auto before = List();
  clock_.Advance(absl::Hours(1));
  Agree({Contract("C-3", "end_date: '2026-03-31'")});
  const auto after = List();
  ASSERT_THAT(after.alerts(), SizeIs(3));
  const std::string id = after.alerts(0).alert_id();
  EXPECT_THAT(AcknowledgeAsOf(before, id),
              StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_OK(AcknowledgeAsOf(after, id));
}

TEST_F(AcknowledgementsTest, WhatElseChangedSinceOneLookedDoesNotMatter) {
  const auto seen = List();
  clock_.Advance(absl::Hours(1));
  Agree({Contract("C-3", "end_date: '2026-03-31'")});
  ASSERT_OK(AcknowledgeAsOf(seen, id_));
  const auto known = ReadAcknowledgements(*engine_, KnownStamp::Max());
  ASSERT_OK(known);
  ASSERT_THAT(*known, SizeIs(1));
  EXPECT_EQ(known->begin()->second.seen_stamp(),
            KnownStamp::AtEndOf(FromProto(seen.as_of())).raw());
}

TEST_F(AcknowledgementsTest, WhenOneLookedIsATime) {
  v1::ListAlertsResponse seen;
  seen.mutable_as_of()->set_seconds(-1);
  EXPECT_THAT(AcknowledgeAsOf(seen, id_),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("as_of")));
  // People write today for its end.
  *seen.mutable_as_of() = ToProto(clock_.Now() + absl::Hours(20));
  EXPECT_OK(AcknowledgeAsOf(seen, id_));
}

TEST_F(AcknowledgementsTest, MoreDevicesThanWereAcknowledgedAreShownAgain) {
  Agree({Line("1", "end_date: '2026-01-31'")});
  AddDevice("web-1", {Deb("nginx", "1.22.1-9")});
  const SubjectId second = AddDevice("web-2", {Deb("nginx", "1.22.1-9")});
  const auto remains =
      FromText<v1::ListAlertsRequest>("filter { kinds: KIND_INSTALLS_REMAIN }");
  const auto listed = List(remains);
  ASSERT_THAT(listed.alerts(), SizeIs(1));
  ASSERT_OK(Acknowledge(listed.alerts(0).alert_id(), "2026-02-10"));
  EXPECT_THAT(List(remains).alerts(), IsEmpty());
  // Fewer are what was acknowledged.
  Report(second, {HostnameRow("web-2")});
  EXPECT_THAT(List(remains).alerts(), IsEmpty());
  Report(second, {HostnameRow("web-2"), Deb("nginx", "1.22.1-9")});
  EXPECT_THAT(List(remains).alerts(), IsEmpty());
  AddDevice("web-3", {Deb("nginx", "1.22.1-9")});
  const auto more = List(remains);
  ASSERT_THAT(more.alerts(), SizeIs(1));
  EXPECT_EQ(more.alerts(0).device_count(), 3);
}

TEST_F(AcknowledgementsTest,
       AnAuditsAlertThatAsksForSomethingElseIsShownAgain) {
  Agree({Contract("C-1",
                  "end_date: '2026-04-15' clauses { audit { notice_days: 30 } "
                  "}")});
  Agree({Audit("contract_number: 'C-1' notice_date: '2026-02-02'")});
  const auto notices =
      FromText<v1::ListAlertsRequest>("filter { kinds: KIND_AUDIT_NOTICE }");
  const auto listed = List(notices);
  ASSERT_THAT(listed.alerts(), SizeIs(1));
  ASSERT_OK(Acknowledge(listed.alerts(0).alert_id(), "2026-02-10"));
  EXPECT_THAT(List(notices).alerts(), IsEmpty());
  Agree(
      {Audit("contract_number: 'C-1' notice_date: '2026-02-02' "
             "start_date: '2026-02-20'")});
  const auto again = List(notices);
  ASSERT_THAT(again.alerts(), SizeIs(1));
  EXPECT_EQ(again.alerts(0).alert_id(), listed.alerts(0).alert_id());
  EXPECT_THAT(again.alerts(0).action(), HasSubstr("object to it"));
}

TEST_F(AcknowledgementsTest, AContractThatIsRenewedOtherwiseIsShownAgain) {
  constexpr char kKinds[] = "filter { kinds: KIND_NOTICE kinds: KIND_RENEWAL }";
  const auto terms = FromText<v1::ListAlertsRequest>(kKinds);
  const auto acknowledge_all = [&] {
    const auto listed = List(terms);
    for (const v1::Alert& alert : listed.alerts()) {
      EXPECT_OK(Acknowledge(alert.alert_id(), "2026-04-10"));
    }
    EXPECT_THAT(Words(List(terms)), IsEmpty());
  };
  Agree({Contract(
      "C-1",
      "end_date: '2026-04-15' clauses { renewal { notice_days: 30 } }")});
  acknowledge_all();
  Agree({Contract("C-1",
                  "end_date: '2026-04-15' title: 'Web servers' clauses { "
                  "renewal { notice_days: 30 } }")});
  EXPECT_THAT(Words(List(terms)), IsEmpty());
  Agree({Contract("C-1",
                  "end_date: '2026-04-15' clauses { renewal { automatic: true "
                  "notice_days: 30 term_months: 36 } }")});
  const auto again = List(terms);
  ASSERT_THAT(Words(again),
              ElementsAre("NOTICE C-1 2026-03-16", "RENEWAL C-1 2026-04-15"));
  EXPECT_THAT(again.alerts(0).action(),
              HasSubstr("or it renews itself for 36 months"));
  acknowledge_all();
  // Its words are others once the day for notice is over, and it is the same.
  auto later = terms;
  later.set_effective_date("2026-03-20");
  EXPECT_THAT(Words(List(later)), IsEmpty());
}

TEST(AcknowledgementTable, KeysAreOrderedByAlertThenNewestFirst) {
  const auto bytes = [](const char* hex, uint64_t stamp) {
    KeyWriter writer;
    AcknowledgementKey{*AlertId::FromHex(hex), KnownStamp::FromRaw(stamp)}
        .Encode(writer);
    return writer.Take();
  };
  const char* a = "00112233445566778899aabbccddeeff";
  const char* b = "01112233445566778899aabbccddeeff";
  EXPECT_EQ(absl::BytesToHexString(bytes(a, 1)),
            "00112233445566778899aabbccddeefffffffffffffffffe");
  EXPECT_LT(bytes(a, 2), bytes(a, 1));
  EXPECT_LT(bytes(a, 1), bytes(b, 2));
  const std::string key = bytes(b, 7);
  KeyReader reader(key);
  const AcknowledgementKey decoded = AcknowledgementKey::Decode(reader);
  EXPECT_TRUE(reader.Done());
  EXPECT_EQ(decoded.alert.ToHex(), b);
  EXPECT_EQ(decoded.stamp.raw(), 7u);
}

}  // namespace
}  // namespace rollcall::collector
