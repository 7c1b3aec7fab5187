// Files of expected devices, as asset registers export them. Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "collector/csv/import_file.h"
#include "rollcall/v1/contract_service.pb.h"
#include "rollcall/v1/register_service.pb.h"

namespace rollcall::collector {

// A line that may not be imported.
struct BadRegisterLine : BadLine {
  // The asset tag that it is about, in lower case; empty where that cannot be
  // told.
  std::string asset_tag;
};

// A file that was read.
struct ExpectedDeviceFile {
  // Lines of data, good and bad.
  int line_count = 0;
  // In order of line; without register, change-set and known time.
  std::vector<v1::ExpectedDevice> good;
  // In order of line.
  std::vector<BadRegisterLine> bad;
  // Why the file as a whole cannot be used; then there are no lines.
  std::vector<v1::ImportError> file_errors;
};

// Reads a CSV file with the columns that RegisterService.ImportExpectedDevices
// names. Every value is checked; two lines with the same asset tag (ignoring
// ASCII case) are both bad.
ExpectedDeviceFile ReadExpectedDeviceCsv(absl::string_view content);

}  // namespace rollcall::collector
