// What is told of lines that a file leaves out, since they are not in force.
#pragma once

#include "absl/status/status.h"
#include "collector/contracts/exchange/import_plan.h"
#include "collector/contracts/exchange/import_target.h"
#include "collector/storage/engine.h"
#include "rollcall/v1/contract_service.pb.h"

namespace rollcall::collector {

// Tells how many there are, why and which. Pure.
void ListLeftOut(const ImportedFile& file,
                 v1::ImportEntitlementsResponse& response);

// Notes in the plan which of them name what is known and not over on the day of
// the options: nothing of it is ended, so somebody must know.
absl::Status PlanLeftOut(const ImportedFile& file,
                         const ImportPlanOptions& options,
                         const Reader& snapshot, ImportPlan& plan);

}  // namespace rollcall::collector
