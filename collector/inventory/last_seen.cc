#include "collector/inventory/last_seen.h"

#include <utility>

#include "collector/inventory/tables.h"
#include "common/proto_time.h"
#include "common/status.h"

namespace rollcall::collector {

absl::Status LastSeenTracker::Load(const Reader& reader) {
  auto scan = kLastSeenTable.ScanPrefix(reader, KeyWriter());
  MutexLock lock(&mutex_);
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, scan.Next());
    if (!entry.has_value()) return absl::OkStatus();
    seen_[entry->key.subject] = {FromProto(entry->value.time()), std::nullopt};
  }
}

void LastSeenTracker::Note(SubjectId subject, absl::Time time,
                           std::optional<v1::Vitals> vitals) {
  MutexLock lock(&mutex_);
  Seen& seen = seen_[subject];
  seen.time = time;
  if (vitals.has_value()) seen.vitals = std::move(vitals);
  dirty_[subject] = time;
}

std::optional<LastSeenTracker::Seen> LastSeenTracker::Get(
    SubjectId subject) const {
  MutexLock lock(&mutex_);
  const auto it = seen_.find(subject);
  if (it == seen_.end()) return std::nullopt;
  return it->second;
}

absl::Status LastSeenTracker::Flush(Committer& committer) {
  absl::flat_hash_map<SubjectId, absl::Time> dirty;
  {
    MutexLock lock(&mutex_);
    dirty = std::exchange(dirty_, {});
  }
  if (dirty.empty()) return absl::OkStatus();
  const auto stored =
      committer.Commit({}, [&dirty](KnownStamp, const Reader&, Writes& writes) {
        for (const auto& [subject, time] : dirty) {
          stored::v1::LastSeen value;
          *value.mutable_time() = ToProto(time);
          kLastSeenTable.Put(writes.head, {subject}, value);
        }
        return absl::OkStatus();
      });
  if (stored.ok()) return absl::OkStatus();
  MutexLock lock(&mutex_);
  // What was noted meanwhile is newer and stays.
  for (const auto& [subject, time] : dirty) dirty_.try_emplace(subject, time);
  return stored.status();
}

}  // namespace rollcall::collector
