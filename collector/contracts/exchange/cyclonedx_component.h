// A component of a CycloneDX document, as what it says of an entitlement line.
// Pure.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "rollcall/v1/change_service.pb.h"

namespace rollcall::collector {

// A value of a field, and where it stands, as a JSON pointer.
struct ComponentText {
  std::string text;
  std::string pointer;
};

// What a component says.
struct LicensedComponent {
  // Its place, from 0, and the JSON pointer to it.
  int index = 0;
  std::string at;
  // Whether it is a line at all; also where it is a bad one.
  bool is_line = false;
  // By names of EntitlementFields.
  std::map<std::string, ComponentText> fields;
  // By name.
  std::map<std::string, ComponentText> tags;
  // At most kMaxLineErrors.
  std::vector<v1::ImportError> errors;
  // Names of properties that are no field.
  std::set<std::string> ignored;
  // What was made of values on the way.
  std::set<std::string> remarks;

  void AddError(const std::string& pointer, absl::string_view value,
                absl::string_view reason);
};

// Reads the text of one component. Properties of kCycloneDxPrefix come first;
// an element that says the same must agree, and one that says what no property
// does is taken.
LicensedComponent ReadLicensedComponent(absl::string_view json, int index);

// Whether the text holds control characters but tab and line feed.
bool HasControls(absl::string_view text);

}  // namespace rollcall::collector
