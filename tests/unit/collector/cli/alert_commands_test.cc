#include <cstdint>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rollcall/v1/alert_service.grpc.pb.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/collector/cli/command_fixture.h"

namespace rollcall::cli {
namespace {

using ::rollcall::testing::EqualsText;
using ::rollcall::testing::FromText;
using ::rollcall::testing::TempDir;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kAlert[] =
    "alert_id: '00112233445566778899aabbccddeeff' kind: KIND_NOTICE subject { "
    "kind: CONTRACT_OBJECT_KIND_CONTRACT parts: 'C-1' } subject_id: 'c1' "
    "vendor: '=Acme()' contract_number: 'C-1' due_date: '2026-12-31' "
    "days_left: -3 first_shown_date: '2026-10-02' action: 'Give "
    "notice\\033[2J'";

class FakeAlertService final : public v1::AlertService::Service {
 public:
  grpc::Status ListAlerts(grpc::ServerContext*,
                          const v1::ListAlertsRequest* request,
                          v1::ListAlertsResponse* response) override {
    listed = *request;
    response->set_effective_date("2027-01-03");
    if (as_of.has_value()) response->mutable_as_of()->set_seconds(*as_of);
    if (any) *response->add_alerts() = alert;
    return grpc::Status::OK;
  }
  grpc::Status AcknowledgeAlert(
      grpc::ServerContext*, const v1::AcknowledgeAlertRequest* request,
      v1::AcknowledgeAlertResponse* response) override {
    acknowledged = *request;
    *response->mutable_alert() = alert;
    auto& one = *response->mutable_alert()->mutable_acknowledgement();
    one.set_until_date(request->until_date());
    one.set_principal("ina");
    return refusal;
  }
  grpc::Status RevokeAcknowledgement(
      grpc::ServerContext*, const v1::RevokeAcknowledgementRequest* request,
      v1::RevokeAcknowledgementResponse* response) override {
    revoked = *request;
    response->set_alert_id("00112233445566778899aabbccddeeff");
    response->mutable_acknowledgement()->set_principal("ina");
    response->mutable_acknowledgement()->set_until_date("2027-01-10");
    return grpc::Status::OK;
  }
  grpc::Status WatchAlerts(
      grpc::ServerContext*, const v1::WatchAlertsRequest* request,
      grpc::ServerWriter<v1::WatchAlertsResponse>* writer) override {
    watched = *request;
    for (const v1::WatchAlertsResponse& event : events) writer->Write(event);
    return refusal;
  }
  grpc::Status ExportCalendar(grpc::ServerContext*,
                              const v1::ExportCalendarRequest* request,
                              v1::ExportCalendarResponse* response) override {
    exported = *request;
    response->set_content("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n");
    response->set_event_count(1);
    return grpc::Status::OK;
  }

  grpc::Status ListRenewals(grpc::ServerContext*,
                            const v1::ListRenewalsRequest* request,
                            v1::ListRenewalsResponse* response) override {
    renewals_asked = *request;
    if (!any) return grpc::Status::OK;
    *response = FromText<v1::ListRenewalsResponse>(
        "renewals { contract_number: 'C-1' vendor: 'Acme' end_date_before: "
        "'2026-12-31' agreed_date: '2026-12-01' lead_days: 30 } "
        "renewal_count: 1 median_lead_days: 30 first_date: '2026-01-01' "
        "last_date: '2026-12-31'");
    return grpc::Status::OK;
  }

  v1::Alert alert = FromText<v1::Alert>(kAlert);
  bool any = true;
  std::optional<int64_t> as_of;
  grpc::Status refusal;
  std::vector<v1::WatchAlertsResponse> events;
  v1::ListAlertsRequest listed;
  v1::AcknowledgeAlertRequest acknowledged;
  v1::RevokeAcknowledgementRequest revoked;
  v1::WatchAlertsRequest watched;
  v1::ExportCalendarRequest exported;
  v1::ListRenewalsRequest renewals_asked;
};

class AlertCommandsTest : public CommandTest<FakeAlertService> {
 protected:
  void Happens(v1::WatchAlertsResponse::Change change, bool with_alert = true) {
    v1::WatchAlertsResponse& event = service_.events.emplace_back();
    event.set_change(change);
    if (with_alert) *event.mutable_alert() = service_.alert;
  }
};

TEST_F(AlertCommandsTest, ListsWhatIsDueAndWhatToDo) {
  EXPECT_EQ(Run({"alerts"}), ExitCode::kOk);
  EXPECT_THAT(service_.listed, EqualsText("filter { horizon_days: 90 } "
                                          "page_size: 1000"));
  EXPECT_THAT(
      out_.str(),
      AllOf(StartsWith("Alerts on 2027-01-03\n"), HasSubstr("2026-12-31"),
            HasSubstr("3 over"), HasSubstr("notice"), HasSubstr("001122334455"),
            Not(HasSubstr("0011223344556")), HasSubstr("Give notice"),
            Not(HasSubstr("IN HAND")), Not(HasSubstr("\x1b"))));
}

TEST_F(AlertCommandsTest, ChoosesWhatIsAskedFor) {
  EXPECT_EQ(Run({"alerts", "--within=180", "--on=2027-01-03",
                 "--kind=renewal,audit-hold", "--vendor=Acme", "--all",
                 "--as-of=2027-01-01T00:00:00Z", "--limit=5"}),
            ExitCode::kOk);
  EXPECT_THAT(
      service_.listed,
      EqualsText("filter { horizon_days: 180 kinds: KIND_RENEWAL kinds: "
                 "KIND_AUDIT_HOLD vendor: 'Acme' include_acknowledged: true } "
                 "effective_date: '2027-01-03' as_of { seconds: 1798761600 } "
                 "page_size: 5"));
}

TEST_F(AlertCommandsTest, RefusesWhatMayNotBe) {
  EXPECT_EQ(Run({"alerts", "--kind=party"}), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), AllOf(HasSubstr("--kind is \"party\""),
                                HasSubstr("renewal, notice")));
  EXPECT_EQ(Run({"alerts", "--on=tomorrow"}), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--on"));
  EXPECT_EQ(Run({"alerts", "--within=3661"}), ExitCode::kUsage);
}

TEST_F(AlertCommandsTest, SaysThatNothingIsDue) {
  service_.any = false;
  EXPECT_EQ(Run({"alerts"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), StartsWith("Nothing is due."));
}

TEST_F(AlertCommandsTest, CsvHasNumbersAndNoFormulas) {
  EXPECT_EQ(Run({"alerts", "--output=csv"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(),
              AllOf(StartsWith("due_date,days_left,kind,contract_number,"),
                    HasSubstr("\n2026-12-31,-3,notice,C-1,contract,C-1,c1,"
                              "'=Acme(),00112233445566778899aabbccddeeff,"),
                    HasSubstr(",2027-01-03\n")));
}

TEST_F(AlertCommandsTest, ShowsWhatHappenedUnderAudit) {
  service_.alert = FromText<v1::Alert>(
      "alert_id: '0011' kind: KIND_AUDIT_HOLD subject { parts: 'Acme' parts: "
      "'A-1' } due_date: '2026-12-31' caveat: 'There may be more' "
      "device_count: 1 held_changes { device_id: '4f1c9a02be77' hostname: "
      "'web-1' product: 'nginx' kind: KIND_REMOVED package: 'nginx 1.22' "
      "known_time { seconds: 1798761600 } }");
  EXPECT_EQ(Run({"alerts"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("Under audit Acme / A-1:\n"),
                    HasSubstr("removed"), HasSubstr("web-1"),
                    HasSubstr("audit-hold of Acme / A-1: There may be more.")));
}

TEST_F(AlertCommandsTest, AcknowledgesUpToADay) {
  EXPECT_EQ(Run({"alerts", "acknowledge", "001122", "--until=2027-01-10",
                 "--note=asked", "--request-id=r"}),
            ExitCode::kOk);
  EXPECT_THAT(service_.acknowledged,
              EqualsText("alert_id: '001122' until_date: '2027-01-10' note: "
                         "'asked' request_id: 'r'"));
  EXPECT_EQ(out_.str(),
            "notice of C-1, due 2026-12-31, is in hand until 2027-01-10 by "
            "ina.\n");
  EXPECT_EQ(Run({"alerts", "acknowledge", "001122", "--until=2027-01-10",
                 "--output=csv"}),
            ExitCode::kOk);
  EXPECT_THAT(out_.str(), HasSubstr(",2027-01-10,ina,"));
}

TEST_F(AlertCommandsTest, AcknowledgesWhatWasListed) {
  service_.as_of = 1'798'761'600;
  EXPECT_EQ(Run({"alerts"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(),
              HasSubstr("\nTo acknowledge: --as-of=2027-01-01T00:00:00Z\n"));
  EXPECT_EQ(Run({"alerts", "acknowledge", "001122", "--until=2027-01-10",
                 "--as-of=2027-01-01T00:00:00Z"}),
            ExitCode::kOk);
  EXPECT_THAT(service_.acknowledged,
              EqualsText("alert_id: '001122' until_date: '2027-01-10' as_of { "
                         "seconds: 1798761600 }"));
  EXPECT_EQ(Run({"alerts", "acknowledge", "001122", "--until=2027-01-10",
                 "--as-of=then"}),
            ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--as-of=then is neither"));
}

TEST_F(AlertCommandsTest, AnAcknowledgementNeedsADay) {
  EXPECT_EQ(Run({"alerts", "acknowledge", "001122"}), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--until is needed"));
  EXPECT_EQ(Run({"alerts", "acknowledge", "001122", "--until=soon"}),
            ExitCode::kUsage);
  service_.refusal = {grpc::StatusCode::INVALID_ARGUMENT,
                      "until_date is 2031-01-01; it must be"};
  EXPECT_EQ(Run({"alerts", "acknowledge", "001122", "--until=2031-01-01"}),
            ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--until is 2031-01-01"));
}

TEST_F(AlertCommandsTest, TakesAnAcknowledgementBack) {
  EXPECT_EQ(Run({"alerts", "revoke", "001122"}), ExitCode::kOk);
  EXPECT_THAT(service_.revoked, EqualsText("alert_id: '001122'"));
  EXPECT_THAT(out_.str(), HasSubstr("not in hand any more; it was, by ina"));
  EXPECT_EQ(Run({"alerts", "revoke", "001122", "--output=csv"}), ExitCode::kOk);
  EXPECT_EQ(out_.str(),
            "alert_id,acknowledged_by,acknowledged_until\n"
            "00112233445566778899aabbccddeeff,ina,2027-01-10\n");
}

TEST_F(AlertCommandsTest, WatchesUntilTheCollectorEndsIt) {
  Happens(v1::WatchAlertsResponse::CHANGE_CURRENT);
  Happens(v1::WatchAlertsResponse::CHANGE_INITIAL_END, false);
  Happens(v1::WatchAlertsResponse::CHANGE_GONE);
  service_.refusal = {grpc::StatusCode::UNAUTHENTICATED, "it has expired"};
  EXPECT_NE(Run({"alerts", "watch", "--vendor=Acme"}), ExitCode::kOk);
  EXPECT_THAT(service_.watched,
              EqualsText("filter { horizon_days: 90 vendor: 'Acme' }"));
  EXPECT_EQ(out_.str(),
            "current  001122334455  2026-12-31  notice of C-1: Give "
            "notice\\x1b[2J\n"
            "These are all; what becomes of them follows.\n"
            "gone  001122334455\n");
  EXPECT_THAT(err_.str(), HasSubstr("it has expired"));
}

TEST_F(AlertCommandsTest, WatchesOnceAndEndsWell) {
  Happens(v1::WatchAlertsResponse::CHANGE_CURRENT);
  Happens(v1::WatchAlertsResponse::CHANGE_INITIAL_END, false);
  EXPECT_EQ(Run({"alerts", "watch", "--once", "--output=csv"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(),
              AllOf(StartsWith("change,alert_id,due_date,kind,"),
                    HasSubstr("\ncurrent,00112233445566778899aabbccddeeff,"
                              "2026-12-31,notice,C-1,C-1,'=Acme(),"),
                    HasSubstr("\ninitial-end,,,")));
  EXPECT_EQ(Run({"alerts", "watch", "--once", "--output=json"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), StartsWith("{\"change\":\"CHANGE_CURRENT\","));
}

TEST_F(AlertCommandsTest, AWatchEndsOnceNobodyGetsWhatItSays) {
  Happens(v1::WatchAlertsResponse::CHANGE_CURRENT);
  Happens(v1::WatchAlertsResponse::CHANGE_INITIAL_END, false);
  // What it would end with if it went on to the end.
  service_.refusal = {grpc::StatusCode::UNAUTHENTICATED, "it has expired"};
  for (const char* output : {"table", "json", "csv"}) {
    out_.setstate(std::ios::badbit);
    EXPECT_EQ(Run({"alerts", "watch", absl::StrCat("--output=", output)}),
              ExitCode::kOther);
    EXPECT_EQ(err_.str(), "rollcall: cannot write to standard output\n");
  }
}

TEST_F(AlertCommandsTest, ListsRenewalsAndTheirMedian) {
  EXPECT_EQ(Run({"alerts", "renewals", "--from=2026-01-01", "--to=2026-12-31",
                 "--vendor=Acme"}),
            ExitCode::kOk);
  EXPECT_THAT(service_.renewals_asked,
              EqualsText("first_date: '2026-01-01' last_date: '2026-12-31' "
                         "vendor: 'Acme' page_size: 1000"));
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("C-1"),
                    HasSubstr("1 renewal from 2026-01-01 to 2026-12-31, 0 of "
                              "them after the end; the median is 30 days")));
  EXPECT_EQ(Run({"alerts", "renewals", "--output=csv"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), HasSubstr("2026-12-01,C-1,,Acme,2026-12-31,,30,"));
  EXPECT_EQ(Run({"alerts", "renewals", "--from=x"}), ExitCode::kUsage);
  service_.any = false;
  EXPECT_EQ(Run({"alerts", "renewals"}), ExitCode::kOk);
  EXPECT_EQ(out_.str(), "No contract was renewed then.\n");
  EXPECT_EQ(Run({"alerts", "renewals", "--from=2026-12-31", "--to=2026-01-01"}),
            ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("is after --to=2026-01-01"));
}

TEST_F(AlertCommandsTest, WritesACalendar) {
  const TempDir dir;
  const std::string file = dir.File("contracts.ics");
  EXPECT_EQ(Run({"alerts", "calendar", "--within=366", "--on=2027-01-03",
                 "--out=" + file}),
            ExitCode::kOk);
  EXPECT_THAT(service_.exported,
              EqualsText("filter { horizon_days: 366 } effective_date: "
                         "'2027-01-03'"));
  EXPECT_THAT(err_.str(), HasSubstr("1 event."));
  EXPECT_EQ(out_.str(), "");
  // One that is there stays, unless it shall not.
  EXPECT_EQ(Run({"alerts", "calendar", "--out=" + file}), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--force"));
  EXPECT_EQ(Run({"alerts", "calendar", "--out=" + file, "--force"}),
            ExitCode::kOk);
  EXPECT_EQ(Run({"alerts", "calendar"}), ExitCode::kOk);
  EXPECT_EQ(out_.str(), "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n");
  EXPECT_EQ(Run({"alerts", "calendar", "--out=" + dir.File("no/such.ics")}),
            ExitCode::kUsage);
}

TEST_F(AlertCommandsTest, OnATerminalTheLinesOfACalendarEndAsOthersDo) {
  width_ = 80;
  EXPECT_EQ(Run({"alerts", "calendar"}), ExitCode::kOk);
  EXPECT_EQ(out_.str(), "BEGIN:VCALENDAR\nEND:VCALENDAR\n");
}

}  // namespace
}  // namespace rollcall::cli
