#include "collector/cli/commands.h"
#include "collector/cli/explained_edit.h"
#include "collector/cli/session.h"
#include "collector/cli/times.h"
#include "collector/cli/views/alert_view.h"
#include "common/status.h"
#include "rollcall/v1/alert_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

using AlertStub = v1::AlertService::Stub;

constexpr absl::string_view kAlertIdHelp =
    "An alert's id, or the first digits of it (6 or more)";
constexpr absl::string_view kSeenHelp =
    "The time that `alerts` states under its list: refused if the alert says "
    "something new since; default: now";

class AlertsAcknowledgeCommand final : public Command {
 public:
  absl::string_view name() const override { return "alerts acknowledge"; }
  absl::string_view summary() const override {
    return "Say that an alert is in hand; it is not listed up to a day";
  }
  absl::string_view examples() const override {
    return "  rollcall alerts acknowledge 4f1c9a02be77 --until=2026-12-15 "
           "--note=\"offer asked for\"\n"
           "  rollcall alerts acknowledge 4f1c9a02be77 --until=2026-12-15 "
           "--as-of=2026-11-23T15:04:05.123456Z\n"
           "\n"
           "From the day after on it is listed again. An alert whose day moves "
           "is another one, and is\n"
           "listed at once.\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("ID", kAlertIdHelp, &id_).Fills("alert_id");
    arguments
        .Text("until",
              "The last day that this holds, at most 366 days ahead; "
              "needed",
              &until_)
        .Fills("until_date");
    arguments.Text("as-of", kSeenHelp, &as_of_).Fills("as_of");
    arguments.Text("note", "What to note with it", &note_).Fills("note");
    arguments.Text("request-id", kRequestIdHelp, &request_id_)
        .Fills("request_id");
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    if (until_.empty()) {
      return absl::InvalidArgumentError(
          "--until is needed: the last day that this holds, for example "
          "2026-12-15");
    }
    ROLLCALL_RETURN_IF_ERROR(CheckDate("--until", until_));
    v1::AcknowledgeAlertRequest request;
    request.set_alert_id(id_);
    request.set_until_date(until_);
    ROLLCALL_RETURN_IF_ERROR(SetAsOf(as_of_, request));
    request.set_note(note_);
    request.set_request_id(request_id_);
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::AlertService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        session.Call(*stub, &AlertStub::AcknowledgeAlert, request));
    ROLLCALL_RETURN_IF_ERROR(
        session.Print(response, AcknowledgedText, AcknowledgedCsv, ""));
    return ExitCode::kOk;
  }

 private:
  std::string id_;
  std::string until_;
  std::string as_of_;
  std::string note_;
  std::string request_id_;
};

class AlertsRevokeCommand final : public Command {
 public:
  absl::string_view name() const override { return "alerts revoke"; }
  absl::string_view summary() const override {
    return "Say that an alert is not in hand any more";
  }
  absl::string_view examples() const override {
    return "  rollcall alerts revoke 4f1c9a02be77\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("ID", kAlertIdHelp, &id_).Fills("alert_id");
    arguments.Text("request-id", kRequestIdHelp, &request_id_)
        .Fills("request_id");
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::RevokeAcknowledgementRequest request;
    request.set_alert_id(id_);
    request.set_request_id(request_id_);
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::AlertService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        session.Call(*stub, &AlertStub::RevokeAcknowledgement, request));
    ROLLCALL_RETURN_IF_ERROR(
        session.Print(response, RevokedText, RevokedCsv, ""));
    return ExitCode::kOk;
  }

 private:
  std::string id_;
  std::string request_id_;
};

}  // namespace

std::unique_ptr<Command> MakeAlertsAcknowledgeCommand() {
  return std::make_unique<AlertsAcknowledgeCommand>();
}

std::unique_ptr<Command> MakeAlertsRevokeCommand() {
  return std::make_unique<AlertsRevokeCommand>();
}

}  // namespace rollcall::cli
