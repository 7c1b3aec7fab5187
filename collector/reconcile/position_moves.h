// What becomes of licence positions when the lines that they rest on change.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "collector/contracts/civil_date.h"
#include "collector/reconcile/position_reader.h"
#include "rollcall/v1/change_service.pb.h"
#include "rollcall/v1/contract.pb.h"
#include "rollcall/v1/reconciliation_service.pb.h"

namespace rollcall::collector {

// The products of lines that differ between two lists, and the organisation
// units of those lines. Both lists are in the order of ListEntitlements. Pure.
std::map<ProductKey, std::set<std::string>> ProductsThatDiffer(
    absl::Span<const v1::Entitlement> before,
    absl::Span<const v1::Entitlement> after);

// The positions that move from one list of lines to the other, ordered by
// product and metric. REQUIRES: the reader was loaded; it has the lines
// `before`, and has `after` when this returns. Errors as for
// PositionReader::Read.
absl::StatusOr<std::vector<v1::PositionMove>> PositionMoves(
    PositionReader& reader, const CivilDate& date,
    std::vector<v1::Entitlement> after);

}  // namespace rollcall::collector
