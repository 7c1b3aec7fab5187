#include "collector/cli/commands.h"
#include "collector/cli/session.h"
#include "collector/cli/views/enrolment_view.h"
#include "common/status.h"
#include "rollcall/v1/enrolment_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

constexpr int kMostUses = 1'000'000;
constexpr int kMostDays = 366;
constexpr int64_t kSecondsADay = 86'400;

class TokenCreateCommand final : public Command {
 public:
  absl::string_view name() const override { return "token create"; }
  absl::string_view summary() const override {
    return "Make a token for agents to enrol with, or for a person to log in";
  }
  absl::string_view examples() const override {
    return "  rollcall token create --uses=200 --days=14 --class=laptop "
           "--unit=Sales\n"
           "  rollcall token create --principal=jo --uses=500 --days=90\n"
           "\n"
           "The token is printed once; the collector keeps only a hash of it. "
           "Give it to an\n"
           "agent with --token-file, or to `rollcall login`.\n";
  }
  void Declare(Arguments& arguments) override {
    arguments
        .Text("principal", "Whom it logs in; without this it is for agents",
              &principal_)
        .Fills("principal");
    arguments
        .Number("uses",
                "How many agents may enrol, or how often the person may "
                "log in; default: 1",
                1, kMostUses, &uses_)
        .Fills("max_uses");
    arguments
        .Number("days", "How long it lasts; default: 7", 1, kMostDays, &days_)
        .Fills("life");
    arguments
        .Text("class", "The class of the devices that enrol with it", &class_)
        .Fills("device_class");
    arguments.Text("unit", "The organisation unit of these devices", &unit_)
        .Fills("organisation_unit");
    arguments.Text("note", "What it is for, in your words", &note_)
        .Fills("note");
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::CreateTokenRequest request;
    request.set_kind(principal_.empty() ? v1::Token::KIND_ENROLMENT
                                        : v1::Token::KIND_LOGIN);
    request.set_principal(principal_);
    request.set_device_class(class_);
    request.set_organisation_unit(unit_);
    request.set_note(note_);
    request.set_max_uses(uses_);
    request.mutable_life()->set_seconds(days_ * kSecondsADay);
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::EnrolmentService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        session.Call(*stub, &v1::EnrolmentService::Stub::CreateToken, request));
    ROLLCALL_RETURN_IF_ERROR(
        session.Print(response, NewTokenTable, NewTokenCsv, ""));
    return ExitCode::kOk;
  }

 private:
  std::string principal_;
  std::string class_;
  std::string unit_;
  std::string note_;
  int uses_ = 1;
  int days_ = 7;
};

}  // namespace

std::unique_ptr<Command> MakeTokenCreateCommand() {
  return std::make_unique<TokenCreateCommand>();
}

}  // namespace rollcall::cli
