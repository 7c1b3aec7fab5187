#include <vector>

#include "absl/strings/str_cat.h"
#include "collector/cli/commands.h"
#include "collector/cli/enums.h"
#include "collector/cli/pages.h"
#include "collector/cli/session.h"
#include "collector/cli/views/change_view.h"
#include "common/status.h"
#include "rollcall/v1/change_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

using ChangeStub = v1::ChangeService::Stub;

class ChangesListCommand final : public Command {
 public:
  absl::string_view name() const override { return "changes list"; }
  absl::string_view summary() const override {
    return "List change-sets, newest first, and whom they await";
  }
  absl::string_view examples() const override {
    return "  rollcall changes list --state=proposed\n"
           "  rollcall changes list --kind=contracts --output=csv\n"
           "\n"
           "\"+3 ~2 -1\": it adds three objects, changes two and removes "
           "one. Which positions that\n"
           "would move is told by `rollcall changes show`.\n";
  }
  void Declare(Arguments& arguments) override {
    arguments
        .Text("state",
              absl::StrCat("Only of this state: ",
                           EnumWords(v1::ChangeSet::State_descriptor())),
              &state_)
        .Fills("state");
    arguments
        .Text("kind",
              absl::StrCat("Only of this kind: ",
                           EnumWords(v1::ChangeSet::Kind_descriptor())),
              &kind_)
        .Fills("kind");
    arguments.Number("limit", kLimitHelp, 1, kMaxLimit, &limit_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::ListChangeSetsRequest request;
    ROLLCALL_RETURN_IF_ERROR(Fill(request));
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::ChangeService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        FollowPages(session, *stub, &ChangeStub::ListChangeSets, request,
                    session.LimitOf(limit_),
                    &v1::ListChangeSetsResponse::change_sets_size));
    ROLLCALL_ASSIGN_OR_RETURN(const auto listed,
                              WithAwaited(session, *stub, response));
    const auto table = [&](const v1::ListChangeSetsResponse&, int width) {
      return ChangeSetsTable(listed, width);
    };
    const auto csv = [&](const v1::ListChangeSetsResponse&) {
      return ChangeSetsCsv(listed);
    };
    const bool filtered = !state_.empty() || !kind_.empty();
    ROLLCALL_RETURN_IF_ERROR(session.Print(
        response, table, csv,
        filtered ? "No change-set matches." : "Nothing was proposed yet."));
    return ExitCode::kOk;
  }

 private:
  absl::Status Fill(v1::ListChangeSetsRequest& request) const {
    if (!state_.empty()) {
      ROLLCALL_ASSIGN_OR_RETURN(
          const auto state, ReadEnum<v1::ChangeSet::State>("--state", state_));
      request.set_state(state);
    }
    if (!kind_.empty()) {
      ROLLCALL_ASSIGN_OR_RETURN(const auto kind,
                                ReadEnum<v1::ChangeSet::Kind>("--kind", kind_));
      request.set_kind(kind);
    }
    return absl::OkStatus();
  }

  // Asks about each that is proposed: a list does not tell which approvals have
  // lapsed. JSON is the list alone.
  static absl::StatusOr<std::vector<ListedChangeSet>> WithAwaited(
      const Session& session, ChangeStub& stub,
      const v1::ListChangeSetsResponse& response) {
    std::vector<ListedChangeSet> listed;
    for (const v1::ChangeSet& change_set : response.change_sets()) {
      ListedChangeSet& line = listed.emplace_back();
      line.change_set = change_set;
      if (change_set.state() != v1::ChangeSet::STATE_PROPOSED ||
          session.options().output == "json") {
        continue;
      }
      v1::GetChangeSetRequest request;
      request.set_change_set_id(change_set.change_set_id());
      ROLLCALL_ASSIGN_OR_RETURN(
          const auto now,
          session.Call(stub, &ChangeStub::GetChangeSet, request));
      line.change_set = now.change_set();
      line.awaits = AwaitsText(now.awaited());
    }
    return listed;
  }

  std::string state_;
  std::string kind_;
  int limit_ = 0;
};

}  // namespace

std::unique_ptr<Command> MakeChangesListCommand() {
  return std::make_unique<ChangesListCommand>();
}

}  // namespace rollcall::cli
