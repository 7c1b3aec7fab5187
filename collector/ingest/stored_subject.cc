#include "collector/ingest/stored_subject.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/inventory/subject_state.h"
#include "common/log.h"
#include "common/status.h"

namespace rollcall::collector {

absl::StatusOr<StoredSubject> ReadStoredSubject(const SyncDeps& deps,
                                                AgentId agent) {
  StoredSubject subject;
  // Of one moment: the device may be deleted meanwhile.
  const auto snapshot = deps.engine.Snapshot();
  ROLLCALL_ASSIGN_OR_RETURN(const auto found,
                            deps.subjects.FindByAgent(*snapshot, agent));
  if (!found.has_value()) {
    subject.id = Subjects::NewSubjectId(deps.random);
    subject.device = Subjects::NewDeviceId(subject.id, deps.random);
    return subject;
  }
  subject.known = true;
  subject.id = found->id;
  subject.ordinal = found->record.ordinal();
  subject.evidence = found->record.evidence();
  subject.evidence_hash =
      RootId::FromBytes(found->record.evidence_hash()).value_or(RootId());
  ROLLCALL_ASSIGN_OR_RETURN(const auto head, ReadHead(*snapshot, subject.id));
  if (head.has_value()) {
    subject.root = RootId::FromBytes(head->subject_root());
    subject.row_level = head->row_level();
  }
  return subject;
}

absl::Status CheckSameDevice(const StoredSubject& subject,
                             const v1::Evidence& evidence, AgentId agent,
                             const SyncDeps& deps) {
  if (!subject.evidence.has_value()) return absl::OkStatus();
  const EvidenceComparison comparison =
      CompareEvidence(*subject.evidence, evidence);
  if (!comparison.IsAnotherDevice()) return absl::OkStatus();
  ++deps.stats.identity_conflicts;
  const std::string differing = absl::StrJoin(comparison.differing, ", ");
  Log(LogLevel::kWarning, "certificate used on another device",
      {{"agent", agent.ToHex()}, {"differing", differing}});
  return absl::PermissionDeniedError(absl::StrCat(
      "this certificate belongs to another device: ", differing,
      " differ from those it was first used with, and nothing agrees; give "
      "this device a certificate of its own"));
}

}  // namespace rollcall::collector
