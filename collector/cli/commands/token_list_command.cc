#include "collector/cli/commands.h"
#include "collector/cli/pages.h"
#include "collector/cli/session.h"
#include "collector/cli/views/enrolment_view.h"
#include "common/status.h"
#include "rollcall/v1/enrolment_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

class TokenListCommand final : public Command {
 public:
  absl::string_view name() const override { return "token list"; }
  absl::string_view summary() const override {
    return "List the tokens that can be used";
  }
  absl::string_view examples() const override {
    return "  rollcall token list\n"
           "  rollcall token list --all --output=csv\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Flag("all", "Also those that are used up, expired or revoked",
                   &all_);
    arguments
        .Text("principal", "Only those that log this principal in", &principal_)
        .Fills("principal");
    arguments.Number("limit", kLimitHelp, 1, kMaxLimit, &limit_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::ListTokensRequest request;
    request.set_include_ended(all_);
    request.set_principal(principal_);
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::EnrolmentService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        FollowPages(session, *stub, &v1::EnrolmentService::Stub::ListTokens,
                    request, session.LimitOf(limit_),
                    &v1::ListTokensResponse::tokens_size));
    ROLLCALL_RETURN_IF_ERROR(
        session.Print(response, TokensTable, TokensCsv,
                      "There is no token that you may see. Make one: rollcall "
                      "token create."));
    return ExitCode::kOk;
  }

 private:
  bool all_ = false;
  std::string principal_;
  int limit_ = 0;
};

}  // namespace

std::unique_ptr<Command> MakeTokenListCommand() {
  return std::make_unique<TokenListCommand>();
}

}  // namespace rollcall::cli
