#include "absl/strings/str_cat.h"
#include "collector/cli/change_id.h"
#include "collector/cli/commands.h"
#include "collector/cli/pages.h"
#include "collector/cli/session.h"
#include "collector/cli/views/contract_view.h"
#include "common/status.h"
#include "rollcall/v1/contract_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

class ContractsQuarantineCommand final : public Command {
 public:
  absl::string_view name() const override { return "contracts quarantine"; }
  absl::string_view summary() const override {
    return "List the lines that imports kept aside, with what is wrong";
  }
  absl::string_view examples() const override {
    return "  rollcall contracts quarantine\n"
           "  rollcall contracts quarantine --output=csv > to-correct.csv\n"
           "  rollcall contracts quarantine --all\n"
           "\n"
           "`rollcall contracts repair` corrects a line, or discards it.\n";
  }
  void Declare(Arguments& arguments) override {
    arguments
        .Text("change-set", absl::StrCat("Only of this one: ", kChangeSetHelp),
              &change_set_)
        .Fills("change_set_id");
    arguments.Flag("all", "Also those that were repaired or discarded", &all_);
    arguments.Number("limit", kLimitHelp, 1, kMaxLimit, &limit_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::ListQuarantinedLinesRequest request;
    request.set_change_set_id(change_set_);
    request.set_include_settled(all_);
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::ContractService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        FollowPages(session, *stub,
                    &v1::ContractService::Stub::ListQuarantinedLines, request,
                    session.LimitOf(limit_),
                    &v1::ListQuarantinedLinesResponse::lines_size));
    ROLLCALL_RETURN_IF_ERROR(session.Print(
        response, QuarantineTable, QuarantineCsv, "No line is kept aside."));
    return ExitCode::kOk;
  }

 private:
  std::string change_set_;
  bool all_ = false;
  int limit_ = 0;
};

}  // namespace

std::unique_ptr<Command> MakeContractsQuarantineCommand() {
  return std::make_unique<ContractsQuarantineCommand>();
}

}  // namespace rollcall::cli
