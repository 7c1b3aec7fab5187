// What a file of entitlement lines would change in the repository.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "collector/contracts/civil_date.h"
#include "collector/contracts/entitlement_csv.h"
#include "collector/storage/engine.h"
#include "collector/storage/known_stamp.h"
#include "rollcall/v1/contract.pb.h"

namespace rollcall::collector {

struct EntitlementPlanOptions {
  // From when on the lines are so; nothing: they always were.
  std::optional<CivilDate> effective;
  // Vendors and contracts that nobody knows are made, too.
  bool create_contracts = false;
};

// A difference and what it was compared with.
struct EntitlementPlan {
  // NewestEffect of contracts. Once it is another the plan is void.
  KnownStamp base;
  std::vector<v1::ObjectChange> changes;
  int added_count = 0;
  int changed_count = 0;
  int unchanged_count = 0;
  int created_contract_count = 0;
  // Lines of the file that fit nothing in the store, in order of line.
  std::vector<BadLine> bad;
};

// Compares the good lines of a file with what the store says of them on the
// day. Lines of a contract that is not known, or is known to be with another
// vendor, are bad.
absl::StatusOr<EntitlementPlan> PlanEntitlements(
    const EntitlementFile& file, const EntitlementPlanOptions& options,
    const Reader& snapshot);

}  // namespace rollcall::collector
