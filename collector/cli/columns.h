// Columns declared once, each for people, for programs, or for both:
//
//   constexpr Column<v1::Device> kColumns[] = {
//       {"HOST", "hostname", Align::kLeft,
//        [](const v1::Device& device) { return device.hostname(); }},
//   };
//   RenderTable(ToTable(kColumns, response.devices()), width);
#pragma once

#include <string>
#include <vector>

#include "collector/cli/table.h"

namespace rollcall::cli {

template <typename T>
struct Column {
  // The title in a table; nullptr: not in tables.
  const char* title;
  // The name in CSV, lower_snake_case; nullptr: not in CSV.
  const char* name;
  Align align;
  std::string (*value)(const T& item);
};

namespace columns_internal {

template <typename T, size_t N, typename Items>
Table Build(const Column<T> (&columns)[N], const Items& items,
            const char* Column<T>::*heading) {
  Table table;
  for (const Column<T>& column : columns) {
    if (column.*heading == nullptr) continue;
    table.columns.push_back({column.*heading, column.align});
  }
  for (const T& item : items) {
    std::vector<std::string>& row = table.rows.emplace_back();
    for (const Column<T>& column : columns) {
      if (column.*heading != nullptr) row.push_back(column.value(item));
    }
  }
  return table;
}

}  // namespace columns_internal

// The columns for people.
template <typename T, size_t N, typename Items>
Table ToTable(const Column<T> (&columns)[N], const Items& items) {
  return columns_internal::Build(columns, items, &Column<T>::title);
}

// The same in every line of a CSV: what the answer as a whole says.
struct SharedColumn {
  std::string name;
  std::string value;
};

// The columns for programs, and after them those that are the same in all
// lines.
template <typename T, size_t N, typename Items>
std::string ToCsv(const Column<T> (&columns)[N], const Items& items,
                  const std::vector<SharedColumn>& shared = {}) {
  Table table = columns_internal::Build(columns, items, &Column<T>::name);
  for (const SharedColumn& column : shared) {
    table.columns.push_back({column.name, Align::kLeft});
    for (auto& row : table.rows) row.push_back(column.value);
  }
  return RenderCsv(table);
}

}  // namespace rollcall::cli
