#include "collector/contracts/exchange/cyclonedx_component.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "collector/contracts/exchange/cyclonedx_export.h"
#include "collector/contracts/exchange/entitlement_line.h"
#include "collector/csv/csv_reader.h"
#include "collector/csv/import_file.h"

namespace rollcall::collector {
namespace {

// Not in the order of the file: finding a member of many stays cheap.
using JsonValue = nlohmann::json;

constexpr size_t kMostTags = 20;
constexpr absl::string_view kTagProperty = "tag:";

// Reads the fields that a component says.
class ComponentReader {
 public:
  ComponentReader(const JsonValue& component, LicensedComponent& out)
      : component_(component), out_(out) {}

  void Run() {
    if (!component_.is_object()) {
      Refuse(out_.at, component_, "a component must be an object");
      return;
    }
    FindLicensing();
    if (licensing_ == nullptr) return;
    ReadProperties();
    ReadElements();
    ReadLicensing();
  }

  bool FoundLicensing() const { return licensing_ != nullptr; }

 private:
  void Refuse(const std::string& pointer, const JsonValue& value,
              absl::string_view reason) {
    out_.AddError(pointer,
                  absl::string_view(value.dump(
                      -1, ' ', false, JsonValue::error_handler_t::replace)),
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
    out_.AddError(absl::StrCat(pointer, "/", name), absl::string_view(*text),
                  "the text holds a control character");
    return nullptr;
  }

  void FindLicensing() {
    const JsonValue* const licenses = ArrayIn(component_, out_.at, "licenses");
    if (licenses == nullptr) return;
    for (size_t i = 0; i < licenses->size(); ++i) {
      const JsonValue& choice = (*licenses)[i];
      const std::string at = absl::StrCat(out_.at, "/licenses/", i);
      const JsonValue* const license =
          choice.is_object() ? ObjectIn(choice, at, "license") : nullptr;
      if (license == nullptr) continue;
      const std::string inner = absl::StrCat(at, "/license");
      const JsonValue* const licensing = ObjectIn(*license, inner, "licensing");
      if (licensing == nullptr) continue;
      if (licensing_ != nullptr) {
        out_.AddError(
            absl::StrCat(inner, "/licensing"), absl::string_view(),
            "another licence of the component has licensing, too; write "
            "a component for each");
        return;
      }
      licensing_ = licensing;
      licensing_at_ = absl::StrCat(inner, "/licensing");
    }
  }

  void ReadProperties() {
    const JsonValue* const properties =
        ArrayIn(component_, out_.at, "properties");
    if (properties == nullptr) return;
    for (size_t i = 0; i < properties->size(); ++i) {
      const JsonValue& property = (*properties)[i];
      const std::string at = absl::StrCat(out_.at, "/properties/", i);
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
    const bool is_tag = absl::StartsWith(field, kTagProperty);
    if (!is_tag && !IsField(field)) {
      out_.ignored.insert(name);
      return;
    }
    const std::string* const value = TextIn(property, at, "value");
    if (value == nullptr) return;
    auto& there = is_tag ? out_.tags : out_.fields;
    const std::string key =
        is_tag ? std::string(absl::StripPrefix(field, kTagProperty)) : field;
    ComponentText text = {*value, absl::StrCat(at, "/value")};
    if (!there.emplace(key, std::move(text)).second) {
      out_.AddError(absl::StrCat(at, "/name"), absl::string_view(name),
                    "the property stands there twice");
    }
    if (out_.tags.size() > kMostTags) {
      out_.AddError(at, absl::string_view(name),
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
    return out_.fields.count(field) == 0;
  }

  // What an element says; a property must agree.
  void Say(const std::string& field, const std::string& text,
           const std::string& pointer) {
    const auto [there, is_new] = out_.fields.try_emplace(field);
    if (is_new) {
      there->second = {text, pointer};
    } else if (there->second.text != text) {
      out_.AddError(pointer, absl::string_view(text),
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
    SayText(component_, out_.at, "name", "product");
    SayText(component_, out_.at, "version", "version");
    SayText(component_, out_.at, "publisher", "publisher");
    const JsonValue* const supplier = ObjectIn(component_, out_.at, "supplier");
    if (supplier != nullptr) {
      SayText(*supplier, absl::StrCat(out_.at, "/supplier"), "name", "vendor");
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
      out_.AddError(pointer, absl::string_view(*text),
                    "write a time, for example 2026-12-31T00:00:00Z");
      return;
    }
    if (IsSilentOn(field)) out_.remarks.insert(remark);
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
    out_.remarks.insert("licence_kind is the one that licenseTypes says");
    Say("licence_kind", *kinds.begin(),
        absl::StrCat(licensing_at_, "/licenseTypes"));
  }

  const JsonValue& component_;
  LicensedComponent& out_;
  const JsonValue* licensing_ = nullptr;
  std::string licensing_at_;
};

}  // namespace

void LicensedComponent::AddError(const std::string& pointer,
                                 absl::string_view value,
                                 absl::string_view reason) {
  if (errors.size() == kMaxLineErrors) return;
  v1::ImportError& error = errors.emplace_back();
  error.set_line(index + 1);
  error.set_column(pointer);
  error.set_value(ImportErrorValue(value));
  error.set_reason(std::string(reason));
}

LicensedComponent ReadLicensedComponent(absl::string_view json, int index) {
  const JsonValue component =
      JsonValue::parse(json.begin(), json.end(), nullptr,
                       /*allow_exceptions=*/false);
  LicensedComponent out;
  out.index = index;
  out.at = absl::StrCat("/components/", index);
  ComponentReader reader(component, out);
  reader.Run();
  out.is_line = reader.FoundLicensing() || !out.errors.empty();
  return out;
}

bool HasControls(absl::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_iscntrl(static_cast<unsigned char>(c)) && c != '\t' &&
           c != '\n';
  });
}

}  // namespace rollcall::collector
