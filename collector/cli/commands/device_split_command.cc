#include "collector/cli/commands.h"
#include "collector/cli/device_id.h"
#include "collector/cli/identity_edit.h"

namespace rollcall::cli {
namespace {

class DeviceSplitCommand final : public Command {
 public:
  absl::string_view name() const override { return "device split"; }
  absl::string_view summary() const override {
    return "Make some subjects of a device a device of their own";
  }
  absl::string_view examples() const override {
    return "  rollcall device split laptop-17 "
           "--subjects=00112233445566778899aabbccddeeff --reason=\"two guests "
           "of one image\"\n"
           "\n"
           "`device identity` lists the subjects. `device identity undo` takes "
           "it back.\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("ID", kDeviceHelp, &id_).Fills("device_id");
    arguments
        .Texts("subjects", "The subjects that leave it; needed", &subjects_)
        .Fills("subject_ids");
    edit_.Declare(arguments);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    if (subjects_.empty()) {
      return absl::InvalidArgumentError(
          "--subjects is needed: `rollcall device identity` lists them");
    }
    v1::SplitDeviceRequest request;
    request.set_device_id(id_);
    request.mutable_subject_ids()->Assign(subjects_.begin(), subjects_.end());
    return edit_.Send(session, &v1::IdentityService::Stub::SplitDevice,
                      request);
  }

 private:
  std::string id_;
  std::vector<std::string> subjects_;
  IdentityEdit edit_;
};

}  // namespace

std::unique_ptr<Command> MakeDeviceSplitCommand() {
  return std::make_unique<DeviceSplitCommand>();
}

}  // namespace rollcall::cli
