#include "collector/alerts/fleet_facts.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "collector/inventory/deletions.h"
#include "collector/inventory/history_horizon.h"
#include "collector/reconcile/fleet_use.h"
#include "collector/storage/key.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

std::string UnseenText(size_t unseen) {
  if (unseen == 0) return "";
  return absl::StrCat("The software of ", unseen,
                      unseen == 1 ? " device was" : " devices was",
                      " not seen, or not all of it");
}

}  // namespace

absl::StatusOr<std::map<ProductKey, InstalledCount>> CountInstalled(
    Fleet& fleet, const ProductLookup& products, const ContractFacts& contracts,
    const CivilDate& on) {
  std::map<ProductKey, InstalledCount> counts;
  for (const auto& [key, line] : EndedProducts(contracts, on)) counts[key] = {};
  if (counts.empty()) return counts;
  FleetUse use(fleet, products);
  absl::Status read = CheckNothingDeletedSince(fleet.reader(), fleet.as_of());
  if (read.ok()) read = use.Load();
  if (absl::IsFailedPrecondition(read)) {
    for (auto& [key, count] : counts) {
      count.caveat = std::string(read.message());
    }
    return counts;
  }
  ROLLCALL_RETURN_IF_ERROR(read);
  for (auto& [key, count] : counts) {
    const auto used = use.products().find(key);
    count.devices = used == use.products().end()
                        ? 0
                        : static_cast<int>(used->second.devices.size());
    count.caveat = UnseenText(use.software_unseen().size());
  }
  return counts;
}

absl::StatusOr<std::string> MarkOfPast(const Reader& reader) {
  KeyWriter mark;
  // The newest comes first.
  const auto deletions = reader.Scan(TableId::kDeletion, "", "");
  if (deletions->Valid()) mark.Text(deletions->key());
  ROLLCALL_RETURN_IF_ERROR(deletions->status());
  const auto horizons = reader.Scan(TableId::kMeta, kHistoryHorizonKey,
                                    PrefixEnd(kHistoryHorizonKey));
  for (; horizons->Valid(); horizons->Next()) {
    mark.Text(horizons->key()).Text(horizons->value());
  }
  ROLLCALL_RETURN_IF_ERROR(horizons->status());
  return mark.Take();
}

}  // namespace rollcall::collector
