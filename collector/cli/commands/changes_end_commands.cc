// The two ways in which a proposed change-set ends without taking effect.
#include "collector/cli/change_id.h"
#include "collector/cli/commands.h"
#include "collector/cli/explained_edit.h"
#include "collector/cli/session.h"
#include "collector/cli/views/change_view.h"
#include "common/status.h"
#include "rollcall/v1/change_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

using ChangeServiceStub = v1::ChangeService::Stub;

template <typename Request, typename Response>
absl::StatusOr<ExitCode> EndChangeSet(
    Session& session, const std::string& id, const std::string& reason,
    grpc::Status (ChangeServiceStub::*end)(grpc::ClientContext*, const Request&,
                                           Response*)) {
  Request request;
  request.set_change_set_id(id);
  request.set_reason(reason);
  ROLLCALL_ASSIGN_OR_RETURN(const auto stub, session.Stub<v1::ChangeService>());
  ROLLCALL_ASSIGN_OR_RETURN(const auto response,
                            session.Call(*stub, end, request));
  ROLLCALL_RETURN_IF_ERROR(
      session.Print(response.change_set(), EndedText, EndedCsv, ""));
  return ExitCode::kOk;
}

class ChangesRejectCommand final : public Command {
 public:
  absl::string_view name() const override { return "changes reject"; }
  absl::string_view summary() const override {
    return "Turn a change-set down, for good";
  }
  absl::string_view examples() const override {
    return "  rollcall changes reject 4f1c9a02be77 --reason=\"PO-7 was "
           "cancelled\"\n"
           "\n"
           "Whoever could approve it may. To have it all the same, somebody "
           "proposes it again.\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("ID", kChangeSetHelp, &id_).Fills("change_set_id");
    arguments.Text("reason", kReasonHelp, &reason_).Fills("reason");
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    ROLLCALL_RETURN_IF_ERROR(CheckReason(reason_));
    return EndChangeSet(session, id_, reason_,
                        &ChangeServiceStub::RejectChangeSet);
  }

 private:
  std::string id_;
  std::string reason_;
};

class ChangesWithdrawCommand final : public Command {
 public:
  absl::string_view name() const override { return "changes withdraw"; }
  absl::string_view summary() const override {
    return "Take back a change-set that you proposed";
  }
  absl::string_view examples() const override {
    return "  rollcall changes withdraw 4f1c9a02be77 --reason=\"wrong file\"\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("ID", kChangeSetHelp, &id_).Fills("change_set_id");
    arguments.Text("reason", "Why, for those who look later", &reason_)
        .Fills("reason");
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    return EndChangeSet(session, id_, reason_,
                        &ChangeServiceStub::WithdrawChangeSet);
  }

 private:
  std::string id_;
  std::string reason_;
};

}  // namespace

std::unique_ptr<Command> MakeChangesRejectCommand() {
  return std::make_unique<ChangesRejectCommand>();
}

std::unique_ptr<Command> MakeChangesWithdrawCommand() {
  return std::make_unique<ChangesWithdrawCommand>();
}

}  // namespace rollcall::cli
