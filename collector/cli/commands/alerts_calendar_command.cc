#include "collector/cli/alert_filter.h"
#include "collector/cli/commands.h"
#include "collector/cli/new_file.h"
#include "collector/cli/session.h"
#include "collector/cli/values.h"
#include "common/status.h"
#include "rollcall/v1/alert_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

class AlertsCalendarCommand final : public Command {
 public:
  absl::string_view name() const override { return "alerts calendar"; }
  absl::string_view summary() const override {
    return "Write alerts as an iCalendar file";
  }
  absl::string_view examples() const override {
    return "  rollcall alerts calendar --within=366 --out=contracts.ics "
           "--force\n"
           "  rollcall alerts calendar --kind=renewal,notice >renewals.ics\n"
           "\n"
           "Each event keeps its UID, so that importing a newer file moves "
           "events and adds none twice.\n"
           "A true-up or maintenance of a line whose day moves is a new event; "
           "the old one stays in the\n"
           "calendar, as does what is not due any more, until it is deleted "
           "there.\n";
  }
  void Declare(Arguments& arguments) override {
    filter_.Declare(arguments);
    moment_.Declare(arguments);
    arguments.Text("out", "The file to write; default: standard output", &out_);
    arguments.Flag("force", kForceHelp, &force_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    ROLLCALL_RETURN_IF_ERROR(CheckOut());
    v1::ExportCalendarRequest request;
    ROLLCALL_RETURN_IF_ERROR(filter_.Fill(*request.mutable_filter()));
    ROLLCALL_RETURN_IF_ERROR(moment_.Fill(request));
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::AlertService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        session.Call(*stub, &v1::AlertService::Stub::ExportCalendar, request));
    if (out_.empty()) {
      session.PrintExactly(response.content());
      return ExitCode::kOk;
    }
    ROLLCALL_RETURN_IF_ERROR(
        WriteNewFile(out_, response.content(), force_, 0644));
    session.Note(absl::StrCat(
        "Wrote ", out_, ", ",
        CountText(response.event_count(), "event", "events"), "."));
    return ExitCode::kOk;
  }

 private:
  absl::Status CheckOut() const {
    return out_.empty() ? absl::OkStatus() : CheckNoFile(out_, force_);
  }

  AlertFilterOptions filter_;
  AlertMomentOptions moment_;
  std::string out_;
  bool force_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeAlertsCalendarCommand() {
  return std::make_unique<AlertsCalendarCommand>();
}

}  // namespace rollcall::cli
