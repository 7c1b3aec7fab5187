// How an overlay takes changes.
#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "collector/inventory/posting_overlay.h"
#include "collector/inventory/tables.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

absl::StatusOr<RootId> RootFrom(const std::string& bytes) {
  const auto root = RootId::FromBytes(bytes);
  if (!root.has_value()) {
    return absl::DataLossError("table change: a base root is malformed");
  }
  return *root;
}

}  // namespace

void PostingOverlay::Delta::Gain(uint32_t entry) {
  lost.remove(entry);
  gained.add(entry);
}

void PostingOverlay::Delta::Lose(uint32_t entry) {
  gained.remove(entry);
  lost.add(entry);
}

void PostingOverlay::Gain(PostingTerm term, uint32_t member) {
  const PostingPlace place = PlaceOf(term, member);
  deltas_[place.key].Gain(place.entry);
}

void PostingOverlay::Lose(PostingTerm term, uint32_t member) {
  const PostingPlace place = PlaceOf(term, member);
  deltas_[place.key].Lose(place.entry);
}

void PostingOverlay::ChangeRowsOf(uint32_t base, const RowNumbers& rows,
                                  bool gained) {
  auto value = deltas_.end();
  for (const RowNumber row : rows) {
    const PostingPlace place = PlaceOf({PostingKind::kRowInBase, row}, base);
    // Those that follow each other share a value.
    if (value == deltas_.end() || value->first != place.key) {
      value = deltas_.try_emplace(place.key).first;
    }
    if (gained) {
      value->second.Gain(place.entry);
    } else {
      value->second.Lose(place.entry);
    }
  }
}

bool PostingOverlay::ForgetIfUnused(uint32_t new_base) {
  const auto first = deltas_.lower_bound({PostingKind::kBase, new_base, 0});
  auto last = first;
  for (; last != deltas_.end(); ++last) {
    const auto& [key, delta] = *last;
    if (key.kind != PostingKind::kBase || key.number != new_base) break;
    if (!delta.gained.isEmpty()) return false;
  }
  deltas_.erase(first, last);
  return true;
}

absl::StatusOr<size_t> PostingOverlay::TakeChanges(size_t limit) {
  ROLLCALL_ASSIGN_OR_RETURN(const uint64_t stored,
                            ReadPostingMeta(reader_, kPostingsWatermarkKey));
  watermark_ = KnownStamp::FromRaw(stored);
  // What was stored is deleted; starting after it passes no traces of it.
  auto changes = kChangeTable.ScanFrom(
      reader_, {KnownStamp::FromRaw(stored + 1)}, KeyWriter());
  while (taken_.size() < limit) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, changes.Next());
    if (!entry.has_value()) break;
    ROLLCALL_RETURN_IF_ERROR(Take(entry->value));
    taken_.push_back(entry->key.stamp);
    watermark_ = entry->key.stamp;
  }
  ROLLCALL_RETURN_IF_ERROR(TakeRowsOfNewBases());
  return taken_.size();
}

absl::Status PostingOverlay::TakeRowsOfNewBases() {
  for (auto base = new_bases_.begin(); base != new_bases_.end();) {
    const auto& [root, number] = *base;
    if (ForgetIfUnused(number)) {
      // It came and went, as sets do that a machine has only for a while.
      left_bases_.erase(root);
      base = new_bases_.erase(base);
      continue;
    }
    ROLLCALL_RETURN_IF_ERROR(TakeRowsOf(root, number));
    ++base;
  }
  return absl::OkStatus();
}

absl::Status PostingOverlay::TakeRowsOf(RootId base, uint32_t number) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto rows, RowsOf(base));
  ChangeRowsOf(number, rows, /*gained=*/true);
  return absl::OkStatus();
}

absl::Status PostingOverlay::Take(const stored::v1::ChangedSubject& change) {
  const auto subject = SubjectId::FromBytes(change.subject_id());
  if (!subject.has_value()) {
    return absl::DataLossError("table change: a subject id is malformed");
  }
  const uint32_t ordinal = change.ordinal();
  if (change.is_new()) ordinals_[ordinal] = *subject;
  if (change.is_gone()) ordinals_[ordinal] = std::nullopt;
  for (const std::string& bytes : change.bases_gained()) {
    ROLLCALL_ASSIGN_OR_RETURN(const RootId root, RootFrom(bytes));
    ROLLCALL_ASSIGN_OR_RETURN(const uint32_t number, NumberOrNew(root));
    Gain({PostingKind::kBase, number}, ordinal);
  }
  for (const std::string& bytes : change.bases_lost()) {
    ROLLCALL_ASSIGN_OR_RETURN(const RootId root, RootFrom(bytes));
    ROLLCALL_ASSIGN_OR_RETURN(const auto number, NumberOf(root));
    if (!number.has_value()) continue;
    Lose({PostingKind::kBase, *number}, ordinal);
    left_bases_[root] = *number;
  }
  using Kind = PostingKind;
  ROLLCALL_RETURN_IF_ERROR(
      TakeRows(change.added_lost(), Kind::kRowAdded, ordinal, false));
  ROLLCALL_RETURN_IF_ERROR(
      TakeRows(change.added_gained(), Kind::kRowAdded, ordinal, true));
  ROLLCALL_RETURN_IF_ERROR(
      TakeRows(change.removed_lost(), Kind::kRowRemoved, ordinal, false));
  return TakeRows(change.removed_gained(), Kind::kRowRemoved, ordinal, true);
}

absl::Status PostingOverlay::TakeRows(const std::string& packed,
                                      PostingKind kind, uint32_t ordinal,
                                      bool gained) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto rows, UnpackNumbers(packed));
  for (const RowNumber row : rows) {
    if (gained) {
      Gain({kind, row}, ordinal);
    } else {
      Lose({kind, row}, ordinal);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<uint32_t> PostingOverlay::Renumber(RootId base) {
  ROLLCALL_ASSIGN_OR_RETURN(const uint32_t number, NewNumber(base));
  ROLLCALL_RETURN_IF_ERROR(TakeRowsOf(base, number));
  return number;
}

absl::StatusOr<uint32_t> PostingOverlay::NumberOrNew(RootId base) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto known, NumberOf(base));
  if (known.has_value()) return *known;
  return NewNumber(base);
}

absl::StatusOr<uint32_t> PostingOverlay::NewNumber(RootId base) {
  if (next_base_ == 0) {
    ROLLCALL_ASSIGN_OR_RETURN(const uint64_t next,
                              ReadPostingMeta(reader_, kNextBaseNumberKey));
    next_base_ = std::max<uint32_t>(1, static_cast<uint32_t>(next));
  }
  const uint32_t number = next_base_++;
  new_bases_[base] = number;
  return number;
}

}  // namespace rollcall::collector
