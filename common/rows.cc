#include "common/rows.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "common/row_level.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace rollcall {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string SerializeDeterministically(const Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream output(&stream);
    output.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&output);
  }
  return bytes;
}

std::vector<RowKind> BuildRowKinds() {
  std::vector<RowKind> kinds;
  const Descriptor* row = v1::Row::descriptor();
  for (int i = 0; i < row->field_count(); ++i) {
    const FieldDescriptor* field = row->field(i);
    const Descriptor* fact = field->message_type();
    const v1::RowOptions& options = fact->options().GetExtension(v1::row);
    RowKind kind{
        field, options.section(), options.scope(), {}, LevelOf(*field)};
    for (const std::string& name : options.natural_key()) {
      kind.natural_key.push_back(fact->FindFieldByName(name));
    }
    kinds.push_back(std::move(kind));
  }
  return kinds;
}

const std::vector<RowKind>& Kinds() {
  static const auto* const kKinds = new std::vector<RowKind>(BuildRowKinds());
  return *kKinds;
}

// The names of all sections, and of each the level that introduced it.
const std::map<std::string, int>& SectionLevels() {
  static const auto* const kLevels = [] {
    auto* const levels = new std::map<std::string, int>;
    for (const RowKind& kind : Kinds()) {
      int& level =
          levels->try_emplace(kind.section, kind.since_level).first->second;
      level = std::min(level, kind.since_level);
    }
    return levels;
  }();
  return *kLevels;
}

const std::vector<std::string>& Sections() {
  static const auto* const kSections = [] {
    auto* const names = new std::vector<std::string>;
    for (const auto& [name, level] : SectionLevels()) names->push_back(name);
    return names;
  }();
  return *kSections;
}

void AppendKeyPart(const Message& fact, const FieldDescriptor* field,
                   std::string* key) {
  const auto* reflection = fact.GetReflection();
  absl::StrAppend(key, "\x1f");
  if (!reflection->HasField(fact, field)) return;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      absl::StrAppend(key, reflection->GetString(fact, field));
      break;
    case FieldDescriptor::CPPTYPE_INT32:
      absl::StrAppend(key, reflection->GetInt32(fact, field));
      break;
    case FieldDescriptor::CPPTYPE_ENUM:
      absl::StrAppend(key, reflection->GetEnumValue(fact, field));
      break;
    default:
      break;
  }
}

}  // namespace

absl::Span<const RowKind> AllRowKinds() { return Kinds(); }

absl::Span<const std::string> AllSections() { return Sections(); }

bool HasOwnRows(absl::string_view section) {
  for (const RowKind& kind : Kinds()) {
    if (kind.section == section && kind.scope == v1::ROW_SCOPE_OWN) return true;
  }
  return false;
}

bool IsSection(absl::string_view name, int level) {
  const auto section = SectionLevels().find(std::string(name));
  return section != SectionLevels().end() && section->second <= level;
}

const RowKind* FindRowKind(const v1::Row& row) {
  for (const RowKind& kind : Kinds()) {
    if (kind.field->number() == static_cast<int>(row.fact_case())) return &kind;
  }
  return nullptr;
}

std::string EncodeRow(const v1::Row& row) {
  return SerializeDeterministically(row);
}

absl::StatusOr<v1::Row> DecodeRow(absl::string_view section,
                                  absl::string_view bytes, int level) {
  if (bytes.size() > kMaxRowBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("row of ", bytes.size(), " bytes in section ", section,
                     "; at most ", kMaxRowBytes, " are allowed"));
  }
  v1::Row row;
  if (!row.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::InvalidArgumentError(
        absl::StrCat("row in section ", section,
                     " does not parse, or its text is not UTF-8"));
  }
  const RowKind* kind = FindRowKind(row);
  if (kind == nullptr || kind->section != section) {
    return absl::InvalidArgumentError(
        absl::StrCat("row holds no fact of section ", section));
  }
  if (!FitsLevel(row, level) || EncodeRow(row) != bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("row in section ", section,
                     " is not in canonical form for row level ", level));
  }
  return row;
}

RowId ComputeRowId(absl::string_view section, int level,
                   absl::string_view canonical_bytes) {
  return Sha256()
      .Update(absl::string_view("\0", 1))
      .UpdateSized(section)
      .UpdateUint32(static_cast<uint32_t>(level))
      .Update(canonical_bytes)
      .FinishAs<RowId>();
}

RootId ComputeSectionRoot(absl::Span<const RowId> ids) {
  SectionRootBuilder root;
  root.Add(ids);
  return root.Finish();
}

void SectionRootBuilder::Add(absl::Span<const RowId> ids) {
  static_assert(sizeof(RowId) == RowId::kSize);
  if (ids.empty()) return;
  hash_.Update(
      absl::string_view(ids.front().bytes().data(), ids.size() * RowId::kSize));
}

RootId ComputeSubjectRoot(const std::map<std::string, RootId>& section_roots) {
  Sha256 hash;
  hash.Update("\x02");
  for (const auto& [section, root] : section_roots) {
    hash.UpdateSized(section).Update(root.bytes());
  }
  return hash.FinishAs<RootId>();
}

RootId ComputeEvidenceHash(const v1::Evidence& evidence) {
  return Sha256()
      .Update("\x03")
      .Update(SerializeDeterministically(evidence))
      .FinishAs<RootId>();
}

const google::protobuf::Message* FactOf(const v1::Row& row) {
  const RowKind* kind = FindRowKind(row);
  if (kind == nullptr) return nullptr;
  return &row.GetReflection()->GetMessage(row, kind->field);
}

std::string NaturalKey(const v1::Row& row) {
  const RowKind* kind = FindRowKind(row);
  if (kind == nullptr) return "";
  std::string key = absl::StrCat(kind->field->number());
  const Message* fact = FactOf(row);
  for (const FieldDescriptor* field : kind->natural_key) {
    AppendKeyPart(*fact, field, &key);
  }
  return key;
}

}  // namespace rollcall
