#include "collector/cli/commands.h"
#include "collector/cli/session.h"
#include "collector/cli/views/enrolment_view.h"
#include "common/status.h"
#include "rollcall/v1/enrolment_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

class TokenRevokeCommand final : public Command {
 public:
  absl::string_view name() const override { return "token revoke"; }
  absl::string_view summary() const override {
    return "End a token; what it logged in ends too, agents stay";
  }
  absl::string_view examples() const override {
    return "  rollcall token revoke fff96a8a2c0b8fff5a0e6e6f4f1c2b3a\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("ID", "The token's id, as `token list` shows it", &id_)
        .Fills("token_id");
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::RevokeTokenRequest request;
    request.set_token_id(id_);
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::EnrolmentService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        session.Call(*stub, &v1::EnrolmentService::Stub::RevokeToken, request));
    ROLLCALL_RETURN_IF_ERROR(
        session.Print(response, RevokedTokenTable, RevokedTokenCsv, ""));
    return ExitCode::kOk;
  }

 private:
  std::string id_;
};

}  // namespace

std::unique_ptr<Command> MakeTokenRevokeCommand() {
  return std::make_unique<TokenRevokeCommand>();
}

}  // namespace rollcall::cli
