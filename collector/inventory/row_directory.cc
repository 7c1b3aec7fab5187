#include "collector/inventory/row_directory.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/inventory/tables.h"
#include "collector/storage/memory_reads.h"
#include "common/rows.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// Rows that wait in memory at most: a store that takes nothing must not fill
// it.
constexpr size_t kMaxWaitingBytes = 8 << 20;

template <typename Key, typename KeyOf>
std::vector<std::string> KeysAt(absl::Span<const size_t> places, KeyOf key_of) {
  std::vector<std::string> keys;
  keys.reserve(places.size());
  for (const size_t place : places) {
    KeyWriter writer;
    Key{key_of(place)}.Encode(writer);
    keys.push_back(writer.Take());
  }
  return keys;
}

// A section's place in AllSections(); beyond the last for one that this build
// does not know.
uint16_t SectionPlace(absl::string_view section) {
  const auto sections = AllSections();
  const auto at = std::lower_bound(sections.begin(), sections.end(), section);
  if (at == sections.end() || *at != section) {
    return static_cast<uint16_t>(sections.size());
  }
  return static_cast<uint16_t>(at - sections.begin());
}

absl::Status Unreadable(RowId id) {
  return absl::DataLossError(
      absl::StrCat("row ", id.ToHex(), " is stored without its number"));
}

}  // namespace

bool RowDirectory::Remember(RowId id, Known known) {
  if (numbers_.size() >= max_rows_) return false;
  numbers_[id] = known;
  ids_[known.number] = id;
  return true;
}

void RowDirectory::ForgetWritten() {
  while (!unwritten_order_.empty() &&
         writer_.IsWritten(unwritten_order_.front().number)) {
    const auto row = unwritten_.find(unwritten_order_.front().id);
    unwritten_ids_.erase(row->second.number);
    unwritten_.erase(row);
    unwritten_order_.pop_front();
  }
}

std::vector<size_t> RowDirectory::FindKept(absl::Span<const RowId> ids,
                                           Numbers& numbers) {
  std::vector<size_t> missing;
  MutexLock lock(&mutex_);
  for (size_t i = 0; i < ids.size(); ++i) {
    if (const auto kept = numbers_.find(ids[i]); kept != numbers_.end()) {
      numbers[i] = kept->second;
    } else if (const auto waiting = unwritten_.find(ids[i]);
               waiting != unwritten_.end()) {
      numbers[i] = waiting->second;
    } else {
      missing.push_back(i);
      continue;
    }
    marks_.Add(numbers[i]->number);
  }
  return missing;
}

absl::Status RowDirectory::TakeStored(RowId id, const std::string& stored,
                                      std::optional<Known>& number) {
  stored::v1::FleetRow row;
  if (!row.ParseFromString(stored) || row.number() == 0) return Unreadable(id);
  if (condemned_.contains(row.number())) return absl::OkStatus();
  number = Known{row.number(), SectionPlace(row.section()), row.row_level()};
  marks_.Add(row.number());
  Remember(id, *number);
  return absl::OkStatus();
}

absl::Status RowDirectory::FindStored(absl::Span<const RowId> ids,
                                      absl::Span<const size_t> places,
                                      Numbers& numbers) {
  if (places.empty()) return absl::OkStatus();
  const std::vector<std::string> keys =
      KeysAt<RowKey>(places, [&](size_t place) { return ids[place]; });
  while (true) {
    uint64_t sweeps = 0;
    {
      MutexLock lock(&mutex_);
      sweeps = sweeps_;
    }
    ROLLCALL_ASSIGN_OR_RETURN(const auto stored,
                              engine_.MultiGet(TableId::kRow, keys));
    MutexLock lock(&mutex_);
    if (sweeps != sweeps_) continue;
    for (size_t i = 0; i < places.size(); ++i) {
      if (!stored[i].has_value()) continue;
      ROLLCALL_RETURN_IF_ERROR(
          TakeStored(ids[places[i]], *stored[i], numbers[places[i]]));
    }
    return absl::OkStatus();
  }
}

absl::StatusOr<RowDirectory::Numbers> RowDirectory::FindAll(
    absl::Span<const RowId> ids) {
  Numbers numbers(ids.size());
  const std::vector<size_t> missing = FindKept(ids, numbers);
  ROLLCALL_RETURN_IF_ERROR(FindStored(ids, missing, numbers));
  return numbers;
}

absl::StatusOr<std::vector<std::optional<RowNumber>>> RowDirectory::Find(
    absl::string_view section, int row_level, absl::Span<const RowId> ids) {
  ROLLCALL_ASSIGN_OR_RETURN(const Numbers known, FindAll(ids));
  const uint16_t place = SectionPlace(section);
  std::vector<std::optional<RowNumber>> numbers(ids.size());
  for (size_t i = 0; i < ids.size(); ++i) {
    if (known[i].has_value() && known[i]->section == place &&
        known[i]->row_level == row_level) {
      numbers[i] = known[i]->number;
    }
  }
  return numbers;
}

absl::Status RowDirectory::ReadNextNumber() {
  if (next_ != 0) return absl::OkStatus();
  auto entries = kRowNumberTable.ReverseScanPrefix(engine_, KeyWriter());
  ROLLCALL_ASSIGN_OR_RETURN(const auto last, entries.Next());
  next_ = last.has_value() ? last->key.number + 1 : 1;
  return absl::OkStatus();
}

absl::StatusOr<RowDirectory::Given> RowDirectory::GiveNumbers(
    absl::Span<const NewRow> rows, const Numbers& found) {
  Given given;
  RowNumber next = next_;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (found[i].has_value()) continue;
    if (next == std::numeric_limits<RowNumber>::max()) {
      return absl::ResourceExhaustedError(
          "the store has no number left for another row");
    }
    stored::v1::FleetRow value;
    value.set_section(rows[i].section);
    value.set_row_level(rows[i].row_level);
    value.set_canonical(rows[i].canonical);
    value.set_number(next);
    kRowTable.Put(given.writes, {rows[i].id}, value);
    stored::v1::NumberedRow name;
    name.set_row_id(rows[i].id.ToBytes());
    kRowNumberTable.Put(given.writes, {next}, name);
    given.rows.emplace_back(
        rows[i].id,
        Known{next++, SectionPlace(rows[i].section), rows[i].row_level});
  }
  next_ = next;
  return given;
}

absl::Status RowDirectory::Keep(absl::Span<const NewRow> rows) {
  if (rows.empty()) return absl::OkStatus();
  std::vector<RowId> ids;
  ids.reserve(rows.size());
  for (const NewRow& row : rows) ids.push_back(row.id);
  // Nearly always another machine had them before.
  Numbers numbers(ids.size());
  if (FindKept(ids, numbers).empty()) return absl::OkStatus();
  // Who has the lock may be reading or writing.
  if (MemoryReads::Apply()) return NotInMemoryError("looking for new rows");
  MutexLock keep_lock(&keep_mutex_);
  if (writer_.bytes() > kMaxWaitingBytes) {
    ROLLCALL_RETURN_IF_ERROR(writer_.WriteAll());
  }
  ROLLCALL_RETURN_IF_ERROR(ReadNextNumber());
  ROLLCALL_ASSIGN_OR_RETURN(const auto found, FindAll(ids));
  ROLLCALL_ASSIGN_OR_RETURN(Given given, GiveNumbers(rows, found));
  if (given.rows.empty()) return absl::OkStatus();
  // Known before it can be written: once it is, it may be collected.
  MutexLock lock(&mutex_);
  ForgetWritten();
  const ContentWriter::Number number = writer_.Add(std::move(given.writes));
  for (const auto& [id, known] : given.rows) {
    marks_.Add(known.number);
    if (Remember(id, known)) continue;
    unwritten_[id] = known;
    unwritten_ids_[known.number] = id;
    unwritten_order_.push_back({number, id});
  }
  return absl::OkStatus();
}

absl::StatusOr<RowNumbers> RowDirectory::NumbersOf(const RowSet& ids) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto found, FindAll(ids));
  RowNumbers numbers;
  numbers.reserve(ids.size());
  for (size_t i = 0; i < ids.size(); ++i) {
    if (!found[i].has_value()) {
      return absl::DataLossError(
          absl::StrCat("row ", ids[i].ToHex(), " is missing from the store"));
    }
    numbers.push_back(found[i]->number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

absl::StatusOr<RowSet> RowDirectory::IdsOf(
    absl::Span<const RowNumber> numbers) {
  RowSet ids(numbers.size());
  std::vector<size_t> missing;
  {
    MutexLock lock(&mutex_);
    for (size_t i = 0; i < numbers.size(); ++i) {
      if (const auto kept = ids_.find(numbers[i]); kept != ids_.end()) {
        ids[i] = kept->second;
      } else if (const auto waiting = unwritten_ids_.find(numbers[i]);
                 waiting != unwritten_ids_.end()) {
        ids[i] = waiting->second;
      } else {
        missing.push_back(i);
      }
    }
  }
  if (!missing.empty()) {
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto stored,
        engine_.MultiGet(TableId::kRowNumber,
                         KeysAt<RowNumberKey>(missing, [&](size_t place) {
                           return numbers[place];
                         })));
    MutexLock lock(&mutex_);
    for (size_t i = 0; i < missing.size(); ++i) {
      stored::v1::NumberedRow name;
      const RowNumber number = numbers[missing[i]];
      const bool parses =
          stored[i].has_value() && name.ParseFromString(*stored[i]);
      const auto id = RowId::FromBytes(parses ? name.row_id() : std::string());
      if (!id.has_value()) {
        return absl::DataLossError(
            absl::StrCat("row number ", number, " is missing or unreadable"));
      }
      ids[missing[i]] = *id;
      if (ids_.size() < max_rows_) ids_[number] = *id;
    }
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace rollcall::collector
