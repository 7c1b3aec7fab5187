#include "collector/cli/commands.h"
#include "collector/cli/import.h"
#include "collector/cli/session.h"
#include "collector/cli/views/import_view.h"
#include "common/status.h"
#include "rollcall/v1/contract_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

class ContractsImportCommand final : public Command {
 public:
  absl::string_view name() const override { return "contracts import"; }
  absl::string_view summary() const override {
    return "Import purchased rights from a CSV file";
  }
  absl::string_view examples() const override {
    return "  rollcall contracts import contracts.csv --dry-run\n"
           "  rollcall contracts import contracts.csv\n"
           "  rollcall contracts import contracts.csv --quarantine\n"
           "\n"
           "Columns: contract number, vendor, publisher, product, version, "
           "edition, metric,\n"
           "quantity, start date, end date, unit price, currency, purchase "
           "order, "
           "line, organisation unit.\n"
           "A file with a bad line changes nothing, unless --quarantine keeps "
           "such lines aside.\n";
  }
  void Declare(Arguments& arguments) override { import_.Declare(arguments); }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::ImportEntitlementsRequest request;
    ROLLCALL_RETURN_IF_ERROR(import_.Fill(request));
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::ContractService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        import_.Send(session, *stub,
                     &v1::ContractService::Stub::ImportEntitlements, request));
    ROLLCALL_RETURN_IF_ERROR(import_.Print(
        session, response, EntitlementImportTable, EntitlementImportCsv));
    return ImportExitCode(response);
  }

 private:
  ImportArguments import_;
};

}  // namespace

std::unique_ptr<Command> MakeContractsImportCommand() {
  return std::make_unique<ContractsImportCommand>();
}

}  // namespace rollcall::cli
