#include "absl/strings/str_cat.h"
#include "collector/cli/commands.h"
#include "collector/cli/device_id.h"
#include "collector/cli/explained_edit.h"
#include "collector/cli/session.h"
#include "collector/cli/values.h"
#include "collector/cli/views/deletion_view.h"
#include "collector/cli/views/hold_view.h"
#include "common/status.h"
#include "rollcall/v1/device_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

using Stub = v1::DeviceService::Stub;

class DeviceDeleteCommand final : public Command {
 public:
  absl::string_view name() const override { return "device delete"; }
  absl::string_view summary() const override {
    return "Delete a device with all its history, for good, with a proof";
  }
  absl::string_view examples() const override {
    return "  rollcall device delete laptop-17 --reason=\"sold, case 4711\"\n"
           "  rollcall device delete 4f1c9a02 --reason=\"the owner asked\" "
           "--yes\n"
           "\n"
           "Without --yes it only says what would be deleted. An agent that "
           "still reports is a\n"
           "new device afterwards: `agent revoke` turns it away. Positions as "
           "of a time in which\n"
           "it was known can no longer be recomputed.\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("ID", kDeviceHelp, &id_).Fills("device_id");
    edit_.Declare(arguments);
    arguments.Flag("yes", "Delete it; there is no way back", &yes_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    ROLLCALL_RETURN_IF_ERROR(edit_.Check());
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::DeviceService>());
    if (!yes_) return Ask(session, *stub);
    v1::DeleteDeviceRequest request;
    request.set_device_id(id_);
    edit_.Fill(request);
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response, session.Call(*stub, &Stub::DeleteDevice, request));
    ROLLCALL_RETURN_IF_ERROR(
        session.Print(response.proof(), DeletionTable, DeletionCsv, ""));
    return ExitCode::kOk;
  }

 private:
  // Says what would be deleted, and how to say that it shall be.
  absl::StatusOr<ExitCode> Ask(Session& session, Stub& stub) const {
    v1::GetDeviceRequest request;
    request.set_device_id(id_);
    ROLLCALL_ASSIGN_OR_RETURN(const auto response,
                              session.Call(stub, &Stub::GetDevice, request));
    const v1::Device& device = response.device();
    const std::string name =
        absl::StrCat("device ", device.device_id(), " (host name ",
                     device.has_hostname() ? device.hostname() : "not known",
                     ", known since ", TimeText(device.first_seen()), ")");
    if (!device.holds().empty()) return Held(device, name);
    session.Note(absl::StrCat(
        "Nothing was deleted: this would delete ", name,
        " with all its facts and its history, for good. After that, positions "
        "as of ",
        TimeText(device.first_seen()),
        " to now can no longer be recomputed, and lists as of then are without "
        "it; add --yes to do so"));
    return ExitCode::kNegative;
  }

  // It cannot be deleted, whatever is said.
  static absl::Status Held(const v1::Device& device, const std::string& name) {
    std::string holds;
    for (const v1::DeviceHold& hold : device.holds()) {
      absl::StrAppend(&holds, holds.empty() ? "" : "; ", HoldText(hold));
    }
    return absl::FailedPreconditionError(absl::StrCat(
        "nothing was deleted: ", name, " cannot be deleted, as it is held ",
        holds, ". `device release` ends a hold"));
  }

  std::string id_;
  ExplainedEdit edit_;
  bool yes_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeDeviceDeleteCommand() {
  return std::make_unique<DeviceDeleteCommand>();
}

}  // namespace rollcall::cli
