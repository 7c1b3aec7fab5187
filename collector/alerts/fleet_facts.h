// What devices have of products whose right is over, and what became of
// products under audit.
#pragma once

#include "absl/status/statusor.h"
#include "collector/alerts/alert_rules.h"
#include "collector/contracts/civil_date.h"
#include "collector/inventory/fleet.h"
#include "collector/inventory/product_lookup.h"

namespace rollcall::collector {

// What of the fleet an answer needs.
struct FleetNeeds {
  bool installed = true;
  bool held = true;
};

// Looks at the fleet only for what contracts give reason to: products without a
// line in term, audits with held products. Reads every device then. What cannot
// be told any more is said in caveats. Blocking; DATA_LOSS, UNAVAILABLE as for
// Fleet.
absl::StatusOr<FleetFacts> ReadFleetFacts(Fleet& fleet,
                                          const ProductLookup& products,
                                          const ContractFacts& contracts,
                                          const CivilDate& on,
                                          FleetNeeds needs);

}  // namespace rollcall::collector
