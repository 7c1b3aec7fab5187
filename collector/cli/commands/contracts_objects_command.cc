#include "absl/strings/str_cat.h"
#include "collector/cli/commands.h"
#include "collector/cli/contract_name.h"
#include "collector/cli/enums.h"
#include "collector/cli/pages.h"
#include "collector/cli/session.h"
#include "collector/cli/times.h"
#include "collector/cli/views/contract_object_view.h"
#include "common/status.h"
#include "rollcall/v1/contract_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

class ContractsObjectsCommand final : public Command {
 public:
  absl::string_view name() const override { return "contracts objects"; }
  absl::string_view summary() const override {
    return "List vendors, contracts, orders, invoices and the like";
  }
  absl::string_view examples() const override {
    return "  rollcall contracts objects contract\n"
           "  rollcall contracts objects amendment --under=C-2026-004\n"
           "  rollcall contracts objects audit --under=\"Quayside Systems\" "
           "--output=json\n";
  }
  void Declare(Arguments& arguments) override {
    arguments
        .Positional("KIND", EnumWords(v1::ContractObjectKind_descriptor()),
                    &kind_)
        .Fills("kind");
    arguments
        .Text("under",
              "Only those whose name begins with this part, ignoring "
              "case: a contract's number, or a vendor's name",
              &under_)
        .Fills("first_part");
    arguments.Text("date", kDayHelp, &date_).Fills("at.effective_date");
    arguments.Text("as-of", kAsOfHelp, &as_of_).Fills("at.as_of");
    arguments.Number("limit", kLimitHelp, 1, kMaxLimit, &limit_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::ListContractObjectsRequest request;
    ROLLCALL_ASSIGN_OR_RETURN(const auto kind,
                              ReadEnum<v1::ContractObjectKind>("KIND", kind_));
    request.set_kind(kind);
    request.set_first_part(under_);
    ROLLCALL_RETURN_IF_ERROR(
        FillMoment("--date", date_, "--as-of", as_of_, *request.mutable_at()));
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::ContractService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        FollowPages(session, *stub,
                    &v1::ContractService::Stub::ListContractObjects, request,
                    session.LimitOf(limit_),
                    &v1::ListContractObjectsResponse::objects_size));
    ROLLCALL_RETURN_IF_ERROR(
        session.Print(response, ContractObjectsTable, ContractObjectsCsv,
                      EmptyWords(as_of_, "There is none of this kind.")));
    return ExitCode::kOk;
  }

 private:
  std::string kind_;
  std::string under_;
  std::string date_;
  std::string as_of_;
  int limit_ = 0;
};

}  // namespace

std::unique_ptr<Command> MakeContractsObjectsCommand() {
  return std::make_unique<ContractsObjectsCommand>();
}

}  // namespace rollcall::cli
