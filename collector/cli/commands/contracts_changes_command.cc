#include "collector/cli/commands.h"
#include "collector/cli/pages.h"
#include "collector/cli/session.h"
#include "collector/cli/views/contract_view.h"
#include "common/status.h"
#include "rollcall/v1/contract_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

class ContractsChangesCommand final : public Command {
 public:
  absl::string_view name() const override { return "contracts changes"; }
  absl::string_view summary() const override {
    return "List the change-sets of all imports, newest first";
  }
  absl::string_view examples() const override {
    return "  rollcall contracts changes --limit=10\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Number("limit", kLimitHelp, 1, kMaxLimit, &limit_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::ContractService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        FollowPages(session, *stub, &v1::ContractService::Stub::ListChangeSets,
                    v1::ListChangeSetsRequest(), session.LimitOf(limit_),
                    &v1::ListChangeSetsResponse::change_sets_size));
    ROLLCALL_RETURN_IF_ERROR(session.Print(
        response, ChangeSetsTable, ChangeSetsCsv, "Nothing was imported yet."));
    return ExitCode::kOk;
  }

 private:
  int limit_ = 0;
};

}  // namespace

std::unique_ptr<Command> MakeContractsChangesCommand() {
  return std::make_unique<ContractsChangesCommand>();
}

}  // namespace rollcall::cli
