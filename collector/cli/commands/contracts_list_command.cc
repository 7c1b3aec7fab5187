#include "collector/cli/commands.h"
#include "collector/cli/contract_name.h"
#include "collector/cli/pages.h"
#include "collector/cli/session.h"
#include "collector/cli/times.h"
#include "collector/cli/views/contract_view.h"
#include "common/status.h"
#include "rollcall/v1/contract_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

class ContractsListCommand final : public Command {
 public:
  absl::string_view name() const override { return "contracts list"; }
  absl::string_view summary() const override {
    return "List purchased rights, line by line";
  }
  absl::string_view examples() const override {
    return "  rollcall contracts list --product=PostgreSQL\n"
           "  rollcall contracts list --contract=C-2026-004 --output=csv\n"
           "  rollcall contracts list --date=2025-12-31 --as-of=2026-03-31\n"
           "\n"
           "Lines out of term on the day are listed, too.\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Text("product", "Only this product, ignoring case", &product_)
        .Fills("product");
    arguments.Text("contract", "Only the contract with this number", &contract_)
        .Fills("contract_number");
    arguments.Text("date", kDayHelp, &date_).Fills("effective_date");
    arguments.Text("as-of", kAsOfHelp, &as_of_).Fills("as_of");
    arguments.Number("limit", kLimitHelp, 1, kMaxLimit, &limit_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::ListEntitlementsRequest request;
    request.set_product(product_);
    request.set_contract_number(contract_);
    ROLLCALL_RETURN_IF_ERROR(CheckDate("--date", date_));
    request.set_effective_date(date_);
    ROLLCALL_RETURN_IF_ERROR(SetAsOf(as_of_, request));
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::ContractService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        FollowPages(session, *stub,
                    &v1::ContractService::Stub::ListEntitlements, request,
                    session.LimitOf(limit_),
                    &v1::ListEntitlementsResponse::entitlements_size));
    const bool filtered = !product_.empty() || !contract_.empty() ||
                          !date_.empty() || !as_of_.empty();
    ROLLCALL_RETURN_IF_ERROR(session.Print(
        response, EntitlementsTable, EntitlementsCsv,
        EmptyWords(as_of_, filtered ? "No purchased right matches."
                                    : "No purchased rights yet. Import them: "
                                      "rollcall contracts import FILE.")));
    return ExitCode::kOk;
  }

 private:
  std::string product_;
  std::string contract_;
  std::string date_;
  std::string as_of_;
  int limit_ = 0;
};

}  // namespace

std::unique_ptr<Command> MakeContractsListCommand() {
  return std::make_unique<ContractsListCommand>();
}

}  // namespace rollcall::cli
