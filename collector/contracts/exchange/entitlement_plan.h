// What a file of entitlement lines would change in the repository.
#pragma once

#include "absl/status/status.h"
#include "collector/contracts/exchange/import_plan.h"

namespace rollcall::collector {

// Compares lines with what the store says of them on the day. Bad are lines of
// a contract that is not known, or is known to be with another vendor; and, of
// a mapping's file, those that contradict their contract (an end before its
// start, another currency), that another source says, or that the source calls
// by another name than before. What else looks odd is told: a term that is not
// the contract's, the same bought twice, a product that nothing recognises.
absl::Status PlanEntitlements(ImportedFile& file,
                              const ImportPlanOptions& options,
                              const Reader& snapshot, ImportPlan& plan);

}  // namespace rollcall::collector
