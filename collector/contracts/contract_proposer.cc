#include "collector/contracts/contract_proposer.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "collector/changes/propose_once.h"
#include "collector/contracts/contract_content.h"
#include "collector/contracts/contract_words.h"
#include "collector/contracts/object_kind.h"
#include "collector/contracts/reference_check.h"
#include "collector/storage/attempts.h"
#include "collector/storage/request_table.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr absl::string_view kProposeMethod =
    "rollcall.v1.ContractService.ProposeChanges";
constexpr int kMaxChanges = 10'000;

// The kind of change-set that all of the changes make.
absl::StatusOr<v1::ChangeSet::Kind> KindOfAll(
    const v1::ProposeChangesRequest& request) {
  std::optional<v1::ChangeSet::Kind> kind;
  for (int i = 0; i < request.changes_size(); ++i) {
    const ObjectKind* of =
        FindObjectKind(request.changes(i).object().object_case());
    if (of == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("changes[", i, "]: object is not set"));
    }
    if (kind.value_or(of->change_kind()) != of->change_kind()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "changes[", i, "]: a ", of->word(),
          " takes effect at once and contracts do not; propose them apart"));
    }
    kind = of->change_kind();
  }
  if (!kind.has_value() || request.changes_size() > kMaxChanges) {
    return absl::InvalidArgumentError(
        absl::StrCat("there must be 1 to ", kMaxChanges, " changes"));
  }
  return *kind;
}

using ProposedName = std::pair<int, ObjectName>;

ProposedName ProposedNameOf(const v1::ObjectChange& change) {
  return {change.object().object_case(), NameOf(change.object())};
}

// The earliest day from when on something is said of each object.
std::map<ProposedName, std::string> FirstDays(
    const v1::ProposeChangesRequest& request) {
  std::map<ProposedName, std::string> days;
  for (const v1::ObjectChange& change : request.changes()) {
    const auto [at, is_new] =
        days.try_emplace(ProposedNameOf(change), change.effective_date());
    if (!is_new) at->second = std::min(at->second, change.effective_date());
  }
  return days;
}

// INVALID_ARGUMENT for a change that makes no difference: whoever proposes it
// means something else. What an earlier day changes a later one may set back.
absl::Status CheckEachChanges(const v1::ProposeChangesRequest& request,
                              const Reader& reader) {
  const auto first_days = FirstDays(request);
  for (int i = 0; i < request.changes_size(); ++i) {
    const v1::ObjectChange& change = request.changes(i);
    if (change.effective_date() != first_days.at(ProposedNameOf(change)))
      continue;
    ROLLCALL_ASSIGN_OR_RETURN(const ObjectOutcome outcome,
                              OutcomeOf(change, reader, KnownStamp::Max()));
    const bool same = outcome.before.has_value() == outcome.after.has_value() &&
                      (!outcome.before.has_value() ||
                       SayTheSame(*outcome.before, *outcome.after));
    if (!same) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "changes[", i,
        "]: ", FindObjectKind(change.object().object_case())->word(), " ",
        NameInWords(change.object()), " is so already",
        outcome.before.has_value() ? "" : ": there is none"));
  }
  return absl::OkStatus();
}

// What a request says, without what nobody may say.
std::vector<v1::ObjectChange> ChangesOf(
    const v1::ProposeChangesRequest& request) {
  std::vector<v1::ObjectChange> changes(request.changes().begin(),
                                        request.changes().end());
  for (v1::ObjectChange& change : changes) {
    if (!change.object().has_entitlement()) continue;
    // It comes of no file.
    change.mutable_object()->mutable_entitlement()->clear_source_line();
  }
  return changes;
}

absl::Status CheckMetrics(absl::Span<const v1::ObjectChange> changes,
                          const std::vector<std::string>& metrics) {
  for (size_t i = 0; i < changes.size(); ++i) {
    if (!changes[i].object().has_entitlement() ||
        changes[i].action() != v1::ObjectChange::ACTION_SET ||
        std::find(metrics.begin(), metrics.end(),
                  changes[i].object().entitlement().metric()) !=
            metrics.end()) {
      continue;
    }
    return absl::InvalidArgumentError(absl::StrCat(
        "changes[", i, "]: the metric is unknown; the metrics are ",
        absl::StrJoin(metrics, ", ")));
  }
  return absl::OkStatus();
}

}  // namespace

struct ContractProposer::Job {
  const v1::ProposeChangesRequest& request;
  const Caller& caller;
  const RepeatableRequest& repeatable;
  v1::ChangeSet::Kind kind;
  std::vector<v1::ObjectChange> changes;
  std::vector<std::string> items;
};

absl::StatusOr<v1::ProposeChangesResponse> ContractProposer::Propose(
    const v1::ProposeChangesRequest& request, const Caller& caller) {
  ROLLCALL_ASSIGN_OR_RETURN(
      const RepeatableRequest repeatable,
      RepeatableRequest::Create(kProposeMethod, caller.principal,
                                request.request_id(), request));
  ROLLCALL_ASSIGN_OR_RETURN(
      auto given, repeatable.FindAnswer<v1::ProposeChangesResponse>(engine_));
  if (given.has_value()) return *std::move(given);
  ROLLCALL_ASSIGN_OR_RETURN(const v1::ChangeSet::Kind kind, KindOfAll(request));
  Job job{request, caller, repeatable, kind, ChangesOf(request), {}};
  ROLLCALL_RETURN_IF_ERROR(CheckMetrics(job.changes, metrics_));
  ROLLCALL_ASSIGN_OR_RETURN(job.items, MakeItems(job.changes));
  return TryUntilUndisturbed([&] { return Attempt(job); });
}

absl::StatusOr<v1::ProposeChangesResponse> ContractProposer::Attempt(
    const Job& job) {
  Proposal proposal;
  proposal.change_set.set_kind(job.kind);
  proposal.change_set.set_reason(job.request.reason());
  proposal.items = job.items;
  const std::unique_ptr<Reader> snapshot = engine_.Snapshot();
  ROLLCALL_ASSIGN_OR_RETURN(proposal.base, NewestEffect(*snapshot, job.kind));
  ROLLCALL_RETURN_IF_ERROR(CheckEachChanges(job.request, *snapshot));
  ROLLCALL_RETURN_IF_ERROR(CheckReferences(job.changes, *snapshot));
  return ProposeOnce<v1::ProposeChangesResponse>(
      change_sets_, std::move(proposal), job.repeatable, job.caller, {},
      [](const v1::ChangeSet& change_set, KnownStamp, Batch&,
         v1::ProposeChangesResponse& response) {
        *response.mutable_change_set() = change_set;
      });
}

}  // namespace rollcall::collector
