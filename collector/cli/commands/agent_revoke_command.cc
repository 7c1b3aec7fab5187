#include "collector/cli/commands.h"
#include "collector/cli/session.h"
#include "collector/cli/views/enrolment_view.h"
#include "common/status.h"
#include "rollcall/v1/enrolment_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

class AgentRevokeCommand final : public Command {
 public:
  absl::string_view name() const override { return "agent revoke"; }
  absl::string_view summary() const override {
    return "Turn an agent away for good: its streams end, its key is worthless";
  }
  absl::string_view examples() const override {
    return "  rollcall agent revoke 00112233445566778899aabbccddeeff "
           "--reason=\"stolen laptop\"\n"
           "\n"
           "`device show` tells a device's agents: the id of a device is none. "
           "The machine can\n"
           "come back with a new key and a token.\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("AGENT-ID", "The agent's id, 32 hex digits", &id_)
        .Fills("agent_id");
    arguments.Text("reason", "Why, for those who come after you", &reason_)
        .Fills("reason");
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::RevokeAgentRequest request;
    request.set_agent_id(id_);
    request.set_reason(reason_);
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::EnrolmentService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        session.Call(*stub, &v1::EnrolmentService::Stub::RevokeAgent, request));
    ROLLCALL_RETURN_IF_ERROR(
        session.Print(response, RevokedAgentTable, RevokedAgentCsv, ""));
    return ExitCode::kOk;
  }

 private:
  std::string id_;
  std::string reason_;
};

}  // namespace

std::unique_ptr<Command> MakeAgentRevokeCommand() {
  return std::make_unique<AgentRevokeCommand>();
}

}  // namespace rollcall::cli
