#include "collector/inventory/posting_overlay.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/inventory/tables.h"
#include "common/status.h"

namespace rollcall::collector {

void PostingOverlay::Delta::ApplyTo(PostingSet& entries) const {
  entries -= lost;
  entries |= gained;
}

absl::StatusOr<std::optional<uint32_t>> PostingOverlay::NumberOf(
    RootId base) const {
  const auto given = new_bases_.find(base);
  if (given != new_bases_.end()) return std::optional<uint32_t>(given->second);
  if (dropped_bases_.contains(base)) return std::optional<uint32_t>();
  ROLLCALL_ASSIGN_OR_RETURN(const auto stored,
                            kBaseNumberTable.Get(reader_, {base}));
  if (!stored.has_value()) return std::optional<uint32_t>();
  if (stored->number() == 0) {
    return absl::DataLossError(
        absl::StrCat("table base_number: no number at key ", base.ToHex(),
                     "; `rollcall store rebuild` puts postings right"));
  }
  return std::optional<uint32_t>(stored->number());
}

absl::StatusOr<RowNumbers> PostingOverlay::RowsOf(RootId base) const {
  ROLLCALL_ASSIGN_OR_RETURN(const auto stored, kBaseTable.Get(reader_, {base}));
  if (!stored.has_value()) {
    return absl::DataLossError(
        absl::StrCat("base ", base.ToHex(), " is missing from the store"));
  }
  return UnpackNumbers(stored->rows());
}

absl::Status PostingOverlay::ForEachValue(
    PostingKind kind, std::optional<uint32_t> number,
    absl::FunctionRef<void(const PostingKey&, const PostingSet&)> visit) const {
  KeyWriter prefix;
  prefix.U16(static_cast<uint16_t>(kind));
  if (number.has_value()) prefix.U32(*number);
  auto stored = kPostingTable.ScanPrefix(reader_, std::move(prefix));
  auto changed = deltas_.lower_bound({kind, number.value_or(0), 0});
  const auto is_asked_for = [&](const PostingKey& key) {
    return key.kind == kind && key.number == number.value_or(key.number);
  };
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, stored.Next());
    // Those that are not stored yet and come before.
    for (; changed != deltas_.end() && is_asked_for(changed->first);
         ++changed) {
      if (entry.has_value() && !(changed->first < entry->key)) break;
      visit(changed->first, changed->second.gained);
    }
    if (!entry.has_value()) return absl::OkStatus();
    ROLLCALL_ASSIGN_OR_RETURN(PostingSet entries,
                              EntriesOf(entry->key, entry->value));
    if (changed != deltas_.end() && changed->first == entry->key) {
      changed->second.ApplyTo(entries);
      ++changed;
    }
    visit(entry->key, entries);
  }
}

absl::StatusOr<PostingSet> PostingOverlay::EntriesAt(
    const PostingKey& key) const {
  PostingSet entries;
  ROLLCALL_ASSIGN_OR_RETURN(const auto stored, kPostingTable.Get(reader_, key));
  if (stored.has_value()) {
    ROLLCALL_ASSIGN_OR_RETURN(entries, EntriesOf(key, *stored));
  }
  const auto changed = deltas_.find(key);
  if (changed != deltas_.end()) changed->second.ApplyTo(entries);
  return entries;
}

absl::StatusOr<PostingSet> PostingOverlay::Members(PostingTerm term) const {
  PostingSet members;
  ROLLCALL_RETURN_IF_ERROR(
      ForEachValue(term.kind, PlaceOf(term, 0).key.number,
                   [&](const PostingKey& key, const PostingSet& entries) {
                     if (term.kind != PostingKind::kRowInBase) {
                       members |= entries;
                       return;
                     }
                     auto entry = entries.begin();
                     entry.equalorlarger(PlaceOf(term, 0).entry);
                     for (; entry != entries.end(); ++entry) {
                       const PostingMember found = MemberAt({key, *entry});
                       if (found.term != term) break;
                       members.add(found.member);
                     }
                   }));
  return members;
}

absl::StatusOr<PostingSet> PostingOverlay::SubjectsWith(RowNumber row) const {
  PostingSet subjects;
  ROLLCALL_ASSIGN_OR_RETURN(const PostingSet bases,
                            Members({PostingKind::kRowInBase, row}));
  for (const uint32_t base : bases) {
    ROLLCALL_ASSIGN_OR_RETURN(const PostingSet kept,
                              Members({PostingKind::kBase, base}));
    subjects |= kept;
  }
  ROLLCALL_ASSIGN_OR_RETURN(const PostingSet removed,
                            Members({PostingKind::kRowRemoved, row}));
  ROLLCALL_ASSIGN_OR_RETURN(const PostingSet added,
                            Members({PostingKind::kRowAdded, row}));
  subjects -= removed;
  subjects |= added;
  return subjects;
}

absl::StatusOr<absl::flat_hash_map<RowNumber, uint64_t>>
PostingOverlay::CountAll() const {
  // A subject has one base a section, lacks only what that has, and adds only
  // what it has not; so these parts do not overlap.
  absl::flat_hash_map<uint32_t, uint64_t> of_base;
  ROLLCALL_RETURN_IF_ERROR(
      ForEachValue(PostingKind::kBase, std::nullopt,
                   [&](const PostingKey& key, const PostingSet& kept) {
                     of_base[key.number] += kept.cardinality();
                   }));
  absl::flat_hash_map<RowNumber, uint64_t> counts;
  ROLLCALL_RETURN_IF_ERROR(
      ForEachValue(PostingKind::kRowInBase, std::nullopt,
                   [&](const PostingKey& key, const PostingSet& entries) {
                     for (const uint32_t entry : entries) {
                       const PostingMember base = MemberAt({key, entry});
                       counts[base.term.number] += of_base[base.member];
                     }
                   }));
  ROLLCALL_RETURN_IF_ERROR(
      ForEachValue(PostingKind::kRowAdded, std::nullopt,
                   [&](const PostingKey& key, const PostingSet& subjects) {
                     counts[key.number] += subjects.cardinality();
                   }));
  ROLLCALL_RETURN_IF_ERROR(
      ForEachValue(PostingKind::kRowRemoved, std::nullopt,
                   [&](const PostingKey& key, const PostingSet& subjects) {
                     counts[key.number] -= subjects.cardinality();
                   }));
  absl::erase_if(counts, [](const auto& count) { return count.second == 0; });
  return counts;
}

absl::StatusOr<std::optional<SubjectId>> PostingOverlay::SubjectOf(
    uint32_t ordinal) const {
  const auto changed = ordinals_.find(ordinal);
  if (changed != ordinals_.end()) return changed->second;
  ROLLCALL_ASSIGN_OR_RETURN(const auto stored,
                            kOrdinalTable.Get(reader_, {ordinal}));
  if (!stored.has_value()) return std::optional<SubjectId>();
  const auto subject = SubjectId::FromBytes(stored->subject_id());
  if (!subject.has_value()) {
    return absl::DataLossError(
        absl::StrCat("table ordinal: malformed subject at ordinal ", ordinal));
  }
  return subject;
}

std::vector<PostingKey> PostingOverlay::TouchedValues() const {
  std::vector<PostingKey> keys;
  keys.reserve(deltas_.size());
  for (const auto& [key, delta] : deltas_) keys.push_back(key);
  return keys;
}

absl::Status PostingOverlay::DropBases(
    absl::FunctionRef<absl::StatusOr<bool>(RootId, uint32_t number)> in_use) {
  for (const auto& [root, number] : left_bases_) {
    ROLLCALL_ASSIGN_OR_RETURN(const bool used, in_use(root, number));
    if (used) continue;
    ROLLCALL_ASSIGN_OR_RETURN(const auto rows, RowsOf(root));
    ChangeRowsOf(number, rows, /*gained=*/false);
    new_bases_.erase(root);
    dropped_bases_.insert(root);
  }
  return absl::OkStatus();
}

absl::Status PostingOverlay::WriteValue(const PostingKey& key,
                                        Batch& batch) const {
  ROLLCALL_ASSIGN_OR_RETURN(PostingSet entries, EntriesAt(key));
  WritePosting(key, std::move(entries), batch);
  return absl::OkStatus();
}

void PostingOverlay::WriteNumbers(Batch& batch) const {
  for (const auto& [ordinal, subject] : ordinals_) {
    WriteOrdinal(ordinal, subject, batch);
  }
  for (const RootId root : dropped_bases_) {
    kBaseNumberTable.Delete(batch, {root});
  }
  for (const auto& [root, number] : new_bases_) {
    stored::v1::NumberedBase numbered;
    numbered.set_number(number);
    kBaseNumberTable.Put(batch, {root}, numbered);
  }
  if (next_base_ != 0) WritePostingMeta(kNextBaseNumberKey, next_base_, batch);
}

absl::Status PostingOverlay::Write(Batch& batch) {
  ROLLCALL_RETURN_IF_ERROR(
      DropBases([&](RootId, uint32_t number) -> absl::StatusOr<bool> {
        ROLLCALL_ASSIGN_OR_RETURN(const PostingSet kept,
                                  Members({PostingKind::kBase, number}));
        return !kept.isEmpty();
      }));
  for (const auto& [key, delta] : deltas_) {
    ROLLCALL_RETURN_IF_ERROR(WriteValue(key, batch));
  }
  WriteNumbers(batch);
  if (taken_.empty()) return absl::OkStatus();
  for (const KnownStamp stamp : taken_) kChangeTable.Delete(batch, {stamp});
  WritePostingMeta(kPostingsWatermarkKey, watermark_.raw(), batch);
  return absl::OkStatus();
}

}  // namespace rollcall::collector
