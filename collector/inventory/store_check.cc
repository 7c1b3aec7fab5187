#include "collector/inventory/store_check.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "collector/inventory/tables.h"
#include "common/rows.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

using stored::v1::BaseSet;
using stored::v1::FleetRow;
using stored::v1::Head;
using stored::v1::HeadSection;
using stored::v1::NumberedRow;

// What is compared, key by key.
class Part {
 public:
  explicit Part(absl::string_view name) { result_.set_part(std::string(name)); }
  void Compared() { result_.set_compared_count(result_.compared_count() + 1); }
  void Differ(const std::string& what) {
    if (result_.difference_count() == 0) result_.set_first_difference(what);
    result_.set_difference_count(result_.difference_count() + 1);
  }
  v1::StoreCheck Take() { return std::move(result_); }

 private:
  v1::StoreCheck result_;
};

// The ids behind row numbers.
absl::StatusOr<RowSet> IdsOf(const Reader& reader, absl::string_view packed) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto numbers, UnpackNumbers(packed));
  RowSet ids;
  ids.reserve(numbers.size());
  for (const RowNumber number : numbers) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto row,
                              kRowNumberTable.Get(reader, {number}));
    const auto id = row.has_value() ? RowId::FromBytes(row->row_id())
                                    : std::optional<RowId>();
    if (!id.has_value()) {
      return absl::DataLossError(
          absl::StrCat("row number ", number, " stands for no row"));
    }
    ids.push_back(*id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

class StoreComparison {
 public:
  StoreComparison(const Engine& engine, const std::function<bool()>& stop)
      : engine_(engine), stop_(stop) {}

  absl::StatusOr<v1::StoreCheck> Rows() {
    return Walk("rows", kRowTable,
                [](const Reader& reader, const RowKey& key,
                   const FleetRow& row) -> std::string {
                  if (ComputeRowId(row.section(), row.row_level(),
                                   row.canonical()) != key.row) {
                    return "its bytes have another id";
                  }
                  const auto number =
                      kRowNumberTable.Get(reader, {row.number()});
                  if (!number.ok())
                    return std::string(number.status().message());
                  if (!number->has_value() ||
                      (*number)->row_id() != key.row.ToBytes()) {
                    return absl::StrCat("its number ", row.number(),
                                        " is another row's");
                  }
                  return "";
                });
  }

  absl::StatusOr<v1::StoreCheck> Numbers() {
    return Walk("row numbers", kRowNumberTable,
                [](const Reader& reader, const RowNumberKey& key,
                   const NumberedRow& numbered) -> std::string {
                  const auto id = RowId::FromBytes(numbered.row_id());
                  if (!id.has_value()) return "its row id is malformed";
                  const auto row = kRowTable.Get(reader, {*id});
                  if (!row.ok()) return std::string(row.status().message());
                  if (!row->has_value() || (*row)->number() != key.number) {
                    return absl::StrCat("row ", id->ToHex(),
                                        " is missing or has another number");
                  }
                  return "";
                });
  }

  absl::StatusOr<v1::StoreCheck> Bases() {
    return Walk("bases", kBaseTable,
                [](const Reader& reader, const BaseKey& key,
                   const BaseSet& base) -> std::string {
                  const auto ids = IdsOf(reader, base.rows());
                  if (!ids.ok()) return std::string(ids.status().message());
                  if (ComputeSectionRoot(*ids) != key.root) {
                    return "its rows have another root";
                  }
                  return "";
                });
  }

  absl::StatusOr<v1::StoreCheck> Heads() {
    return Walk("heads", kHeadTable,
                [](const Reader& reader, const SubjectKey& key,
                   const Head& head) -> std::string {
                  return DifferenceOf(reader, key.subject, head);
                });
  }

 private:
  static absl::StatusOr<RootId> RootOf(const Reader& reader, SubjectId subject,
                                       const Head& head,
                                       const HeadSection& section) {
    RowSet fleet;
    if (!section.base_root().empty()) {
      const auto root = RootId::FromBytes(section.base_root());
      if (!root.has_value()) return absl::DataLossError("malformed base");
      ROLLCALL_ASSIGN_OR_RETURN(const auto base,
                                kBaseTable.Get(reader, {*root}));
      if (!base.has_value()) {
        return absl::DataLossError(
            absl::StrCat("base ", root->ToHex(), " is missing"));
      }
      ROLLCALL_ASSIGN_OR_RETURN(fleet, IdsOf(reader, base->rows()));
    }
    ROLLCALL_ASSIGN_OR_RETURN(const RowSet removed,
                              IdsOf(reader, section.removed_rows()));
    ROLLCALL_ASSIGN_OR_RETURN(const RowSet added,
                              IdsOf(reader, section.added_rows()));
    RowSet all = Union(Minus(fleet, removed), added);
    ROLLCALL_ASSIGN_OR_RETURN(
        const OwnRows own,
        ReadOwnRows(reader, {subject, section.section(), head.row_level()}));
    for (const auto& [id, canonical] : own) all.push_back(id);
    std::sort(all.begin(), all.end());
    return ComputeSectionRoot(all);
  }

  static std::string DifferenceOf(const Reader& reader, SubjectId subject,
                                  const Head& head) {
    std::map<std::string, RootId> roots;
    for (const HeadSection& section : head.sections()) {
      const auto root = RootOf(reader, subject, head, section);
      if (!root.ok()) {
        return absl::StrCat("section ", section.section(), ": ",
                            root.status().message());
      }
      if (root->ToBytes() != section.root()) {
        return absl::StrCat("section ", section.section(),
                            ": its rows have another root");
      }
      roots[section.section()] = *root;
    }
    if (ComputeSubjectRoot(roots).ToBytes() != head.subject_root()) {
      return "its sections have another root";
    }
    return "";
  }

  // Says what is wrong with each entry, if anything is.
  template <typename Key, typename Value, typename Compare>
  absl::StatusOr<v1::StoreCheck> Walk(absl::string_view name,
                                      const Table<Key, Value>& table,
                                      Compare compare) {
    Part part(name);
    const auto snapshot = engine_.Snapshot();
    auto entries = table.ScanPrefix(*snapshot, KeyWriter());
    while (!stop_()) {
      const auto entry = entries.Next();
      if (!entry.ok()) {
        // Where bytes are unreadable, so is what follows them.
        part.Differ(std::string(entry.status().message()));
        return part.Take();
      }
      if (!entry->has_value()) return part.Take();
      part.Compared();
      const std::string wrong =
          compare(*snapshot, (*entry)->key, (*entry)->value);
      if (wrong.empty()) continue;
      KeyWriter key;
      (*entry)->key.Encode(key);
      part.Differ(absl::StrCat("key ", absl::BytesToHexString(key.Take()), ": ",
                               wrong));
    }
    return absl::CancelledError("the check was stopped");
  }

  const Engine& engine_;
  const std::function<bool()>& stop_;
};

v1::StoreCheck ToCheck(const absl::StatusOr<PostingDifferences>& found) {
  v1::StoreCheck check;
  check.set_part("postings");
  if (!found.ok()) {
    check.set_difference_count(1);
    check.set_first_difference(std::string(found.status().message()));
    return check;
  }
  check.set_compared_count(found->compared);
  check.set_difference_count(found->differences);
  check.set_first_difference(found->first);
  return check;
}

}  // namespace

absl::StatusOr<std::vector<v1::StoreCheck>> CheckStore(
    const Engine& engine, PostingKeeper& postings,
    const std::function<bool()>& stop) {
  StoreComparison comparison(engine, stop);
  std::vector<v1::StoreCheck> checks(5);
  ROLLCALL_ASSIGN_OR_RETURN(checks[0], comparison.Rows());
  ROLLCALL_ASSIGN_OR_RETURN(checks[1], comparison.Numbers());
  ROLLCALL_ASSIGN_OR_RETURN(checks[2], comparison.Bases());
  ROLLCALL_ASSIGN_OR_RETURN(checks[3], comparison.Heads());
  if (stop()) return absl::CancelledError("the check was stopped");
  checks[4] = ToCheck(postings.Check());
  return checks;
}

}  // namespace rollcall::collector
