// Tables for people and CSV for programs, from cells of text. Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace rollcall::cli {

enum class Align {
  kLeft,
  // As kLeft, and never cut: for what people copy.
  kKey,
  // For numbers: never cut.
  kRight,
  // Text that goes on in further lines where it does not fit; for the last
  // column.
  kWrap,
};

struct TableColumn {
  std::string title;
  Align align = Align::kLeft;
};

struct Table {
  std::vector<TableColumn> columns;
  // Each row has as many cells as there are columns.
  std::vector<std::vector<std::string>> rows;
};

// No limit to the width of a table.
inline constexpr int kUnlimitedWidth = 0;

// Lines of cells in columns, under a line of titles. What a terminal would take
// for a command is escaped; an empty cell is "-". If the table is wider than
// `width` columns, its widest texts are cut, with "…" for what is missing, down
// to a least width.
std::string RenderTable(const Table& table, int width);

// The table without the columns that no row has a value in.
Table WithoutEmptyColumns(const Table& table);

// RFC 4180 with "\n" line ends, a header line of titles, and formulas disarmed;
// a negative number in a column of numbers is none. An empty cell stays empty.
std::string RenderCsv(const Table& table);

}  // namespace rollcall::cli
