#include "collector/cli/commands.h"
#include "collector/cli/device_id.h"
#include "collector/cli/explained_edit.h"
#include "collector/cli/pages.h"
#include "collector/cli/session.h"
#include "collector/cli/views/hold_view.h"
#include "common/status.h"
#include "rollcall/v1/device_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

using Stub = v1::DeviceService::Stub;

// What holding and releasing share.
class HoldEdit {
 public:
  void Declare(Arguments& arguments) {
    arguments.Positional("ID", kDeviceHelp, &id_).Fills("device_id");
    edit_.Declare(arguments);
  }

  template <typename Request, typename Response>
  absl::StatusOr<ExitCode> Send(
      Session& session,
      grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                   Response*),
      Request request) const {
    ROLLCALL_RETURN_IF_ERROR(edit_.Check());
    request.set_device_id(id_);
    edit_.Fill(request);
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::DeviceService>());
    ROLLCALL_ASSIGN_OR_RETURN(const Response response,
                              session.Call(*stub, method, request));
    ROLLCALL_RETURN_IF_ERROR(
        session.Print(response.hold(), HoldTable, HoldCsv, ""));
    return ExitCode::kOk;
  }

 private:
  std::string id_;
  ExplainedEdit edit_;
};

class DeviceHoldCommand final : public Command {
 public:
  absl::string_view name() const override { return "device hold"; }
  absl::string_view summary() const override {
    return "Keep all that is known of a device, until it is released";
  }
  absl::string_view examples() const override {
    return "  rollcall device hold laptop-17 --reason=\"case 4711\"\n"
           "\n"
           "Until `device release` nothing of its history is dropped, however "
           "old, and it cannot\n"
           "be deleted.\n";
  }
  void Declare(Arguments& arguments) override { edit_.Declare(arguments); }
  absl::StatusOr<ExitCode> Run(Session& session) override {
    return edit_.Send(session, &Stub::HoldDevice, v1::HoldDeviceRequest());
  }

 private:
  HoldEdit edit_;
};

class DeviceReleaseCommand final : public Command {
 public:
  absl::string_view name() const override { return "device release"; }
  absl::string_view summary() const override {
    return "End a hold on a device";
  }
  absl::string_view examples() const override {
    return "  rollcall device release laptop-17 --reason=\"case 4711 is "
           "closed\"\n"
           "  rollcall device release 4f1c9a02 --reason=closed "
           "--hold=00112233445566778899aabbccddeeff\n"
           "\n"
           "The hold ends on all that it is on, also where that is another "
           "device by now.\n";
  }
  void Declare(Arguments& arguments) override {
    edit_.Declare(arguments);
    arguments
        .Text("hold", "Which one, where the device has several; its id", &hold_)
        .Fills("hold_id");
  }
  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::ReleaseDeviceRequest request;
    request.set_hold_id(hold_);
    return edit_.Send(session, &Stub::ReleaseDevice, request);
  }

 private:
  HoldEdit edit_;
  std::string hold_;
};

class HoldsCommand final : public Command {
 public:
  absl::string_view name() const override { return "holds"; }
  absl::string_view summary() const override {
    return "List the holds on devices, newest first";
  }
  absl::string_view examples() const override {
    return "  rollcall holds\n"
           "  rollcall holds --released --output=csv\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Flag("released", "Those that were ended, too", &released_);
    arguments.Number("limit", kLimitHelp, 1, kMaxLimit, &limit_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::ListHoldsRequest request;
    request.set_with_released(released_);
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::DeviceService>());
    ROLLCALL_ASSIGN_OR_RETURN(const auto response,
                              FollowPages(session, *stub, &Stub::ListHolds,
                                          request, session.LimitOf(limit_),
                                          &v1::ListHoldsResponse::holds_size));
    ROLLCALL_RETURN_IF_ERROR(
        session.Print(response, HoldsTable, HoldsCsv, "No device is held."));
    return ExitCode::kOk;
  }

 private:
  bool released_ = false;
  int limit_ = 0;
};

}  // namespace

std::unique_ptr<Command> MakeDeviceHoldCommand() {
  return std::make_unique<DeviceHoldCommand>();
}

std::unique_ptr<Command> MakeDeviceReleaseCommand() {
  return std::make_unique<DeviceReleaseCommand>();
}

std::unique_ptr<Command> MakeHoldsCommand() {
  return std::make_unique<HoldsCommand>();
}

}  // namespace rollcall::cli
