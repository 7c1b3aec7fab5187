// CycloneDX documents as text: whether they are any, and where their components
// stand. Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace rollcall::collector {

// A document whose components are texts of JSON.
struct BomText {
  // As long as the document's bytes are; at most 200,000. Each is one value.
  std::vector<absl::string_view> components;
  // Why it cannot be used; empty: it can.
  std::string error;
  // Where, as a JSON pointer.
  std::string pointer;
};

// Looks through a document of CycloneDX 1.6 without making a tree of it. One
// that is nested deeper than 64 is refused.
BomText ReadBom(absl::string_view content);

}  // namespace rollcall::collector
