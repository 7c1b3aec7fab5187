#include "collector/cli/views/mapping_view.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/cli/columns.h"
#include "collector/cli/values.h"
#include "common/text.h"

namespace rollcall::cli {
namespace {

using v1::ImportMapping;
using v1::MappedColumn;

constexpr Column<ImportMapping> kMappingColumns[] = {
    {"NAME", "name", Align::kKey,
     [](const ImportMapping& m) { return m.name(); }},
    {"LINES ARE", "target", Align::kLeft,
     [](const ImportMapping& m) { return m.target(); }},
    {"COLUMNS", "columns", Align::kRight,
     [](const ImportMapping& m) { return absl::StrCat(m.columns_size()); }},
    {"FILES", "format", Align::kWrap,
     [](const ImportMapping& m) { return m.format(); }},
};

constexpr Column<MappedColumn> kFieldColumns[] = {
    {"COLUMN", "column", Align::kLeft,
     [](const MappedColumn& c) { return absl::StrJoin(c.labels(), " | "); }},
    {"MUST", "required", Align::kLeft,
     [](const MappedColumn& c) {
       return std::string(c.required() ? "yes" : "");
     }},
    {"FILLS", "fields", Align::kWrap,
     [](const MappedColumn& c) { return ListText(c.fields()); }},
};

}  // namespace

std::string MappingTable(const v1::ListMappingsResponse& response, int width) {
  return RenderTable(ToTable(kMappingColumns, response.mappings()), width);
}

std::string MappingText(const v1::ListMappingsResponse& response, int width) {
  std::string out;
  for (const ImportMapping& mapping : response.mappings()) {
    absl::StrAppend(
        &out, EscapeForTerminal(mapping.name()), ": ",
        EscapeForTerminal(mapping.target()), "\n",
        EscapeForTerminal(mapping.format()), "\n\n",
        RenderTable(ToTable(kFieldColumns, mapping.columns()), width));
    if (!mapping.ignored_columns().empty()) {
      absl::StrAppend(&out, "\nPassed over: ",
                      EscapeForTerminal(ListText(mapping.ignored_columns())),
                      "\n");
    }
    absl::StrAppend(&out, mapping.takes_other_columns()
                              ? "Other columns are passed over and listed.\n"
                              : "Other columns are errors.\n");
    if (!mapping.defaults().empty()) {
      absl::StrAppend(&out, "--default may say: ",
                      EscapeForTerminal(ListText(mapping.defaults())), "\n");
    }
    for (const std::string& conversion : mapping.conversions()) {
      absl::StrAppend(&out, "- ", EscapeForTerminal(conversion), "\n");
    }
  }
  return out;
}

std::string MappingCsv(const v1::ListMappingsResponse& response) {
  Table table;
  table.columns = {{"mapping", Align::kLeft},  {"target", Align::kLeft},
                   {"column", Align::kLeft},   {"other_labels", Align::kLeft},
                   {"required", Align::kLeft}, {"fields", Align::kLeft}};
  for (const ImportMapping& mapping : response.mappings()) {
    for (const MappedColumn& column : mapping.columns()) {
      std::vector<std::string> others(column.labels().begin(),
                                      column.labels().end());
      const std::string first = others.empty() ? "" : others[0];
      if (!others.empty()) others.erase(others.begin());
      table.rows.push_back(
          {mapping.name(), mapping.target(), first, absl::StrJoin(others, ", "),
           column.required() ? "true" : "false", ListText(column.fields())});
    }
  }
  return RenderCsv(table);
}

}  // namespace rollcall::cli
