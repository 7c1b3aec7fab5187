#include "collector/contracts/exchange/mapping_book.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/contracts/exchange/cyclonedx_import.h"
#include "collector/contracts/exchange/entitlement_csv.h"
#include "collector/rpc/paging.h"
#include "collector/storage/cursor.h"
#include "collector/storage/key.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// A mapping's name, as a page token ends with it.
struct MappingNameKey {
  std::string name;

  void Encode(KeyWriter& writer) const { writer.Text(name); }
  static MappingNameKey Decode(KeyReader& reader) { return {reader.Text()}; }
};

v1::ImportMapping OwnMapping() {
  v1::ImportMapping own;
  own.set_name(std::string(kOwnMapping));
  own.set_target("entitlement lines");
  own.set_format(
      "The collector's own columns, which deploy/sample/README.md describes.");
  for (const CsvColumn& column : OwnEntitlementColumns()) {
    v1::MappedColumn& added = *own.add_columns();
    added.add_labels(std::string(column.name));
    if (!column.alias.empty()) added.add_labels(std::string(column.alias));
    added.add_fields(std::string(column.name));
    added.set_required(column.required);
  }
  return own;
}

v1::ImportMapping Describe(const ImportMapping& mapping) {
  v1::ImportMapping described;
  const mappings::v1::Mapping& data = mapping.data();
  described.set_name(data.name());
  described.set_target(std::string(mapping.target().word));
  described.set_format(data.format());
  described.set_takes_other_columns(data.takes_other_columns());
  *described.mutable_ignored_columns() = data.ignored_columns();
  for (const std::string& conversion : mapping.Conversions()) {
    described.add_conversions(conversion);
  }
  // Ignored columns come last.
  for (size_t i = 0; i < mapping.columns().size(); ++i) {
    if (!mapping.columns()[i].ignored) described.add_columns();
  }
  for (const ImportMapping::Field& field : mapping.fields()) {
    const mappings::v1::Field& rule = mapping.RuleOf(field);
    if (rule.from_request()) described.add_defaults(rule.name());
    for (size_t i = 0; i < field.columns.size(); ++i) {
      v1::MappedColumn& column =
          *described.mutable_columns(static_cast<int>(field.columns[i]));
      *column.mutable_labels() = rule.sources(static_cast<int>(i)).columns();
      column.add_fields(rule.name());
      if (field.required && field.columns.size() == 1 &&
          rule.constant().empty()) {
        column.set_required(true);
      }
    }
  }
  for (const ImportMapping::State& state : mapping.states()) {
    v1::MappedColumn& column =
        *described.mutable_columns(static_cast<int>(state.column));
    *column.mutable_labels() = data.states(state.rule).columns();
    column.add_fields("state");
  }
  described.add_defaults("date_order");
  described.add_defaults("decimal_mark");
  return described;
}

}  // namespace

absl::StatusOr<std::unique_ptr<const MappingBook>> MappingBook::Create(
    absl::Span<const MappingFile> files) {
  ROLLCALL_ASSIGN_OR_RETURN(auto mappings, ReadMappings(files));
  return std::unique_ptr<const MappingBook>(
      new MappingBook(std::move(mappings)));
}

absl::StatusOr<const ImportMapping*> MappingBook::Find(
    absl::string_view name) const {
  const ImportMapping* found = nullptr;
  if (name.empty() || name == kOwnMapping) return found;
  std::vector<absl::string_view> names = {kOwnMapping};
  for (const auto& mapping : mappings_) {
    if (mapping->data().name() == name) found = mapping.get();
    names.push_back(mapping->data().name());
  }
  if (found != nullptr) return found;
  names.push_back(kCycloneDxMapping);
  return absl::InvalidArgumentError(
      absl::StrCat("mapping: there is none of that name; there are ",
                   absl::StrJoin(names, ", ")));
}

absl::StatusOr<v1::ListMappingsResponse> MappingBook::List(
    const v1::ListMappingsRequest& request) const {
  ROLLCALL_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  ROLLCALL_ASSIGN_OR_RETURN(const auto after,
                            KeyOfCursor<MappingNameKey>(page.after));
  v1::ListMappingsResponse response;
  PageRoom room(page);
  // The collector's own comes first, whatever the others are called.
  if (!after.has_value()) {
    *response.add_mappings() = OwnMapping();
    room.Takes(response.mappings(0).ByteSizeLong());
  }
  std::vector<v1::ImportMapping> others = {DescribeCycloneDx()};
  for (const auto& mapping : mappings_) others.push_back(Describe(*mapping));
  std::sort(others.begin(), others.end(),
            [](const auto& x, const auto& y) { return x.name() < y.name(); });
  for (v1::ImportMapping& described : others) {
    if (after.has_value() && after->name != kOwnMapping &&
        described.name() <= after->name) {
      continue;
    }
    if (!room.Takes(described.ByteSizeLong())) {
      const std::string& last =
          response.mappings(response.mappings_size() - 1).name();
      response.set_next_page_token(
          page.TokenAfter(CursorOf(MappingNameKey{last})));
      break;
    }
    *response.add_mappings() = std::move(described);
  }
  return response;
}

}  // namespace rollcall::collector
