#include "collector/contracts/import_plan.h"

#include "collector/contracts/entitlement_table.h"
#include "collector/storage/change_set_table.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// The serialised line without what the import adds to it. Entitlement has no
// maps, so that equal lines serialise alike.
std::string Statement(v1::Entitlement entitlement) {
  entitlement.clear_change_set_id();
  entitlement.clear_known_time();
  entitlement.clear_source_line();
  return entitlement.SerializeAsString();
}

}  // namespace

bool SayTheSame(const v1::Entitlement& a, const v1::Entitlement& b) {
  return Statement(a) == Statement(b);
}

absl::StatusOr<ImportPlan> PlanImport(const EntitlementFile& file,
                                      const Reader& snapshot) {
  ImportPlan plan;
  ROLLCALL_ASSIGN_OR_RETURN(plan.base, NewestChangeSet(snapshot));
  for (const v1::Entitlement& line : file.good) {
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto stored,
        FindEntitlement(snapshot, EntitlementKey::Of(line, KnownStamp()),
                        KnownStamp::Max()));
    if (stored.has_value() && SayTheSame(*stored, line)) {
      ++plan.unchanged_count;
      continue;
    }
    ++(stored.has_value() ? plan.changed_count : plan.added_count);
    plan.states.push_back(line);
  }
  return plan;
}

}  // namespace rollcall::collector
