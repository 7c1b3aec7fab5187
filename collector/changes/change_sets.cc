#include "collector/changes/change_sets.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/changes/change_policy.h"
#include "collector/rpc/reason.h"
#include "collector/storage/attempts.h"
#include "collector/storage/request_table.h"
#include "common/proto_time.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr absl::string_view kApproveMethod =
    "rollcall.v1.ChangeService.ApproveChangeSet";
// Of everything that moves a change-set.
constexpr char kChangesName[] = "changes";

absl::string_view StateWord(v1::ChangeSet::State state) {
  switch (state) {
    case v1::ChangeSet::STATE_APPLIED:
      return "is in effect";
    case v1::ChangeSet::STATE_REJECTED:
      return "was rejected";
    case v1::ChangeSet::STATE_WITHDRAWN:
      return "was withdrawn";
    default:
      return "is proposed";
  }
}

absl::Status CheckProposed(const v1::ChangeSet& change_set) {
  if (change_set.state() == v1::ChangeSet::STATE_PROPOSED) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      absl::StrCat("change-set ", change_set.change_set_id(), " ",
                   StateWord(change_set.state()), " already"));
}

LedgerEntry MakeEntry(absl::string_view kind, absl::string_view actor,
                      const v1::ChangeSet& change_set) {
  LedgerEntry entry;
  entry.kind = std::string(kind);
  entry.actor = std::string(actor);
  entry.AddFact("change_set", change_set.change_set_id());
  entry.AddFact("what", PolicyOf(change_set.kind()).word);
  return entry;
}

bool AllSeatsTaken(const v1::ChangeSet& change_set) {
  const auto taken = SeatsTaken(PolicyOf(change_set.kind()), change_set);
  return std::find(taken.begin(), taken.end(), nullptr) == taken.end();
}

absl::Status MovedMeanwhile() {
  return absl::AbortedError("others kept changing the same; try again");
}

// ABORTED unless nothing of the kind took effect after `base`.
absl::Status CheckUnmoved(const Reader& reader, v1::ChangeSet::Kind kind,
                          KnownStamp base) {
  ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp newest,
                            NewestEffect(reader, kind));
  return newest == base ? absl::OkStatus() : MovedMeanwhile();
}

// As CheckUnmoved for the change-set itself.
absl::Status CheckAsRead(const Reader& reader, const ChangeView& view) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto record,
                            kChangeSetTable.Get(reader, view.kept.key));
  if (record.has_value() &&
      record->SerializeAsString() == view.stored.SerializeAsString()) {
    return absl::OkStatus();
  }
  return MovedMeanwhile();
}

// ABORTED unless everybody whose approval counts has his role still: one may
// have been revoked while the change-set was compared. PERMISSION_DENIED if the
// caller has not.
absl::Status CheckRoles(const RoleHolders& roles, const Reader& reader,
                        const ChangeView& view, absl::string_view caller,
                        v1::Role role) {
  ROLLCALL_ASSIGN_OR_RETURN(
      const bool may,
      roles.Holds(reader, caller, role, absl::InfiniteFuture()));
  if (!may) {
    return absl::PermissionDeniedError(
        absl::StrCat(caller, " is not ", RoleWord(role), " any more"));
  }
  for (const v1::Approval& approval :
       view.kept.record.change_set().approvals()) {
    if (!approval.lapse_reason().empty()) continue;
    ROLLCALL_ASSIGN_OR_RETURN(
        const bool counts,
        roles.Holds(reader, approval.principal(), approval.role(),
                    FromProto(approval.time())));
    if (!counts) return MovedMeanwhile();
  }
  return absl::OkStatus();
}

// ABORTED if the same of the same file is proposed, as far as that was after
// `since`: two who looked for it at the same moment saw nothing. Many may be
// proposed of no file.
absl::Status CheckNotProposed(const Reader& reader, const Proposal& proposal,
                              KnownStamp since) {
  if (proposal.change_set.file_sha256().empty()) return absl::OkStatus();
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto before,
      FindProposed(reader, proposal.change_set.kind(),
                   proposal.change_set.file_sha256(), proposal.items, since));
  if (!before.has_value()) return absl::OkStatus();
  return absl::AbortedError(absl::StrCat(
      "this was proposed meanwhile as change-set ", before->ToHex()));
}

absl::Status CheckDigest(const ChangeView& view, absl::string_view digest) {
  if (digest.empty()) {
    return absl::InvalidArgumentError(
        "digest is empty; give what GetChangeSet or ListDifferences showed");
  }
  if (digest == view.compared.digest) return absl::OkStatus();
  const std::string moved = MovedInWords(view.compared, view.kept.key.stamp);
  return absl::FailedPreconditionError(absl::StrCat(
      "the change-set comes to ", view.compared.digest,
      " now, not to what was "
      "agreed to; look at it again",
      moved.empty() ? "" : ". Since it was proposed there moved: ", moved));
}

// Takes out what the principal approved in that role and what lapsed: the
// ledger keeps it, and who approves after each lapse would fill the record.
void DropLapsed(absl::string_view principal, v1::Role role,
                stored::v1::ChangeSetRecord& record) {
  auto& approvals = *record.mutable_change_set()->mutable_approvals();
  auto& stamps = *record.mutable_approval_stamps();
  for (int i = approvals.size() - 1; i >= 0; --i) {
    const v1::Approval& approval = approvals.Get(i);
    if (approval.lapse_reason().empty() || approval.principal() != principal ||
        approval.role() != role) {
      continue;
    }
    approvals.DeleteSubrange(i, 1);
    if (i < stamps.size()) stamps.erase(stamps.begin() + i);
  }
}

}  // namespace

std::vector<std::string> ChangeSets::NamesOf(v1::ChangeSet::Kind kind) const {
  std::vector<std::string> names = {kChangesName, LedgerWriter::kName};
  const auto content = contents_.find(kind);
  if (content == contents_.end()) return names;
  for (std::string& name : content->second->Names()) {
    names.push_back(std::move(name));
  }
  return names;
}

absl::StatusOr<v1::ChangeSet> ChangeSets::Propose(const Proposal& proposal,
                                                  const Caller& caller) {
  ROLLCALL_RETURN_IF_ERROR(CheckRemark("reason", proposal.change_set.reason()));
  KeptChangeSet kept;
  kept.key.id = ChangeSetId::Generate(deps_.random);
  v1::ChangeSet& change_set = *kept.record.mutable_change_set();
  change_set = proposal.change_set;
  change_set.set_change_set_id(kept.key.id.ToHex());
  change_set.set_proposed_by(caller.principal);
  const v1::ChangeSet::Kind kind = change_set.kind();
  const bool at_once = PolicyOf(kind).seats.empty() || proposal.items.empty();
  std::string digest;
  const std::unique_ptr<Reader> snapshot = deps_.engine.Snapshot();
  ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp newest, NewestProposal(*snapshot));
  if (!at_once) {
    ROLLCALL_RETURN_IF_ERROR(
        CheckNotProposed(*snapshot, proposal, KnownStamp()));
  }
  if (const auto content = contents_.find(kind); content != contents_.end()) {
    ROLLCALL_ASSIGN_OR_RETURN(
        const Compared compared,
        CompareItems(*content->second, kept.key.id, proposal.items, *snapshot,
                     KnownStamp::Max()));
    digest = compared.digest;
    change_set.set_added_count(compared.added_count);
    change_set.set_changed_count(compared.changed_count);
    change_set.set_removed_count(compared.removed_count);
  }
  const auto build = [&](KnownStamp stamp, const Reader& reader,
                         Writes& writes) -> absl::Status {
    ROLLCALL_ASSIGN_OR_RETURN(const bool answered, proposal.answered(reader));
    if (answered) return absl::OkStatus();
    ROLLCALL_RETURN_IF_ERROR(CheckUnmoved(reader, kind, proposal.base));
    if (!at_once) {
      ROLLCALL_RETURN_IF_ERROR(CheckNotProposed(reader, proposal, newest));
    }
    kept.key.stamp = stamp;
    change_set.set_state(v1::ChangeSet::STATE_PROPOSED);
    *change_set.mutable_proposed_time() = ToProto(stamp.time());
    kept.record.set_part_count(
        PutProposed(kept.key.id, proposal.items, writes.head));
    if (at_once) {
      ROLLCALL_RETURN_IF_ERROR(TakeEffect(kept, proposal.items, digest,
                                          caller.principal, stamp, reader,
                                          writes));
    }
    PutChangeSet(kept, writes.head);
    proposal.also(change_set, stamp, writes.head);
    return absl::OkStatus();
  };
  ROLLCALL_RETURN_IF_ERROR(
      deps_.committer.Commit(NamesOf(kind), build).status());
  if (at_once && kept.key.stamp != KnownStamp()) {
    if (const auto content = contents_.find(kind); content != contents_.end()) {
      content->second->TookEffect(proposal.items);
    }
  }
  return change_set;
}

absl::Status ChangeSets::TakeEffect(KeptChangeSet& kept,
                                    const std::vector<std::string>& items,
                                    absl::string_view digest,
                                    absl::string_view principal,
                                    KnownStamp stamp, const Reader& reader,
                                    Writes& writes) const {
  v1::ChangeSet& change_set = *kept.record.mutable_change_set();
  change_set.set_state(v1::ChangeSet::STATE_APPLIED);
  change_set.set_applied_by(std::string(principal));
  change_set.set_applied_digest(std::string(digest));
  *change_set.mutable_applied_time() = ToProto(stamp.time());
  kept.record.set_applied_stamp(stamp.raw());
  if (!items.empty()) {
    ROLLCALL_RETURN_IF_ERROR(
        contents_.at(change_set.kind())
            ->Write(items, change_set, stamp, reader, writes.head));
  }
  PutNewestEffect(change_set.kind(), stamp, writes.head);
  LedgerEntry entry = MakeEntry("change-set-effective", principal, change_set);
  entry.AddFact("proposed_by", change_set.proposed_by());
  entry.AddFact("digest", digest);
  entry.AddFact("file_sha256", change_set.file_sha256());
  return deps_.ledger.Append(entry, stamp, reader, writes.head);
}

// An approval, and what it has been answered before.
struct ChangeSets::Approving {
  const v1::ApproveChangeSetRequest& request;
  const Caller& caller;
  const RepeatableRequest repeatable;
};

absl::StatusOr<v1::ApproveChangeSetResponse> ChangeSets::Approve(
    const v1::ApproveChangeSetRequest& request, const Caller& caller) {
  ROLLCALL_RETURN_IF_ERROR(CheckRemark("comment", request.comment()));
  ROLLCALL_ASSIGN_OR_RETURN(
      RepeatableRequest repeatable,
      RepeatableRequest::Create(kApproveMethod, caller.principal,
                                request.request_id(), request));
  const Approving approving{request, caller, std::move(repeatable)};
  return TryUntilUndisturbed([&] { return TryToApprove(approving); });
}

absl::StatusOr<v1::ApproveChangeSetResponse> ChangeSets::TryToApprove(
    const Approving& approving) {
  const v1::ApproveChangeSetRequest& request = approving.request;
  const Caller& caller = approving.caller;
  const std::unique_ptr<Reader> snapshot = deps_.engine.Snapshot();
  ROLLCALL_ASSIGN_OR_RETURN(
      auto given,
      approving.repeatable.FindAnswer<v1::ApproveChangeSetResponse>(*snapshot));
  if (given.has_value()) return *std::move(given);
  ROLLCALL_ASSIGN_OR_RETURN(ChangeView view,
                            ViewChangeSet(contents_, deps_.roles, *snapshot,
                                          request.change_set_id()));
  v1::ChangeSet& change_set = *view.kept.record.mutable_change_set();
  ROLLCALL_RETURN_IF_ERROR(CheckProposed(change_set));
  ROLLCALL_RETURN_IF_ERROR(CheckDigest(view, request.digest()));
  const ChangePolicy& policy = PolicyOf(change_set.kind());
  ROLLCALL_ASSIGN_OR_RETURN(
      const v1::Role role, RoleToApproveIn(policy, change_set, caller.principal,
                                           caller.roles, request.role()));
  ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp base,
                            NewestEffect(*snapshot, change_set.kind()));
  v1::ApproveChangeSetResponse response;
  const auto build = [&](KnownStamp stamp, const Reader& reader,
                         Writes& writes) -> absl::Status {
    ROLLCALL_ASSIGN_OR_RETURN(
        given,
        approving.repeatable.FindAnswer<v1::ApproveChangeSetResponse>(reader));
    if (given.has_value()) return absl::OkStatus();
    ROLLCALL_RETURN_IF_ERROR(CheckAsRead(reader, view));
    ROLLCALL_RETURN_IF_ERROR(
        CheckRoles(deps_.roles, reader, view, caller.principal, role));
    ROLLCALL_RETURN_IF_ERROR(CheckUnmoved(reader, change_set.kind(), base));
    DropLapsed(caller.principal, role, view.kept.record);
    v1::Approval& approval = *change_set.add_approvals();
    approval.set_principal(caller.principal);
    approval.set_role(role);
    approval.set_digest(view.compared.digest);
    approval.set_comment(request.comment());
    *approval.mutable_time() = ToProto(stamp.time());
    view.kept.record.add_approval_stamps(stamp.raw());
    LedgerEntry entry =
        MakeEntry("change-set-approved", caller.principal, change_set);
    entry.AddFact("role", RoleWord(role));
    entry.AddFact("digest", view.compared.digest);
    entry.AddFact("comment", request.comment());
    ROLLCALL_RETURN_IF_ERROR(
        deps_.ledger.Append(entry, stamp, reader, writes.head));
    if (AllSeatsTaken(change_set)) {
      change_set.set_added_count(view.compared.added_count);
      change_set.set_changed_count(view.compared.changed_count);
      change_set.set_removed_count(view.compared.removed_count);
      ROLLCALL_RETURN_IF_ERROR(
          TakeEffect(view.kept, view.items, view.compared.digest,
                     caller.principal, stamp, reader, writes));
    }
    PutChangeSet(view.kept, writes.head);
    *response.mutable_change_set() = change_set;
    for (auto& seat : AwaitedBy(policy, change_set)) {
      *response.add_awaited() = std::move(seat);
    }
    approving.repeatable.KeepAnswer(response, writes.head);
    return absl::OkStatus();
  };
  ROLLCALL_RETURN_IF_ERROR(
      deps_.committer.Commit(NamesOf(change_set.kind()), build).status());
  if (given.has_value()) return *std::move(given);
  if (change_set.state() == v1::ChangeSet::STATE_APPLIED) {
    view.content->TookEffect(view.items);
  }
  return response;
}

absl::StatusOr<v1::RejectChangeSetResponse> ChangeSets::Reject(
    const v1::RejectChangeSetRequest& request, const Caller& caller) {
  if (request.reason().empty()) {
    return absl::InvalidArgumentError("reason is empty; it is required");
  }
  v1::RejectChangeSetResponse response;
  ROLLCALL_ASSIGN_OR_RETURN(
      *response.mutable_change_set(),
      End(request.change_set_id(), v1::ChangeSet::STATE_REJECTED, caller,
          request.reason()));
  return response;
}

absl::StatusOr<v1::WithdrawChangeSetResponse> ChangeSets::Withdraw(
    const v1::WithdrawChangeSetRequest& request, const Caller& caller) {
  v1::WithdrawChangeSetResponse response;
  ROLLCALL_ASSIGN_OR_RETURN(
      *response.mutable_change_set(),
      End(request.change_set_id(), v1::ChangeSet::STATE_WITHDRAWN, caller,
          request.reason()));
  return response;
}

absl::StatusOr<v1::ChangeSet> ChangeSets::End(absl::string_view text,
                                              v1::ChangeSet::State state,
                                              const Caller& caller,
                                              absl::string_view reason) {
  ROLLCALL_RETURN_IF_ERROR(CheckRemark("reason", reason));
  KeptChangeSet kept;
  const auto build = [&](KnownStamp stamp, const Reader& reader,
                         Writes& writes) -> absl::Status {
    ROLLCALL_ASSIGN_OR_RETURN(kept, FindChangeSet(reader, text));
    v1::ChangeSet& change_set = *kept.record.mutable_change_set();
    if (change_set.state() == state) return absl::OkStatus();
    ROLLCALL_RETURN_IF_ERROR(CheckProposed(change_set));
    const bool rejects = state == v1::ChangeSet::STATE_REJECTED;
    if (rejects) {
      ROLLCALL_RETURN_IF_ERROR(
          MayReject(PolicyOf(change_set.kind()), caller.roles));
    } else if (change_set.proposed_by() != caller.principal) {
      return absl::PermissionDeniedError(
          absl::StrCat(change_set.proposed_by(),
                       " proposed it and may withdraw it; others reject it"));
    }
    change_set.set_state(state);
    change_set.set_ended_by(caller.principal);
    change_set.set_end_reason(std::string(reason));
    *change_set.mutable_ended_time() = ToProto(stamp.time());
    PutChangeSet(kept, writes.head);
    LedgerEntry entry =
        MakeEntry(rejects ? "change-set-rejected" : "change-set-withdrawn",
                  caller.principal, change_set);
    entry.AddFact("reason", reason);
    return deps_.ledger.Append(entry, stamp, reader, writes.head);
  };
  ROLLCALL_RETURN_IF_ERROR(
      deps_.committer.Commit({kChangesName, LedgerWriter::kName}, build)
          .status());
  return *kept.record.mutable_change_set();
}

}  // namespace rollcall::collector
