// From the bytes of a CSV file to records of fields: RFC 4180 with LF or CRLF
// line ends. Pure; knows nothing of headers and columns.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "rollcall/v1/change_service.pb.h"

namespace rollcall::collector {

// What a file may be at most. The file comes from outside.
struct CsvLimits {
  // The whole file, in bytes.
  size_t max_file_bytes = 32 << 20;
  // One record with its line ends, in bytes.
  size_t max_record_bytes = 64 << 10;
  // One field without its quotes, in bytes.
  size_t max_field_bytes = 4 << 10;
  // Fields of one record.
  size_t max_columns = 64;
  // Lines of the file, with header and blank lines.
  int max_lines = 200'000;
};

// One record. Valid during the call that hands it over.
struct RawRecord {
  // The line that it starts on, from 1.
  int line = 0;
  // Its text in the file, without the last line end.
  absl::string_view raw;
  // Its fields without their quotes. Unquoted ones are trimmed of blanks; a
  // CRLF inside quotes is LF. Not to be used where `malformed` is set.
  std::vector<std::string> fields;
  // Why the record is not CSV, or too large; empty where it is sound.
  std::string malformed;
  // The field that `malformed` is about, from 1; 0: the whole record.
  int malformed_field = 0;
};

// Hands over each record that is not blank (nothing but blanks and separators),
// in order, until `on_record` returns false. A malformed record that is handed
// over ends with its line. Returns why the rest of the file cannot be told
// apart, if it cannot (a quote that never closes, or one where none may be on a
// line whose quoted fields may go on in the next; a limit of the whole file):
// then no record that was handed over may be relied on.
std::optional<v1::ImportError> SplitCsv(
    absl::string_view content, const CsvLimits& limits,
    absl::FunctionRef<bool(const RawRecord&)> on_record);

}  // namespace rollcall::collector
