// Expected devices, and the undiscovered list. Pure.
#pragma once

#include <string>

#include "rollcall/v1/register_service.pb.h"

namespace rollcall::cli {

// Tables: fitted to `width`, empty if there is no item. CSV: a header line and
// one line an item.
std::string ExpectedTable(const v1::ListExpectedDevicesResponse& response,
                          int width);
std::string ExpectedCsv(const v1::ListExpectedDevicesResponse& response);

// The table ends with how many devices were expected, matched and discovered,
// and stands without rows for an empty list of a store that expects any.
std::string UndiscoveredTable(const v1::ListUndiscoveredResponse& response,
                              int width);
std::string UndiscoveredCsv(const v1::ListUndiscoveredResponse& response);

}  // namespace rollcall::cli
