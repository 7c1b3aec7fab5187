// What became of products under audit, from the history of devices.
#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "collector/alerts/alert_rules.h"
#include "collector/contracts/civil_date.h"
#include "collector/inventory/fleet.h"
#include "collector/inventory/product_lookup.h"

namespace rollcall::collector {

// For each audit that holds products on the day, what was installed and removed
// of them from the day of its notice up to that day (UTC), by audit id. A
// product is installed with its first package on a device, and removed with its
// last; what one report brings and takes of it counts together. What came with
// a device's first report is no change, since nobody knows when it was
// installed; where that was since the notice, a caveat says so, and so where
// its software comes or goes as a whole later. Of products that no rule is for
// nothing can be told, which a caveat says; where there are no others, there is
// no count. Reads the history of every device where there is such an
// audit, at most 1,000,000 changes; where it stops, the caveat says so.
// Blocking; DATA_LOSS, UNAVAILABLE as for Fleet.
absl::StatusOr<std::map<std::string, HeldChanges>> ReadHeldChanges(
    Fleet& fleet, const ProductLookup& products, const ContractFacts& contracts,
    const CivilDate& on);

}  // namespace rollcall::collector
