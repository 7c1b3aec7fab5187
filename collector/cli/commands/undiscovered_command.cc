#include "absl/strings/str_cat.h"
#include "collector/cli/commands.h"
#include "collector/cli/enums.h"
#include "collector/cli/pages.h"
#include "collector/cli/session.h"
#include "collector/cli/views/register_view.h"
#include "common/status.h"
#include "rollcall/v1/register_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

constexpr int kMaxStaleDays = 3'650;

class UndiscoveredCommand final : public Command {
 public:
  absl::string_view name() const override { return "undiscovered"; }
  absl::string_view summary() const override {
    return "List devices that do not answer the roll call, and why";
  }
  absl::string_view examples() const override {
    return "  rollcall undiscovered\n"
           "  rollcall undiscovered --stale-days=30 --state=agent-stale\n"
           "  rollcall undiscovered --state=never-seen,not-owned "
           "--output=csv\n";
  }
  void Declare(Arguments& arguments) override {
    arguments
        .Number("stale-days",
                "Days of silence after which an agent is stale; only time "
                "in which the collector was there counts; default: 60",
                1, kMaxStaleDays, &stale_days_)
        .Fills("stale_days");
    arguments
        .Texts(
            "state",
            absl::StrCat("Only these: ",
                         EnumWords(v1::UndiscoveredDevice::State_descriptor())),
            &states_)
        .Fills("states");
    arguments.Number("limit", kLimitHelp, 1, kMaxLimit, &limit_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::ListUndiscoveredRequest request;
    request.set_stale_days(stale_days_);
    ROLLCALL_RETURN_IF_ERROR(SetStates(request));
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::RegisterService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        FollowPages(session, *stub,
                    &v1::RegisterService::Stub::ListUndiscovered, request,
                    session.LimitOf(limit_),
                    &v1::ListUndiscoveredResponse::devices_size));
    ROLLCALL_RETURN_IF_ERROR(session.Print(
        response, UndiscoveredTable, UndiscoveredCsv,
        "Nothing to compare yet: no device is expected and none was seen. "
        "Import a register (rollcall register import FILE), or install an "
        "agent."));
    return ExitCode::kOk;
  }

 private:
  absl::Status SetStates(v1::ListUndiscoveredRequest& request) const {
    for (const std::string& word : states_) {
      ROLLCALL_ASSIGN_OR_RETURN(
          const auto state,
          ReadEnum<v1::UndiscoveredDevice::State>("--state", word));
      request.add_states(state);
    }
    return absl::OkStatus();
  }

  int stale_days_ = 0;
  std::vector<std::string> states_;
  int limit_ = 0;
};

}  // namespace

std::unique_ptr<Command> MakeUndiscoveredCommand() {
  return std::make_unique<UndiscoveredCommand>();
}

}  // namespace rollcall::cli
