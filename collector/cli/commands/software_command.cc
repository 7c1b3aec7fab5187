#include "collector/cli/commands.h"
#include "collector/cli/pages.h"
#include "collector/cli/session.h"
#include "collector/cli/times.h"
#include "collector/cli/views/software_view.h"
#include "common/status.h"
#include "rollcall/v1/device_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

using Stub = v1::DeviceService::Stub;

class SoftwareCommand final : public Command {
 public:
  absl::string_view name() const override { return "software"; }
  absl::string_view summary() const override {
    return "List the fleet's software, or the devices that have one";
  }
  absl::string_view examples() const override {
    return "  rollcall software --name=openssl\n"
           "  rollcall software --unrecognised --output=csv\n"
           "  rollcall software --name=openssl --version=3.0.11-1 --devices\n"
           "  rollcall software --product=PostgreSQL\n";
  }
  void Declare(Arguments& arguments) override {
    arguments
        .Text("name",
              "Only packages whose name contains this, ignoring case; with "
              "--devices, the exact name",
              &name_)
        .Fills("name")
        .Fills("name_contains");
    arguments
        .Text("version", "With --devices: only this exact version", &version_)
        .Fills("version");
    arguments
        .Text("product", "List the devices that have this recognised product",
              &product_)
        .Fills("product");
    arguments.Flag("devices", "List the devices that have the package --name",
                   &devices_);
    arguments.Flag("unrecognised", "Only packages that no rule recognises",
                   &unrecognised_);
    arguments.Text("as-of", kAsOfHelp, &as_of_).Fills("as_of");
    arguments.Number("limit", kLimitHelp, 1, kMaxLimit, &limit_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    ROLLCALL_RETURN_IF_ERROR(Check());
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::DeviceService>());
    const bool devices = devices_ || !product_.empty();
    return devices ? ListDevices(session, *stub) : ListSoftware(session, *stub);
  }

 private:
  absl::Status Check() const {
    if (!product_.empty() && !name_.empty()) {
      return absl::InvalidArgumentError("give --product or --name, not both");
    }
    if (devices_ && product_.empty() && name_.empty()) {
      return absl::InvalidArgumentError(
          "--devices needs the --name of a package, or a --product");
    }
    if (unrecognised_ && (devices_ || !product_.empty())) {
      return absl::InvalidArgumentError(
          "--unrecognised lists packages; leave --devices and --product out");
    }
    if (!version_.empty() && (!devices_ || name_.empty())) {
      return absl::InvalidArgumentError("--version needs --devices and --name");
    }
    return absl::OkStatus();
  }

  absl::StatusOr<ExitCode> ListSoftware(Session& session, Stub& stub) {
    v1::ListSoftwareRequest request;
    request.set_name_contains(name_);
    request.set_unrecognised_only(unrecognised_);
    ROLLCALL_RETURN_IF_ERROR(SetAsOf(as_of_, request));
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        FollowPages(session, stub, &Stub::ListSoftware, request,
                    session.LimitOf(limit_),
                    &v1::ListSoftwareResponse::software_size));
    const bool filtered = !name_.empty() || unrecognised_;
    ROLLCALL_RETURN_IF_ERROR(session.Print(
        response, SoftwareTable, SoftwareCsv,
        EmptyWords(as_of_, filtered ? "No software matches."
                                    : "No software yet. It appears with the "
                                      "first report of an agent.")));
    return ExitCode::kOk;
  }

  absl::StatusOr<ExitCode> ListDevices(Session& session, Stub& stub) {
    v1::ListSoftwareDevicesRequest request;
    request.set_name(name_);
    request.set_version(version_);
    request.set_product(product_);
    ROLLCALL_RETURN_IF_ERROR(SetAsOf(as_of_, request));
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        FollowPages(session, stub, &Stub::ListSoftwareDevices, request,
                    session.LimitOf(limit_),
                    &v1::ListSoftwareDevicesResponse::devices_size));
    ROLLCALL_RETURN_IF_ERROR(
        session.Print(response, SoftwareDevicesTable, SoftwareDevicesCsv,
                      EmptyWords(as_of_, "No device has it.")));
    return ExitCode::kOk;
  }

  std::string name_;
  std::string version_;
  std::string product_;
  bool devices_ = false;
  bool unrecognised_ = false;
  std::string as_of_;
  int limit_ = 0;
};

}  // namespace

std::unique_ptr<Command> MakeSoftwareCommand() {
  return std::make_unique<SoftwareCommand>();
}

}  // namespace rollcall::cli
