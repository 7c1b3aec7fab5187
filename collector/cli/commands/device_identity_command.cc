#include "collector/cli/commands.h"
#include "collector/cli/device_id.h"
#include "collector/cli/session.h"
#include "collector/cli/times.h"
#include "collector/cli/views/identity_view.h"
#include "common/status.h"
#include "rollcall/v1/identity_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

class DeviceIdentityCommand final : public Command {
 public:
  absl::string_view name() const override { return "device identity"; }
  absl::string_view summary() const override {
    return "Show what makes a device one device, and why";
  }
  absl::string_view examples() const override {
    return "  rollcall device identity laptop-17\n"
           "  rollcall device identity 4f1c9a02 --as-of=2026-01-31\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("ID", kDeviceHelp, &id_).Fills("device_id");
    arguments.Text("as-of", kAsOfHelp, &as_of_).Fills("as_of");
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::GetDeviceIdentityRequest request;
    request.set_device_id(id_);
    ROLLCALL_RETURN_IF_ERROR(SetAsOf(as_of_, request));
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::IdentityService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        session.Call(*stub, &v1::IdentityService::Stub::GetDeviceIdentity,
                     request));
    ROLLCALL_RETURN_IF_ERROR(
        session.Print(response, IdentityTable, IdentityCsv, ""));
    return ExitCode::kOk;
  }

 private:
  std::string id_;
  std::string as_of_;
};

}  // namespace

std::unique_ptr<Command> MakeDeviceIdentityCommand() {
  return std::make_unique<DeviceIdentityCommand>();
}

}  // namespace rollcall::cli
