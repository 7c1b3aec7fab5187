#include "collector/cli/commands.h"
#include "collector/cli/pages.h"
#include "collector/cli/session.h"
#include "collector/cli/views/ledger_view.h"
#include "common/status.h"
#include "rollcall/v1/ledger_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

constexpr int kMostEntries = 2'000'000'000;

class LedgerListCommand final : public Command {
 public:
  absl::string_view name() const override { return "ledger list"; }
  absl::string_view summary() const override {
    return "List what took effect and who approved it, oldest first";
  }
  absl::string_view examples() const override {
    return "  rollcall ledger list --from=100\n"
           "  rollcall ledger list --kind=change-set-approved --actor=jo\n";
  }
  void Declare(Arguments& arguments) override {
    arguments
        .Number("from", "The entry to begin with; default: 0", 0, kMostEntries,
                &from_)
        .Fills("first_index");
    arguments.Text("kind", "Only what happened so, as in column WHAT", &kind_)
        .Fills("kind");
    arguments.Text("actor", "Only what this principal did", &actor_)
        .Fills("actor");
    arguments.Number("limit", kLimitHelp, 1, kMaxLimit, &limit_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::ListLedgerEntriesRequest request;
    request.set_first_index(from_);
    request.set_kind(kind_);
    request.set_actor(actor_);
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::LedgerService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        FollowPages(session, *stub, &v1::LedgerService::Stub::ListLedgerEntries,
                    request, session.LimitOf(limit_),
                    &v1::ListLedgerEntriesResponse::entries_size));
    ROLLCALL_RETURN_IF_ERROR(session.Print(response, LedgerEntriesTable,
                                           LedgerEntriesCsv,
                                           "There is no such entry."));
    return ExitCode::kOk;
  }

 private:
  int from_ = 0;
  std::string kind_;
  std::string actor_;
  int limit_ = 0;
};

}  // namespace

std::unique_ptr<Command> MakeLedgerListCommand() {
  return std::make_unique<LedgerListCommand>();
}

}  // namespace rollcall::cli
