#include "common/row_level.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/rows.h"
#include "rollcall/v1/options.pb.h"

namespace rollcall {
namespace {

using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::vector<const FieldDescriptor*> FieldsOf(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  return fields;
}

// Whether the level has this value of an enum.
bool HasValue(const FieldDescriptor& field, int number, int level) {
  const EnumValueDescriptor* value =
      field.enum_type()->FindValueByNumber(number);
  return value != nullptr &&
         value->options().GetExtension(v1::value_since_level) <= level;
}

// Whether the level has the values of a field of an enum's type.
bool HasValues(const Message& message, const FieldDescriptor& field,
               int level) {
  const auto* reflection = message.GetReflection();
  if (!field.is_repeated()) {
    return HasValue(field, reflection->GetEnumValue(message, &field), level);
  }
  for (int i = 0; i < reflection->FieldSize(message, &field); ++i) {
    if (!HasValue(field, reflection->GetRepeatedEnumValue(message, &field, i),
                  level)) {
      return false;
    }
  }
  return true;
}

bool PartsFit(const Message& message, const FieldDescriptor& field, int level) {
  const auto* reflection = message.GetReflection();
  if (!field.is_repeated()) {
    return FitsLevel(reflection->GetMessage(message, &field), level);
  }
  for (int i = 0; i < reflection->FieldSize(message, &field); ++i) {
    if (!FitsLevel(reflection->GetRepeatedMessage(message, &field, i), level)) {
      return false;
    }
  }
  return true;
}

// Takes away what later levels introduced.
void Lower(int level, Message* message) {
  const auto* reflection = message->GetReflection();
  for (const FieldDescriptor* field : FieldsOf(*message)) {
    const auto type = field->cpp_type();
    if (LevelOf(*field) > level || (type == FieldDescriptor::CPPTYPE_ENUM &&
                                    !HasValues(*message, *field, level))) {
      reflection->ClearField(message, field);
    } else if (type != FieldDescriptor::CPPTYPE_MESSAGE) {
      continue;
    } else if (!field->is_repeated()) {
      Lower(level, reflection->MutableMessage(message, field));
    } else {
      for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
        Lower(level, reflection->MutableRepeatedMessage(message, field, i));
      }
    }
  }
}

}  // namespace

int LevelOf(const FieldDescriptor& field) {
  return std::max(1, field.options().GetExtension(v1::since_level));
}

bool FitsLevel(const Message& message, int level) {
  if (!message.GetReflection()->GetUnknownFields(message).empty()) return false;
  for (const FieldDescriptor* field : FieldsOf(message)) {
    if (level < kRowLevel && LevelOf(*field) > level) return false;
    const auto type = field->cpp_type();
    if (type == FieldDescriptor::CPPTYPE_ENUM &&
        !HasValues(message, *field, level)) {
      return false;
    }
    if (type == FieldDescriptor::CPPTYPE_MESSAGE &&
        !PartsFit(message, *field, level)) {
      return false;
    }
  }
  return true;
}

std::optional<v1::Row> RowAtLevel(v1::Row row, int level) {
  if (FitsLevel(row, level)) return row;
  Lower(level, &row);
  const Message* fact = FactOf(row);
  if (fact == nullptr || fact->ByteSizeLong() == 0) return std::nullopt;
  return row;
}

}  // namespace rollcall
