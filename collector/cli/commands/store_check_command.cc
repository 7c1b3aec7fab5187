#include "collector/cli/commands.h"
#include "collector/cli/session.h"
#include "collector/cli/views/store_view.h"
#include "common/status.h"
#include "rollcall/v1/store_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

class StoreCheckCommand final : public Command {
 public:
  absl::string_view name() const override { return "store check"; }
  absl::string_view summary() const override {
    return "Recompute what the store derives, and compare";
  }
  absl::string_view examples() const override {
    return "  rollcall store check --timeout=3600\n";
  }
  void Declare(Arguments& /*arguments*/) override {}

  absl::StatusOr<ExitCode> Run(Session& session) override {
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::StoreService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        session.Call(*stub, &v1::StoreService::Stub::CheckStore,
                     v1::CheckStoreRequest()));
    ROLLCALL_RETURN_IF_ERROR(
        session.Print(response, StoreChecksTable, StoreChecksCsv, ""));
    for (const v1::StoreCheck& check : response.checks()) {
      if (check.difference_count() > 0) return ExitCode::kNegative;
    }
    return ExitCode::kOk;
  }
};

}  // namespace

std::unique_ptr<Command> MakeStoreCheckCommand() {
  return std::make_unique<StoreCheckCommand>();
}

}  // namespace rollcall::cli
