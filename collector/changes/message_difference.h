// What differs between two messages, field by field and in words. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "google/protobuf/message.h"
#include "rollcall/v1/change_service.pb.h"

namespace rollcall::collector {

// A field that is set, and what it says.
struct FieldText {
  // The way to it, for example "clauses.audit.notice_days" or "tags[0].name".
  std::string field;
  // Numbers and texts as they are, enumerated values as words ("on-date").
  std::string text;
};

// How to read a message.
struct MessageWords {
  // The text of a message that is one value to people, for example of a
  // quantity; nothing: its fields are read one by one.
  absl::FunctionRef<std::optional<std::string>(
      const google::protobuf::Message&)>
      value;
  // Fields of the message itself, by name, that are passed over.
  absl::Span<const absl::string_view> passed_over;
};

// The fields that are set, in the order of their numbers, and those that say no
// by not being set. A message that is set and says nothing is told as "set".
std::vector<FieldText> FieldTexts(const google::protobuf::Message& message,
                                  const MessageWords& words);

// The fields of either that the other has not, or not so. Null: nothing is set.
std::vector<v1::FieldDifference> DifferenceOf(
    const google::protobuf::Message* before,
    const google::protobuf::Message* after, const MessageWords& words);

}  // namespace rollcall::collector
