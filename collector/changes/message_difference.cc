#include "collector/changes/message_difference.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/text_format.h"

namespace rollcall::collector {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// "METHOD_ON_DATE" of an enum Method as "on-date": the values of an enum begin
// alike, and the first is "METHOD_UNSPECIFIED".
std::string EnumWord(const EnumValueDescriptor& value) {
  absl::string_view begin(value.type()->value(0)->name());
  absl::ConsumeSuffix(&begin, "UNSPECIFIED");
  absl::string_view name(value.name());
  absl::ConsumePrefix(&name, begin);
  return absl::StrReplaceAll(absl::AsciiStrToLower(name), {{"_", "-"}});
}

// The fields that are set, in the order of their numbers. One that is yes or no
// and cannot be left out says no where it is not set: a right is permitted, or
// it is not.
std::vector<const FieldDescriptor*> FieldsThatSay(const Message& message) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  const Descriptor& descriptor = *message.GetDescriptor();
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const FieldDescriptor* field = descriptor.field(i);
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL &&
        !field->has_presence() && !field->is_repeated() &&
        !reflection.GetBool(message, field)) {
      fields.push_back(field);
    }
  }
  std::sort(fields.begin(), fields.end(),
            [](const FieldDescriptor* a, const FieldDescriptor* b) {
              return a->number() < b->number();
            });
  return fields;
}

// Reads one message, and what is in it.
class Flattener {
 public:
  explicit Flattener(const MessageWords& words) : words_(words) {}

  void AddFields(const Message& message, const std::string& way) {
    const Reflection& reflection = *message.GetReflection();
    for (const FieldDescriptor* field : FieldsThatSay(message)) {
      if (way.empty() && PassedOver(*field)) continue;
      const std::string here =
          way.empty() ? field->name() : absl::StrCat(way, ".", field->name());
      if (!field->is_repeated()) {
        AddField(message, *field, -1, here);
        continue;
      }
      for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
        AddField(message, *field, i, absl::StrCat(here, "[", i, "]"));
      }
    }
  }

  std::vector<FieldText> Take() { return std::move(texts_); }

 private:
  bool PassedOver(const FieldDescriptor& field) const {
    for (const absl::string_view name : words_.passed_over) {
      if (field.name() == name) return true;
    }
    return false;
  }

  // `index`: of a repeated field; -1: it is none.
  void AddField(const Message& message, const FieldDescriptor& field, int index,
                const std::string& here) {
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      texts_.push_back({here, ScalarText(message, field, index)});
      return;
    }
    const Reflection& reflection = *message.GetReflection();
    const Message& inner =
        index < 0 ? reflection.GetMessage(message, &field)
                  : reflection.GetRepeatedMessage(message, &field, index);
    if (auto text = words_.value(inner); text.has_value()) {
      texts_.push_back({here, *std::move(text)});
      return;
    }
    const size_t count = texts_.size();
    AddFields(inner, here);
    if (texts_.size() == count) texts_.push_back({here, "set"});
  }

  static std::string ScalarText(const Message& message,
                                const FieldDescriptor& field, int index) {
    const Reflection& of = *message.GetReflection();
    const bool one = index < 0;
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        return absl::StrCat(one ? of.GetInt32(message, &field)
                                : of.GetRepeatedInt32(message, &field, index));
      case FieldDescriptor::CPPTYPE_INT64:
        return absl::StrCat(one ? of.GetInt64(message, &field)
                                : of.GetRepeatedInt64(message, &field, index));
      case FieldDescriptor::CPPTYPE_BOOL:
        return (one ? of.GetBool(message, &field)
                    : of.GetRepeatedBool(message, &field, index))
                   ? "yes"
                   : "no";
      case FieldDescriptor::CPPTYPE_ENUM:
        return EnumWord(one ? *of.GetEnum(message, &field)
                            : *of.GetRepeatedEnum(message, &field, index));
      case FieldDescriptor::CPPTYPE_STRING:
        return one ? of.GetString(message, &field)
                   : of.GetRepeatedString(message, &field, index);
      default: {
        std::string text;
        google::protobuf::TextFormat::PrintFieldValueToString(message, &field,
                                                              index, &text);
        return text;
      }
    }
  }

  const MessageWords& words_;
  std::vector<FieldText> texts_;
};

v1::FieldDifference MakeDifference(std::string field, std::string before,
                                   std::string after) {
  v1::FieldDifference difference;
  difference.set_field(std::move(field));
  difference.set_before(std::move(before));
  difference.set_after(std::move(after));
  return difference;
}

}  // namespace

std::vector<FieldText> FieldTexts(const Message& message,
                                  const MessageWords& words) {
  Flattener flattener(words);
  flattener.AddFields(message, "");
  return flattener.Take();
}

std::vector<v1::FieldDifference> DifferenceOf(const Message* before,
                                              const Message* after,
                                              const MessageWords& words) {
  std::vector<FieldText> was;
  if (before != nullptr) was = FieldTexts(*before, words);
  absl::flat_hash_map<absl::string_view, const FieldText*> gone;
  for (const FieldText& text : was) gone.emplace(text.field, &text);
  std::vector<v1::FieldDifference> differences;
  if (after != nullptr) {
    for (FieldText& text : FieldTexts(*after, words)) {
      const auto it = gone.find(text.field);
      std::string past;
      if (it != gone.end()) {
        past = it->second->text;
        gone.erase(it);
        if (past == text.text) continue;
      }
      differences.push_back(MakeDifference(
          std::move(text.field), std::move(past), std::move(text.text)));
    }
  }
  for (const FieldText& text : was) {
    if (!gone.contains(text.field)) continue;
    differences.push_back(MakeDifference(text.field, text.text, ""));
  }
  return differences;
}

}  // namespace rollcall::collector
