// What alerts rest on, read from the store.
#pragma once

#include "absl/status/statusor.h"
#include "collector/alerts/alert_rules.h"
#include "collector/contracts/civil_date.h"
#include "collector/storage/engine.h"
#include "collector/storage/known_stamp.h"

namespace rollcall::collector {

// Contracts, entitlements, audits and reviews as they are on a day, as known at
// a stamp; contracts and entitlements that were ended by then, too, and when
// each ends by all that is known. Blocking; DATA_LOSS, UNAVAILABLE as for
// Table.
absl::StatusOr<ContractFacts> ReadContractFacts(const Reader& reader,
                                                const CivilDate& on,
                                                KnownStamp as_of);

}  // namespace rollcall::collector
