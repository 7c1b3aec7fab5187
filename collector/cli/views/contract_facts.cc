#include "collector/cli/views/contract_facts.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "collector/cli/columns.h"
#include "collector/cli/enums.h"
#include "collector/cli/values.h"
#include "collector/cli/views/contract_object_view.h"
#include "collector/cli/views/contract_view.h"
#include "collector/cli/views/moment_line.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/text_format.h"

namespace rollcall::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using Fact = std::pair<std::string, std::string>;

template <typename T>
const T* As(const Message& message) {
  return message.GetDescriptor() == T::descriptor()
             ? static_cast<const T*>(&message)
             : nullptr;
}

// The messages that are one value.
std::optional<std::string> ValueText(const Message& message) {
  if (const auto* value = As<v1::Quantity>(message)) {
    return QuantityText(*value);
  }
  if (const auto* value = As<v1::Rational>(message)) {
    return RationalText(*value);
  }
  if (const auto* value = As<v1::Money>(message)) return MoneyText(*value);
  if (const auto* value = As<v1::Tag>(message)) {
    return absl::StrCat(value->name(), "=", value->value());
  }
  if (const auto* value = As<v1::Owner>(message)) {
    return absl::StrCat(value->role(), ": ", value->name());
  }
  return std::nullopt;
}

// A value of a field that is no message. `index`: of a repeated field; -1: it
// is none.
std::string ScalarText(const Message& message, const FieldDescriptor& field,
                       int index) {
  const Reflection& of = *message.GetReflection();
  const bool one = index < 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return one ? of.GetString(message, &field)
                 : of.GetRepeatedString(message, &field, index);
    case FieldDescriptor::CPPTYPE_BOOL:
      return (one ? of.GetBool(message, &field)
                  : of.GetRepeatedBool(message, &field, index))
                 ? "yes"
                 : "no";
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumWord(field.enum_type(),
                      one ? of.GetEnumValue(message, &field)
                          : of.GetRepeatedEnumValue(message, &field, index));
    default: {
      std::string text;
      google::protobuf::TextFormat::PrintFieldValueToString(message, &field,
                                                            index, &text);
      return text;
    }
  }
}

// Proto3 does not list a false field, and "permitted: no" is what one must see.
bool IsShown(const Message& message, const FieldDescriptor& field) {
  if (field.is_repeated() || field.has_presence()) {
    return field.is_repeated()
               ? message.GetReflection()->FieldSize(message, &field) > 0
               : message.GetReflection()->HasField(message, &field);
  }
  return field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL ||
         message.GetReflection()->HasField(message, &field);
}

void AddFacts(const Message& message, const std::string& way,
              std::vector<Fact>& facts);

std::string OneLine(const Message& message) {
  if (auto text = ValueText(message); text.has_value()) return *text;
  std::vector<Fact> facts;
  AddFacts(message, "", facts);
  std::string line;
  for (const auto& [field, value] : facts) {
    absl::StrAppend(&line, line.empty() ? "" : "; ", field, ": ", value);
  }
  return line;
}

void AddFacts(const Message& message, const std::string& way,
              std::vector<Fact>& facts) {
  const Reflection& reflection = *message.GetReflection();
  const auto* const type = message.GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor& field = *type->field(i);
    if (!IsShown(message, field)) continue;
    const std::string here =
        absl::StrCat(way, way.empty() ? "" : ".", field.name());
    const bool is_message =
        field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (field.is_repeated()) {
      for (int n = 0; n < reflection.FieldSize(message, &field); ++n) {
        facts.emplace_back(absl::StrCat(here, "[", n, "]"),
                           is_message ? OneLine(reflection.GetRepeatedMessage(
                                            message, &field, n))
                                      : ScalarText(message, field, n));
      }
    } else if (!is_message) {
      facts.emplace_back(here, ScalarText(message, field, -1));
    } else if (const Message& inner = reflection.GetMessage(message, &field);
               auto text = ValueText(inner)) {
      facts.emplace_back(here, *std::move(text));
    } else {
      AddFacts(inner, here, facts);
    }
  }
}

constexpr Column<Fact> kFactColumns[] = {
    {"FIELD", "field", Align::kKey, [](const Fact& f) { return f.first; }},
    {"VALUE", "value", Align::kWrap, [](const Fact& f) { return f.second; }},
};

}  // namespace

std::vector<Fact> FactsOf(const Message& message) {
  std::vector<Fact> facts;
  AddFacts(message, "", facts);
  return facts;
}

std::string ContractFileTable(const ContractFile& file, int width) {
  std::string out = absl::StrCat(
      MomentLine("Contract", file.lines),
      RenderTable(ToTable(kFactColumns, FactsOf(file.contract)), width));
  if (!file.amendments.objects().empty()) {
    absl::StrAppend(&out, "\nAmendments:\n",
                    ContractObjectRows(file.amendments, width));
  }
  absl::StrAppend(&out, "\nLines:\n",
                  file.lines.entitlements().empty()
                      ? "none\n"
                      : EntitlementRows(file.lines, width));
  return out;
}

std::string ContractFileCsv(const ContractFile& file) {
  std::vector<SharedColumn> shared = MomentColumns(file.lines);
  shared.insert(shared.begin(),
                {"contract_number", file.contract.contract_number()});
  return ToCsv(kFactColumns, FactsOf(file.contract), shared);
}

}  // namespace rollcall::cli
