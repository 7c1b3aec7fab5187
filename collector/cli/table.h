// Tables for people and CSV for programs, from cells of text. Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace rollcall::cli {

// How a column stands, and what becomes of it where the table is too wide.
enum class Align {
  // Words: go on in further lines, and are broken between words.
  kLeft,
  // What people copy or compare, such as identifiers, dates and states: always
  // in one line.
  kKey,
  // Numbers: always in one line.
  kRight,
  // Sentences: as kLeft, and lines of their own stay so. Not for the first
  // column, where those would look like rows.
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
// for a command is escaped; an empty cell is "-"; nothing is cut. A table that
// is wider than `width` columns has cells of several lines; one that does not
// fit so either has a line "TITLE: cell" for each cell, and a blank line
// between its rows. No line ends with blanks.
std::string RenderTable(const Table& table, int width);

// The table without the columns that no row has a value in.
Table WithoutEmptyColumns(const Table& table);

// RFC 4180 with "\n" line ends, a header line of titles, and formulas disarmed;
// a negative number in a column of numbers is none. An empty cell stays empty.
std::string RenderCsv(const Table& table);

}  // namespace rollcall::cli
