#include "collector/cli/commands.h"
#include "collector/cli/session.h"
#include "collector/cli/views/principal_view.h"
#include "common/status.h"
#include "rollcall/v1/principal_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

class WhoAmICommand final : public Command {
 public:
  absl::string_view name() const override { return "whoami"; }
  absl::string_view summary() const override {
    return "Show whom your certificate names, and what you may do";
  }
  absl::string_view examples() const override { return "  rollcall whoami\n"; }
  void Declare(Arguments&) override {}

  absl::StatusOr<ExitCode> Run(Session& session) override {
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::PrincipalService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        session.Call(*stub, &v1::PrincipalService::Stub::WhoAmI,
                     v1::WhoAmIRequest()));
    ROLLCALL_RETURN_IF_ERROR(
        session.Print(response, WhoAmITable, WhoAmICsv, ""));
    return ExitCode::kOk;
  }
};

}  // namespace

std::unique_ptr<Command> MakeWhoAmICommand() {
  return std::make_unique<WhoAmICommand>();
}

}  // namespace rollcall::cli
