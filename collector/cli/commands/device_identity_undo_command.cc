#include "collector/cli/commands.h"
#include "collector/cli/identity_edit.h"

namespace rollcall::cli {
namespace {

class DeviceIdentityUndoCommand final : public Command {
 public:
  absl::string_view name() const override { return "device identity undo"; }
  absl::string_view summary() const override {
    return "Put subjects back to where an event took them from";
  }
  absl::string_view examples() const override {
    return "  rollcall device identity undo 0006453a1b2c3d4e0000000000000000 "
           "--reason=\"they are two\"\n"
           "\n"
           "`device identity` lists the events of a device. What evidence "
           "decided can be undone\n"
           "too, and stays so.\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("EVENT", "The event's id, 32 hex digits", &event_)
        .Fills("event_id");
    edit_.Declare(arguments);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::UndoIdentityEventRequest request;
    request.set_event_id(event_);
    return edit_.Send(session, &v1::IdentityService::Stub::UndoIdentityEvent,
                      request);
  }

 private:
  std::string event_;
  IdentityEdit edit_;
};

}  // namespace

std::unique_ptr<Command> MakeDeviceIdentityUndoCommand() {
  return std::make_unique<DeviceIdentityUndoCommand>();
}

}  // namespace rollcall::cli
