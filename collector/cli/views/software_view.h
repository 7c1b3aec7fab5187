// Software of the fleet, and which devices have it. Pure.
#pragma once

#include <string>

#include "rollcall/v1/device_service.pb.h"

namespace rollcall::cli {

// Tables: fitted to `width`, empty if there is no item. CSV: a header line and
// one line an item.
std::string SoftwareTable(const v1::ListSoftwareResponse& response, int width);
std::string SoftwareCsv(const v1::ListSoftwareResponse& response);

// CSV has one line for each package of each device.
std::string SoftwareDevicesTable(
    const v1::ListSoftwareDevicesResponse& response, int width);
std::string SoftwareDevicesCsv(const v1::ListSoftwareDevicesResponse& response);

}  // namespace rollcall::cli
