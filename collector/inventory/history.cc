#include "collector/inventory/history.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/inventory/row_set.h"
#include "collector/inventory/row_words.h"
#include "collector/inventory/tables.h"
#include "common/proto_time.h"
#include "common/row_level.h"
#include "common/rows.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

using stored::v1::HistoryEntry;
using stored::v1::SectionChange;

struct Entry {
  KnownStamp stamp;
  SubjectId subject;
  HistoryEntry value;
};

// A row before and after, by what it describes.
struct Pair {
  std::optional<v1::Row> before;
  std::optional<v1::Row> after;
};
// By natural key. Two rows of one kind may share one only if an agent breaks
// the rules; then each keeps a place of its own, in the order in which it came.
class Pairs {
 public:
  void Place(v1::Row row, bool after) {
    const std::string key = NaturalKey(row);
    const int place = (after ? after_ : before_)[key]++;
    Pair& pair = pairs_[{key, place}];
    (after ? pair.after : pair.before) = std::move(row);
  }

  // In order of their keys.
  std::vector<Pair> Take() {
    std::vector<Pair> result;
    result.reserve(pairs_.size());
    for (auto& [key, pair] : pairs_) result.push_back(std::move(pair));
    return result;
  }

 private:
  std::map<std::pair<std::string, int>, Pair> pairs_;
  // How many rows there are for each key.
  std::map<std::string, int> before_;
  std::map<std::string, int> after_;
};

absl::StatusOr<v1::Row> ParseOwn(const std::string& canonical) {
  v1::Row row;
  if (!row.ParseFromString(canonical)) {
    return absl::DataLossError("an own row in history does not parse");
  }
  return row;
}

absl::Status PlaceAll(
    Fleet& fleet, const std::string& packed_rows,
    const google::protobuf::RepeatedPtrField<std::string>& own, bool after,
    Pairs& pairs) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto numbers, UnpackNumbers(packed_rows));
  ROLLCALL_ASSIGN_OR_RETURN(const RowSet ids,
                            fleet.content().rows.IdsOf(numbers));
  for (const RowId& id : ids) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto row, fleet.FleetRow(id));
    pairs.Place(*row, after);
  }
  for (const std::string& canonical : own) {
    ROLLCALL_ASSIGN_OR_RETURN(v1::Row row, ParseOwn(canonical));
    pairs.Place(std::move(row), after);
  }
  return absl::OkStatus();
}

bool IsSwitch(const HistoryEntry& entry) {
  return entry.row_level_before() != 0;
}

// The change in words. Where the row schema level switched, what only the
// higher of both could say is no change.
std::string InWords(const HistoryEntry& entry, const Pair& pair) {
  Pair told = pair;
  if (IsSwitch(entry)) {
    const int level =
        std::min(entry.row_level_before(), entry.row_level_after());
    if (told.before.has_value()) told.before = RowAtLevel(*told.before, level);
    if (told.after.has_value()) told.after = RowAtLevel(*told.after, level);
  }
  return ChangeInWords(told.before.has_value() ? &*told.before : nullptr,
                       told.after.has_value() ? &*told.after : nullptr);
}

v1::DeviceChange ToChange(const Entry& entry, const std::string& section,
                          Pair pair) {
  v1::DeviceChange change;
  *change.mutable_known_time() = ToProto(entry.stamp.time());
  change.set_section(section);
  change.set_subject_id(entry.subject.ToHex());
  // The switch itself has a change of its own.
  change.set_cause(IsSwitch(entry.value) ? v1::DeviceChange::CAUSE_MACHINE
                                         : static_cast<v1::DeviceChange::Cause>(
                                               entry.value.cause()));
  change.set_summary(InWords(entry.value, pair));
  if (pair.before.has_value() && pair.after.has_value()) {
    change.set_kind(v1::DeviceChange::KIND_CHANGED);
  } else if (pair.after.has_value()) {
    change.set_kind(v1::DeviceChange::KIND_ADDED);
  } else {
    change.set_kind(v1::DeviceChange::KIND_REMOVED);
  }
  if (pair.before.has_value())
    *change.mutable_before() = *std::move(pair.before);
  if (pair.after.has_value()) *change.mutable_after() = *std::move(pair.after);
  return change;
}

bool IsWanted(absl::Span<const std::string> sections,
              const std::string& section) {
  return sections.empty() ||
         std::find(sections.begin(), sections.end(), section) != sections.end();
}

v1::DeviceChange FirstReport(const Entry& entry) {
  v1::DeviceChange change;
  *change.mutable_known_time() = ToProto(entry.stamp.time());
  change.set_kind(v1::DeviceChange::KIND_ADDED);
  change.set_cause(v1::DeviceChange::CAUSE_FIRST_REPORT);
  change.set_subject_id(entry.subject.ToHex());
  change.set_summary(absl::StrCat(
      "first report, with ", entry.value.new_sections_size(), " sections"));
  return change;
}

v1::DeviceChange Switch(const Entry& entry) {
  v1::DeviceChange change;
  *change.mutable_known_time() = ToProto(entry.stamp.time());
  change.set_kind(v1::DeviceChange::KIND_CHANGED);
  change.set_cause(v1::DeviceChange::CAUSE_SCHEMA);
  change.set_subject_id(entry.subject.ToHex());
  change.set_row_level_before(entry.value.row_level_before());
  change.set_row_level_after(entry.value.row_level_after());
  change.set_summary(absl::StrCat("row schema level ",
                                  entry.value.row_level_before(), " -> ",
                                  entry.value.row_level_after()));
  return change;
}

absl::StatusOr<std::vector<v1::DeviceChange>> ChangesOf(
    Fleet& fleet, const Entry& entry, absl::Span<const std::string> sections) {
  std::vector<v1::DeviceChange> changes;
  if (entry.value.cause() == v1::DeviceChange::CAUSE_FIRST_REPORT) {
    if (sections.empty()) changes.push_back(FirstReport(entry));
    return changes;
  }
  const bool is_switch = IsSwitch(entry.value);
  if (is_switch && sections.empty()) changes.push_back(Switch(entry));
  for (const SectionChange& section : entry.value.sections()) {
    if (!IsWanted(sections, section.section())) continue;
    Pairs pairs;
    ROLLCALL_RETURN_IF_ERROR(PlaceAll(
        fleet, is_switch ? section.gone_rows() : section.removed_rows(),
        section.own_removed(), false, pairs));
    ROLLCALL_RETURN_IF_ERROR(
        PlaceAll(fleet, is_switch ? section.new_rows() : section.added_rows(),
                 section.own_added(), true, pairs));
    for (Pair& pair : pairs.Take()) {
      changes.push_back(ToChange(entry, section.section(), std::move(pair)));
    }
  }
  return changes;
}

void AddTurns(const Entry& entry, absl::Span<const std::string> sections,
              HistoryPage& page) {
  if (entry.value.cause() == v1::DeviceChange::CAUSE_FIRST_REPORT) return;
  for (const auto* names :
       {&entry.value.new_sections(), &entry.value.gone_sections()}) {
    for (const std::string& name : *names) {
      if (IsWanted(sections, name)) page.turns.push_back({entry.stamp, name});
    }
  }
}

// The newest `limit` entries of all subjects at or before `from`.
absl::StatusOr<std::vector<Entry>> ReadEntries(const Reader& reader,
                                               const DeviceEntry& device,
                                               KnownStamp from, int limit) {
  std::vector<Entry> entries;
  for (const DeviceSubject& subject : device.subjects) {
    KeyWriter prefix;
    prefix.U16(ShardOf(subject.subject)).AddId(subject.subject);
    auto scan = kHistoryTable.ScanFrom(reader, {subject.subject, from},
                                       std::move(prefix));
    for (int count = 0; count < limit; ++count) {
      ROLLCALL_ASSIGN_OR_RETURN(auto entry, scan.Next());
      if (!entry.has_value()) break;
      entries.push_back(
          {entry->key.stamp, entry->key.subject, std::move(entry->value)});
    }
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::pair(b.stamp, b.subject) < std::pair(a.stamp, a.subject);
  });
  // Beyond these, older entries of one subject may stand where newer ones of
  // another were not read.
  if (static_cast<int>(entries.size()) > limit) entries.resize(limit);
  return entries;
}

}  // namespace

absl::StatusOr<HistoryPage> ReadHistory(Fleet& fleet, const DeviceEntry& device,
                                        absl::Span<const std::string> sections,
                                        HistoryCursor cursor, int limit) {
  HistoryPage page;
  // Entries may hold no wanted section, so read on until the page is full.
  constexpr int kEntriesAtOnce = 256;
  KnownStamp from = std::min(cursor.from, fleet.as_of());
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto entries,
        ReadEntries(fleet.reader(), device, from, kEntriesAtOnce));
    for (const Entry& entry : entries) {
      ROLLCALL_ASSIGN_OR_RETURN(auto changes,
                                ChangesOf(fleet, entry, sections));
      AddTurns(entry, sections, page);
      int place = 0;
      for (v1::DeviceChange& change : changes) {
        const int here = place++;
        if (entry.stamp == cursor.from && here < cursor.skip) continue;
        if (static_cast<int>(page.changes.size()) == limit) {
          page.next = HistoryCursor{entry.stamp, here};
          return page;
        }
        page.changes.push_back(std::move(change));
      }
    }
    if (static_cast<int>(entries.size()) < kEntriesAtOnce) return page;
    // Stamps are unique, so the next older one is the next to read.
    from = KnownStamp::FromRaw(entries.back().stamp.raw() - 1);
  }
}

}  // namespace rollcall::collector
