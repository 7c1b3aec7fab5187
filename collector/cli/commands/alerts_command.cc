#include "collector/cli/alert_filter.h"
#include "collector/cli/commands.h"
#include "collector/cli/pages.h"
#include "collector/cli/session.h"
#include "collector/cli/views/alert_view.h"
#include "common/status.h"
#include "rollcall/v1/alert_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

class AlertsCommand final : public Command {
 public:
  absl::string_view name() const override { return "alerts"; }
  absl::string_view summary() const override {
    return "List the days that matter next: renewals, notice, true-ups, audits";
  }
  absl::string_view examples() const override {
    return "  rollcall alerts\n"
           "  rollcall alerts --within=180 --kind=renewal,notice\n"
           "  rollcall alerts --on=2026-12-31 --vendor=\"Quayside Systems\" "
           "--output=csv\n"
           "\n"
           "The earliest day comes first; what is overdue stays on the list. "
           "ID is the begin of what\n"
           "`alerts acknowledge` takes.\n";
  }
  void Declare(Arguments& arguments) override {
    filter_.Declare(arguments);
    moment_.Declare(arguments);
    arguments.Number("limit", kLimitHelp, 1, kMaxLimit, &limit_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::ListAlertsRequest request;
    ROLLCALL_RETURN_IF_ERROR(filter_.Fill(*request.mutable_filter()));
    ROLLCALL_RETURN_IF_ERROR(moment_.Fill(request));
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::AlertService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        FollowPages(session, *stub, &v1::AlertService::Stub::ListAlerts,
                    request, session.LimitOf(limit_),
                    &v1::ListAlertsResponse::alerts_size));
    ROLLCALL_RETURN_IF_ERROR(session.Print(
        response, AlertsTable, AlertsCsv,
        EmptyWords(moment_.as_of(),
                   "Nothing is due. --within=DAYS looks further ahead, and "
                   "--all shows what is in hand, too.")));
    return ExitCode::kOk;
  }

 private:
  AlertFilterOptions filter_;
  AlertMomentOptions moment_;
  int limit_ = 0;
};

}  // namespace

std::unique_ptr<Command> MakeAlertsCommand() {
  return std::make_unique<AlertsCommand>();
}

}  // namespace rollcall::cli
