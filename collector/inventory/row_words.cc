#include "collector/inventory/row_words.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/rows.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/time_util.h"

namespace rollcall::collector {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string NameInWords(const std::string& field_name) {
  return absl::StrReplaceAll(field_name, {{"_", " "}});
}

std::string ScalarInWords(const Message& fact, const FieldDescriptor* field,
                          int index) {
  if (field->message_type() != nullptr &&
      field->message_type()->full_name() == "google.protobuf.Timestamp") {
    const auto& time = static_cast<const google::protobuf::Timestamp&>(
        fact.GetReflection()->GetMessage(fact, field));
    return google::protobuf::util::TimeUtil::ToString(time);
  }
  std::string text;
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    return field->is_repeated()
               ? fact.GetReflection()->GetRepeatedString(fact, field, index)
               : fact.GetReflection()->GetString(fact, field);
  }
  google::protobuf::TextFormat::PrintFieldValueToString(fact, field, index,
                                                        &text);
  return text;
}

std::string ValueInWords(const Message& fact, const FieldDescriptor* field) {
  if (!field->is_repeated()) {
    if (!fact.GetReflection()->HasField(fact, field)) return "unknown";
    return ScalarInWords(fact, field, -1);
  }
  const int size = fact.GetReflection()->FieldSize(fact, field);
  std::vector<std::string> values;
  values.reserve(static_cast<size_t>(size));
  for (int i = 0; i < size; ++i) {
    values.push_back(ScalarInWords(fact, field, i));
  }
  return values.empty() ? "none" : absl::StrJoin(values, ", ");
}

std::string DifferencesInWords(const Message& before, const Message& after) {
  std::vector<std::string> differences;
  const auto* descriptor = before.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    const std::string old_value = ValueInWords(before, field);
    const std::string new_value = ValueInWords(after, field);
    if (old_value == new_value) continue;
    differences.push_back(absl::StrCat(NameInWords(field->name()), " ",
                                       old_value, " -> ", new_value));
  }
  return absl::StrJoin(differences, ", ");
}

}  // namespace

std::string RowLabel(const v1::Row& row) {
  const RowKind* kind = FindRowKind(row);
  if (kind == nullptr) return "empty row";
  std::string label = NameInWords(kind->field->name());
  for (const FieldDescriptor* field : kind->natural_key) {
    // Which package manager a package came from is rarely the question.
    if (field->name() == "ecosystem") continue;
    absl::StrAppend(&label, " ", ValueInWords(*FactOf(row), field));
  }
  return label;
}

std::string ChangeInWords(const v1::Row* before, const v1::Row* after) {
  if (before == nullptr && after == nullptr) return "no change";
  if (before == nullptr) return absl::StrCat(RowLabel(*after), " added");
  if (after == nullptr) return absl::StrCat(RowLabel(*before), " removed");
  return absl::StrCat(RowLabel(*after), ": ",
                      DifferencesInWords(*FactOf(*before), *FactOf(*after)));
}

}  // namespace rollcall::collector
