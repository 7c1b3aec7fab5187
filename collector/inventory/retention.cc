#include "collector/inventory/retention.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "collector/inventory/tables.h"
#include "common/status.h"
#include "rollcall/v1/device_service.pb.h"

namespace rollcall::collector {
namespace {

using stored::v1::HistoryEntry;

// What stays of the newest entry before the horizon: that it was there.
HistoryEntry Emptied(const HistoryEntry& entry) {
  HistoryEntry result;
  const bool first = entry.cause() == v1::DeviceChange::CAUSE_FIRST_REPORT;
  result.set_cause(first ? entry.cause() : v1::DeviceChange::CAUSE_MACHINE);
  if (first) *result.mutable_new_sections() = entry.new_sections();
  return result;
}

bool IsEmptied(const HistoryEntry& entry) {
  return entry.SerializeAsString() == Emptied(entry).SerializeAsString();
}

}  // namespace

absl::StatusOr<KnownStamp> HistoryHorizon(const Reader& reader) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto stored,
                            reader.Get(TableId::kMeta, kHistoryHorizonKey));
  if (!stored.has_value()) return KnownStamp();
  uint64_t raw = 0;
  if (!absl::SimpleAtoi(*stored, &raw)) {
    return absl::DataLossError("the horizon of history is unreadable");
  }
  return KnownStamp::FromRaw(raw);
}

absl::Status CheckHistoryKept(const Reader& reader, KnownStamp as_of) {
  ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp horizon, HistoryHorizon(reader));
  if (as_of >= horizon) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "not recomputable: history before ",
      absl::FormatTime(absl::RFC3339_full, horizon.time(), absl::UTCTimeZone()),
      " was dropped"));
}

std::string SubjectChangeName(SubjectId subject) {
  return absl::StrCat("subject/", subject.ToHex());
}

// What one change of the store drops.
struct HistoryRetention::Step {
  Batch deletions;
  std::vector<HistoryKey> emptied;
  size_t size() const { return deletions.ops().size() + emptied.size(); }
};

absl::StatusOr<KnownStamp> HistoryRetention::MoveHorizon(KnownStamp horizon) {
  KnownStamp result = horizon;
  const auto build = [&](KnownStamp, const Reader& reader,
                         Writes& writes) -> absl::Status {
    ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp now, HistoryHorizon(reader));
    result = std::max(horizon, now);
    if (result == now) return absl::OkStatus();
    writes.head.Put(TableId::kMeta, std::string(kHistoryHorizonKey),
                    absl::StrCat(result.raw()));
    return absl::OkStatus();
  };
  ROLLCALL_RETURN_IF_ERROR(
      committer_.Commit({std::string(kHistoryHorizonKey)}, build).status());
  return result;
}

absl::Status HistoryRetention::Write(Step& step, DroppedHistory& dropped) {
  if (step.size() == 0) return absl::OkStatus();
  std::vector<std::string> names;
  for (const HistoryKey& key : step.emptied) {
    names.push_back(SubjectChangeName(key.subject));
  }
  const auto build = [&](KnownStamp, const Reader& reader,
                         Writes& writes) -> absl::Status {
    for (const HistoryKey& key : step.emptied) {
      // The subject may have been deleted meanwhile.
      ROLLCALL_ASSIGN_OR_RETURN(const auto entry,
                                kHistoryTable.Get(reader, key));
      if (!entry.has_value()) continue;
      kHistoryTable.Put(writes.head, key, Emptied(*entry));
    }
    writes.head.Append(Batch(step.deletions));
    return absl::OkStatus();
  };
  ROLLCALL_RETURN_IF_ERROR(committer_.Commit(std::move(names), build).status());
  dropped.entries += static_cast<int64_t>(step.deletions.ops().size());
  dropped.emptied += static_cast<int64_t>(step.emptied.size());
  step = Step();
  return absl::OkStatus();
}

absl::StatusOr<DroppedHistory> HistoryRetention::DropBefore(absl::Time time) {
  ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp horizon,
                            MoveHorizon(KnownStamp::AtEndOf(time)));
  DroppedHistory dropped;
  Step step;
  // Newest first per subject: of which the entry that stays was seen.
  std::optional<SubjectId> decided;
  auto entries = kHistoryTable.ScanPrefix(engine_, KeyWriter());
  for (size_t count = 1;; ++count) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, entries.Next());
    if (!entry.has_value()) break;
    const HistoryKey& key = entry->key;
    if (key.stamp <= horizon) {
      if (decided == key.subject) {
        kHistoryTable.Delete(step.deletions, key);
      } else if (!IsEmptied(entry->value)) {
        step.emptied.push_back(key);
      }
      decided = key.subject;
    }
    if (count % keys_per_step_ != 0) continue;
    ROLLCALL_RETURN_IF_ERROR(Write(step, dropped));
    ROLLCALL_RETURN_IF_ERROR(pause_());
  }
  ROLLCALL_RETURN_IF_ERROR(Write(step, dropped));
  return dropped;
}

}  // namespace rollcall::collector
