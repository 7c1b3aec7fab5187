#include "collector/inventory/posting_overlay.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/inventory/tables.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

KeyWriter PrefixOf(PostingTerm term) {
  KeyWriter prefix;
  prefix.U16(static_cast<uint16_t>(term.kind)).U32(term.number);
  return prefix;
}

}  // namespace

void PostingOverlay::Delta::ApplyTo(PostingSet& set) const {
  set -= lost;
  set |= gained;
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

absl::StatusOr<std::vector<RowNumber>> PostingOverlay::RowsOf(
    RootId base) const {
  ROLLCALL_ASSIGN_OR_RETURN(const auto stored, kBaseTable.Get(reader_, {base}));
  if (!stored.has_value()) {
    return absl::DataLossError(
        absl::StrCat("base ", base.ToHex(), " is missing from the store"));
  }
  return UnpackNumbers(stored->rows());
}

absl::StatusOr<PostingSet> PostingOverlay::Members(PostingTerm term) const {
  PostingSet members;
  auto chunks = kPostingTable.ScanPrefix(reader_, PrefixOf(term));
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, chunks.Next());
    if (!entry.has_value()) break;
    ROLLCALL_ASSIGN_OR_RETURN(const PostingSet chunk,
                              MembersOf(entry->key, entry->value));
    members |= chunk;
  }
  const auto delta = deltas_.find(term);
  if (delta != deltas_.end()) delta->second.ApplyTo(members);
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

absl::Status PostingOverlay::ForEach(
    PostingKind kind,
    absl::FunctionRef<void(uint32_t, const PostingSet&)> visit) const {
  KeyWriter prefix;
  prefix.U16(static_cast<uint16_t>(kind));
  auto chunks = kPostingTable.ScanPrefix(reader_, std::move(prefix));
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, chunks.Next());
    if (!entry.has_value()) break;
    if (deltas_.contains(entry->key.term)) continue;
    ROLLCALL_ASSIGN_OR_RETURN(const PostingSet members,
                              MembersOf(entry->key, entry->value));
    visit(entry->key.term.number, members);
  }
  for (const auto& [term, delta] : deltas_) {
    if (term.kind != kind) continue;
    ROLLCALL_ASSIGN_OR_RETURN(const PostingSet members, Members(term));
    visit(term.number, members);
  }
  return absl::OkStatus();
}

absl::StatusOr<absl::flat_hash_map<RowNumber, uint64_t>>
PostingOverlay::CountAll() const {
  // A subject has one base a section, lacks only what that has, and adds only
  // what it has not; so these parts do not overlap.
  absl::flat_hash_map<uint32_t, uint64_t> of_base;
  ROLLCALL_RETURN_IF_ERROR(
      ForEach(PostingKind::kBase, [&](uint32_t base, const PostingSet& kept) {
        of_base[base] += kept.cardinality();
      }));
  absl::flat_hash_map<RowNumber, uint64_t> counts;
  ROLLCALL_RETURN_IF_ERROR(ForEach(PostingKind::kRowInBase,
                                   [&](RowNumber row, const PostingSet& bases) {
                                     for (const uint32_t base : bases)
                                       counts[row] += of_base[base];
                                   }));
  ROLLCALL_RETURN_IF_ERROR(ForEach(
      PostingKind::kRowAdded, [&](RowNumber row, const PostingSet& subjects) {
        counts[row] += subjects.cardinality();
      }));
  ROLLCALL_RETURN_IF_ERROR(ForEach(
      PostingKind::kRowRemoved, [&](RowNumber row, const PostingSet& subjects) {
        counts[row] -= subjects.cardinality();
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

std::vector<PostingTerm> PostingOverlay::TouchedTerms() const {
  std::vector<PostingTerm> terms;
  terms.reserve(deltas_.size());
  for (const auto& [term, delta] : deltas_) terms.push_back(term);
  std::sort(terms.begin(), terms.end());
  return terms;
}

absl::Status PostingOverlay::DropBases(
    absl::FunctionRef<absl::StatusOr<bool>(RootId, uint32_t number)> in_use) {
  for (const auto& [root, number] : left_bases_) {
    ROLLCALL_ASSIGN_OR_RETURN(const bool used, in_use(root, number));
    if (used) continue;
    ROLLCALL_ASSIGN_OR_RETURN(const auto rows, RowsOf(root));
    for (const RowNumber row : rows) {
      deltas_[{PostingKind::kRowInBase, row}].Lose(number);
    }
    new_bases_.erase(root);
    dropped_bases_.insert(root);
  }
  return absl::OkStatus();
}

absl::Status PostingOverlay::WriteTerm(PostingTerm term, const Delta& delta,
                                       Batch& batch) const {
  std::set<uint16_t> chunks = ChunksOf(delta.gained);
  chunks.merge(ChunksOf(delta.lost));
  for (const uint16_t chunk : chunks) {
    const PostingKey key = {term, chunk};
    ROLLCALL_ASSIGN_OR_RETURN(const auto stored,
                              kPostingTable.Get(reader_, key));
    PostingSet members;
    if (stored.has_value()) {
      ROLLCALL_ASSIGN_OR_RETURN(members, MembersOf(key, *stored));
    }
    members -= delta.lost;
    members |= ChunkOf(delta.gained, chunk);
    WritePosting(key, std::move(members), batch);
  }
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
  for (const PostingTerm& term : TouchedTerms()) {
    ROLLCALL_RETURN_IF_ERROR(WriteTerm(term, deltas_.at(term), batch));
  }
  WriteNumbers(batch);
  if (taken_.empty()) return absl::OkStatus();
  for (const KnownStamp stamp : taken_) kChangeTable.Delete(batch, {stamp});
  WritePostingMeta(kPostingsWatermarkKey, watermark_.raw(), batch);
  return absl::OkStatus();
}

}  // namespace rollcall::collector
