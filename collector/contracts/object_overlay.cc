#include "collector/contracts/object_overlay.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "collector/contracts/contract_content.h"
#include "collector/contracts/contract_queries.h"
#include "collector/contracts/object_kind.h"
#include "collector/contracts/object_table.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// Something that is said of an object, stored or proposed.
struct Saying {
  std::optional<CivilDate> effective;
  KnownStamp stamp;
  v1::ObjectChange change;

  // As keys are ordered: latest day first, last known first.
  bool Before(const Saying& other) const {
    return effective != other.effective ? effective > other.effective
                                        : stamp > other.stamp;
  }
};

// Of one object; what is proposed is known last.
absl::StatusOr<std::vector<Saying>> AllSaid(
    const std::vector<const v1::ObjectChange*>& proposed,
    const Reader& reader) {
  std::vector<Saying> all;
  for (const v1::ObjectChange* change : proposed) {
    all.push_back({EffectiveDay(*change), KnownStamp::Max(), *change});
  }
  ObjectEntries entries(reader, ObjectNumber::kEntitlement,
                        NameOf(proposed[0]->object()));
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto entry, entries.Next());
    if (!entry.has_value()) break;
    all.push_back({entry->key.effective, entry->key.stamp,
                   std::move(*entry->record.mutable_change())});
  }
  std::stable_sort(
      all.begin(), all.end(),
      [](const Saying& a, const Saying& b) { return a.Before(b); });
  return all;
}

absl::StatusOr<std::optional<v1::Entitlement>> LineWith(
    const std::vector<const v1::ObjectChange*>& proposed, const Reader& reader,
    const AsAt& at) {
  ROLLCALL_ASSIGN_OR_RETURN(std::vector<Saying> all, AllSaid(proposed, reader));
  StateChoice choice({at.effective, KnownStamp::Max()});
  for (Saying& saying : all) {
    const bool is_proposed = saying.stamp == KnownStamp::Max();
    if (!is_proposed && saying.stamp > at.known) continue;
    if (!choice.Decides(saying.effective, saying.stamp,
                        saying.change.action())) {
      continue;
    }
    if (saying.change.action() != v1::ObjectChange::ACTION_SET) break;
    v1::ContractObject& object = *saying.change.mutable_object();
    FindObjectKind(ObjectNumber::kEntitlement)->SetIds(object);
    return std::optional<v1::Entitlement>(
        std::move(*object.mutable_entitlement()));
  }
  return std::optional<v1::Entitlement>();
}

ObjectName EntitlementName(const v1::Entitlement& line) {
  return {{absl::AsciiStrToLower(line.contract_number()),
           absl::AsciiStrToLower(line.purchase_order()),
           absl::AsciiStrToLower(line.line())}};
}

}  // namespace

absl::StatusOr<std::vector<v1::Entitlement>> EntitlementsWith(
    absl::Span<const v1::ObjectChange> changes, const Reader& reader,
    const AsAt& at) {
  std::map<ObjectName, std::vector<const v1::ObjectChange*>> proposed;
  for (const v1::ObjectChange& change : changes) {
    if (!change.object().has_entitlement()) continue;
    proposed[NameOf(change.object())].push_back(&change);
  }
  std::vector<v1::Entitlement> all;
  ObjectWalk walk(reader, ObjectNumber::kEntitlement, at);
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto known, walk.Next());
    if (!known.has_value()) break;
    if (proposed.contains(known->key.name)) continue;
    all.push_back(std::move(*known->object.mutable_entitlement()));
  }
  for (const auto& [name, of] : proposed) {
    ROLLCALL_ASSIGN_OR_RETURN(auto line, LineWith(of, reader, at));
    if (line.has_value()) all.push_back(*std::move(line));
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return EntitlementName(a) < EntitlementName(b);
  });
  return all;
}

}  // namespace rollcall::collector
