#include "collector/cli/table.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "collector/cli/wrap.h"
#include "common/text.h"

namespace rollcall::cli {
namespace {

constexpr absl::string_view kGap = "  ";
constexpr absl::string_view kIndent = "  ";
// The last column is not made narrower than this, if it holds sentences.
constexpr int kLeastSentenceWidth = 24;
constexpr int kLeastStackedWidth = 20;

// Escaped, one or more.
using CellLines = std::vector<std::string>;

struct PrintedTable {
  std::vector<TableColumn> columns;
  std::vector<std::vector<CellLines>> rows;
};

CellLines LinesOf(const std::string& cell, Align align) {
  if (cell.empty()) return {"-"};
  if (align != Align::kWrap) return {EscapeForTerminal(cell)};
  CellLines lines;
  for (absl::string_view line : absl::StrSplit(cell, '\n')) {
    absl::ConsumeSuffix(&line, "\r");
    // A blank line would look like the end of a row.
    if (absl::StripAsciiWhitespace(line).empty()) continue;
    lines.push_back(EscapeForTerminal(line));
  }
  if (lines.empty()) return {"-"};
  return lines;
}

PrintedTable Printed(const Table& table) {
  PrintedTable printed = {table.columns, {}};
  for (const auto& row : table.rows) {
    auto& cells = printed.rows.emplace_back();
    for (size_t i = 0; i < row.size(); ++i) {
      cells.push_back(LinesOf(row[i], table.columns[i].align));
    }
  }
  return printed;
}

bool MayWrap(const TableColumn& column) {
  return column.align == Align::kLeft || column.align == Align::kWrap;
}

// Of each column the largest of its title's and its lines' measures.
template <typename OfTitle, typename OfLine>
std::vector<int> Widest(const PrintedTable& table, OfTitle of_title,
                        OfLine of_line) {
  std::vector<int> widths;
  for (const TableColumn& column : table.columns) {
    widths.push_back(of_title(column.title));
  }
  for (const auto& row : table.rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      for (const std::string& line : row[i]) {
        widths[i] = std::max(widths[i], of_line(line, table.columns[i]));
      }
    }
  }
  return widths;
}

std::vector<int> NaturalWidths(const PrintedTable& table) {
  return Widest(table, DisplayWidth,
                [](const std::string& line, const TableColumn&) {
                  return DisplayWidth(line);
                });
}

std::vector<int> LeastWidths(const PrintedTable& table) {
  const TableColumn& last = table.columns.back();
  return Widest(table, WidestWord,
                [&](const std::string& line, const TableColumn& column) {
                  if (!MayWrap(column)) return DisplayWidth(line);
                  // Nothing stands to the right of it.
                  if (&column == &last && column.align == Align::kWrap) {
                    return std::min(DisplayWidth(line), kLeastSentenceWidth);
                  }
                  return WidestWord(line);
                });
}

int TotalWidth(const std::vector<int>& widths) {
  const int gaps =
      static_cast<int>(kGap.size()) * (static_cast<int>(widths.size()) - 1);
  return std::accumulate(widths.begin(), widths.end(), gaps);
}

// Takes a column at a time from the widest that is wider than its least, until
// the table fits. False: it does not even so.
bool Narrow(const std::vector<int>& least, int width,
            std::vector<int>& widths) {
  if (TotalWidth(least) > width) return false;
  for (size_t i = 0; i < widths.size(); ++i) {
    widths[i] = std::max(least[i], std::min(widths[i], width));
  }
  for (int total = TotalWidth(widths); total > width; --total) {
    size_t widest = widths.size();
    for (size_t i = 0; i < widths.size(); ++i) {
      if (widths[i] == least[i]) continue;
      if (widest == widths.size() || widths[i] > widths[widest]) widest = i;
    }
    --widths[widest];
  }
  return true;
}

// Without the blanks at its end.
void AppendLine(std::string line, std::string& out) {
  line.erase(line.find_last_not_of(' ') + 1);
  absl::StrAppend(&out, line, "\n");
}

// One line across the table; a column that has no more lines is left blank.
std::string LineAcross(const PrintedTable& table,
                       const std::vector<CellLines>& cells, size_t number,
                       const std::vector<int>& widths) {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) {
    const absl::string_view text =
        number < cells[i].size() ? cells[i][number] : absl::string_view();
    const std::string padding(
        static_cast<size_t>(std::max(0, widths[i] - DisplayWidth(text))), ' ');
    if (i > 0) absl::StrAppend(&line, kGap);
    const bool right = table.columns[i].align == Align::kRight;
    absl::StrAppend(&line, right ? padding : "", text, right ? "" : padding);
  }
  return line;
}

CellLines Wrapped(const CellLines& cell, int width) {
  CellLines wrapped;
  for (const std::string& line : cell) {
    for (std::string& part : WrapWords(line, width)) {
      wrapped.push_back(std::move(part));
    }
  }
  return wrapped;
}

void AppendRow(const PrintedTable& table, std::vector<CellLines> cells,
               const std::vector<int>& widths, std::string& out) {
  size_t height = 0;
  for (size_t i = 0; i < cells.size(); ++i) {
    cells[i] = Wrapped(cells[i], widths[i]);
    height = std::max(height, cells[i].size());
  }
  for (size_t number = 0; number < height; ++number) {
    AppendLine(LineAcross(table, cells, number, widths), out);
  }
}

std::string RenderRows(const PrintedTable& table,
                       const std::vector<int>& widths) {
  std::string out;
  std::vector<CellLines> titles;
  for (const TableColumn& column : table.columns) {
    titles.push_back({column.title});
  }
  AppendRow(table, titles, widths, out);
  for (const auto& row : table.rows) AppendRow(table, row, widths, out);
  return out;
}

// "TITLE: cell", and further lines of the cell indented.
void AppendStacked(const TableColumn& column, CellLines cell, int width,
                   std::string& out) {
  cell[0] = absl::StrCat(column.title, ": ", cell[0]);
  if (MayWrap(column)) {
    const int indent = static_cast<int>(kIndent.size());
    cell = Wrapped(cell, std::max(width, kLeastStackedWidth) - indent);
  }
  absl::string_view indent;
  for (const std::string& line : cell) {
    AppendLine(absl::StrCat(indent, line), out);
    indent = kIndent;
  }
}

std::string RenderStacked(const PrintedTable& table, int width) {
  std::string out;
  for (const auto& row : table.rows) {
    if (!out.empty()) out.append("\n");
    for (size_t i = 0; i < row.size(); ++i) {
      AppendStacked(table.columns[i], row[i], width, out);
    }
  }
  return out;
}

bool IsDigits(absl::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

// "-3" or "-12.50". A spreadsheet takes it for what it is, and programs want it
// so.
bool IsNegativeNumber(absl::string_view text) {
  if (!absl::ConsumePrefix(&text, "-")) return false;
  const size_t point = text.find('.');
  return IsDigits(text.substr(0, point)) &&
         (point == absl::string_view::npos || IsDigits(text.substr(point + 1)));
}

}  // namespace

std::string RenderTable(const Table& table, int width) {
  if (table.columns.empty()) return "";
  const PrintedTable printed = Printed(table);
  std::vector<int> widths = NaturalWidths(printed);
  const bool fits = width == kUnlimitedWidth || TotalWidth(widths) <= width ||
                    Narrow(LeastWidths(printed), width, widths);
  if (fits || table.rows.empty()) return RenderRows(printed, widths);
  return RenderStacked(printed, width);
}

Table WithoutEmptyColumns(const Table& table) {
  Table kept;
  kept.rows.resize(table.rows.size());
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const auto has_value = [i](const std::vector<std::string>& row) {
      return !row[i].empty();
    };
    if (!std::any_of(table.rows.begin(), table.rows.end(), has_value)) continue;
    kept.columns.push_back(table.columns[i]);
    for (size_t row = 0; row < table.rows.size(); ++row) {
      kept.rows[row].push_back(table.rows[row][i]);
    }
  }
  return kept;
}

std::string RenderCsv(const Table& table) {
  std::vector<std::string> fields;
  for (const TableColumn& column : table.columns) {
    fields.push_back(EscapeForCsv(column.title));
  }
  std::string out = absl::StrCat(absl::StrJoin(fields, ","), "\n");
  for (const auto& row : table.rows) {
    fields.clear();
    for (size_t i = 0; i < row.size(); ++i) {
      const bool is_plain =
          table.columns[i].align == Align::kRight && IsNegativeNumber(row[i]);
      fields.push_back(is_plain ? row[i] : EscapeForCsv(row[i]));
    }
    absl::StrAppend(&out, absl::StrJoin(fields, ","), "\n");
  }
  return out;
}

}  // namespace rollcall::cli
