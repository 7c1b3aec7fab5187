// CSV files with a header line, read against a list of expected columns. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "collector/csv/csv_splitter.h"
#include "rollcall/v1/change_service.pb.h"

namespace rollcall::collector {

// A column that a file may have.
struct CsvColumn {
  // Lower case with underscores, for example "start_date". A header matches it
  // ignoring case and surrounding blanks; blanks and hyphens count as "_".
  absl::string_view name;
  // A file without this column is refused.
  bool required = false;
  // Another name that headers use for it; empty: none.
  absl::string_view alias = {};
  // More of them.
  absl::Span<const std::string> more_names = {};
  // What messages call it; empty: `name`.
  absl::string_view label = {};
  // What else could be done where it is required and empty, for messages;
  // empty: nothing.
  absl::string_view otherwise = {};

  absl::string_view Label() const { return label.empty() ? name : label; }
};

// One line of data. Valid during the call that hands it over.
struct CsvRecord {
  // The line that it starts on, from 1; the header is line 1.
  int line = 0;
  // Its text in the file, without the last line end. May be neither UTF-8 nor
  // harmless: escape it.
  absl::string_view raw;
  // One per expected column, in their order; empty where the file has no such
  // column. UTF-8 without control characters but tab and line feed, unless
  // `errors` is set: then there is none.
  std::vector<absl::string_view> cells;
  // What stands in the file for each of `cells` that were made of it; empty:
  // they stand there as they are.
  std::vector<absl::string_view> originals;
  // What is wrong with the line's form; empty where it is sound.
  std::vector<v1::ImportError> errors;
  // The columns that `cells` belong to, and where each stands in the file (from
  // 1; 0: not there).
  absl::Span<const CsvColumn> columns;
  absl::Span<const int> column_numbers;
};

// What reading came to.
struct CsvOutcome {
  // Records that were handed over.
  int record_count = 0;
  // Why the file as a whole cannot be used: its header, a limit, or quoted
  // fields that do not close or may not. If set, records that were handed over
  // must not be used.
  std::vector<v1::ImportError> file_errors;
  // The header's texts of columns that were not expected, escaped, in order.
  std::vector<std::string> other_columns;
};

// Which files are read.
struct CsvOptions {
  CsvLimits limits;
  // Columns that are not expected are passed over; else they are errors of the
  // file.
  bool takes_other_columns = false;
};

// Reads the whole file and hands over each record, sound or not, in order.
// `columns` outlives the call.
CsvOutcome ReadCsv(absl::string_view content,
                   absl::Span<const CsvColumn> columns,
                   absl::FunctionRef<void(const CsvRecord&)> on_record,
                   const CsvOptions& options = {});

// The text of the file's first record, which names the columns, without its
// last line end; empty if there is none that is sound.
std::string CsvHeader(absl::string_view content);

// A column's name in a header as names are compared: in lower case, "_" for
// blanks and hyphens.
std::string NormalColumnName(absl::string_view header);

// What stood somewhere, as ImportError gives it: escaped and cut to 120 bytes.
std::string ImportErrorValue(absl::string_view text);

}  // namespace rollcall::collector
