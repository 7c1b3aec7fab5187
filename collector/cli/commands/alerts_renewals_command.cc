#include "absl/strings/str_cat.h"
#include "collector/cli/commands.h"
#include "collector/cli/pages.h"
#include "collector/cli/session.h"
#include "collector/cli/times.h"
#include "collector/cli/views/alert_view.h"
#include "common/status.h"
#include "rollcall/v1/alert_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

class AlertsRenewalsCommand final : public Command {
 public:
  absl::string_view name() const override { return "alerts renewals"; }
  absl::string_view summary() const override {
    return "List how long before their end contracts were renewed";
  }
  absl::string_view examples() const override {
    return "  rollcall alerts renewals\n"
           "  rollcall alerts renewals --from=2026-01-01 --to=2026-12-31 "
           "--output=csv\n"
           "\n"
           "A renewal is a change that took effect and put the end of a "
           "contract off, the latest first.\n";
  }
  void Declare(Arguments& arguments) override {
    arguments
        .Text("from",
              "Only those agreed on this day or later; default: 365 days "
              "before --to",
              &from_)
        .Fills("first_date");
    arguments
        .Text("to",
              "Only those agreed on this day or before; default: today, "
              "UTC",
              &to_)
        .Fills("last_date");
    arguments.Text("vendor", "Only of this vendor, ignoring case", &vendor_)
        .Fills("vendor");
    arguments.Number("limit", kLimitHelp, 1, kMaxLimit, &limit_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    ROLLCALL_RETURN_IF_ERROR(CheckDate("--from", from_));
    ROLLCALL_RETURN_IF_ERROR(CheckDate("--to", to_));
    // Dates of this form compare as their texts do.
    if (!to_.empty() && from_ > to_) {
      return absl::InvalidArgumentError(
          absl::StrCat("--from=", from_, " is after --to=", to_));
    }
    v1::ListRenewalsRequest request;
    request.set_first_date(from_);
    request.set_last_date(to_);
    request.set_vendor(vendor_);
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::AlertService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        FollowPages(session, *stub, &v1::AlertService::Stub::ListRenewals,
                    request, session.LimitOf(limit_),
                    &v1::ListRenewalsResponse::renewals_size));
    ROLLCALL_RETURN_IF_ERROR(session.Print(response, RenewalsTable, RenewalsCsv,
                                           "No contract was renewed then."));
    return ExitCode::kOk;
  }

 private:
  std::string from_;
  std::string to_;
  std::string vendor_;
  int limit_ = 0;
};

}  // namespace

std::unique_ptr<Command> MakeAlertsRenewalsCommand() {
  return std::make_unique<AlertsRenewalsCommand>();
}

}  // namespace rollcall::cli
