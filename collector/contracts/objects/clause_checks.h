// Checks of clauses. Pure.
#pragma once

#include "collector/contracts/field_check.h"
#include "rollcall/v1/contract.pb.h"

namespace rollcall::collector {

void CheckClauses(const v1::Clauses& clauses, FieldCheck& check);

}  // namespace rollcall::collector
