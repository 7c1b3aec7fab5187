#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/cli/change_id.h"
#include "collector/cli/commands.h"
#include "collector/cli/enums.h"
#include "collector/cli/pages.h"
#include "collector/cli/session.h"
#include "collector/cli/times.h"
#include "collector/cli/views/change_view.h"
#include "collector/cli/views/difference_view.h"
#include "common/status.h"
#include "rollcall/v1/change_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

using ChangeStub = v1::ChangeService::Stub;

// Enough to see what it is about.
constexpr int kDefaultDifferences = 50;

class ChangesShowCommand final : public Command {
 public:
  absl::string_view name() const override { return "changes show"; }
  absl::string_view summary() const override {
    return "Show one change-set: whom it awaits, and what it changes";
  }
  absl::string_view examples() const override {
    return "  rollcall changes show 4f1c9a02be77\n"
           "  rollcall changes show 4f1c9a02be77 --limit=1000 --no-preview\n"
           "  rollcall changes show 4f1c9a02be77 --date=2026-12-31\n"
           "  rollcall changes show 4f1c9a02be77 --as-of=2026-01-31T12:00:00Z\n"
           "\n"
           "Of one that is proposed it tells which positions it would move: "
           "today, and on the\n"
           "first day of what it does on other days. An approval names the "
           "digest: `rollcall\n"
           "changes approve ID --digest=HEX` agrees to what was shown, and to "
           "nothing else.\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("ID", kChangeSetHelp, &id_).Fills("change_set_id");
    arguments.Number("limit",
                     "At most this many objects; default: 50 in a table, all "
                     "in json and csv",
                     1, kMaxLimit, &limit_);
    arguments.Flag("effect",
                   "Of one in effect, tell which positions it moved then",
                   &effect_);
    arguments.Flag("no-preview", "Leave out which positions it would move",
                   &no_preview_);
    arguments
        .Text("date",
              "The day whose positions are compared; default: today, UTC, "
              "and the first day of what changes on other days",
              &date_)
        .Fills("effective_date");
    arguments
        .Text("as-of",
              "Which positions it would have moved by what was known "
              "then, as whoever approved it then was shown: a date or a "
              "time such as 2026-01-31T12:00:00Z",
              &as_of_)
        .Fills("as_of");
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::PreviewChangeSetRequest asked;
    ROLLCALL_RETURN_IF_ERROR(FillPreview(asked));
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::ChangeService>());
    v1::GetChangeSetRequest request;
    request.set_change_set_id(id_);
    request.set_with_overlaps(true);
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto about,
        session.Call(*stub, &ChangeStub::GetChangeSet, request));
    ROLLCALL_ASSIGN_OR_RETURN(const auto differences,
                              Differences(session, *stub, about));
    NoteUnused(session, about.change_set());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto preview,
        Preview(session, *stub, about.change_set(), std::move(asked)));
    ROLLCALL_RETURN_IF_ERROR(session.PrintParts(
        {{"about", about}, {"differences", differences}, {"preview", preview}},
        [&](int width) {
          return Text(session, about, differences, preview, width);
        },
        [&] { return DifferencesCsv(differences, about.change_set()); }));
    return ExitCode::kOk;
  }

 private:
  // Nothing where a change-set of its kind has no objects.
  absl::StatusOr<v1::ListDifferencesResponse> Differences(
      const Session& session, ChangeStub& stub,
      const v1::GetChangeSetResponse& about) const {
    v1::ListDifferencesRequest request;
    request.set_change_set_id(about.change_set().change_set_id());
    const bool is_table = session.options().output == "table";
    const int limit = limit_ > 0 ? limit_ : is_table ? kDefaultDifferences : 0;
    auto response =
        FollowPages(session, stub, &ChangeStub::ListDifferences, request, limit,
                    &v1::ListDifferencesResponse::differences_size);
    if (absl::IsFailedPrecondition(response.status())) {
      return v1::ListDifferencesResponse();
    }
    if (response.ok() && !about.digest().empty() &&
        response->digest() != about.digest()) {
      // The digest that is shown is of what is shown.
      return absl::AbortedError(
          "what it comes to changed while it was read; ask again");
    }
    return response;
  }

  // INVALID_ARGUMENT for options that are wrong whatever the change-set is.
  absl::Status FillPreview(v1::PreviewChangeSetRequest& request) const {
    if (no_preview_ && !PreviewOptions().empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--no-preview leaves out what ",
                       absl::StrJoin(PreviewOptions(), ", "),
                       " would tell more of: leave out the one or the other"));
    }
    ROLLCALL_RETURN_IF_ERROR(CheckDate("--date", date_));
    request.set_effective_date(date_);
    return SetAsOf(as_of_, request);
  }

  // Those that were given of the options that say what a preview is of.
  std::vector<std::string> PreviewOptions() const {
    std::vector<std::string> given;
    if (effect_) given.emplace_back("--effect");
    if (!date_.empty()) given.emplace_back("--date");
    if (!as_of_.empty()) given.emplace_back("--as-of");
    return given;
  }

  static bool IsInEffect(const v1::ChangeSet& change_set) {
    return change_set.state() == v1::ChangeSet::STATE_APPLIED;
  }

  // Why no positions are told of it, whatever the options; "" where they are.
  static std::string WhyNoPreview(const Session& session,
                                  const v1::ChangeSet& change_set) {
    if (session.options().output == "csv") {
      return "--output=csv has no positions";
    }
    if (change_set.kind() != v1::ChangeSet::KIND_CONTRACTS) {
      return absl::StrCat("a change-set of the kind ",
                          EnumWord(change_set.kind()), " moves no position");
    }
    if (!IsInEffect(change_set) &&
        change_set.state() != v1::ChangeSet::STATE_PROPOSED) {
      return absl::StrCat("the change-set is ", EnumWord(change_set.state()));
    }
    return "";
  }

  bool HasPreview(const Session& session,
                  const v1::ChangeSet& change_set) const {
    if (!WhyNoPreview(session, change_set).empty()) return false;
    return IsInEffect(change_set) ? effect_ || !as_of_.empty() : !no_preview_;
  }

  // Says which options change nothing of what is shown, as things are.
  void NoteUnused(const Session& session,
                  const v1::ChangeSet& change_set) const {
    const std::string why = WhyNoPreview(session, change_set);
    if (!why.empty()) {
      NoteUnused(session, PreviewOptions(), why);
    } else if (!IsInEffect(change_set)) {
      if (effect_) {
        NoteUnused(session, {"--effect"}, "the change-set is not in effect");
      }
    } else if (!HasPreview(session, change_set)) {
      NoteUnused(session, PreviewOptions(),
                 "the change-set is in effect: --effect tells which positions "
                 "it moved");
    }
  }

  static void NoteUnused(const Session& session,
                         const std::vector<std::string>& options,
                         absl::string_view why) {
    if (options.empty()) return;
    session.Note(absl::StrCat("Not used: ", absl::StrJoin(options, ", "),
                              ", as ", why, "."));
  }

  absl::StatusOr<v1::PreviewChangeSetResponse> Preview(
      const Session& session, ChangeStub& stub, const v1::ChangeSet& change_set,
      v1::PreviewChangeSetRequest request) const {
    if (!HasPreview(session, change_set)) {
      return v1::PreviewChangeSetResponse();
    }
    request.set_change_set_id(change_set.change_set_id());
    auto response = session.Call(stub, &ChangeStub::PreviewChangeSet, request);
    if (response.ok()) return response;
    return absl::Status(
        response.status().code(),
        absl::StrCat("which positions it moves: ", response.status().message(),
                     "\n", HowToDoWithout(change_set)));
  }

  std::string HowToDoWithout(const v1::ChangeSet& change_set) const {
    const std::string given = absl::StrJoin(PreviewOptions(), ", ");
    if (IsInEffect(change_set)) {
      return absl::StrCat("Without ", given, " the rest is shown.");
    }
    return absl::StrCat("--no-preview", given.empty() ? "" : " instead of ",
                        given, " shows the rest.");
  }

  std::string Text(const Session& session,
                   const v1::GetChangeSetResponse& about,
                   const v1::ListDifferencesResponse& differences,
                   const v1::PreviewChangeSetResponse& preview,
                   int width) const {
    std::string text = ChangeSetFacts(about, width);
    if (!differences.differences().empty()) {
      absl::StrAppend(&text, "\n", DifferencesText(differences));
    }
    if (HasPreview(session, about.change_set())) {
      const bool moved = IsInEffect(about.change_set()) && as_of_.empty();
      absl::StrAppend(&text, "\n",
                      as_of_.empty() ? "" : "By what was known then:\n",
                      PreviewText(preview, moved, width));
    }
    return text;
  }

  std::string id_;
  std::string date_;
  std::string as_of_;
  bool effect_ = false;
  bool no_preview_ = false;
  int limit_ = 0;
};

}  // namespace

std::unique_ptr<Command> MakeChangesShowCommand() {
  return std::make_unique<ChangesShowCommand>();
}

}  // namespace rollcall::cli
