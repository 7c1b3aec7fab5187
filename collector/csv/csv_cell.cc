#include "collector/csv/csv_cell.h"

#include "absl/strings/str_cat.h"
#include "common/text.h"

namespace rollcall::collector {

absl::string_view CellReader::Raw(size_t column) const {
  return StripBlanks(record_.cells[column]);
}

std::optional<std::string> CellReader::Text(size_t column, size_t max_bytes) {
  auto text = Title(column, max_bytes);
  if (!text.has_value()) return text;
  const std::string blank = UncommonBlankIn(*text);
  if (blank.empty()) return text;
  AddError(column, absl::StrCat("the text holds ", blank,
                                ", which looks like a space; write a space"));
  return std::nullopt;
}

std::optional<std::string> CellReader::Title(size_t column, size_t max_bytes) {
  const absl::string_view text = Raw(column);
  if (text.empty()) return std::nullopt;
  if (StartsLikeFormula(record_.cells[column]) || StartsLikeFormula(text)) {
    AddError(column,
             "the text starts like a spreadsheet formula; it must not start "
             "with =, +, -, @ or a tab");
    return std::nullopt;
  }
  if (text.find_first_of("\t\n") != absl::string_view::npos) {
    AddError(column,
             "the text holds a tab or a line break; write it on one "
             "line with spaces");
    return std::nullopt;
  }
  if (text.size() > max_bytes) {
    AddError(column,
             absl::StrCat("the text has ", text.size(), " bytes; at most ",
                          max_bytes, " are allowed"));
    return std::nullopt;
  }
  return std::string(text);
}

std::optional<std::string> CellReader::Notes(size_t column, size_t max_bytes) {
  const absl::string_view text = Raw(column);
  if (text.empty()) return std::nullopt;
  if (StartsLikeFormula(text)) {
    AddError(column,
             "the text starts like a spreadsheet formula; it must not start "
             "with =, +, -, @ or a tab");
    return std::nullopt;
  }
  if (text.find('\t') != absl::string_view::npos) {
    AddError(column, "the text holds a tab; write spaces");
    return std::nullopt;
  }
  if (text.size() > max_bytes) {
    AddError(column,
             absl::StrCat("the text has ", text.size(), " bytes; at most ",
                          max_bytes, " are allowed"));
    return std::nullopt;
  }
  return std::string(text);
}

std::string CellReader::RequiredText(size_t column, size_t max_bytes) {
  if (!Require(column)) return "";
  return Text(column, max_bytes).value_or("");
}

bool CellReader::Require(size_t column) {
  if (!Raw(column).empty()) return true;
  AddError(column, absl::StrCat(record_.columns[column].Label(),
                                " is empty; it is required",
                                record_.columns[column].otherwise));
  return false;
}

void CellReader::AddError(size_t column, absl::string_view reason) {
  v1::ImportError error;
  error.set_line(record_.line);
  error.set_column(std::string(record_.columns[column].Label()));
  error.set_column_number(record_.column_numbers[column]);
  error.set_value(ImportErrorValue(record_.originals.empty()
                                       ? record_.cells[column]
                                       : record_.originals[column]));
  error.set_reason(std::string(reason));
  errors_.push_back(std::move(error));
}

}  // namespace rollcall::collector
