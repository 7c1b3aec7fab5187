#include "collector/contracts/cyclonedx_import.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "collector/contracts/cyclonedx_export.h"
#include "collector/contracts/entitlement_csv.h"
#include "collector/contracts/object_kind.h"
#include "collector/csv/csv_reader.h"
#include "collector/csv/import_file.h"
#include "common/text.h"

namespace rollcall::collector {
namespace {

// Not in the order of the file: finding a member of many stays cheap.
using JsonValue = nlohmann::json;

constexpr int kMaxDepth = 64;
constexpr size_t kMaxComponentBytes = 64 << 10;
constexpr size_t kMaxSaidBytes = 200;
constexpr int kMaxComponents = 200'000;
constexpr size_t kMostTags = 20;
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

bool HasControls(absl::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_iscntrl(static_cast<unsigned char>(c)) && c != '\t' &&
           c != '\n';
  });
}

// --- the document's form -----------------------------------------------------

// Sees whether a text is JSON that is not nested too deep, and keeps nothing.
class FormCheck final : public nlohmann::json_sax<JsonValue> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool key(string_t&) override { return true; }
  bool start_object(size_t) override { return Enter(); }
  bool start_array(size_t) override { return Enter(); }
  bool end_object() override { return Leave(); }
  bool end_array() override { return Leave(); }
  bool parse_error(size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    error_ = absl::StrCat("the file is not JSON from byte ", position, " on");
    return false;
  }

  // Why it is not; empty: it is.
  const std::string& error() const { return error_; }

 private:
  bool Enter() {
    if (++depth_ <= kMaxDepth) return true;
    error_ = absl::StrCat("the file is nested deeper than ", kMaxDepth);
    return false;
  }
  bool Leave() {
    --depth_;
    return true;
  }

  int depth_ = 0;
  std::string error_;
};

// Parts a text that is known to be JSON into the texts of its values.
class ValueTexts {
 public:
  explicit ValueTexts(absl::string_view json) : json_(json) { SkipBlanks(); }

  // Enters an object or an array; false if it is another value.
  bool Enter(char opening) {
    if (At() != opening) return false;
    ++at_;
    return true;
  }

  // The next value, or name of a member; nothing at the end of what was
  // entered.
  std::optional<absl::string_view> Next() {
    SkipBlanks();
    if (At() == ',' || At() == ':') ++at_;
    SkipBlanks();
    const size_t start = at_;
    int depth = 0;
    do {
      const char c = At();
      if (c == '\0') break;
      if (c == '"') {
        SkipString();
      } else if (c == '[' || c == '{') {
        ++depth;
        ++at_;
      } else if (c == ']' || c == '}') {
        if (depth == 0) break;
        --depth;
        ++at_;
      } else if (depth > 0) {
        ++at_;
      } else {
        SkipWord();
      }
    } while (depth > 0);
    if (at_ == start) return std::nullopt;
    return json_.substr(start, at_ - start);
  }

 private:
  // NUL at the end; the text has none.
  char At() const { return at_ < json_.size() ? json_[at_] : '\0'; }
  void SkipBlanks() {
    while (at_ < json_.size() &&
           absl::StrContains(" \t\r\n", json_.substr(at_, 1))) {
      ++at_;
    }
  }
  void SkipWord() {
    while (at_ < json_.size() &&
           !absl::StrContains(",:]} \t\r\n", json_.substr(at_, 1))) {
      ++at_;
    }
  }
  void SkipString() {
    for (++at_; at_ < json_.size() && json_[at_] != '"'; ++at_) {
      if (json_[at_] == '\\') ++at_;
    }
    at_ = std::min(at_ + 1, json_.size());
  }

  const absl::string_view json_;
  size_t at_ = 0;
};

// A document whose components are texts of JSON.
struct BomText {
  std::vector<absl::string_view> components;
  // Why it cannot be used; empty: it can.
  std::string error;
  // Where.
  std::string pointer;
};

BomText Refused(std::string pointer, std::string error) {
  BomText document;
  document.pointer = std::move(pointer);
  document.error = std::move(error);
  return document;
}

BomText ReadComponents(absl::string_view list) {
  ValueTexts elements(list);
  if (!elements.Enter('[')) {
    return Refused("/components", "components must be an array");
  }
  BomText document;
  while (const auto element = elements.Next()) {
    if (document.components.size() == kMaxComponents) {
      return Refused("/components",
                     absl::StrCat("the file has more than ", kMaxComponents,
                                  " components"));
    }
    document.components.push_back(*element);
  }
  return document;
}

BomText ReadBom(absl::string_view content) {
  absl::string_view text = content;
  absl::ConsumePrefix(&text, "\xef\xbb\xbf");
  // The parser would take it for the end.
  if (absl::StrContains(text, absl::string_view("\0", 1))) {
    return Refused("", "the file holds a NUL byte; JSON has none");
  }
  FormCheck form;
  if (!JsonValue::sax_parse(text.begin(), text.end(), &form)) {
    return Refused("", form.error());
  }
  ValueTexts members(text);
  if (!members.Enter('{')) return Refused("", "the file must be an object");
  std::map<absl::string_view, absl::string_view> found = {
      {"\"bomFormat\"", ""}, {"\"specVersion\"", ""}, {"\"components\"", ""}};
  while (const auto name = members.Next()) {
    const auto value = members.Next();
    const auto member = found.find(*name);
    if (!value.has_value() || member == found.end()) continue;
    if (!member->second.empty()) {
      return Refused("", absl::StrCat(*name, " stands there twice"));
    }
    member->second = *value;
  }
  if (found["\"bomFormat\""] != "\"CycloneDX\"") {
    return Refused("/bomFormat", "bomFormat must be \"CycloneDX\"");
  }
  if (found["\"specVersion\""] != "\"1.6\"") {
    return Refused("/specVersion",
                   "specVersion must be \"1.6\"; earlier ones have no "
                   "licensing data for all that is needed");
  }
  if (found["\"components\""].empty()) {
    return Refused("/components", "the document has no components");
  }
  return ReadComponents(found["\"components\""]);
}

// --- a component -------------------------------------------------------------

// A value of a field, and where it stands.
struct FieldText {
  std::string text;
  std::string pointer;
};

// What was made of values on the way, and of how many components.
using Remarks = std::map<std::string, int>;

// Reads the fields that a component says.
class ComponentReader {
 public:
  ComponentReader(const JsonValue& component, int index)
      : component_(component),
        index_(index),
        at_(absl::StrCat("/components/", index)) {
    if (!component.is_object()) {
      Refuse(at_, component, "a component must be an object");
      return;
    }
    FindLicensing();
    if (licensing_ == nullptr) return;
    ReadProperties();
    ReadElements();
    ReadLicensing();
  }

  // Whether it is a line at all; also where it is a bad one.
  bool IsLine() const { return licensing_ != nullptr || !errors_.empty(); }
  // By field.
  std::map<std::string, FieldText>& fields() { return fields_; }
  const std::map<std::string, FieldText>& said() const { return fields_; }
  // Names and values, in the order of the names.
  const std::map<std::string, FieldText>& tags() const { return tags_; }
  std::vector<v1::ImportError>& errors() { return errors_; }
  const std::set<std::string>& ignored() const { return ignored_; }
  const std::set<std::string>& remarks() const { return remarks_; }
  const std::string& at() const { return at_; }

  void AddError(const std::string& pointer, absl::string_view value,
                absl::string_view reason) {
    if (errors_.size() == kMaxLineErrors) return;
    v1::ImportError& error = errors_.emplace_back();
    error.set_line(index_ + 1);
    error.set_column(pointer);
    error.set_value(ImportErrorValue(value));
    error.set_reason(std::string(reason));
  }

 private:
  void Refuse(const std::string& pointer, const JsonValue& value,
              absl::string_view reason) {
    AddError(pointer,
             absl::string_view(value.dump(-1, ' ', false,
                                          JsonValue::error_handler_t::replace)),
             reason);
  }

  // A member that must be of a kind; null where it is not there, or is another.
  const JsonValue* Member(const JsonValue& object, const std::string& pointer,
                          const char* name, JsonValue::value_t kind,
                          absl::string_view kind_in_words) {
    const auto found = object.find(name);
    if (found == object.end()) return nullptr;
    if (found->type() == kind) return &*found;
    Refuse(absl::StrCat(pointer, "/", name), *found,
           absl::StrCat("it must be ", kind_in_words));
    return nullptr;
  }
  const JsonValue* ObjectIn(const JsonValue& object, const std::string& pointer,
                            const char* name) {
    return Member(object, pointer, name, JsonValue::value_t::object,
                  "an object");
  }
  const JsonValue* ArrayIn(const JsonValue& object, const std::string& pointer,
                           const char* name) {
    return Member(object, pointer, name, JsonValue::value_t::array, "an array");
  }
  const std::string* TextIn(const JsonValue& object, const std::string& pointer,
                            const char* name) {
    const JsonValue* const member =
        Member(object, pointer, name, JsonValue::value_t::string, "a text");
    if (member == nullptr) return nullptr;
    const auto* const text = member->get_ptr<const std::string*>();
    if (!HasControls(*text)) return text;
    AddError(absl::StrCat(pointer, "/", name), absl::string_view(*text),
             "the text holds a control character");
    return nullptr;
  }

  void FindLicensing() {
    const JsonValue* const licenses = ArrayIn(component_, at_, "licenses");
    if (licenses == nullptr) return;
    for (size_t i = 0; i < licenses->size(); ++i) {
      const JsonValue& choice = (*licenses)[i];
      const std::string at = absl::StrCat(at_, "/licenses/", i);
      const JsonValue* const license =
          choice.is_object() ? ObjectIn(choice, at, "license") : nullptr;
      if (license == nullptr) continue;
      const std::string inner = absl::StrCat(at, "/license");
      const JsonValue* const licensing = ObjectIn(*license, inner, "licensing");
      if (licensing == nullptr) continue;
      if (licensing_ != nullptr) {
        AddError(absl::StrCat(inner, "/licensing"), absl::string_view(),
                 "another licence of the component has licensing, too; write "
                 "a component for each");
        return;
      }
      licensing_ = licensing;
      licensing_at_ = absl::StrCat(inner, "/licensing");
    }
  }

  void ReadProperties() {
    const JsonValue* const properties = ArrayIn(component_, at_, "properties");
    if (properties == nullptr) return;
    for (size_t i = 0; i < properties->size(); ++i) {
      const JsonValue& property = (*properties)[i];
      const std::string at = absl::StrCat(at_, "/properties/", i);
      if (!property.is_object()) {
        Refuse(at, property, "a property must be an object");
        continue;
      }
      const std::string* const name = TextIn(property, at, "name");
      if (name == nullptr || !absl::StartsWith(*name, kCycloneDxPrefix)) {
        continue;
      }
      ReadProperty(*name, property, at);
    }
  }

  void ReadProperty(const std::string& name, const JsonValue& property,
                    const std::string& at) {
    const std::string field(absl::StripPrefix(name, kCycloneDxPrefix));
    const bool is_tag = absl::StartsWith(field, kTagField);
    if (!is_tag && !IsField(field)) {
      ignored_.insert(name);
      return;
    }
    const std::string* const value = TextIn(property, at, "value");
    if (value == nullptr) return;
    auto& there = is_tag ? tags_ : fields_;
    const std::string key =
        is_tag ? std::string(absl::StripPrefix(field, kTagField)) : field;
    FieldText text = {*value, absl::StrCat(at, "/value")};
    if (!there.emplace(key, std::move(text)).second) {
      AddError(absl::StrCat(at, "/name"), absl::string_view(name),
               "the property stands there twice");
    }
    if (tags_.size() > kMostTags) {
      AddError(at, absl::string_view(name),
               absl::StrCat("a line has at most ", kMostTags, " tags"));
    }
  }

  static bool IsField(absl::string_view name) {
    const auto fields = EntitlementFields();
    return std::any_of(
        fields.begin(), fields.end(),
        [&](const TargetField& field) { return field.name == name; });
  }

  bool IsSilentOn(const std::string& field) const {
    return fields_.count(field) == 0;
  }

  // What an element says; a property must agree.
  void Say(const std::string& field, const std::string& text,
           const std::string& pointer) {
    const auto [there, is_new] = fields_.try_emplace(field);
    if (is_new) {
      there->second = {text, pointer};
    } else if (there->second.text != text) {
      AddError(pointer, absl::string_view(text),
               absl::StrCat("the property ", kCycloneDxPrefix, field,
                            " says otherwise; one is meant"));
    }
  }
  void SayText(const JsonValue& object, const std::string& pointer,
               const char* member, const std::string& field) {
    const std::string* const text = TextIn(object, pointer, member);
    if (text != nullptr) Say(field, *text, absl::StrCat(pointer, "/", member));
  }

  void ReadElements() {
    SayText(component_, at_, "name", "product");
    SayText(component_, at_, "version", "version");
    SayText(component_, at_, "publisher", "publisher");
    const JsonValue* const supplier = ObjectIn(component_, at_, "supplier");
    if (supplier != nullptr) {
      SayText(*supplier, absl::StrCat(at_, "/supplier"), "name", "vendor");
    }
  }

  // The name of an organisation that is party to the licence.
  void SayParty(const char* member, const std::string& field) {
    const JsonValue* const party = ObjectIn(*licensing_, licensing_at_, member);
    if (party == nullptr) return;
    const std::string at = absl::StrCat(licensing_at_, "/", member);
    const JsonValue* const named = ObjectIn(*party, at, "organization");
    if (named == nullptr) return;
    SayText(*named, absl::StrCat(at, "/organization"), "name", field);
  }

  void ReadLicensing() {
    if (IsSilentOn("publisher")) SayParty("licensor", "publisher");
    SayParty("licensee", "organisation_unit");
    SayText(*licensing_, licensing_at_, "purchaseOrder", "purchase_order");
    SayDay("lastRenewal", absl::ZeroDuration(), "start_date",
           "start_date is the day, in UTC, of lastRenewal");
    SayDay("expiration", absl::Nanoseconds(1), "end_date",
           "end_date is the last day, in UTC, that begins before expiration");
    SayAltId();
    SayKind();
  }

  // The day, in UTC, of a time less `before`.
  void SayDay(const char* member, absl::Duration before,
              const std::string& field, const char* remark) {
    const std::string* const text = TextIn(*licensing_, licensing_at_, member);
    if (text == nullptr) return;
    const std::string pointer = absl::StrCat(licensing_at_, "/", member);
    absl::Time time;
    std::string why;
    // Without a year of four digits the parser takes more than times.
    if (text->size() < 20 || (*text)[4] != '-' || (*text)[10] != 'T' ||
        !absl::ParseTime(absl::RFC3339_full, *text, &time, &why)) {
      AddError(pointer, absl::string_view(*text),
               "write a time, for example 2026-12-31T00:00:00Z");
      return;
    }
    if (IsSilentOn(field)) remarks_.insert(remark);
    Say(field,
        absl::FormatCivilTime(
            absl::ToCivilDay(time - before, absl::UTCTimeZone())),
        pointer);
  }

  // What the source calls the line, where it says one thing.
  void SayAltId() {
    const JsonValue* const ids = ArrayIn(*licensing_, licensing_at_, "altIds");
    if (ids == nullptr || ids->size() != 1 || !IsSilentOn("source_line_id")) {
      return;
    }
    const auto* const id = (*ids)[0].get_ptr<const std::string*>();
    const std::string pointer = absl::StrCat(licensing_at_, "/altIds/0");
    if (id == nullptr || HasControls(*id)) {
      Refuse(pointer, (*ids)[0], "it must be a text on one line");
      return;
    }
    Say("source_line_id", *id, pointer);
  }

  // The kind of licence, where exactly one type is one.
  void SayKind() {
    const JsonValue* const types =
        ArrayIn(*licensing_, licensing_at_, "licenseTypes");
    if (types == nullptr || !IsSilentOn("licence_kind")) return;
    std::set<std::string> kinds;
    for (const JsonValue& type : *types) {
      const auto* const word = type.get_ptr<const std::string*>();
      if (word == nullptr) {
        Refuse(absl::StrCat(licensing_at_, "/licenseTypes"), type,
               "each must be a text");
        return;
      }
      for (const char* const kind :
           {"perpetual", "subscription", "oem", "evaluation"}) {
        if (*word == kind) kinds.insert(*word);
      }
    }
    if (kinds.size() != 1) return;
    remarks_.insert("licence_kind is the one that licenseTypes says");
    Say("licence_kind", *kinds.begin(),
        absl::StrCat(licensing_at_, "/licenseTypes"));
  }

  const JsonValue& component_;
  const int index_;
  const std::string at_;
  const JsonValue* licensing_ = nullptr;
  std::string licensing_at_;
  std::map<std::string, FieldText> fields_;
  std::map<std::string, FieldText> tags_;
  std::vector<v1::ImportError> errors_;
  std::set<std::string> ignored_;
  std::set<std::string> remarks_;
};

// --- the file ----------------------------------------------------------------

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
    const JsonValue component =
        JsonValue::parse(raw.begin(), raw.end(), nullptr,
                         /*allow_exceptions=*/false);
    ComponentReader reader(component, index);
    if (!reader.IsLine()) {
      ++passed_over_;
      return;
    }
    if (reader.errors().empty()) FillDefaults(reader);
    if (reader.errors().empty()) CheckRequired(reader);
    if (reader.errors().empty()) {
      line.read = ReadFields(reader, line.line, raw);
    } else {
      line.read.errors = std::move(reader.errors());
    }
    Note(reader);
    lines_.push_back(std::move(line));
  }

  ImportedFile Finish() {
    MarkTwice();
    ImportedFile file;
    file.line_count = static_cast<int>(lines_.size());
    for (ComponentLine& line : lines_) {
      if (line.read.errors.empty()) {
        file.good.push_back(std::move(line.read.object));
        file.good_text.push_back(line.raw);
        file.good_line.push_back(line.line);
      } else {
        KeepFirstErrors(line.read.errors);
        file.bad.push_back({line.line, QuarantineContent(line.raw),
                            std::move(line.read.errors)});
      }
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
    file.stated_fields.assign(stated_.begin(), stated_.end());
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

  void FillDefaults(ComponentReader& reader) {
    for (const auto& [field, value] : defaults_) {
      FieldText& there = reader.fields()[field];
      if (!absl::StripAsciiWhitespace(there.text).empty()) continue;
      there = {value, field};
      ++remarks_[absl::StrCat(field, " is what the request says")];
    }
  }

  static void CheckRequired(ComponentReader& reader) {
    const auto is_said = [&](const std::string& field) {
      const auto found = reader.fields().find(field);
      return found != reader.fields().end() &&
             !absl::StripAsciiWhitespace(found->second.text).empty();
    };
    for (const TargetField& field : EntitlementFields()) {
      const std::string name(field.name);
      const bool from_packs = name == "quantity" && is_said("pack_count");
      const bool required = field.required || name == "quantity";
      if (!required || from_packs || is_said(name)) continue;
      reader.AddError(
          reader.at(), "",
          absl::StrCat(
              name, " is not said; add the property ", kCycloneDxPrefix, name,
              IsDefaultField(name)
                  ? absl::StrCat(", or say it of all lines: ", name, "=...")
                  : ""));
    }
  }

  // The line that the fields come to.
  ReadLine ReadFields(ComponentReader& reader, int line,
                      absl::string_view raw) const {
    const auto fields = EntitlementFields();
    std::vector<CsvColumn> columns;
    std::vector<std::string> tag_names;
    CsvRecord record;
    record.line = line;
    record.raw = raw;
    const auto add = [&](absl::string_view name, const FieldText* said) {
      CsvColumn& column = columns.emplace_back();
      column.name = name;
      if (said != nullptr) column.label = said->pointer;
      record.cells.push_back(said != nullptr ? absl::string_view(said->text)
                                             : absl::string_view());
    };
    for (const TargetField& field : fields) {
      const auto found = reader.fields().find(std::string(field.name));
      add(field.name,
          found == reader.fields().end() ? nullptr : &found->second);
    }
    for (const auto& [name, said] : reader.tags()) {
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
    if (read.errors.empty()) CheckWhole(reader, read);
    return read;
  }

  // What no single field shows.
  static void CheckWhole(ComponentReader& reader, ReadLine& read) {
    const absl::Status checked =
        FindObjectKind(read.object.object_case())->Check(read.object);
    if (checked.ok()) return;
    reader.AddError(reader.at(), "", checked.message());
    read.errors = std::move(reader.errors());
  }

  // What the answer tells of all lines together.
  void Note(const ComponentReader& reader) {
    for (const std::string& remark : reader.remarks()) ++remarks_[remark];
    for (const std::string& name : reader.ignored()) {
      if (ignored_.size() == kMaxIgnoredNames) break;
      ignored_.insert(Abbreviate(EscapeForTerminal(name), kMaxSaidBytes));
    }
    for (const auto& [name, text] : reader.said()) stated_.insert(name);
    for (const auto& [name, text] : reader.tags()) {
      stated_.insert(absl::StrCat(kTagField, name));
    }
  }

  // Lines that name the same are bad: which of them holds is unknown.
  void MarkTwice() {
    absl::flat_hash_map<std::string, size_t> first;
    for (size_t i = 0; i < lines_.size(); ++i) {
      bool is_twice = false;
      for (const std::string& key : lines_[i].read.keys) {
        const auto [at, is_new] = first.try_emplace(key, i);
        if (is_new || is_twice) continue;
        ComponentLine& earlier = lines_[at->second];
        if (earlier.read.errors.empty()) AddTwice(earlier, lines_[i].line);
        AddTwice(lines_[i], earlier.line);
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
  Remarks remarks_;
  std::set<std::string> ignored_;
  // A document that has no version or end says that there is none: CycloneDX
  // has elements for them. Of the other fields it may know nothing.
  std::set<std::string> stated_ = {"version", "end_date"};
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
