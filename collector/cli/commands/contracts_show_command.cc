#include "absl/strings/str_cat.h"
#include "collector/cli/commands.h"
#include "collector/cli/contract_name.h"
#include "collector/cli/pages.h"
#include "collector/cli/session.h"
#include "collector/cli/times.h"
#include "collector/cli/views/contract_facts.h"
#include "common/status.h"
#include "rollcall/v1/contract_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

using ContractStub = v1::ContractService::Stub;

class ContractsShowCommand final : public Command {
 public:
  absl::string_view name() const override { return "contracts show"; }
  absl::string_view summary() const override {
    return "Show a contract: its clauses, rights, amendments and lines";
  }
  absl::string_view examples() const override {
    return "  rollcall contracts show C-2026-004\n"
           "  rollcall contracts show C-2026-004 --date=2025-06-30\n"
           "  rollcall contracts show C-2026-004 --as-of=2026-03-31 "
           "--output=json\n"
           "\n"
           "CSV has the contract's fields; `contracts list "
           "--contract=NUMBER` has its lines.\n";
  }
  void Declare(Arguments& arguments) override {
    arguments
        .Positional("NUMBER", "The contract's number, ignoring case", &number_)
        .Fills("name.parts")
        .Fills("contract_number")
        .Fills("first_part");
    arguments.Text("date", kDayHelp, &date_).Fills("at.effective_date");
    arguments.Text("as-of", kAsOfHelp, &as_of_).Fills("at.as_of");
    arguments.Number("limit", kLimitHelp, 1, kMaxLimit, &limit_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::GetContractObjectRequest request;
    request.mutable_name()->set_kind(v1::CONTRACT_OBJECT_KIND_CONTRACT);
    request.mutable_name()->add_parts(number_);
    ROLLCALL_RETURN_IF_ERROR(
        FillMoment("--date", date_, "--as-of", as_of_, *request.mutable_at()));
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::ContractService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto contract,
        session.Call(*stub, &ContractStub::GetContractObject, request));
    const v1::ContractMoment at = MomentOf(contract, request.at());
    ROLLCALL_ASSIGN_OR_RETURN(const auto amendments,
                              Amendments(session, *stub, at));
    ROLLCALL_ASSIGN_OR_RETURN(const auto lines, Lines(session, *stub, at));
    const ContractFile file = {contract.object().contract(), amendments, lines};
    ROLLCALL_RETURN_IF_ERROR(session.PrintParts(
        {{"contract", file.contract},
         {"amendments", amendments},
         {"lines", lines}},
        [&](int width) { return ContractFileTable(file, width); },
        [&] { return ContractFileCsv(file); }));
    return ExitCode::kOk;
  }

 private:
  // When the contract is as it was told, so that the rest is told of the same.
  static v1::ContractMoment MomentOf(
      const v1::GetContractObjectResponse& contract,
      const v1::ContractMoment& asked) {
    v1::ContractMoment at = asked;
    if (!contract.effective_date().empty()) {
      at.set_effective_date(contract.effective_date());
    }
    if (contract.has_as_of()) *at.mutable_as_of() = contract.as_of();
    return at;
  }

  absl::StatusOr<v1::ListContractObjectsResponse> Amendments(
      const Session& session, ContractStub& stub,
      const v1::ContractMoment& at) const {
    v1::ListContractObjectsRequest request;
    request.set_kind(v1::CONTRACT_OBJECT_KIND_AMENDMENT);
    request.set_first_part(number_);
    *request.mutable_at() = at;
    return FollowPages(session, stub, &ContractStub::ListContractObjects,
                       request, session.LimitOf(limit_),
                       &v1::ListContractObjectsResponse::objects_size);
  }

  absl::StatusOr<v1::ListEntitlementsResponse> Lines(
      const Session& session, ContractStub& stub,
      const v1::ContractMoment& at) const {
    v1::ListEntitlementsRequest request;
    request.set_contract_number(number_);
    request.set_effective_date(at.effective_date());
    if (at.has_as_of()) *request.mutable_as_of() = at.as_of();
    return FollowPages(session, stub, &ContractStub::ListEntitlements, request,
                       session.LimitOf(limit_),
                       &v1::ListEntitlementsResponse::entitlements_size);
  }

  std::string number_;
  std::string date_;
  std::string as_of_;
  int limit_ = 0;
};

}  // namespace

std::unique_ptr<Command> MakeContractsShowCommand() {
  return std::make_unique<ContractsShowCommand>();
}

}  // namespace rollcall::cli
