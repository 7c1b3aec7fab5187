// Values of enums as words of files: "perpetual-with-maintenance" for
// LICENCE_KIND_PERPETUAL_WITH_MAINTENANCE. Pure.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"

namespace rollcall::collector {

// The word of a value; `prefix` is what all names begin with, for example
// "LICENCE_KIND_". "" for the zero value and for none.
std::string EnumWord(const google::protobuf::EnumDescriptor& type,
                     absl::string_view prefix, int value);

// The value, other than zero, of a word in any case, with "_" or " " for "-".
std::optional<int> FindEnumWord(const google::protobuf::EnumDescriptor& type,
                                absl::string_view prefix,
                                absl::string_view word);

// All words with ", " between them.
std::string EnumWords(const google::protobuf::EnumDescriptor& type,
                      absl::string_view prefix);

}  // namespace rollcall::collector
