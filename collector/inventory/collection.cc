#include "collector/inventory/collection.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "collector/inventory/posting_tables.h"
#include "collector/inventory/tables.h"
#include "collector/storage/newest_stamp.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// The newest stamp up to which the reader sees all changes, and postings have
// followed them; FORMAT.md, tables `meta` and `change`.
absl::StatusOr<KnownStamp> NewestSettled(const Reader& reader) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto newest, NewestStamp(reader));
  if (!newest.has_value()) return KnownStamp();
  uint64_t raw = newest->raw();
  auto changes = kChangeTable.ScanPrefix(reader, KeyWriter());
  ROLLCALL_ASSIGN_OR_RETURN(const auto first, changes.Next());
  if (first.has_value()) raw = std::min(raw, first->key.stamp.raw() - 1);
  return KnownStamp::FromRaw(raw);
}

}  // namespace

absl::Status ContentCollector::WaitForPins(uint64_t before_epoch) {
  while (!content_.rows.pins().NoneBefore(before_epoch)) {
    ROLLCALL_RETURN_IF_ERROR(pause_());
  }
  return absl::OkStatus();
}

absl::Status ContentCollector::MarkRows(absl::string_view packed) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto numbers, UnpackNumbers(packed));
  content_.rows.Mark(numbers);
  return absl::OkStatus();
}

absl::Status ContentCollector::MarkBase(absl::string_view root) {
  if (root.empty()) return absl::OkStatus();
  const auto id = RootId::FromBytes(root);
  if (!id.has_value()) {
    return absl::DataLossError("a base is referred to by a malformed root");
  }
  content_.bases.Mark(*id);
  return absl::OkStatus();
}

template <typename TableType, typename MarkEntry>
absl::Status ContentCollector::ForEach(const TableType& table,
                                       const Reader& reader, MarkEntry mark) {
  auto entries = table.ScanPrefix(reader, KeyWriter());
  for (size_t count = 1;; ++count) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, entries.Next());
    if (!entry.has_value()) return absl::OkStatus();
    ROLLCALL_RETURN_IF_ERROR(mark(*entry));
    if (count % options_.keys_per_step == 0) {
      ROLLCALL_RETURN_IF_ERROR(pause_());
    }
  }
}

absl::Status ContentCollector::MarkHeads(const Reader& reader,
                                         Collection& run) {
  return ForEach(kHeadTable, reader, [&](const auto& entry) -> absl::Status {
    ++run.heads;
    for (const auto& section : entry.value.sections()) {
      ROLLCALL_RETURN_IF_ERROR(MarkBase(section.base_root()));
      ROLLCALL_RETURN_IF_ERROR(MarkRows(section.added_rows()));
      ROLLCALL_RETURN_IF_ERROR(MarkRows(section.removed_rows()));
    }
    return absl::OkStatus();
  });
}

absl::Status ContentCollector::MarkHistory(const Reader& reader,
                                           Collection& run) {
  return ForEach(kHistoryTable, reader, [&](const auto& entry) -> absl::Status {
    ++run.history_entries;
    for (const auto& change : entry.value.sections()) {
      ROLLCALL_RETURN_IF_ERROR(MarkRows(change.added_rows()));
      ROLLCALL_RETURN_IF_ERROR(MarkRows(change.removed_rows()));
    }
    return absl::OkStatus();
  });
}

// Postings follow heads later: until they do, they ask for the rows of bases
// that no head has any more.
absl::Status ContentCollector::MarkPostings(const Reader& reader) {
  const absl::Status changes =
      ForEach(kChangeTable, reader, [&](const auto& entry) -> absl::Status {
        for (const std::string& root : entry.value.bases_gained()) {
          ROLLCALL_RETURN_IF_ERROR(MarkBase(root));
        }
        for (const std::string& root : entry.value.bases_lost()) {
          ROLLCALL_RETURN_IF_ERROR(MarkBase(root));
        }
        return absl::OkStatus();
      });
  if (!changes.ok()) return changes;
  return ForEach(kBaseNumberTable, reader, [&](const auto& entry) {
    content_.bases.Mark(entry.key.root);
    return absl::OkStatus();
  });
}

absl::Status ContentCollector::MarkRowsOfBases() {
  // A base that is not written yet needs its rows as well.
  ROLLCALL_RETURN_IF_ERROR(content_.rows.writer().WriteAll());
  const std::unique_ptr<Reader> snapshot = engine_.Snapshot();
  return ForEach(kBaseTable, *snapshot, [&](const auto& entry) -> absl::Status {
    ROLLCALL_ASSIGN_OR_RETURN(const auto numbers,
                              UnpackNumbers(entry.value.rows()));
    // They go in the run in which their base goes.
    content_.rows.MarkForOnce(numbers);
    return absl::OkStatus();
  });
}

absl::Status ContentCollector::SweepBases(Collection& run) {
  std::optional<RootId> next = RootId();
  while (next.has_value()) {
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto step,
        content_.bases.SweepSome(*next, options_.keys_per_step));
    run.bases_kept += step.kept;
    run.bases_collected += step.collected;
    run.bytes_collected += step.bytes;
    next = step.next;
    ROLLCALL_RETURN_IF_ERROR(pause_());
  }
  return absl::OkStatus();
}

absl::Status ContentCollector::SweepRows(Collection& run) {
  std::optional<RowNumber> next = 0;
  while (next.has_value()) {
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto step,
        content_.rows.SweepSome(*next, options_.keys_per_step));
    run.rows_kept += step.kept;
    run.rows_collected += step.collected;
    run.bytes_collected += step.bytes;
    next = step.next;
    ROLLCALL_RETURN_IF_ERROR(pause_());
  }
  return absl::OkStatus();
}

absl::StatusOr<ContentCollector::Marked> ContentCollector::MarkAll(
    Collection& run) {
  ContentPins& pins = content_.rows.pins();
  content_.rows.BeginMarks();
  content_.bases.BeginMarks();
  // What was worked out before the marks began is written, or dropped, before
  // the snapshot.
  ROLLCALL_RETURN_IF_ERROR(WaitForPins(pins.Advance()));
  const std::unique_ptr<Reader> snapshot = engine_.Snapshot();
  Marked marked;
  marked.epoch = pins.Advance();
  ROLLCALL_ASSIGN_OR_RETURN(marked.stamp, NewestSettled(*snapshot));
  ROLLCALL_RETURN_IF_ERROR(MarkHeads(*snapshot, run));
  ROLLCALL_RETURN_IF_ERROR(MarkHistory(*snapshot, run));
  ROLLCALL_RETURN_IF_ERROR(MarkPostings(*snapshot));
  return marked;
}

absl::StatusOr<Collection> ContentCollector::Run() {
  Collection run;
  const std::optional<Marked> before = std::exchange(last_, std::nullopt);
  ROLLCALL_ASSIGN_OR_RETURN(last_, MarkAll(run));
  if (!before.has_value()) return run;
  // Questions that look at the store as it was before the older mark.
  ROLLCALL_RETURN_IF_ERROR(WaitForPins(before->epoch));
  ROLLCALL_RETURN_IF_ERROR(SweepBases(run));
  // Those that are left, also the ones that came meanwhile.
  ROLLCALL_RETURN_IF_ERROR(MarkRowsOfBases());
  ROLLCALL_RETURN_IF_ERROR(SweepRows(run));
  run.swept = true;
  run.collected_up_to = before->stamp;
  return run;
}

}  // namespace rollcall::collector
