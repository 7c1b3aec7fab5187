// What an import of a file would do to the entitlements that are there.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "collector/contracts/entitlement_csv.h"
#include "collector/storage/engine.h"
#include "collector/storage/known_stamp.h"
#include "rollcall/v1/contract_service.pb.h"

namespace rollcall::collector {

// A difference and the state that it applies to.
struct ImportPlan {
  // The newest change-set that was there. Once there is a newer one the plan is
  // void.
  KnownStamp base;
  // States to store, in order of line: new entitlements and new states.
  std::vector<v1::Entitlement> states;
  int added_count = 0;
  int changed_count = 0;
  int unchanged_count = 0;
};

// Compares the good lines of a file with the newest states in the store; reads
// through one snapshot.
absl::StatusOr<ImportPlan> PlanImport(const EntitlementFile& file,
                                      const Reader& snapshot);

// Whether two lines say the same, whoever imported them when and from where.
bool SayTheSame(const v1::Entitlement& a, const v1::Entitlement& b);

}  // namespace rollcall::collector
