#include "collector/cli/commands.h"
#include "collector/cli/pages.h"
#include "collector/cli/session.h"
#include "collector/cli/views/identity_view.h"
#include "common/status.h"
#include "rollcall/v1/identity_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

class DeviceDuplicatesCommand final : public Command {
 public:
  absl::string_view name() const override { return "device duplicates"; }
  absl::string_view summary() const override {
    return "List devices that may be one machine, for a person to decide";
  }
  absl::string_view examples() const override {
    return "  rollcall device duplicates\n"
           "  rollcall device duplicates --output=csv\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Number("limit", kLimitHelp, 1, kMaxLimit, &limit_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::IdentityService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        FollowPages(
            session, *stub, &v1::IdentityService::Stub::ListPossibleDuplicates,
            v1::ListPossibleDuplicatesRequest(), session.LimitOf(limit_),
            &v1::ListPossibleDuplicatesResponse::possible_duplicates_size));
    ROLLCALL_RETURN_IF_ERROR(session.Print(response, DuplicatesTable,
                                           DuplicatesCsv,
                                           "No device may be another one."));
    return ExitCode::kOk;
  }

 private:
  int limit_ = 0;
};

}  // namespace

std::unique_ptr<Command> MakeDeviceDuplicatesCommand() {
  return std::make_unique<DeviceDuplicatesCommand>();
}

}  // namespace rollcall::cli
