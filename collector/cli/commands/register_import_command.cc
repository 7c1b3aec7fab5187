#include "collector/cli/commands.h"
#include "collector/cli/import.h"
#include "collector/cli/session.h"
#include "collector/cli/views/import_view.h"
#include "common/status.h"
#include "rollcall/v1/register_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

class RegisterImportCommand final : public Command {
 public:
  absl::string_view name() const override { return "register import"; }
  absl::string_view summary() const override {
    return "Import a list of expected devices from a CSV file";
  }
  absl::string_view examples() const override {
    return "  rollcall register import assets.csv --dry-run\n"
           "  rollcall register import assets.csv\n"
           "  rollcall register import mdm.csv --register=mdm\n"
           "\n"
           "Columns: asset_tag, serial, hostname, mac, owner, status, "
           "location, cost_centre,\n"
           "purchase_date. The file is the whole register: devices that it "
           "does not list are\n"
           "removed from it. A file with a bad line changes nothing, unless "
           "--quarantine keeps\n"
           "such lines aside.\n";
  }
  void Declare(Arguments& arguments) override {
    import_.Declare(arguments);
    arguments
        .Text("register",
              "The register that the file is a state of; default: assets",
              &register_)
        .Fills("register");
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::ImportExpectedDevicesRequest request;
    ROLLCALL_RETURN_IF_ERROR(import_.Fill(request));
    request.set_register_(register_);
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::RegisterService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        import_.Send(session, *stub,
                     &v1::RegisterService::Stub::ImportExpectedDevices,
                     request));
    ROLLCALL_RETURN_IF_ERROR(import_.Print(
        session, response, RegisterImportTable, RegisterImportCsv));
    return ImportExitCode(response);
  }

 private:
  ImportArguments import_;
  std::string register_;
};

}  // namespace

std::unique_ptr<Command> MakeRegisterImportCommand() {
  return std::make_unique<RegisterImportCommand>();
}

}  // namespace rollcall::cli
