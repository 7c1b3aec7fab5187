// What devices have of products whose right is over.
#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "collector/alerts/alert_rules.h"
#include "collector/contracts/civil_date.h"
#include "collector/inventory/fleet.h"
#include "collector/inventory/product_lookup.h"

namespace rollcall::collector {

// How many devices have products of which no line is in term on the day; looks
// at the fleet only where there are such. Reads every device then. What cannot
// be told any more is said in caveats. Blocking; DATA_LOSS, UNAVAILABLE as for
// Fleet.
absl::StatusOr<std::map<ProductKey, InstalledCount>> CountInstalled(
    Fleet& fleet, const ProductLookup& products, const ContractFacts& contracts,
    const CivilDate& on);

// What can still be told of devices' past, as bytes that change where it
// becomes less: where a device is deleted, or history is dropped. DATA_LOSS,
// UNAVAILABLE as for Reader.
absl::StatusOr<std::string> MarkOfPast(const Reader& reader);

}  // namespace rollcall::collector
