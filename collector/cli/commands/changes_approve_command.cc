#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "collector/cli/change_id.h"
#include "collector/cli/commands.h"
#include "collector/cli/enums.h"
#include "collector/cli/explained_edit.h"
#include "collector/cli/session.h"
#include "collector/cli/views/change_view.h"
#include "collector/cli/views/difference_view.h"
#include "common/status.h"
#include "rollcall/v1/change_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

using ChangeStub = v1::ChangeService::Stub;

constexpr size_t kDigestDigits = 64;
// Of tables that are no part of the answer.
constexpr int kNoteWidth = 100;

class ChangesApproveCommand final : public Command {
 public:
  absl::string_view name() const override { return "changes approve"; }
  absl::string_view summary() const override {
    return "Agree to what a change-set comes to";
  }
  absl::string_view examples() const override {
    return "  rollcall changes approve 4f1c9a02be77\n"
           "  rollcall changes approve 4f1c9a02be77 --role=itam "
           "--comment=\"as in offer 4711\" \\\n"
           "    --digest=HEX\n"
           "\n"
           "--digest is what `rollcall changes show` printed: where the "
           "change-set comes to something\n"
           "else meanwhile, nothing is approved. Without it, what it comes to "
           "now, and which positions\n"
           "it would move, is shown and asked for on a terminal; --yes agrees "
           "to that unseen.\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("ID", kChangeSetHelp, &id_).Fills("change_set_id");
    arguments.Text("digest", "What you saw it come to, 64 hex digits", &digest_)
        .Fills("digest");
    arguments
        .Text("role",
              absl::StrCat("The role to approve in, one of ",
                           EnumWords(v1::Role_descriptor()),
                           "; default: one that you have and that is awaited "
                           "still"),
              &role_)
        .Fills("role");
    arguments.Text("comment", "What to note with it", &comment_)
        .Fills("comment");
    arguments.Text("request-id", kRequestIdHelp, &request_id_)
        .Fills("request_id");
    arguments.Flag("yes", "Agree to what it comes to now, without being asked",
                   &yes_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::ApproveChangeSetRequest request;
    ROLLCALL_RETURN_IF_ERROR(Fill(session, request));
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::ChangeService>());
    if (digest_.empty()) {
      ROLLCALL_ASSIGN_OR_RETURN(const bool agreed,
                                Show(session, *stub, request));
      if (!agreed) {
        session.Note("Nothing was approved.");
        return ExitCode::kNegative;
      }
    }
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        session.Call(*stub, &ChangeStub::ApproveChangeSet, request));
    ROLLCALL_RETURN_IF_ERROR(
        session.Print(response, ApprovedText, ApprovedCsv, ""));
    return ExitCode::kOk;
  }

 private:
  absl::Status Fill(const Session& session,
                    v1::ApproveChangeSetRequest& request) const {
    if (digest_.empty() && !yes_ && !session.can_ask()) {
      return absl::InvalidArgumentError(
          "--digest is needed where nobody can be asked: `rollcall changes "
          "show` prints it. --yes agrees to whatever it comes to now");
    }
    if (!digest_.empty() &&
        (digest_.size() != kDigestDigits ||
         !std::all_of(digest_.begin(), digest_.end(), absl::ascii_isxdigit))) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--digest is \"", digest_, "\"; a digest has 64 hex digits"));
    }
    if (!role_.empty()) {
      ROLLCALL_ASSIGN_OR_RETURN(const v1::Role role,
                                ReadEnum<v1::Role>("--role", role_));
      request.set_role(role);
    }
    request.set_change_set_id(id_);
    request.set_digest(absl::AsciiStrToLower(digest_));
    request.set_comment(comment_);
    request.set_request_id(request_id_);
    return absl::OkStatus();
  }

  // Tells what it comes to now and makes that what is approved. Whether the
  // person agrees.
  absl::StatusOr<bool> Show(const Session& session, ChangeStub& stub,
                            v1::ApproveChangeSetRequest& request) const {
    v1::GetChangeSetRequest asked;
    asked.set_change_set_id(id_);
    asked.set_with_overlaps(true);
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto now, session.Call(stub, &ChangeStub::GetChangeSet, asked));
    const v1::ChangeSet& change_set = now.change_set();
    request.set_change_set_id(change_set.change_set_id());
    if (!request_id_.empty() && !change_set.applied_digest().empty()) {
      // A repeated call gets the first one's answer; another one an error.
      request.set_digest(change_set.applied_digest());
      return true;
    }
    if (change_set.state() != v1::ChangeSet::STATE_PROPOSED) {
      return absl::FailedPreconditionError(absl::StrCat(
          "change-set ", change_set.change_set_id(), " is ",
          EnumWord(change_set.state()), ", so that nobody can approve it"));
    }
    request.set_digest(now.digest());
    session.Note(absl::StrCat("Change-set ", change_set.change_set_id(), " (",
                              EnumWord(change_set.kind()), ", proposed by ",
                              change_set.proposed_by(),
                              "): ", CountsText(change_set)));
    session.Note(absl::StrCat("It comes to ", now.digest()));
    session.Note(absl::StrCat("It awaits ", AwaitsText(now.awaited()), "."));
    for (const std::string& line : OverlapLines(now)) session.Note(line);
    if (yes_) return true;
    ShowEffect(session, stub, change_set);
    return session.Ask("Approve? [y/N] ");
  }

  // Tells which positions it would move, or that this cannot be told.
  static void ShowEffect(const Session& session, ChangeStub& stub,
                         const v1::ChangeSet& change_set) {
    if (change_set.kind() != v1::ChangeSet::KIND_CONTRACTS) return;
    v1::PreviewChangeSetRequest request;
    request.set_change_set_id(change_set.change_set_id());
    const auto preview =
        session.Call(stub, &ChangeStub::PreviewChangeSet, request);
    const std::string text =
        preview.ok()
            ? PreviewText(*preview, /*is_in_effect=*/false, kNoteWidth)
            : absl::StrCat("Which positions it would move cannot be told: ",
                           preview.status().message());
    for (const absl::string_view line :
         absl::StrSplit(text, '\n', absl::SkipEmpty())) {
      session.Note(line);
    }
  }

  std::string id_;
  std::string digest_;
  std::string role_;
  std::string comment_;
  std::string request_id_;
  bool yes_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeChangesApproveCommand() {
  return std::make_unique<ChangesApproveCommand>();
}

}  // namespace rollcall::cli
