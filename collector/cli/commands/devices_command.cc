#include "collector/cli/commands.h"
#include "collector/cli/pages.h"
#include "collector/cli/session.h"
#include "collector/cli/times.h"
#include "collector/cli/views/device_view.h"
#include "common/status.h"
#include "rollcall/v1/device_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

using Stub = v1::DeviceService::Stub;

class DevicesCommand final : public Command {
 public:
  absl::string_view name() const override { return "devices"; }
  absl::string_view summary() const override {
    return "List the devices that agents speak for";
  }
  absl::string_view examples() const override {
    return "  rollcall devices\n"
           "  rollcall devices --contains=latitude --output=csv\n"
           "  rollcall devices --as-of=2026-01-31\n";
  }
  void Declare(Arguments& arguments) override {
    arguments
        .Text("contains",
              "Only where host name, serial number, model or device id "
              "contains this, ignoring case",
              &contains_)
        .Fills("contains");
    arguments.Text("as-of", kAsOfHelp, &as_of_).Fills("as_of");
    arguments.Number("limit", kLimitHelp, 1, kMaxLimit, &limit_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::ListDevicesRequest request;
    request.set_contains(contains_);
    ROLLCALL_RETURN_IF_ERROR(SetAsOf(as_of_, request));
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::DeviceService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        FollowPages(session, *stub, &Stub::ListDevices, request,
                    session.LimitOf(limit_),
                    &v1::ListDevicesResponse::devices_size));
    ROLLCALL_RETURN_IF_ERROR(session.Print(
        response, DevicesTable, DevicesCsv,
        EmptyWords(as_of_, contains_.empty()
                               ? "No devices yet. Install an agent on a "
                                 "machine and start it: it reports by "
                                 "itself."
                               : "No device matches.")));
    return ExitCode::kOk;
  }

 private:
  std::string contains_;
  std::string as_of_;
  int limit_ = 0;
};

}  // namespace

std::unique_ptr<Command> MakeDevicesCommand() {
  return std::make_unique<DevicesCommand>();
}

}  // namespace rollcall::cli
