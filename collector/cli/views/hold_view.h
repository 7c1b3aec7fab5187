// Holds on devices as tables and CSV. Pure.
#pragma once

#include <string>

#include "rollcall/v1/device_service.pb.h"

namespace rollcall::cli {

// One hold in words, in one line; for a device's table.
std::string HoldText(const v1::DeviceHold& hold);

// One hold: what happened to it; `width` is not needed.
std::string HoldTable(const v1::DeviceHold& hold, int width);
// A header line and one line.
std::string HoldCsv(const v1::DeviceHold& hold);

// A line a hold; the table is fitted to `width`, and empty if there is none. It
// says who released them, and why, where any was.
std::string HoldsTable(const v1::ListHoldsResponse& response, int width);
std::string HoldsCsv(const v1::ListHoldsResponse& response);

}  // namespace rollcall::cli
