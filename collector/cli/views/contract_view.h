// Entitlements and quarantined lines. Pure.
#pragma once

#include <string>

#include "rollcall/v1/contract_service.pb.h"

namespace rollcall::cli {

// Tables: fitted to `width`, empty if there is no item. CSV: a header line and
// one line an item.
std::string EntitlementsTable(const v1::ListEntitlementsResponse& response,
                              int width);
// The same table without the day and time that it is of.
std::string EntitlementRows(const v1::ListEntitlementsResponse& response,
                            int width);
std::string EntitlementsCsv(const v1::ListEntitlementsResponse& response);

// The file that `contracts import` reads without a mapping, as
// deploy/sample/README.md describes it. What its columns cannot say is left
// out.
std::string EntitlementFileCsv(const v1::ListEntitlementsResponse& response);

// How many of the lines say what the columns of that file cannot.
int CountWiderLines(const v1::ListEntitlementsResponse& response);

// One line for each error of a quarantined line.
std::string QuarantineTable(const v1::ListQuarantinedLinesResponse& response,
                            int width);
std::string QuarantineCsv(const v1::ListQuarantinedLinesResponse& response);

}  // namespace rollcall::cli
