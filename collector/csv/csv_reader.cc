#include "collector/csv/csv_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/text.h"

namespace rollcall::collector {
namespace {

constexpr size_t kMaxValueBytes = 120;
// Takes three bytes itself.
constexpr absl::string_view kCutMark = "…";

v1::ImportError MakeError(int line, absl::string_view column, int number,
                          absl::string_view value, std::string reason) {
  v1::ImportError error;
  error.set_line(line);
  error.set_column(std::string(column));
  error.set_column_number(number);
  error.set_value(ImportErrorValue(value));
  error.set_reason(std::move(reason));
  return error;
}

// What is wrong with a field's characters, if anything.
std::optional<std::string> BadCharacters(absl::string_view field) {
  if (!IsValidUtf8(field)) {
    return "the text is not UTF-8; save the file as CSV in UTF-8";
  }
  if (HoldsHiddenCharacters(field)) {
    return absl::StrCat("the text holds a character that nobody sees: ",
                        EscapeForTerminal(field), "; remove it");
  }
  for (const char c : field) {
    const bool control = absl::ascii_iscntrl(static_cast<unsigned char>(c));
    if (control && c != '\t' && c != '\n') {
      return absl::StrCat("the text holds the control character ",
                          EscapeForTerminal(absl::string_view(&c, 1)),
                          "; remove it");
    }
  }
  return std::nullopt;
}

bool IsCalled(const CsvColumn& column, absl::string_view name) {
  return column.name == name ||
         (!column.alias.empty() && column.alias == name) ||
         std::find(column.more_names.begin(), column.more_names.end(), name) !=
             column.more_names.end();
}

// Reads one file.
class Reading {
 public:
  Reading(absl::Span<const CsvColumn> columns,
          absl::FunctionRef<void(const CsvRecord&)> on_record,
          bool takes_other_columns)
      : columns_(columns),
        on_record_(on_record),
        takes_other_columns_(takes_other_columns),
        numbers_(columns.size(), 0) {}

  bool Take(const RawRecord& raw) {
    if (!has_header_) {
      has_header_ = true;
      TakeHeader(raw);
      return outcome_.file_errors.empty();
    }
    TakeData(raw);
    return true;
  }

  CsvOutcome Finish(std::optional<v1::ImportError> file_error) {
    if (file_error.has_value()) {
      outcome_.file_errors.push_back(*std::move(file_error));
    } else if (!has_header_) {
      outcome_.file_errors.push_back(
          MakeError(1, "", 0, "",
                    absl::StrCat("the file is empty; its first line must "
                                 "name the columns: ",
                                 Names())));
    }
    return std::move(outcome_);
  }

 private:
  std::string Names() const {
    return absl::StrJoin(columns_, ", ",
                         [](std::string* out, const CsvColumn& column) {
                           absl::StrAppend(out, column.Label());
                         });
  }

  void AddHeaderError(int line, absl::string_view column, size_t number,
                      absl::string_view value, std::string reason) {
    outcome_.file_errors.push_back(MakeError(
        line, column, static_cast<int>(number), value, std::move(reason)));
  }

  void TakeHeader(const RawRecord& raw) {
    if (!raw.malformed.empty()) {
      AddHeaderError(raw.line, "", static_cast<size_t>(raw.malformed_field),
                     raw.raw, absl::StrCat("in the header ", raw.malformed));
      return;
    }
    header_ = raw.fields;
    if (header_.size() == 1 &&
        header_[0].find_first_of(";\t") != std::string::npos) {
      AddHeaderError(raw.line, "", 0, raw.raw,
                     "columns must be separated by commas, not by semicolons "
                     "or tabs");
      return;
    }
    for (size_t i = 0; i < header_.size(); ++i) PlaceColumn(raw.line, i);
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i].required && numbers_[i] == 0) {
        AddHeaderError(
            raw.line, columns_[i].Label(), 0, "",
            absl::StrCat("the column ", columns_[i].Label(),
                         " is missing from the header", columns_[i].otherwise));
      }
    }
  }

  // Finds which column the header's field `i` means.
  void PlaceColumn(int line, size_t i) {
    if (const auto bad = BadCharacters(header_[i]); bad.has_value()) {
      AddHeaderError(line, "", i + 1, header_[i], *bad);
      return;
    }
    const std::string name = NormalColumnName(header_[i]);
    const auto column =
        std::find_if(columns_.begin(), columns_.end(),
                     [&](const CsvColumn& c) { return IsCalled(c, name); });
    if (column == columns_.end() && takes_other_columns_) {
      outcome_.other_columns.push_back(ImportErrorValue(header_[i]));
      return;
    }
    if (column == columns_.end()) {
      AddHeaderError(
          line, ImportErrorValue(header_[i]), i + 1, header_[i],
          absl::StrCat("the column is unknown; the columns are ", Names()));
      return;
    }
    int& number = numbers_[static_cast<size_t>(column - columns_.begin())];
    if (number != 0) {
      AddHeaderError(
          line, column->Label(), i + 1, header_[i],
          absl::StrCat("the column is there twice, first as column ", number));
      return;
    }
    number = static_cast<int>(i) + 1;
  }

  void TakeData(const RawRecord& raw) {
    CsvRecord record;
    record.line = raw.line;
    record.raw = raw.raw;
    record.columns = columns_;
    record.column_numbers = numbers_;
    CheckForm(raw, record.errors);
    if (record.errors.empty()) {
      for (const int number : numbers_) {
        record.cells.push_back(
            number == 0 ? absl::string_view()
                        : absl::string_view(
                              raw.fields[static_cast<size_t>(number) - 1]));
      }
    }
    ++outcome_.record_count;
    on_record_(record);
  }

  void CheckForm(const RawRecord& raw, std::vector<v1::ImportError>& errors) {
    if (!raw.malformed.empty()) {
      errors.push_back(MakeError(raw.line, HeaderAt(raw.malformed_field),
                                 raw.malformed_field, raw.raw, raw.malformed));
      return;
    }
    if (raw.fields.size() != header_.size()) {
      errors.push_back(MakeError(
          raw.line, "", 0, raw.raw,
          absl::StrCat("the line has ", raw.fields.size(),
                       " fields and the header ", header_.size(),
                       "; write a field that holds a comma in quotes")));
      return;
    }
    for (size_t i = 0; i < raw.fields.size(); ++i) {
      const auto bad = BadCharacters(raw.fields[i]);
      const int number = static_cast<int>(i) + 1;
      if (bad.has_value()) {
        errors.push_back(
            MakeError(raw.line, HeaderAt(number), number, raw.fields[i], *bad));
      }
    }
  }

  // The expected column's name at a place in the file, from 1.
  absl::string_view HeaderAt(int number) const {
    const auto at = std::find(numbers_.begin(), numbers_.end(), number);
    if (number == 0 || at == numbers_.end()) return "";
    return columns_[static_cast<size_t>(at - numbers_.begin())].Label();
  }

  const absl::Span<const CsvColumn> columns_;
  const absl::FunctionRef<void(const CsvRecord&)> on_record_;
  const bool takes_other_columns_;
  // Per expected column, where it stands in the file.
  std::vector<int> numbers_;
  std::vector<std::string> header_;
  bool has_header_ = false;
  CsvOutcome outcome_;
};

}  // namespace

CsvOutcome ReadCsv(absl::string_view content,
                   absl::Span<const CsvColumn> columns,
                   absl::FunctionRef<void(const CsvRecord&)> on_record,
                   const CsvOptions& options) {
  Reading reading(columns, on_record, options.takes_other_columns);
  auto error = SplitCsv(content, options.limits, [&](const RawRecord& record) {
    return reading.Take(record);
  });
  return reading.Finish(std::move(error));
}

std::string CsvHeader(absl::string_view content) {
  std::string header;
  SplitCsv(content, CsvLimits(), [&](const RawRecord& record) {
    if (record.malformed.empty()) {
      header = std::string(record.raw.data(), record.raw.size());
    }
    return false;
  });
  return header;
}

std::string NormalColumnName(absl::string_view header) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(StripBlanks(header)),
                             {{" ", "_"}, {"-", "_"}});
}

std::string ImportErrorValue(absl::string_view text) {
  return Abbreviate(EscapeForTerminal(text.substr(0, 4 * kMaxValueBytes)),
                    kMaxValueBytes - kCutMark.size());
}

}  // namespace rollcall::collector
