// Who an agent reports for, and what the store holds of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "collector/ingest/sync_deps.h"
#include "collector/inventory/subject_state.h"
#include "common/id.h"
#include "rollcall/v1/sync.pb.h"

namespace rollcall::collector {

// A head that takes more is not kept: streams are many, and a machine like
// others has one of a few hundred bytes.
inline constexpr size_t kMostHeldHeadBytes = 2048;

struct StoredSubject {
  // False: the agent is not known, and the ids are for its first report.
  bool known = false;
  SubjectId id;
  // Only of one that is not known.
  DeviceId device;
  // Of one that is not known: once it is written.
  uint32_t ordinal = 0;
  // Nothing before the first report.
  std::optional<RootId> root;
  int row_level = 0;
  std::optional<v1::Evidence> evidence;
  // Zero where there is none.
  RootId evidence_hash;
  // As this conversation wrote it last; nothing: the store must be asked.
  // Another conversation or a deletion may have replaced it meanwhile.
  std::optional<StoredHead> head;
};

// Draws ids for an agent that is not known. Errors as for Table. Blocking;
// thread-safe.
absl::StatusOr<StoredSubject> ReadStoredSubject(const SyncDeps& deps,
                                                AgentId agent);

// PERMISSION_DENIED, logged and counted, if the evidence is that of another
// device than the agent was first used on. Thread-safe.
absl::Status CheckSameDevice(const StoredSubject& subject,
                             const v1::Evidence& evidence, AgentId agent,
                             const SyncDeps& deps);

}  // namespace rollcall::collector
