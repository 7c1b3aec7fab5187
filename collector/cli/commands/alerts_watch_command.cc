#include "collector/cli/alert_filter.h"
#include "collector/cli/commands.h"
#include "collector/cli/session.h"
#include "collector/cli/views/alert_view.h"
#include "common/status.h"
#include "rollcall/v1/alert_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

class AlertsWatchCommand final : public Command {
 public:
  absl::string_view name() const override { return "alerts watch"; }
  absl::string_view summary() const override {
    return "List alerts, then what becomes of them, until interrupted";
  }
  absl::string_view examples() const override {
    return "  rollcall alerts watch\n"
           "  rollcall alerts watch --kind=audit-hold --output=json\n"
           "\n"
           "A line for each alert that is there, and from then on for each "
           "that is new, changed,\n"
           "acknowledged or gone; with --output=json an object a line. Ends "
           "with an error when the\n"
           "certificate does, or the collector stops.\n";
  }
  void Declare(Arguments& arguments) override {
    filter_.Declare(arguments);
    arguments.Flag("once", "End once those that are there are listed", &once_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::WatchAlertsRequest request;
    ROLLCALL_RETURN_IF_ERROR(filter_.Fill(*request.mutable_filter()));
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::AlertService>());
    ROLLCALL_RETURN_IF_ERROR(session.Check(request));
    grpc::ClientContext context;
    const auto events = stub->WatchAlerts(&context, request);
    if (session.options().output == "csv") {
      ROLLCALL_RETURN_IF_ERROR(session.PrintPart(WatchCsvHeader()));
    }
    v1::WatchAlertsResponse event;
    while (events->Read(&event)) {
      ROLLCALL_RETURN_IF_ERROR(Print(session, event));
      if (once_ &&
          event.change() == v1::WatchAlertsResponse::CHANGE_INITIAL_END) {
        context.TryCancel();
        events->Finish();
        return ExitCode::kOk;
      }
    }
    return session.Explain(events->Finish(), context);
  }

 private:
  static absl::Status Print(const Session& session,
                            const v1::WatchAlertsResponse& event) {
    const std::string& output = session.options().output;
    if (output == "json") return session.PrintJsonLine(event);
    return session.PrintPart(output == "csv" ? WatchCsvLine(event)
                                             : WatchLine(event));
  }

  AlertFilterOptions filter_;
  bool once_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeAlertsWatchCommand() {
  return std::make_unique<AlertsWatchCommand>();
}

}  // namespace rollcall::cli
