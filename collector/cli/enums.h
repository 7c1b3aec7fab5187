// Enum values as words: STATE_NEVER_SEEN of enum State is "never-seen". Pure.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/generated_enum_reflection.h"

namespace rollcall::cli {

// The word for a number; the number itself for one that this build does not
// know.
std::string EnumWord(const google::protobuf::EnumDescriptor* type, int number);

// The number for a word; nothing for an unknown word. 0 has no word.
std::optional<int> EnumNumber(const google::protobuf::EnumDescriptor* type,
                              absl::string_view word);

// All words but that of 0, with ", " between them.
std::string EnumWords(const google::protobuf::EnumDescriptor* type);

template <typename E>
std::string EnumWord(E value) {
  return EnumWord(google::protobuf::GetEnumDescriptor<E>(), value);
}

// The value for the word of an option or argument; INVALID_ARGUMENT, with all
// words, for an unknown one.
template <typename E>
absl::StatusOr<E> ReadEnum(absl::string_view option, absl::string_view word) {
  const auto* const type = google::protobuf::GetEnumDescriptor<E>();
  const auto number = EnumNumber(type, word);
  if (number.has_value()) return static_cast<E>(*number);
  return absl::InvalidArgumentError(absl::StrCat(
      option, " is \"", word, "\"; it is one of ", EnumWords(type)));
}

}  // namespace rollcall::cli
