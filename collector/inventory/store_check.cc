#include "collector/inventory/store_check.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
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

// Bases whose ids are kept.
constexpr size_t kMaxBases = 1'000;

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

class StoreComparison {
 public:
  StoreComparison(const Engine& engine, const std::function<bool()>& stop)
      : snapshot_(engine.Snapshot()), stop_(stop) {}

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

  // A number without its row is what a collection leaves of the last number
  // given; it is wrong only where a set refers to it.
  absl::StatusOr<v1::StoreCheck> Numbers() {
    return Walk("row numbers", kRowNumberTable,
                [this](const Reader& reader, const RowNumberKey& key,
                       const NumberedRow& numbered) -> std::string {
                  const auto id = RowId::FromBytes(numbered.row_id());
                  if (!id.has_value()) return "its row id is malformed";
                  const auto row = kRowTable.Get(reader, {*id});
                  if (!row.ok()) return std::string(row.status().message());
                  if (row->has_value() && (*row)->number() == key.number) {
                    ids_[key.number] = *id;
                  }
                  return "";
                });
  }

  // After Numbers.
  absl::StatusOr<v1::StoreCheck> Bases() {
    return Walk("bases", kBaseTable,
                [this](const Reader&, const BaseKey& key,
                       const BaseSet& base) -> std::string {
                  const auto ids = IdsOf(base.rows());
                  if (!ids.ok()) return std::string(ids.status().message());
                  if (ComputeSectionRoot(*ids) != key.root) {
                    return "its rows have another root";
                  }
                  return "";
                });
  }

  // After Numbers.
  absl::StatusOr<v1::StoreCheck> Heads() {
    return Walk("heads", kHeadTable,
                [this](const Reader&, const SubjectKey& key, const Head& head) {
                  return DifferenceOf(key.subject, head);
                });
  }

 private:
  // The ids behind row numbers.
  absl::StatusOr<RowSet> IdsOf(absl::string_view packed) const {
    ROLLCALL_ASSIGN_OR_RETURN(const auto numbers, UnpackNumbers(packed));
    RowSet ids;
    ids.reserve(numbers.size());
    for (const RowNumber number : numbers) {
      const auto id = ids_.find(number);
      if (id == ids_.end()) {
        return absl::DataLossError(
            absl::StrCat("row number ", number, " stands for no row"));
      }
      ids.push_back(id->second);
    }
    std::sort(ids.begin(), ids.end());
    return ids;
  }

  // The ids of a base; the last few are kept, since many heads have the same.
  absl::StatusOr<const RowSet*> IdsOfBase(const std::string& bytes) {
    const auto root = RootId::FromBytes(bytes);
    if (!root.has_value()) return absl::DataLossError("malformed base");
    const auto kept = bases_.find(*root);
    if (kept != bases_.end()) return &kept->second;
    ROLLCALL_ASSIGN_OR_RETURN(const auto base,
                              kBaseTable.Get(*snapshot_, {*root}));
    if (!base.has_value()) {
      return absl::DataLossError(
          absl::StrCat("base ", root->ToHex(), " is missing"));
    }
    ROLLCALL_ASSIGN_OR_RETURN(RowSet ids, IdsOf(base->rows()));
    if (bases_.size() >= kMaxBases) bases_.clear();
    return &(bases_[*root] = std::move(ids));
  }

  absl::StatusOr<RootId> RootOf(SubjectId subject, const Head& head,
                                const HeadSection& section) {
    RowSet all;
    if (!section.base_root().empty()) {
      ROLLCALL_ASSIGN_OR_RETURN(const RowSet* base,
                                IdsOfBase(section.base_root()));
      ROLLCALL_ASSIGN_OR_RETURN(const RowSet removed,
                                IdsOf(section.removed_rows()));
      all = Minus(*base, removed);
    }
    ROLLCALL_ASSIGN_OR_RETURN(const RowSet added, IdsOf(section.added_rows()));
    all = Union(all, added);
    ROLLCALL_ASSIGN_OR_RETURN(
        const OwnRows own, ReadOwnRows(*snapshot_, {subject, section.section(),
                                                    head.row_level()}));
    for (const auto& [id, canonical] : own) all.push_back(id);
    std::sort(all.begin(), all.end());
    return ComputeSectionRoot(all);
  }

  std::string DifferenceOf(SubjectId subject, const Head& head) {
    std::map<std::string, RootId> roots;
    for (const HeadSection& section : head.sections()) {
      const auto root = RootOf(subject, head, section);
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
    auto entries = table.ScanPrefix(*snapshot_, KeyWriter());
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
          compare(*snapshot_, (*entry)->key, (*entry)->value);
      if (wrong.empty()) continue;
      KeyWriter key;
      (*entry)->key.Encode(key);
      part.Differ(absl::StrCat("key ", absl::BytesToHexString(key.Take()), ": ",
                               wrong));
    }
    return absl::CancelledError("the check was stopped");
  }

  const std::unique_ptr<Reader> snapshot_;
  const std::function<bool()>& stop_;
  // Rows that are there under their number.
  absl::flat_hash_map<RowNumber, RowId> ids_;
  absl::flat_hash_map<RootId, RowSet> bases_;
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
    const std::vector<PartCheck>& others, const std::function<bool()>& stop) {
  StoreComparison comparison(engine, stop);
  std::vector<v1::StoreCheck> checks(5);
  ROLLCALL_ASSIGN_OR_RETURN(checks[0], comparison.Rows());
  ROLLCALL_ASSIGN_OR_RETURN(checks[1], comparison.Numbers());
  ROLLCALL_ASSIGN_OR_RETURN(checks[2], comparison.Bases());
  ROLLCALL_ASSIGN_OR_RETURN(checks[3], comparison.Heads());
  if (stop()) return absl::CancelledError("the check was stopped");
  checks[4] = ToCheck(postings.Check());
  for (const PartCheck& other : others) {
    ROLLCALL_ASSIGN_OR_RETURN(v1::StoreCheck check,
                              other(*engine.Snapshot(), stop));
    checks.push_back(std::move(check));
  }
  return checks;
}

}  // namespace rollcall::collector
