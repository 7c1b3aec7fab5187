#include "collector/cli/commands.h"
#include "collector/cli/identity_edit.h"

namespace rollcall::cli {
namespace {

class DeviceMergeCommand final : public Command {
 public:
  absl::string_view name() const override { return "device merge"; }
  absl::string_view summary() const override {
    return "Make two devices one, with the facts of the one that changed last";
  }
  absl::string_view examples() const override {
    return "  rollcall device merge laptop-17 4f1c9a02 --reason=\"board "
           "swapped, case 4711\"\n"
           "\n"
           "The first stays and gets the subjects of the other, from now on. "
           "The device is shown and\n"
           "counted with the facts of the subject that reported a change "
           "last; those of the others\n"
           "are kept with their history, and `device identity undo` takes it "
           "all back.\n";
  }
  void Declare(Arguments& arguments) override {
    arguments
        .Positional("ID",
                    "The device that stays: its id, the first digits of "
                    "it (4 or more), or its host name",
                    &id_)
        .Fills("device_id");
    arguments
        .Positional("OTHER", "The device that is the same one, likewise",
                    &other_)
        .Fills("other_device_id");
    edit_.Declare(arguments);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::MergeDevicesRequest request;
    request.set_device_id(id_);
    request.set_other_device_id(other_);
    return edit_.Send(session, &v1::IdentityService::Stub::MergeDevices,
                      request);
  }

 private:
  std::string id_;
  std::string other_;
  IdentityEdit edit_;
};

}  // namespace

std::unique_ptr<Command> MakeDeviceMergeCommand() {
  return std::make_unique<DeviceMergeCommand>();
}

}  // namespace rollcall::cli
