#include "collector/inventory/last_seen.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collector/inventory/tables.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// Blocks that are stored by one change, so that none holds up others for long:
// at 1,000 subjects a shard about 1.5 MB.
constexpr int kBlocksAtOnce = 64;

absl::Status Damaged(uint16_t shard) {
  return absl::DataLossError(absl::StrCat(
      "the block of last-seen times of shard ", shard, " is malformed"));
}

}  // namespace

absl::Status LastSeenTracker::Load(const Reader& reader) {
  auto scan = kSeenBlockTable.ScanPrefix(reader, KeyWriter());
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, scan.Next());
    if (!entry.has_value()) return absl::OkStatus();
    const uint16_t number = entry->key.shard;
    const stored::v1::SeenBlock& block = entry->value;
    const auto count = static_cast<size_t>(block.times_size());
    if (number >= kShardCount ||
        block.subject_ids().size() != count * SubjectId::kSize) {
      return Damaged(number);
    }
    Shard& shard = shards_[number];
    MutexLock lock(&shard.mutex);
    const absl::string_view ids = block.subject_ids();
    for (size_t i = 0; i < count; ++i) {
      const SubjectId subject = *SubjectId::FromBytes(
          ids.substr(i * SubjectId::kSize, SubjectId::kSize));
      if (ShardOf(subject) != number) return Damaged(number);
      shard.seen[subject] = {
          absl::FromUnixMicros(block.times(static_cast<int>(i))), std::nullopt};
    }
  }
}

void LastSeenTracker::Note(SubjectId subject, absl::Time time,
                           std::optional<v1::Vitals> vitals) {
  Shard& shard = shards_[ShardOf(subject)];
  MutexLock lock(&shard.mutex);
  if (!shard.gone.empty() && shard.gone.contains(subject)) return;
  Seen& seen = shard.seen[subject];
  // As exactly as it is stored, so that a restart changes no answer.
  seen.time = absl::FromUnixMicros(absl::ToUnixMicros(time));
  if (vitals.has_value()) seen.vitals = std::move(vitals);
  shard.dirty = true;
}

std::optional<LastSeenTracker::Seen> LastSeenTracker::Get(
    SubjectId subject) const {
  const Shard& shard = shards_[ShardOf(subject)];
  MutexLock lock(&shard.mutex);
  const auto it = shard.seen.find(subject);
  if (it == shard.seen.end()) return std::nullopt;
  return it->second;
}

void LastSeenTracker::Forget(SubjectId subject) {
  Shard& shard = shards_[ShardOf(subject)];
  MutexLock lock(&shard.mutex);
  shard.seen.erase(subject);
  shard.gone.insert(subject);
  // A block that was taken before may be stored after the deletion.
  shard.dirty = true;
}

LastSeenTracker::Times LastSeenTracker::TimesOf(const Shard& shard) {
  Times times;
  times.reserve(shard.seen.size());
  for (const auto& [subject, seen] : shard.seen) {
    times.emplace_back(subject, absl::ToUnixMicros(seen.time));
  }
  std::sort(times.begin(), times.end());
  return times;
}

void LastSeenTracker::PutBlock(uint16_t number, const Times& times,
                               Batch& batch) {
  stored::v1::SeenBlock block;
  for (const auto& [subject, micros] : times) {
    block.mutable_subject_ids()->append(subject.bytes().data(),
                                        SubjectId::kSize);
    block.add_times(micros);
  }
  kSeenBlockTable.Put(batch, {number}, block);
}

void LastSeenTracker::WriteWithout(absl::Span<const SubjectId> subjects,
                                   Batch& batch) const {
  std::set<uint16_t> numbers;
  for (const SubjectId& subject : subjects) numbers.insert(ShardOf(subject));
  for (const uint16_t number : numbers) {
    const Shard& shard = shards_[number];
    Times times;
    {
      MutexLock lock(&shard.mutex);
      times = TimesOf(shard);
    }
    std::erase_if(times, [&](const auto& entry) {
      return std::count(subjects.begin(), subjects.end(), entry.first) > 0;
    });
    PutBlock(number, times, batch);
  }
}

bool LastSeenTracker::TakeBlock(uint16_t number, Batch& batch) {
  Shard& shard = shards_[number];
  Times times;
  {
    MutexLock lock(&shard.mutex);
    if (!shard.dirty) return false;
    shard.dirty = false;
    times = TimesOf(shard);
  }
  PutBlock(number, times, batch);
  return true;
}

absl::Status LastSeenTracker::Flush(Committer& committer) {
  MutexLock flush_lock(&flush_mutex_);
  for (uint16_t next = 0; next < kShardCount;) {
    Batch blocks;
    std::vector<uint16_t> taken;
    for (; next < kShardCount && taken.size() < kBlocksAtOnce; ++next) {
      if (TakeBlock(next, blocks)) taken.push_back(next);
    }
    if (taken.empty()) continue;
    const auto stored = committer.Commit(
        {}, [&blocks](KnownStamp, const Reader&, Writes& writes) {
          writes.head.Append(std::move(blocks));
          return absl::OkStatus();
        });
    if (stored.ok()) continue;
    for (const uint16_t number : taken) {
      MutexLock lock(&shards_[number].mutex);
      shards_[number].dirty = true;
    }
    return stored.status();
  }
  return absl::OkStatus();
}

int64_t LastSeenTracker::unstored() const {
  int64_t count = 0;
  for (const Shard& shard : shards_) {
    MutexLock lock(&shard.mutex);
    if (shard.dirty) ++count;
  }
  return count;
}

}  // namespace rollcall::collector
