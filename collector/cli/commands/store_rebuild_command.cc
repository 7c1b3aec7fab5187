#include "collector/cli/commands.h"
#include "collector/cli/session.h"
#include "collector/cli/views/store_view.h"
#include "common/status.h"
#include "rollcall/v1/store_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

class StoreRebuildCommand final : public Command {
 public:
  absl::string_view name() const override { return "store rebuild"; }
  absl::string_view summary() const override {
    return "Make the postings anew; questions are answered meanwhile";
  }
  absl::string_view examples() const override {
    return "  rollcall store rebuild --timeout=3600\n";
  }
  void Declare(Arguments& /*arguments*/) override {}

  absl::StatusOr<ExitCode> Run(Session& session) override {
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::StoreService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        session.Call(*stub, &v1::StoreService::Stub::RebuildPostings,
                     v1::RebuildPostingsRequest()));
    ROLLCALL_RETURN_IF_ERROR(
        session.Print(response, RebuiltTable, RebuiltCsv, ""));
    return ExitCode::kOk;
  }
};

}  // namespace

std::unique_ptr<Command> MakeStoreRebuildCommand() {
  return std::make_unique<StoreRebuildCommand>();
}

}  // namespace rollcall::cli
