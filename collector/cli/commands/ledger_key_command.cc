#include "collector/cli/commands.h"
#include "collector/cli/session.h"
#include "collector/cli/views/ledger_view.h"
#include "common/status.h"
#include "rollcall/v1/ledger_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

class LedgerKeyCommand final : public Command {
 public:
  absl::string_view name() const override { return "ledger key"; }
  absl::string_view summary() const override {
    return "Print the public keys that the ledger is checked with";
  }
  absl::string_view examples() const override {
    return "  rollcall ledger key >ledger.pub\n"
           "\n"
           "The newest comes first. Keep the file away from the collector: who "
           "replaces the ledger\n"
           "would replace its key, too.\n";
  }
  void Declare(Arguments& /*arguments*/) override {}

  absl::StatusOr<ExitCode> Run(Session& session) override {
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::LedgerService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        session.Call(*stub, &v1::LedgerService::Stub::GetLedgerKey,
                     v1::GetLedgerKeyRequest()));
    ROLLCALL_RETURN_IF_ERROR(
        session.Print(response, LedgerKeysText, LedgerKeysCsv, ""));
    return ExitCode::kOk;
  }
};

}  // namespace

std::unique_ptr<Command> MakeLedgerKeyCommand() {
  return std::make_unique<LedgerKeyCommand>();
}

}  // namespace rollcall::cli
