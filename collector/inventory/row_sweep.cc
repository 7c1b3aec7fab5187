// The part of RowDirectory that deletes rows.
#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/inventory/row_directory.h"
#include "collector/inventory/tables.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

std::string StoredKey(RowId id) {
  KeyWriter writer;
  RowKey{id}.Encode(writer);
  return writer.Take();
}

}  // namespace

void RowDirectory::BeginMarks() {
  MutexLock lock(&mutex_);
  older_marks_ = std::exchange(marks_, NumberSet());
  marks_for_once_ = NumberSet();
}

void RowDirectory::Mark(absl::Span<const RowNumber> numbers) {
  MutexLock lock(&mutex_);
  for (const RowNumber number : numbers) marks_.Add(number);
}

void RowDirectory::MarkForOnce(absl::Span<const RowNumber> numbers) {
  MutexLock lock(&mutex_);
  for (const RowNumber number : numbers) marks_for_once_.Add(number);
}

absl::StatusOr<std::vector<RowDirectory::NamedRow>> RowDirectory::UnmarkedFrom(
    RowNumber from, size_t most, SweepStep<RowNumber>& step) {
  auto entries = kRowNumberTable.ScanFrom(engine_, {from}, KeyWriter());
  std::vector<NamedRow> rows;
  for (size_t count = 0;; ++count) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, entries.Next());
    if (!entry.has_value()) break;
    if (count == most) {
      step.next = entry->key.number;
      break;
    }
    const auto id = RowId::FromBytes(entry->value.row_id());
    if (!id.has_value()) {
      return absl::DataLossError(
          absl::StrCat("row number ", entry->key.number, " is unreadable"));
    }
    rows.push_back({entry->key.number, *id});
  }
  const size_t all = rows.size();
  MutexLock lock(&mutex_);
  std::erase_if(rows, [&](const NamedRow& row) ABSL_EXCLUSIVE_LOCKS_REQUIRED(
                          mutex_) { return IsMarked(row.number); });
  step.kept += static_cast<int64_t>(all - rows.size());
  return rows;
}

std::vector<RowDirectory::NamedRow> RowDirectory::Condemn(
    absl::Span<const NamedRow> rows) {
  std::vector<NamedRow> condemned;
  MutexLock lock(&mutex_);
  ForgetWritten();
  ++sweeps_;
  for (const NamedRow& row : rows) {
    if (IsMarked(row.number)) continue;
    const auto kept = numbers_.find(row.id);
    if (kept != numbers_.end() && kept->second.number == row.number) {
      numbers_.erase(kept);
    }
    ids_.erase(row.number);
    condemned_.insert(row.number);
    condemned.push_back(row);
  }
  return condemned;
}

absl::Status RowDirectory::DeleteRows(absl::Span<const NamedRow> rows,
                                      SweepStep<RowNumber>& step) {
  std::vector<std::string> keys;
  keys.reserve(rows.size());
  for (const NamedRow& row : rows) keys.push_back(StoredKey(row.id));
  ROLLCALL_ASSIGN_OR_RETURN(const auto stored,
                            engine_.MultiGet(TableId::kRow, keys));
  Batch batch;
  SweepStep<RowNumber> done;
  for (size_t i = 0; i < rows.size(); ++i) {
    // The last number given stays, so that a restart does not give it again.
    if (rows[i].number + 1 != next_) {
      kRowNumberTable.Delete(batch, {rows[i].number});
    }
    if (!stored[i].has_value()) continue;
    stored::v1::FleetRow row;
    if (!row.ParseFromString(*stored[i])) {
      return absl::DataLossError(
          absl::StrCat("row ", rows[i].id.ToHex(), " does not parse"));
    }
    // A row that came again after its last number stayed has a new one.
    if (row.number() != rows[i].number) continue;
    kRowTable.Delete(batch, {rows[i].id});
    ++done.collected;
    done.bytes += static_cast<int64_t>(stored[i]->size());
  }
  ROLLCALL_RETURN_IF_ERROR(engine_.Write(batch, Durability::kBuffered));
  step.collected += done.collected;
  step.bytes += done.bytes;
  return absl::OkStatus();
}

absl::StatusOr<SweepStep<RowNumber>> RowDirectory::SweepSome(RowNumber from,
                                                             size_t most) {
  SweepStep<RowNumber> step;
  ROLLCALL_ASSIGN_OR_RETURN(const auto unmarked,
                            UnmarkedFrom(from, most, step));
  if (unmarked.empty()) return step;
  // Nobody gets a new number for a row that is on its way out.
  MutexLock keep_lock(&keep_mutex_);
  ROLLCALL_RETURN_IF_ERROR(ReadNextNumber());
  // The greatest number stays in the store, so it must be there.
  ROLLCALL_RETURN_IF_ERROR(writer_.WriteAll());
  const std::vector<NamedRow> condemned = Condemn(unmarked);
  step.kept += static_cast<int64_t>(unmarked.size() - condemned.size());
  const absl::Status deleted = DeleteRows(condemned, step);
  {
    MutexLock lock(&mutex_);
    condemned_.clear();
    ++sweeps_;
  }
  if (!deleted.ok()) return deleted;
  return step;
}

}  // namespace rollcall::collector
