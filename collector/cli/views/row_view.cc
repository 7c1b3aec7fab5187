#include "collector/cli/views/row_view.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "collector/cli/enums.h"
#include "collector/cli/table.h"
#include "collector/cli/values.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"

namespace rollcall::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Rows of one kind in one section, in their order.
struct Kind {
  std::string section;
  // The field of Row that holds them.
  const FieldDescriptor* fact;
  std::vector<const v1::DeviceRow*> rows;
};

const FieldDescriptor* FactField(const v1::Row& row) {
  return row.GetReflection()->GetOneofFieldDescriptor(
      row, v1::Row::descriptor()->FindOneofByName("fact"));
}

const Message& FactOf(const v1::Row& row, const FieldDescriptor* fact) {
  return row.GetReflection()->GetMessage(row, fact);
}

std::vector<Kind> KindsOf(const v1::ListDeviceRowsResponse& response) {
  std::vector<Kind> kinds;
  for (const v1::DeviceRow& row : response.rows()) {
    const FieldDescriptor* fact = FactField(row.row());
    if (fact == nullptr) continue;  // a kind that this build does not know
    const auto same = [&](const Kind& kind) {
      return kind.section == row.section() && kind.fact == fact;
    };
    auto kind = std::find_if(kinds.begin(), kinds.end(), same);
    if (kind == kinds.end()) {
      kind = kinds.insert(kinds.end(), Kind{row.section(), fact, {}});
    }
    kind->rows.push_back(&row);
  }
  return kinds;
}

std::string EnumText(const Message& message, const FieldDescriptor* field) {
  return EnumWord(field->enum_type(),
                  message.GetReflection()->GetEnumValue(message, field));
}

std::string MessageText(const Message& value) {
  if (const auto* time =
          dynamic_cast<const google::protobuf::Timestamp*>(&value)) {
    return ExactTimeText(*time);
  }
  return value.ShortDebugString();
}

std::string SingularText(const Message& message, const FieldDescriptor* field) {
  const auto* reflection = message.GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection->GetString(message, field);
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(reflection->GetInt32(message, field));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(reflection->GetInt64(message, field));
    case FieldDescriptor::CPPTYPE_UINT32:
      return absl::StrCat(reflection->GetUInt32(message, field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return absl::StrCat(reflection->GetUInt64(message, field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection->GetBool(message, field) ? "yes" : "no";
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumText(message, field);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return MessageText(reflection->GetMessage(message, field));
    default:
      return "";
  }
}

std::string FieldText(const Message& message, const FieldDescriptor* field) {
  const auto* reflection = message.GetReflection();
  if (!field->is_repeated()) {
    return reflection->HasField(message, field) ? SingularText(message, field)
                                                : "";
  }
  const int size = reflection->FieldSize(message, field);
  std::vector<std::string> texts;
  texts.reserve(static_cast<size_t>(size));
  for (int i = 0; i < size; ++i) {
    texts.push_back(field->cpp_type() == FieldDescriptor::CPPTYPE_STRING
                        ? reflection->GetRepeatedString(message, field, i)
                        : "");
  }
  return absl::StrJoin(texts, "; ");
}

bool IsNumber(const FieldDescriptor* field) {
  return !field->is_repeated() &&
         (field->cpp_type() == FieldDescriptor::CPPTYPE_INT32 ||
          field->cpp_type() == FieldDescriptor::CPPTYPE_INT64);
}

constexpr absl::string_view kBytesSuffix = "_bytes";

bool IsSize(const FieldDescriptor* field) {
  return field->cpp_type() == FieldDescriptor::CPPTYPE_INT64 &&
         !field->is_repeated() && absl::EndsWith(field->name(), kBytesSuffix);
}

// As FieldText, with sizes for people.
std::string CellText(const Message& message, const FieldDescriptor* field) {
  if (IsSize(field) && message.GetReflection()->HasField(message, field)) {
    return BytesText(message.GetReflection()->GetInt64(message, field));
  }
  return FieldText(message, field);
}

// The unit of a size is in its cells.
std::string Title(const FieldDescriptor* field) {
  absl::string_view name = field->name();
  if (IsSize(field)) name = absl::StripSuffix(name, kBytesSuffix);
  return absl::StrReplaceAll(absl::AsciiStrToUpper(name), {{"_", " "}});
}

bool AnyHas(const Kind& kind, const FieldDescriptor* field) {
  return std::any_of(
      kind.rows.begin(), kind.rows.end(), [&](const v1::DeviceRow* row) {
        return !FieldText(FactOf(row->row(), kind.fact), field).empty();
      });
}

Table KindTable(const Kind& kind) {
  Table table;
  std::vector<const FieldDescriptor*> fields;
  const auto* type = kind.fact->message_type();
  for (int i = 0; i < type->field_count(); ++i) {
    if (!AnyHas(kind, type->field(i))) continue;
    fields.push_back(type->field(i));
    table.columns.push_back({Title(type->field(i)), IsNumber(type->field(i))
                                                        ? Align::kRight
                                                        : Align::kLeft});
  }
  for (const v1::DeviceRow* row : kind.rows) {
    auto& cells = table.rows.emplace_back();
    for (const FieldDescriptor* field : fields) {
      cells.push_back(CellText(FactOf(row->row(), kind.fact), field));
    }
  }
  return table;
}

// The names of all fields of the kinds, each once, in order of appearance.
std::vector<std::string> FieldNames(const std::vector<Kind>& kinds) {
  std::vector<std::string> names;
  for (const Kind& kind : kinds) {
    const auto* type = kind.fact->message_type();
    for (int i = 0; i < type->field_count(); ++i) {
      const std::string& name = type->field(i)->name();
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        names.push_back(name);
      }
    }
  }
  return names;
}

}  // namespace

std::string RowsTable(const v1::ListDeviceRowsResponse& response, int width) {
  std::vector<std::string> tables;
  for (const Kind& kind : KindsOf(response)) {
    tables.push_back(
        absl::StrCat(kind.section, ": ",
                     absl::StrReplaceAll(kind.fact->name(), {{"_", " "}}), "\n",
                     RenderTable(KindTable(kind), width)));
  }
  return absl::StrJoin(tables, "\n");
}

std::string RowsCsv(const v1::ListDeviceRowsResponse& response) {
  const std::vector<Kind> kinds = KindsOf(response);
  const std::vector<std::string> names = FieldNames(kinds);
  Table table = {{{"section"}, {"row_id"}, {"row_kind"}}, {}};
  for (const std::string& name : names) table.columns.push_back({name});
  for (const Kind& kind : kinds) {
    for (const v1::DeviceRow* row : kind.rows) {
      auto& cells = table.rows.emplace_back();
      cells = {row->section(), row->row_id(), kind.fact->name()};
      for (const std::string& name : names) {
        const auto* field = kind.fact->message_type()->FindFieldByName(name);
        cells.push_back(field == nullptr
                            ? ""
                            : FieldText(FactOf(row->row(), kind.fact), field));
      }
    }
  }
  return RenderCsv(table);
}

}  // namespace rollcall::cli
