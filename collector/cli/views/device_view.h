// Devices, one device, and its history, as tables and CSV. Pure.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "rollcall/v1/device_service.pb.h"

namespace rollcall::cli {

// The digits of a device id that people are shown; enough to ask with.
std::string ShortId(absl::string_view id);

// Tables: fitted to `width`, empty if there is no item. CSV: a header line and
// one line an item.
std::string DevicesTable(const v1::ListDevicesResponse& response, int width);
std::string DevicesCsv(const v1::ListDevicesResponse& response);

// All that is known at a glance, and what each source could not see.
std::string DeviceTable(const v1::GetDeviceResponse& response, int width);
// As DevicesCsv with one line.
std::string DeviceCsv(const v1::GetDeviceResponse& response);

std::string HistoryTable(const v1::ListDeviceHistoryResponse& response,
                         int width);
std::string HistoryCsv(const v1::ListDeviceHistoryResponse& response);

}  // namespace rollcall::cli
