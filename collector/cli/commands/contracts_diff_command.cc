#include "collector/cli/commands.h"
#include "collector/cli/contract_name.h"
#include "collector/cli/session.h"
#include "collector/cli/views/difference_view.h"
#include "common/status.h"
#include "rollcall/v1/contract_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

class ContractsDiffCommand final : public Command {
 public:
  absl::string_view name() const override { return "contracts diff"; }
  absl::string_view summary() const override {
    return "Tell what differs in one contract, line, ... between two days";
  }
  absl::string_view examples() const override {
    return "  rollcall contracts diff contract C-2026-004 --from=2025-12-31 "
           "--to=2026-01-01\n"
           "  rollcall contracts diff entitlement C-2026-004 PO-7 3 "
           "--from-as-of=2026-03-31\n"
           "\n"
           "A day says when something holds, --from-as-of and --to-as-of when "
           "it was known: what\n"
           "was corrected since then differs though the day is the same.\n";
  }
  void Declare(Arguments& arguments) override {
    name_.Declare(arguments);
    arguments.Text("from", "The first day; default: today, UTC", &from_)
        .Fills("before.effective_date");
    arguments.Text("to", "The second day; default: today, UTC", &to_)
        .Fills("after.effective_date");
    arguments
        .Text("from-as-of",
              "When the first was known: a date (its end, UTC) or a time; "
              "default: now",
              &from_as_of_)
        .Fills("before.as_of");
    arguments
        .Text("to-as-of", "When the second was known; default: now", &to_as_of_)
        .Fills("after.as_of");
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::CompareContractObjectRequest request;
    if (from_ == to_ && from_as_of_ == to_as_of_) {
      return absl::InvalidArgumentError(
          "both points are the same: say two days with --from and --to, or two "
          "times with --from-as-of and --to-as-of");
    }
    ROLLCALL_RETURN_IF_ERROR(name_.Fill(*request.mutable_name()));
    ROLLCALL_RETURN_IF_ERROR(FillMoment("--from", from_, "--from-as-of",
                                        from_as_of_,
                                        *request.mutable_before()));
    ROLLCALL_RETURN_IF_ERROR(FillMoment("--to", to_, "--to-as-of", to_as_of_,
                                        *request.mutable_after()));
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::ContractService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        session.Call(*stub, &v1::ContractService::Stub::CompareContractObject,
                     request));
    ROLLCALL_RETURN_IF_ERROR(session.Print(
        response, ComparisonTable, ComparisonCsv, "It is the same at both."));
    return ExitCode::kOk;
  }

 private:
  ContractName name_;
  std::string from_;
  std::string to_;
  std::string from_as_of_;
  std::string to_as_of_;
};

}  // namespace

std::unique_ptr<Command> MakeContractsDiffCommand() {
  return std::make_unique<ContractsDiffCommand>();
}

}  // namespace rollcall::cli
