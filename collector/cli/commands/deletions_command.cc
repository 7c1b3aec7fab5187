#include "collector/cli/commands.h"
#include "collector/cli/pages.h"
#include "collector/cli/session.h"
#include "collector/cli/views/deletion_view.h"
#include "common/status.h"
#include "rollcall/v1/device_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

using Stub = v1::DeviceService::Stub;

class DeletionsCommand final : public Command {
 public:
  absl::string_view name() const override { return "deletions"; }
  absl::string_view summary() const override {
    return "List the devices that were deleted, newest first";
  }
  absl::string_view examples() const override {
    return "  rollcall deletions\n"
           "  rollcall deletions --output=csv\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Number("limit", kLimitHelp, 1, kMaxLimit, &limit_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::DeviceService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        FollowPages(session, *stub, &Stub::ListDeletions,
                    v1::ListDeletionsRequest(), session.LimitOf(limit_),
                    &v1::ListDeletionsResponse::deletions_size));
    ROLLCALL_RETURN_IF_ERROR(session.Print(
        response, DeletionsTable, DeletionsCsv, "No device was deleted."));
    return ExitCode::kOk;
  }

 private:
  int limit_ = 0;
};

class DeletionsShowCommand final : public Command {
 public:
  absl::string_view name() const override { return "deletions show"; }
  absl::string_view summary() const override {
    return "Show the proof that a device was deleted";
  }
  absl::string_view examples() const override {
    return "  rollcall deletions show 00112233445566778899aabbccddeeff\n"
           "  rollcall deletions show 00112233445566778899aabbccddeeff "
           "--output=json\n"
           "\n"
           "JSON has all of the proof, with the ids of the rows and sets that "
           "went.\n";
  }
  void Declare(Arguments& arguments) override {
    arguments
        .Positional("ID", "The deletion's id or the device's, 32 hex digits",
                    &id_)
        .Fills("deletion_id");
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::GetDeletionRequest request;
    request.set_deletion_id(id_);
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::DeviceService>());
    ROLLCALL_ASSIGN_OR_RETURN(const auto response,
                              session.Call(*stub, &Stub::GetDeletion, request));
    ROLLCALL_RETURN_IF_ERROR(
        session.Print(response.proof(), DeletionTable, DeletionCsv, ""));
    return ExitCode::kOk;
  }

 private:
  std::string id_;
};

}  // namespace

std::unique_ptr<Command> MakeDeletionsCommand() {
  return std::make_unique<DeletionsCommand>();
}

std::unique_ptr<Command> MakeDeletionsShowCommand() {
  return std::make_unique<DeletionsShowCommand>();
}

}  // namespace rollcall::cli
