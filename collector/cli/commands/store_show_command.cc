#include "collector/cli/commands.h"
#include "collector/cli/session.h"
#include "collector/cli/views/store_view.h"
#include "common/status.h"
#include "rollcall/v1/store_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

class StoreShowCommand final : public Command {
 public:
  absl::string_view name() const override { return "store show"; }
  absl::string_view summary() const override {
    return "Show what the collector's store is";
  }
  absl::string_view examples() const override {
    return "  rollcall store show\n";
  }
  void Declare(Arguments& /*arguments*/) override {}

  absl::StatusOr<ExitCode> Run(Session& session) override {
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::StoreService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        session.Call(*stub, &v1::StoreService::Stub::GetStore,
                     v1::GetStoreRequest()));
    ROLLCALL_RETURN_IF_ERROR(session.Print(response, StoreTable, StoreCsv, ""));
    return ExitCode::kOk;
  }
};

}  // namespace

std::unique_ptr<Command> MakeStoreShowCommand() {
  return std::make_unique<StoreShowCommand>();
}

}  // namespace rollcall::cli
