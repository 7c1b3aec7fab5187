#include "collector/cli/commands.h"
#include "collector/cli/contract_name.h"
#include "collector/cli/pages.h"
#include "collector/cli/session.h"
#include "collector/cli/views/contract_object_view.h"
#include "common/status.h"
#include "rollcall/v1/contract_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

class ContractsHistoryCommand final : public Command {
 public:
  absl::string_view name() const override { return "contracts history"; }
  absl::string_view summary() const override {
    return "List all that was ever said of one contract, order, line, ...";
  }
  absl::string_view examples() const override {
    return "  rollcall contracts history contract C-2026-004\n"
           "  rollcall contracts history entitlement C-2026-004 PO-7 3\n"
           "  rollcall contracts history vendor \"Quayside Systems\"\n"
           "\n"
           "Latest day first; of one day what was known last first. An order's "
           "line without an\n"
           "order has the order \"\".\n";
  }
  void Declare(Arguments& arguments) override {
    name_.Declare(arguments);
    arguments.Number("limit", kLimitHelp, 1, kMaxLimit, &limit_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::ListContractObjectVersionsRequest request;
    ROLLCALL_RETURN_IF_ERROR(name_.Fill(*request.mutable_name()));
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::ContractService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        FollowPages(session, *stub,
                    &v1::ContractService::Stub::ListContractObjectVersions,
                    request, session.LimitOf(limit_),
                    &v1::ListContractObjectVersionsResponse::versions_size));
    ROLLCALL_RETURN_IF_ERROR(session.Print(response, ContractHistoryTable,
                                           ContractHistoryCsv,
                                           "Nothing was said of it."));
    return ExitCode::kOk;
  }

 private:
  ContractName name_;
  int limit_ = 0;
};

}  // namespace

std::unique_ptr<Command> MakeContractsHistoryCommand() {
  return std::make_unique<ContractsHistoryCommand>();
}

}  // namespace rollcall::cli
