// What tells machines apart, in forms that compare. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace rollcall::collector {

// What a register line or an agent says of one machine, as it is written.
struct MachineTraits {
  // Unique on its side; breaks ties.
  std::string id;
  std::optional<std::string> serial;
  std::optional<std::string> hostname;
  std::vector<std::string> macs;
};

// Traits in the form that they are compared in. What is empty says nothing.
struct ComparableTraits {
  std::string serial;
  // Lower case, without a trailing dot.
  std::string hostname;
  // Each once, in the form of ParseMacAddress.
  std::vector<std::string> macs;
};

ComparableTraits MakeComparable(const MachineTraits& traits);

// A serial number without case, blanks and punctuation. Empty for a text that
// numbers nothing: words ("Default string"), fewer than 5 letters ("None"), one
// character repeated ("0000").
std::string ComparableSerial(absl::string_view serial);

// The part before the first dot.
absl::string_view FirstLabel(absl::string_view hostname);

// Whether two comparable names may be one host's: they are equal, or one is
// bare and the other begins with it.
bool SameHost(absl::string_view a, absl::string_view b);

}  // namespace rollcall::collector
