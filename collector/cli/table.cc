#include "collector/cli/table.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/text.h"

namespace rollcall::cli {
namespace {

constexpr absl::string_view kGap = "  ";
constexpr absl::string_view kEllipsis = "…";
// Columns are not made narrower than these for the table to fit.
constexpr int kLeastWidth = 8;
constexpr int kLeastWrapWidth = 24;

bool StartsCodePoint(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
}

// The bytes that the first `width` columns of `text` take.
size_t BytesOfWidth(absl::string_view text, int width) {
  size_t i = 0;
  for (; i < text.size(); ++i) {
    if (StartsCodePoint(text[i]) && width-- == 0) break;
  }
  return i;
}

std::string CutToWidth(absl::string_view text, int width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  return absl::StrCat(text.substr(0, BytesOfWidth(text, width - 1)), kEllipsis);
}

// Lines of at most `width` columns, broken at spaces where there are any.
std::vector<std::string> WrapToWidth(absl::string_view text, int width) {
  std::vector<std::string> lines;
  while (DisplayWidth(text) > width) {
    size_t end = BytesOfWidth(text, width);
    size_t next = end;
    const size_t space = text.rfind(' ', end);
    if (space != absl::string_view::npos && space > 0) {
      end = space;
      next = space + 1;
    }
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(next);
  }
  lines.emplace_back(text);
  return lines;
}

Table Printable(const Table& table) {
  Table printable = table;
  for (auto& row : printable.rows) {
    for (std::string& cell : row) {
      cell = cell.empty() ? "-" : EscapeForTerminal(cell);
    }
  }
  return printable;
}

std::vector<int> NaturalWidths(const Table& table) {
  std::vector<int> widths;
  for (const TableColumn& column : table.columns) {
    widths.push_back(DisplayWidth(column.title));
  }
  for (const auto& row : table.rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(row[i]));
    }
  }
  return widths;
}

int LeastWidth(const TableColumn& column, int natural) {
  switch (column.align) {
    case Align::kKey:
    case Align::kRight:
      return natural;
    case Align::kLeft:
      return std::min(natural,
                      std::max(kLeastWidth, DisplayWidth(column.title)));
    case Align::kWrap:
      return std::min(natural, kLeastWrapWidth);
  }
  return natural;
}

// Takes a column at a time from the widest until the table fits or nothing can
// be narrower.
void Narrow(const Table& table, int width, std::vector<int>& widths) {
  std::vector<int> least;
  for (size_t i = 0; i < widths.size(); ++i) {
    least.push_back(LeastWidth(table.columns[i], widths[i]));
  }
  const int gaps =
      static_cast<int>(kGap.size()) * (static_cast<int>(widths.size()) - 1);
  int total = std::accumulate(widths.begin(), widths.end(), gaps);
  while (total > width) {
    int widest = -1;
    for (int i = 0; i < static_cast<int>(widths.size()); ++i) {
      if (widths[i] > least[i] && (widest < 0 || widths[i] > widths[widest])) {
        widest = i;
      }
    }
    if (widest < 0) return;
    --widths[widest];
    --total;
  }
}

void AppendLine(const Table& table, const std::vector<std::string>& cells,
                const std::vector<int>& widths, std::string& out) {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) {
    const std::string cell = CutToWidth(cells[i], widths[i]);
    const std::string padding(
        static_cast<size_t>(std::max(0, widths[i] - DisplayWidth(cell))), ' ');
    if (i > 0) absl::StrAppend(&line, kGap);
    const bool right = table.columns[i].align == Align::kRight;
    absl::StrAppend(&line, right ? padding : "", cell, right ? "" : padding);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  absl::StrAppend(&out, line, "\n");
}

// A row and the lines that its last cell goes on in.
void AppendRow(const Table& table, std::vector<std::string> cells,
               const std::vector<int>& widths, std::string& out) {
  std::vector<std::string> rest;
  if (table.columns.back().align == Align::kWrap) {
    rest = WrapToWidth(cells.back(), widths.back());
    cells.back() = rest.front();
    rest.erase(rest.begin());
  }
  AppendLine(table, cells, widths, out);
  for (std::string& text : rest) {
    std::vector<std::string> further(cells.size());
    further.back() = std::move(text);
    AppendLine(table, further, widths, out);
  }
}

// A spreadsheet takes it for what it is, and programs want it so.
bool IsNegativeNumber(absl::string_view text) {
  return absl::ConsumePrefix(&text, "-") && !text.empty() &&
         std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

}  // namespace

std::string RenderTable(const Table& table, int width) {
  if (table.columns.empty()) return "";
  const Table printable = Printable(table);
  std::vector<int> widths = NaturalWidths(printable);
  if (width != kUnlimitedWidth) Narrow(printable, width, widths);
  std::string out;
  std::vector<std::string> titles;
  for (const TableColumn& column : table.columns) {
    titles.push_back(column.title);
  }
  AppendLine(printable, titles, widths, out);
  for (const auto& row : printable.rows) {
    AppendRow(printable, row, widths, out);
  }
  return out;
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
