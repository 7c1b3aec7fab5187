// Reads the cells of one record and gathers what is wrong with them. What a
// value means (a date, an amount) is for the caller; this knows texts. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "collector/csv/csv_reader.h"
#include "rollcall/v1/change_service.pb.h"

namespace rollcall::collector {

// Not thread-safe. The record outlives it.
class CellReader {
 public:
  // Starts with the record's own errors. REQUIRES for all but errors(): the
  // record has none.
  explicit CellReader(const CsvRecord& record)
      : record_(record), errors_(record.errors) {}

  // Cells are named by their place among the expected columns.

  // The cell without surrounding blanks, unchecked; empty where there is none.
  absl::string_view Raw(size_t column) const;

  // A text on one line that no spreadsheet takes for a formula, with no blanks
  // inside but spaces; nothing if the cell is empty or, with an error noted,
  // not such a text.
  std::optional<std::string> Text(size_t column, size_t max_bytes);
  // As Text, with any blanks inside: it names nothing.
  std::optional<std::string> Title(size_t column, size_t max_bytes);
  // As Title, with line breaks.
  std::optional<std::string> Notes(size_t column, size_t max_bytes);
  // As Text, with an error noted and "" given if the cell is empty.
  std::string RequiredText(size_t column, size_t max_bytes);
  // Notes an error and returns false if the cell is empty.
  bool Require(size_t column);

  // Notes that the cell is wrong. `reason` says what would be right.
  void AddError(size_t column, absl::string_view reason);

  const std::vector<v1::ImportError>& errors() const { return errors_; }
  std::vector<v1::ImportError> TakeErrors() { return std::move(errors_); }

 private:
  const CsvRecord& record_;
  std::vector<v1::ImportError> errors_;
};

}  // namespace rollcall::collector
