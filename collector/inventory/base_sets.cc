#include "collector/inventory/base_sets.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "collector/inventory/tables.h"
#include "collector/storage/memory_reads.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// Odd multipliers: each makes another order of the same uniform ids.
constexpr std::array<uint64_t, kSketchSize> kMultipliers = {
    0x9e3779b97f4a7c15, 0xc2b2ae3d27d4eb4f, 0x165667b19e3779f9,
    0xd6e8feb86659fd93, 0xa0761d6478bd642f, 0xe7037ed1a0b428db,
    0x8ebc6af09c88c6e3, 0x589965cc75374cc3};
constexpr size_t kSketchBytes = kSketchSize * sizeof(uint64_t);

// Bases that wait to be written at most: a store that takes nothing must not
// fill the memory.
constexpr size_t kMaxUnwritten = 64;

// High bits of a product depend on all bits of the factors.
uint64_t Mix(uint64_t word, uint64_t multiplier) {
  const uint64_t product = word * multiplier;
  return product ^ (product >> 32);
}

}  // namespace

Sketch MakeSketch(const RowSet& ids) {
  Sketch sketch;
  sketch.fill(std::numeric_limits<uint64_t>::max());
  for (const RowId& id : ids) {
    const uint64_t word = id.FirstBits();
    for (size_t i = 0; i < kSketchSize; ++i) {
      sketch[i] = std::min(sketch[i], Mix(word, kMultipliers[i]));
    }
  }
  return sketch;
}

std::string SketchToBytes(const Sketch& sketch) {
  std::string bytes(kSketchBytes, '\0');
  for (size_t i = 0; i < kSketchSize; ++i) {
    for (size_t b = 0; b < sizeof(uint64_t); ++b) {
      bytes[i * sizeof(uint64_t) + b] = static_cast<char>(sketch[i] >> (8 * b));
    }
  }
  return bytes;
}

std::optional<Sketch> SketchFromBytes(absl::string_view bytes) {
  if (bytes.size() != kSketchBytes) return std::nullopt;
  Sketch sketch = {};
  for (size_t i = 0; i < kSketchSize; ++i) {
    for (size_t b = 0; b < sizeof(uint64_t); ++b) {
      const auto byte =
          static_cast<unsigned char>(bytes[i * sizeof(uint64_t) + b]);
      sketch[i] |= uint64_t{byte} << (8 * b);
    }
  }
  return sketch;
}

absl::Status BaseSets::Load() {
  auto entries = kBaseTable.ScanPrefix(engine_, KeyWriter());
  MutexLock lock(&mutex_);
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, entries.Next());
    if (!entry.has_value()) return absl::OkStatus();
    const auto sketch = SketchFromBytes(entry->value.sketch());
    if (!sketch.has_value()) {
      return absl::DataLossError("a base set is stored without its sketch");
    }
    AddSketch(entry->key.root, *sketch);
  }
}

void BaseSets::AddSketch(RootId root, const Sketch& sketch) {
  for (size_t i = 0; i < kSketchSize; ++i) {
    by_value_[i][sketch[i]].push_back(root);
  }
}

void BaseSets::DropSketch(RootId root, const Sketch& sketch) {
  for (size_t i = 0; i < kSketchSize; ++i) {
    const auto with_value = by_value_[i].find(sketch[i]);
    if (with_value == by_value_[i].end()) continue;
    std::erase(with_value->second, root);
    if (with_value->second.empty()) by_value_[i].erase(with_value);
  }
}

void BaseSets::Remember(RootId root, std::shared_ptr<const BaseRows> rows) {
  while (!kept_.empty() && kept_rows_ + rows->ids.size() > max_rows_) {
    const auto oldest = std::min_element(kept_.begin(), kept_.end(),
                                         [](const auto& a, const auto& b) {
                                           return a.second.used < b.second.used;
                                         });
    kept_rows_ -= oldest->second.rows->ids.size();
    kept_.erase(oldest);
  }
  kept_rows_ += rows->ids.size();
  kept_[root] = {std::move(rows), ++uses_};
}

std::shared_ptr<const BaseRows> BaseSets::FindKept(RootId root) {
  std::shared_ptr<const BaseRows> rows;
  if (const auto kept = kept_.find(root); kept != kept_.end()) {
    kept->second.used = ++uses_;
    rows = kept->second.rows;
  } else if (const auto waiting = unwritten_.find(root);
             waiting != unwritten_.end()) {
    rows = waiting->second.rows;
  }
  return rows;
}

void BaseSets::ForgetWritten() {
  absl::erase_if(unwritten_, [this](const auto& base) {
    return rows_.writer().IsWritten(base.second.number);
  });
}

absl::StatusOr<std::shared_ptr<const BaseRows>> BaseSets::Read(
    RootId root) const {
  ROLLCALL_ASSIGN_OR_RETURN(const auto stored, kBaseTable.Get(engine_, {root}));
  if (!stored.has_value()) return std::shared_ptr<const BaseRows>();
  BaseRows rows;
  ROLLCALL_ASSIGN_OR_RETURN(rows.numbers, UnpackNumbers(stored->rows()));
  ROLLCALL_ASSIGN_OR_RETURN(rows.ids, rows_.IdsOf(rows.numbers));
  return std::make_shared<const BaseRows>(std::move(rows));
}

absl::StatusOr<std::shared_ptr<const BaseRows>> BaseSets::Find(RootId root) {
  return Get(root, Use::kRefer);
}

absl::StatusOr<std::shared_ptr<const BaseRows>> BaseSets::Peek(RootId root) {
  return Get(root, Use::kLook);
}

absl::StatusOr<std::shared_ptr<const BaseRows>> BaseSets::Get(RootId root,
                                                              Use use) {
  while (true) {
    uint64_t sweeps = 0;
    {
      MutexLock lock(&mutex_);
      if (auto kept = FindKept(root); kept != nullptr) {
        if (use == Use::kRefer) marks_.insert(root);
        return kept;
      }
      sweeps = sweeps_;
    }
    auto read = Read(root);
    MutexLock lock(&mutex_);
    // Meanwhile it, and then its rows, may have gone.
    if (sweeps != sweeps_) continue;
    if (!read.ok()) return read.status();
    if (*read == nullptr || condemned_.contains(root)) {
      return std::shared_ptr<const BaseRows>();
    }
    if (use == Use::kRefer) marks_.insert(root);
    if (!kept_.contains(root)) Remember(root, *read);
    return *std::move(read);
  }
}

absl::StatusOr<std::shared_ptr<const BaseRows>> BaseSets::FindOfSection(
    RootId root, absl::string_view section, int row_level) {
  ROLLCALL_ASSIGN_OR_RETURN(auto base, Find(root));
  if (base == nullptr || base->ids.empty()) {
    return std::shared_ptr<const BaseRows>();
  }
  // A base's rows are all of one section and level.
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto first, rows_.Find(section, row_level, {base->ids.front()}));
  if (!first[0].has_value()) return std::shared_ptr<const BaseRows>();
  return base;
}

absl::Status BaseSets::Keep(RootId root, BaseRows rows) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto known, Find(root));
  if (known != nullptr) return absl::OkStatus();
  // Who has the lock may be writing.
  if (MemoryReads::Apply()) return NotInMemoryError("keeping a base set");
  const Sketch sketch = MakeSketch(rows.ids);
  stored::v1::BaseSet base;
  base.set_rows(PackNumbers(rows.numbers));
  base.set_sketch(SketchToBytes(sketch));
  Batch batch;
  kBaseTable.Put(batch, {root}, base);
  MutexLock keep_lock(&keep_mutex_);
  // Another thread may have been first.
  ROLLCALL_ASSIGN_OR_RETURN(const auto kept, Find(root));
  if (kept != nullptr) return absl::OkStatus();
  ROLLCALL_RETURN_IF_ERROR(MakeRoom());
  const auto shared = std::make_shared<const BaseRows>(std::move(rows));
  MutexLock lock(&mutex_);
  unwritten_[root] = {shared, rows_.writer().Add(std::move(batch))};
  marks_.insert(root);
  Remember(root, shared);
  AddSketch(root, sketch);
  return absl::OkStatus();
}

absl::Status BaseSets::MakeRoom() {
  {
    MutexLock lock(&mutex_);
    ForgetWritten();
    if (unwritten_.size() < kMaxUnwritten) return absl::OkStatus();
  }
  return rows_.writer().WriteAll();
}

std::optional<RootId> BaseSets::Nearest(const RowSet& ids) const {
  const Sketch sketch = MakeSketch(ids);
  std::map<RootId, int> shared;
  MutexLock lock(&mutex_);
  for (size_t i = 0; i < kSketchSize; ++i) {
    const auto with_value = by_value_[i].find(sketch[i]);
    if (with_value == by_value_[i].end()) continue;
    for (const RootId& root : with_value->second) ++shared[root];
  }
  const auto best = std::max_element(
      shared.begin(), shared.end(),
      [](const auto& a, const auto& b) { return a.second < b.second; });
  if (best == shared.end()) return std::nullopt;
  return best->first;
}

}  // namespace rollcall::collector
