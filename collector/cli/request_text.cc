#include "collector/cli/request_text.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status.h"
#include "common/text.h"
#include "google/protobuf/descriptor.h"

namespace rollcall::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kAlone = -1;

// `index` is of a repeated field, or kAlone.
absl::Status CheckText(const Message& message, const FieldDescriptor* field,
                       int index, const std::string& way) {
  const auto* const reflection = message.GetReflection();
  std::string copy;
  const std::string& text =
      index == kAlone ? reflection->GetStringReference(message, field, &copy)
                      : reflection->GetRepeatedStringReference(message, field,
                                                               index, &copy);
  if (IsValidUtf8(text)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(way, " is not UTF-8"));
}

absl::Status CheckMessage(const Message& message, const std::string& prefix);

// The same of any field.
absl::Status CheckValue(const Message& message, const FieldDescriptor* field,
                        int index, const std::string& way) {
  if (field->type() == FieldDescriptor::TYPE_STRING) {
    return CheckText(message, field, index, way);
  }
  if (field->type() != FieldDescriptor::TYPE_MESSAGE) return absl::OkStatus();
  const auto* const reflection = message.GetReflection();
  return CheckMessage(
      index == kAlone ? reflection->GetMessage(message, field)
                      : reflection->GetRepeatedMessage(message, field, index),
      absl::StrCat(way, "."));
}

absl::Status CheckMessage(const Message& message, const std::string& prefix) {
  const auto* const reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string way = absl::StrCat(prefix, field->name());
    if (!field->is_repeated()) {
      ROLLCALL_RETURN_IF_ERROR(CheckValue(message, field, kAlone, way));
      continue;
    }
    const int size = reflection->FieldSize(message, field);
    for (int i = 0; i < size; ++i) {
      ROLLCALL_RETURN_IF_ERROR(CheckValue(message, field, i, way));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckTexts(const Message& request) {
  return CheckMessage(request, "");
}

}  // namespace rollcall::cli
