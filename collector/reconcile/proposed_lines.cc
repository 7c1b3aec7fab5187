#include "collector/reconcile/proposed_lines.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "collector/contracts/contract_content.h"
#include "collector/contracts/object_kind.h"
#include "collector/contracts/object_table.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

using SaidOf = std::map<ObjectName, std::vector<LineSaying>>;
using Products = std::set<ProductKey>;

LineSaying SayingOf(v1::ObjectChange change) {
  LineSaying saying;
  saying.action = change.action();
  if (saying.action != v1::ObjectChange::ACTION_SET) return saying;
  v1::ContractObject& object = *change.mutable_object();
  FindObjectKind(ObjectNumber::kEntitlement)->SetIds(object);
  saying.line = std::move(*object.mutable_entitlement());
  saying.product =
      ProductKey::Of(saying.line.publisher(), saying.line.product());
  return saying;
}

LineSaying SayingOf(ObjectEntries::Entry entry) {
  LineSaying saying = SayingOf(std::move(*entry.record.mutable_change()));
  saying.effective = entry.key.effective;
  saying.stamp = entry.key.stamp;
  return saying;
}

SaidOf Proposed(std::vector<v1::ObjectChange> changes) {
  SaidOf said;
  for (v1::ObjectChange& change : changes) {
    if (!change.object().has_entitlement()) continue;
    ObjectName name = NameOf(change.object());
    const std::optional<CivilDate> effective = EffectiveDay(change);
    LineSaying saying = SayingOf(std::move(change));
    saying.effective = effective;
    saying.is_proposed = true;
    said[std::move(name)].push_back(std::move(saying));
  }
  return said;
}

// Adds what was said by then of the lines that are there.
absl::Status AddKnown(const Reader& reader, KnownStamp known, SaidOf& lines) {
  for (auto& [name, said] : lines) {
    ObjectEntries entries(reader, ObjectNumber::kEntitlement, name);
    while (true) {
      ROLLCALL_ASSIGN_OR_RETURN(auto entry, entries.Next());
      if (!entry.has_value()) break;
      if (entry->key.stamp > known) continue;
      said.push_back(SayingOf(*std::move(entry)));
    }
  }
  return absl::OkStatus();
}

Products ProductsOf(const SaidOf& lines) {
  Products products;
  for (const auto& [name, said] : lines) {
    for (const LineSaying& saying : said) {
      if (saying.action == v1::ObjectChange::ACTION_SET) {
        products.insert(saying.product);
      }
    }
  }
  return products;
}

bool IsOfAny(const std::vector<LineSaying>& said, const Products& products) {
  return std::any_of(said.begin(), said.end(), [&](const LineSaying& saying) {
    return saying.action == v1::ObjectChange::ACTION_SET &&
           products.contains(saying.product);
  });
}

// Adds the lines that share one of the products.
absl::Status AddNeighbours(const Reader& reader, KnownStamp known,
                           const Products& products, SaidOf& lines) {
  ObjectEntries entries(kObjectTable.ScanPrefix(
      reader,
      KeyWriter().U16(static_cast<uint16_t>(ObjectNumber::kEntitlement))));
  ObjectName name;
  std::vector<LineSaying> said;
  const auto end_line = [&] {
    if (IsOfAny(said, products)) lines.emplace(name, std::move(said));
    said.clear();
  };
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto entry, entries.Next());
    if (!entry.has_value()) break;
    if (entry->key.name != name) {
      end_line();
      name = entry->key.name;
    }
    if (entry->key.stamp > known || lines.contains(name)) continue;
    said.push_back(SayingOf(*std::move(entry)));
  }
  end_line();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<LineHistory>> LinesAround(
    std::vector<v1::ObjectChange> changes, const Reader& reader,
    KnownStamp known) {
  std::vector<LineHistory> histories;
  SaidOf lines = Proposed(std::move(changes));
  if (lines.empty()) return histories;
  ROLLCALL_RETURN_IF_ERROR(AddKnown(reader, known, lines));
  const Products products = ProductsOf(lines);
  ROLLCALL_RETURN_IF_ERROR(AddNeighbours(reader, known, products, lines));
  histories.reserve(lines.size());
  for (auto& [name, said] : lines) histories.emplace_back(std::move(said));
  return histories;
}

}  // namespace rollcall::collector
