#include "collector/contracts/exchange/cyclonedx_import.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "collector/contracts/exchange/cyclonedx_component.h"
#include "collector/contracts/exchange/cyclonedx_export.h"
#include "collector/contracts/exchange/cyclonedx_text.h"
#include "collector/contracts/exchange/entitlement_line.h"
#include "collector/contracts/exchange/licence_term.h"
#include "collector/contracts/object_kind.h"
#include "collector/csv/csv_reader.h"
#include "collector/csv/import_file.h"
#include "common/text.h"

namespace rollcall::collector {
namespace {

constexpr size_t kMaxComponentBytes = 64 << 10;
constexpr size_t kMaxSaidBytes = 200;
constexpr size_t kMaxIgnoredNames = 100;
constexpr absl::string_view kTagField = "tag:";

constexpr absl::string_view kDefaultFields[] = {
    "contract_number",   "vendor",        "publisher", "metric",
    "quantity",          "start_date",    "currency",  "licence_kind",
    "organisation_unit", "purchase_order"};

bool IsDefaultField(absl::string_view name) {
  return std::find(std::begin(kDefaultFields), std::end(kDefaultFields),
                   name) != std::end(kDefaultFields);
}

// Elements that say what a field does, for people.
constexpr std::pair<absl::string_view, absl::string_view> kElements[] = {
    {"vendor", "supplier.name"},
    {"publisher", "publisher"},
    {"publisher", "licenses.license.licensing.licensor.organization.name"},
    {"product", "name"},
    {"version", "version"},
    {"start_date", "licenses.license.licensing.lastRenewal"},
    {"end_date", "licenses.license.licensing.expiration"},
    {"purchase_order", "licenses.license.licensing.purchaseOrder"},
    {"organisation_unit",
     "licenses.license.licensing.licensee.organization.name"},
    {"source_line_id", "licenses.license.licensing.altIds"},
    {"licence_kind", "licenses.license.licensing.licenseTypes"},
};

struct ByNames {
  bool operator()(const StatedFields& a, const StatedFields& b) const {
    return *a < *b;
  }
};

// A component that is a line.
struct ComponentLine {
  ReadLine read;
  int line = 0;
  absl::string_view raw;
};

// Reads one document.
class DocumentReader {
 public:
  DocumentReader(const ImportDefaults& defaults,
                 absl::Span<const std::string> metrics)
      : defaults_(defaults), metrics_(metrics) {}

  void Take(absl::string_view raw, int index) {
    ComponentLine line;
    line.line = index + 1;
    line.raw = raw;
    if (raw.size() > kMaxComponentBytes) {
      line.read.errors.push_back(TooLong(raw, index));
      lines_.push_back(std::move(line));
      return;
    }
    LicensedComponent component = ReadLicensedComponent(raw, index);
    if (!component.is_line) {
      ++passed_over_;
      return;
    }
    const bool never_ends = TakeNever(component);
    if (component.errors.empty()) FillDefaults(component);
    if (component.errors.empty()) CheckRequired(component);
    if (component.errors.empty()) {
      line.read = ReadFields(component, line.line, raw);
      line.read.never_ends = never_ends;
      line.read.stated_fields = StatedBy(component);
    } else {
      line.read.errors = std::move(component.errors);
    }
    Note(component);
    lines_.push_back(std::move(line));
  }

  ImportedFile Finish() {
    MarkTwice();
    ImportedFile file;
    file.line_count = static_cast<int>(lines_.size());
    for (ComponentLine& line : lines_) {
      file.Add(std::move(line.read), line.line, line.raw);
    }
    if (passed_over_ > 0) {
      remarks_["components without licensing are passed over"] = passed_over_;
    }
    for (const auto& [text, lines] : remarks_) {
      v1::ImportConversion& conversion = file.conversions.emplace_back();
      conversion.set_text(text);
      conversion.set_line_count(lines);
    }
    file.ignored_columns.assign(ignored_.begin(), ignored_.end());
    return file;
  }

 private:
  static v1::ImportError TooLong(absl::string_view raw, int index) {
    v1::ImportError error;
    error.set_line(index + 1);
    error.set_column(absl::StrCat("/components/", index));
    error.set_reason(absl::StrCat("the component has ", raw.size(),
                                  " bytes; at most ", kMaxComponentBytes,
                                  " are allowed"));
    return error;
  }

  // Whether the component says that its line has no last day.
  static bool TakeNever(LicensedComponent& component) {
    const auto said = component.fields.find("end_date");
    if (said == component.fields.end() || said->second.text != kNeverEnds) {
      return false;
    }
    component.fields.erase(said);
    return true;
  }

  void FillDefaults(LicensedComponent& component) {
    for (const auto& [field, value] : defaults_) {
      ComponentText& there = component.fields[field];
      if (!StripBlanks(there.text).empty()) continue;
      there = {value, field};
      ++remarks_[absl::StrCat(field, " is what the request says")];
    }
  }

  static void CheckRequired(LicensedComponent& component) {
    const auto is_said = [&](const std::string& field) {
      const auto found = component.fields.find(field);
      return found != component.fields.end() &&
             !StripBlanks(found->second.text).empty();
    };
    for (const TargetField& field : EntitlementFields()) {
      const std::string name(field.name);
      const bool from_packs = name == "quantity" && is_said("pack_count");
      const bool required = field.required || name == "quantity";
      if (!required || from_packs || is_said(name)) continue;
      component.AddError(
          component.at, "",
          absl::StrCat(
              name, " is not said; add the property ", kCycloneDxPrefix, name,
              IsDefaultField(name)
                  ? absl::StrCat(", or say it of all lines: ", name, "=...")
                  : ""));
    }
  }

  // The line that the fields come to.
  ReadLine ReadFields(LicensedComponent& component, int line,
                      absl::string_view raw) const {
    const auto fields = EntitlementFields();
    std::vector<CsvColumn> columns;
    std::vector<std::string> tag_names;
    CsvRecord record;
    record.line = line;
    record.raw = raw;
    const auto add = [&](absl::string_view name, const ComponentText* said) {
      CsvColumn& column = columns.emplace_back();
      column.name = name;
      if (said != nullptr) column.label = said->pointer;
      record.cells.push_back(said != nullptr ? absl::string_view(said->text)
                                             : absl::string_view());
    };
    for (const TargetField& field : fields) {
      const auto found = component.fields.find(std::string(field.name));
      add(field.name,
          found == component.fields.end() ? nullptr : &found->second);
    }
    for (const auto& [name, said] : component.tags) {
      add(name, &said);
      tag_names.push_back(name);
    }
    const std::vector<int> numbers(columns.size(), 0);
    record.columns = columns;
    record.column_numbers = numbers;
    LineContext context;
    context.metrics = metrics_;
    context.source = kCycloneDxMapping;
    context.tags = tag_names;
    ReadLine read = ReadEntitlementLine(record, context);
    if (read.errors.empty()) CheckWhole(component, read);
    return read;
  }

  // What no single field shows.
  static void CheckWhole(LicensedComponent& component, ReadLine& read) {
    const absl::Status checked =
        FindObjectKind(read.object.object_case())->Check(read.object);
    if (checked.ok()) return;
    component.AddError(component.at, "", checked.message());
    read.errors = std::move(component.errors);
  }

  // What the answer tells of all lines together.
  void Note(const LicensedComponent& component) {
    for (const std::string& remark : component.remarks) ++remarks_[remark];
    for (const std::string& name : component.ignored) {
      if (ignored_.size() == kMaxIgnoredNames) break;
      ignored_.insert(Abbreviate(EscapeForTerminal(name), kMaxSaidBytes));
    }
  }

  // A component that has no version or end says that there is none: CycloneDX
  // has elements for them. Of a field that it does not have it may know
  // nothing.
  StatedFields StatedBy(const LicensedComponent& component) {
    std::set<std::string> stated = {"version", "end_date"};
    for (const auto& [name, text] : component.fields) stated.insert(name);
    for (const auto& [name, text] : component.tags) {
      stated.insert(absl::StrCat(kTagField, name));
    }
    return *stated_
                .insert(std::make_shared<const std::vector<std::string>>(
                    stated.begin(), stated.end()))
                .first;
  }

  // Lines that name the same are bad: which of them holds is unknown.
  void MarkTwice() {
    absl::flat_hash_map<std::string, size_t> first;
    for (size_t i = 0; i < lines_.size(); ++i) {
      bool is_twice = false;
      for (const std::string& key : lines_[i].read.keys) {
        const auto [at, is_new] = first.try_emplace(key, i);
        if (is_new) continue;
        ComponentLine& earlier = lines_[at->second];
        if (earlier.read.errors.empty()) AddTwice(earlier, lines_[i].line);
        if (!is_twice) AddTwice(lines_[i], earlier.line);
        is_twice = true;
      }
    }
  }
  static void AddTwice(ComponentLine& line, int other) {
    v1::ImportError& error = line.read.errors.emplace_back();
    error.set_line(line.line);
    error.set_column(absl::StrCat("/components/", line.line - 1));
    error.set_reason(absl::StrCat("component ", other,
                                  " is of the same line; each may stand in "
                                  "the file once"));
  }

  const ImportDefaults& defaults_;
  const absl::Span<const std::string> metrics_;
  std::vector<ComponentLine> lines_;
  // All that lines say something of.
  std::set<StatedFields, ByNames> stated_;
  // What was made of values on the way, and of how many components.
  std::map<std::string, int> remarks_;
  std::set<std::string> ignored_;
  int passed_over_ = 0;
};

}  // namespace

v1::ImportMapping DescribeCycloneDx() {
  v1::ImportMapping described;
  described.set_name(std::string(kCycloneDxMapping));
  described.set_target("entitlement lines");
  described.set_format(
      "CycloneDX 1.6 as JSON: each component with licensing is a line. "
      "`rollcall contracts export` writes such files.");
  described.set_takes_other_columns(true);
  for (const TargetField& field : EntitlementFields()) {
    v1::MappedColumn& column = *described.add_columns();
    column.add_labels(absl::StrCat(kCycloneDxPrefix, field.name));
    for (const auto& [name, element] : kElements) {
      if (name == field.name) column.add_labels(std::string(element));
    }
    column.add_fields(std::string(field.name));
    column.set_required(field.required);
  }
  described.add_conversions(
      "a last day is the last one, in UTC, that begins before expiration");
  described.add_conversions(
      absl::StrCat("\"", kNeverEnds, "\" in ", kCycloneDxPrefix,
                   "end_date says that a licence for a time has no last day"));
  described.add_conversions("components without licensing are passed over");
  for (const absl::string_view field : kDefaultFields) {
    described.add_defaults(std::string(field));
  }
  return described;
}

absl::Status CheckCycloneDxDefaults(const ImportDefaults& defaults) {
  for (const auto& [name, value] : defaults) {
    if (!IsDefaultField(name)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "defaults: \"", Abbreviate(EscapeForTerminal(name), kMaxSaidBytes),
          "\" cannot be said for all lines of ", kCycloneDxMapping,
          "; what can is ", absl::StrJoin(kDefaultFields, "=..., "), "=..."));
    }
    if (value.empty() || value.size() > kMaxSaidBytes || !IsValidUtf8(value) ||
        HasControls(value)) {
      return absl::InvalidArgumentError(
          absl::StrCat("defaults: ", name, " must be 1 to ", kMaxSaidBytes,
                       " bytes of UTF-8 without control characters"));
    }
  }
  return absl::OkStatus();
}

ImportedFile ReadCycloneDx(absl::string_view content,
                           const ImportDefaults& defaults,
                           absl::Span<const std::string> metrics) {
  const BomText document = ReadBom(content);
  if (!document.error.empty()) {
    ImportedFile file;
    v1::ImportError& error = file.file_errors.emplace_back();
    error.set_column(document.pointer);
    error.set_reason(document.error);
    return file;
  }
  DocumentReader reader(defaults, metrics);
  for (size_t i = 0; i < document.components.size(); ++i) {
    reader.Take(document.components[i], static_cast<int>(i));
  }
  return reader.Finish();
}

}  // namespace rollcall::collector
