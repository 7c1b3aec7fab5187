// Licence positions and what makes them up. Pure.
#pragma once

#include <string>

#include "rollcall/v1/reconciliation_service.pb.h"

namespace rollcall::cli {

// Tables: fitted to `width`, empty if there is no item. CSV: a header line and
// one line an item.
std::string PositionsTable(const v1::ListPositionsResponse& response,
                           int width);
std::string PositionsCsv(const v1::ListPositionsResponse& response);

// The position, its entitlement lines, and what each device uses. CSV: what
// each device uses.
std::string ExplanationTable(const v1::ExplainPositionResponse& response,
                             int width);
std::string ExplanationCsv(const v1::ExplainPositionResponse& response);

// Whether any of them is anything but covered.
bool AnyNotCovered(const v1::ListPositionsResponse& response);

}  // namespace rollcall::cli
