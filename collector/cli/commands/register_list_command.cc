#include "collector/cli/commands.h"
#include "collector/cli/pages.h"
#include "collector/cli/session.h"
#include "collector/cli/times.h"
#include "collector/cli/views/register_view.h"
#include "common/status.h"
#include "rollcall/v1/register_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

class RegisterListCommand final : public Command {
 public:
  absl::string_view name() const override { return "register list"; }
  absl::string_view summary() const override {
    return "List the devices that registers expect";
  }
  absl::string_view examples() const override {
    return "  rollcall register list\n"
           "  rollcall register list --register=mdm --as-of=2026-01-31\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Text("register", "Only this register", &register_)
        .Fills("register");
    arguments.Text("as-of", kAsOfHelp, &as_of_).Fills("as_of");
    arguments.Number("limit", kLimitHelp, 1, kMaxLimit, &limit_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::ListExpectedDevicesRequest request;
    request.set_register_(register_);
    ROLLCALL_RETURN_IF_ERROR(SetAsOf(as_of_, request));
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::RegisterService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        FollowPages(session, *stub,
                    &v1::RegisterService::Stub::ListExpectedDevices, request,
                    session.LimitOf(limit_),
                    &v1::ListExpectedDevicesResponse::devices_size));
    ROLLCALL_RETURN_IF_ERROR(session.Print(
        response, ExpectedTable, ExpectedCsv,
        EmptyWords(as_of_,
                   "No device is expected. Import a register: rollcall "
                   "register import FILE.")));
    return ExitCode::kOk;
  }

 private:
  std::string register_;
  std::string as_of_;
  int limit_ = 0;
};

}  // namespace

std::unique_ptr<Command> MakeRegisterListCommand() {
  return std::make_unique<RegisterListCommand>();
}

}  // namespace rollcall::cli
