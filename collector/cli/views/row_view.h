// Inventory rows of any kind, by what their messages declare. Pure.
#pragma once

#include <string>

#include "rollcall/v1/device_service.pb.h"

namespace rollcall::cli {

// One table for each kind of row, under its section and name, with the columns
// that any row of the kind has a value for. Empty if there is no row.
std::string RowsTable(const v1::ListDeviceRowsResponse& response, int width);

// One line a row: section, row id, kind, and a column for each field of the
// kinds that occur.
std::string RowsCsv(const v1::ListDeviceRowsResponse& response);

}  // namespace rollcall::cli
