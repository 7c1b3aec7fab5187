#include "collector/contracts/exchange/mapping_rules.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/contracts/exchange/line_states.h"
#include "common/status.h"
#include "common/text.h"
#include "common/text_proto.h"

namespace rollcall::collector {
namespace {

using MappingData = mappings::v1::Mapping;

constexpr size_t kMaxMappingNameBytes = 64;
constexpr size_t kMaxDefaultBytes = 200;
constexpr size_t kMaxTagBytes = 64;
constexpr size_t kMaxMappingTags = 20;
constexpr absl::string_view kTagPrefix = "tag:";
constexpr absl::string_view kDateOrderDefault = "date_order";
constexpr absl::string_view kDecimalMarkDefault = "decimal_mark";

bool IsMappingName(absl::string_view name) {
  return !name.empty() && name.size() <= kMaxMappingNameBytes &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_islower(static_cast<unsigned char>(c)) ||
                  absl::ascii_isdigit(static_cast<unsigned char>(c)) ||
                  c == '-';
         });
}

bool IsDay(FieldType type) {
  return type == FieldType::kDay || type == FieldType::kLastDay;
}
bool IsNumber(FieldType type) {
  return type == FieldType::kNumber || type == FieldType::kQuantity ||
         type == FieldType::kPrice;
}

absl::Status CheckWords(
    const google::protobuf::RepeatedPtrField<mappings::v1::Word>& words,
    bool only_listed) {
  if (only_listed && words.empty()) {
    return absl::InvalidArgumentError("only_listed_words needs words");
  }
  std::set<std::string> known;
  for (const mappings::v1::Word& word : words) {
    for (const std::string& from : word.from()) {
      if (!known.insert(absl::AsciiStrToLower(from)).second) {
        return absl::InvalidArgumentError(
            absl::StrCat("the word \"", from, "\" is there twice"));
      }
    }
  }
  return absl::OkStatus();
}

// Whether words of a file are translated.
bool HasWords(const mappings::v1::Field& rule) {
  return !rule.words().empty() ||
         std::any_of(
             rule.sources().begin(), rule.sources().end(),
             [](const auto& source) { return !source.words().empty(); });
}

// What is wrong with how a field is filled, besides its sources.
absl::Status CheckRule(const mappings::v1::Field& rule, FieldType type) {
  if (rule.sources().empty() && rule.constant().empty() &&
      !rule.from_request()) {
    return absl::InvalidArgumentError(
        "nothing fills it: give sources, a constant or from_request");
  }
  if (rule.is_day_after() && !IsDay(type)) {
    return absl::InvalidArgumentError("is_day_after is for days");
  }
  if (rule.may_begin_with_currency() && type != FieldType::kPrice) {
    return absl::InvalidArgumentError("may_begin_with_currency is for prices");
  }
  if (rule.takes_earliest() &&
      (!IsDay(type) || rule.has_joined_by() || HasWords(rule))) {
    return absl::InvalidArgumentError(
        "takes_earliest is for days that are neither joined nor words");
  }
  ROLLCALL_RETURN_IF_ERROR(CheckWords(rule.words(), rule.only_listed_words()));
  for (const mappings::v1::Source& source : rule.sources()) {
    ROLLCALL_RETURN_IF_ERROR(
        CheckWords(source.words(), source.only_listed_words()));
    if (rule.has_joined_by() &&
        !(rule.words().empty() && source.words().empty())) {
      return absl::InvalidArgumentError("what is joined has no words");
    }
    if (!rule.has_joined_by() && !source.before().empty()) {
      return absl::InvalidArgumentError("before is for what is joined");
    }
  }
  return absl::OkStatus();
}

std::string LabelOf(const ImportMapping& mapping,
                    const ImportMapping::Field& field) {
  std::vector<std::string> labels;
  for (const size_t column : field.columns) {
    labels.push_back(mapping.columns()[column].label);
  }
  return labels.empty() ? mapping.RuleOf(field).name()
                        : absl::StrJoin(labels, ", ");
}

std::string Quoted(const google::protobuf::RepeatedPtrField<std::string>& all) {
  return absl::StrCat("\"", absl::StrJoin(all, "\", \""), "\"");
}

}  // namespace

absl::StatusOr<std::unique_ptr<const ImportMapping>> ImportMapping::Create(
    MappingData data) {
  std::unique_ptr<ImportMapping> mapping(new ImportMapping());
  mapping->data_ = std::move(data);
  ROLLCALL_RETURN_IF_ERROR(mapping->Compile());
  return std::unique_ptr<const ImportMapping>(std::move(mapping));
}

absl::Status ImportMapping::Compile() {
  if (!IsMappingName(data_.name())) {
    return absl::InvalidArgumentError(
        "name must be 1 to 64 lower-case letters, digits and \"-\"");
  }
  if (data_.name() == kOwnMapping) {
    return absl::InvalidArgumentError(
        "name: \"rollcall\" is the collector's own");
  }
  if (data_.name() == kCycloneDxMapping) {
    return absl::InvalidArgumentError(
        "name: \"cyclonedx\" is for CycloneDX documents");
  }
  target_ = FindImportTarget(data_.target());
  if (target_ == nullptr) {
    return absl::InvalidArgumentError("target is missing or unknown");
  }
  if (data_.format().empty()) {
    return absl::InvalidArgumentError("format is missing");
  }
  for (int i = 0; i < data_.fields_size(); ++i) {
    ROLLCALL_RETURN_IF_ERROR(Annotate(
        AddField(i), absl::StrCat("field \"", data_.fields(i).name(), "\"")));
  }
  for (const TargetField& field : target_->fields) {
    const bool is_filled = std::any_of(
        data_.fields().begin(), data_.fields().end(),
        [&](const auto& rule) { return rule.name() == field.name; });
    if (field.required && !is_filled) {
      return absl::InvalidArgumentError(
          absl::StrCat("field \"", field.name, "\" is missing: ", target_->word,
                       " need it"));
    }
  }
  for (int i = 0; i < data_.states_size(); ++i) {
    ROLLCALL_RETURN_IF_ERROR(
        Annotate(AddState(i), absl::StrCat("state ", i + 1)));
  }
  for (const std::string& label : data_.ignored_columns()) {
    google::protobuf::RepeatedPtrField<std::string> labels;
    *labels.Add() = label;
    ROLLCALL_RETURN_IF_ERROR(Annotate(
        AddColumn(labels, /*ignored=*/true).status(), "ignored_columns"));
  }
  return absl::OkStatus();
}

absl::Status ImportMapping::AddField(int index) {
  const mappings::v1::Field& rule = data_.fields(index);
  for (int i = 0; i < index; ++i) {
    if (data_.fields(i).name() == rule.name()) {
      return absl::InvalidArgumentError("it is there twice");
    }
  }
  Field field;
  field.rule = index;
  field.required = rule.required();
  const auto known = std::find_if(
      target_->fields.begin(), target_->fields.end(),
      [&](const TargetField& each) { return each.name == rule.name(); });
  if (known != target_->fields.end()) {
    field.cell = static_cast<size_t>(known - target_->fields.begin());
    field.type = known->type;
    field.required |= known->required;
  } else if (absl::StartsWith(rule.name(), kTagPrefix) &&
             rule.name().size() > kTagPrefix.size() &&
             rule.name().size() <= kTagPrefix.size() + kMaxTagBytes &&
             tags_.size() < kMaxMappingTags) {
    field.cell = target_->fields.size() + tags_.size();
    tags_.push_back(rule.name().substr(kTagPrefix.size()));
  } else {
    return absl::InvalidArgumentError(absl::StrCat(
        target_->word,
        " have no such field; tags are \"tag:\" "
        "and 1 to ",
        kMaxTagBytes, " bytes, at most ", kMaxMappingTags, " of them"));
  }
  ROLLCALL_RETURN_IF_ERROR(CheckRule(rule, field.type));
  if (IsDay(field.type) && DateOrderWord(data_.date_order()).empty()) {
    return absl::InvalidArgumentError("date_order is missing");
  }
  if (IsNumber(field.type) && DecimalMarkWord(data_.decimal_mark()).empty()) {
    return absl::InvalidArgumentError("decimal_mark is missing");
  }
  for (const mappings::v1::Source& source : rule.sources()) {
    ROLLCALL_ASSIGN_OR_RETURN(const size_t column,
                              AddColumn(source.columns(), /*ignored=*/false));
    field.columns.push_back(column);
  }
  if (rule.from_request()) {
    field.otherwise = absl::StrCat(
        "; or say it for all lines with the default ", rule.name(), "=...");
  }
  fields_.push_back(std::move(field));
  return absl::OkStatus();
}

absl::Status ImportMapping::AddState(int index) {
  const mappings::v1::State& rule = data_.states(index);
  if (data_.target() == MappingData::TARGET_CONTRACT_TERMS) {
    return absl::InvalidArgumentError(
        absl::StrCat(target_->word, " have no states"));
  }
  ROLLCALL_RETURN_IF_ERROR(CheckState(rule));
  ROLLCALL_ASSIGN_OR_RETURN(const size_t column,
                            AddColumn(rule.columns(), /*ignored=*/false));
  for (const State& other : states_) {
    if (other.column == column) {
      return absl::InvalidArgumentError("another state has the same column");
    }
  }
  states_.push_back({index, column});
  return absl::OkStatus();
}

absl::StatusOr<size_t> ImportMapping::AddColumn(
    const google::protobuf::RepeatedPtrField<std::string>& labels,
    bool ignored) {
  if (labels.empty()) {
    return absl::InvalidArgumentError("a source names no column");
  }
  Column column;
  column.label = labels[0];
  column.ignored = ignored;
  for (const std::string& label : labels) {
    std::string name = NormalColumnName(label);
    if (name.empty() || !IsValidUtf8(name)) {
      return absl::InvalidArgumentError("a column's label is empty");
    }
    (column.name.empty() ? column.name : column.more_names.emplace_back()) =
        std::move(name);
  }
  for (size_t i = 0; i < columns_.size(); ++i) {
    const Column& other = columns_[i];
    if (other.name == column.name && other.more_names == column.more_names &&
        other.ignored == ignored) {
      return i;
    }
    std::set<std::string> names(other.more_names.begin(),
                                other.more_names.end());
    names.insert(other.name);
    if (names.count(column.name) > 0 ||
        std::any_of(
            column.more_names.begin(), column.more_names.end(),
            [&](const std::string& name) { return names.count(name) > 0; })) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the column \"", column.label,
          "\" shares a label with another column, \"", other.label, "\""));
    }
  }
  columns_.push_back(std::move(column));
  return columns_.size() - 1;
}

absl::Status ImportMapping::CheckDefaults(
    const ImportDefaults& defaults) const {
  std::vector<absl::string_view> known = {kDateOrderDefault,
                                          kDecimalMarkDefault};
  for (const Field& field : fields_) {
    if (RuleOf(field).from_request()) known.push_back(RuleOf(field).name());
  }
  for (const auto& [name, value] : defaults) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "defaults: \"", Abbreviate(EscapeForTerminal(name), kMaxDefaultBytes),
          "\" cannot be said for all lines of ", data_.name(), "; what can is ",
          absl::StrJoin(known, "=..., "), "=..."));
    }
    if (value.empty() || value.size() > kMaxDefaultBytes ||
        !IsValidUtf8(value)) {
      return absl::InvalidArgumentError(
          absl::StrCat("defaults: ", name, " must be 1 to ", kMaxDefaultBytes,
                       " bytes of UTF-8"));
    }
    if (name == kDateOrderDefault && !FindDateOrder(value).has_value()) {
      return absl::InvalidArgumentError(
          "defaults: date_order must be YYYY-MM-DD, DD/MM/YYYY or MM/DD/YYYY");
    }
    if (name == kDecimalMarkDefault && !FindDecimalMark(value).has_value()) {
      return absl::InvalidArgumentError(
          "defaults: decimal_mark must be point or comma");
    }
  }
  return absl::OkStatus();
}

std::string ConversionInWords(const ImportMapping& mapping,
                              const ImportMapping::Field& field,
                              Conversion conversion) {
  const mappings::v1::Field& rule = mapping.RuleOf(field);
  const std::string label = LabelOf(mapping, field);
  switch (conversion) {
    case Conversion::kNever:
      return absl::StrCat(label, ": ", Quoted(mapping.data().never_dates()),
                          " is taken for no last day");
    case Conversion::kUnlimited:
      return absl::StrCat(label, ": ", Quoted(mapping.data().unlimited_words()),
                          " is taken for a right without limit");
    case Conversion::kDayBefore:
      return absl::StrCat(label, ": is the day after the last in such files; ",
                          rule.name(), " is the day before it");
    case Conversion::kEarliest:
      return absl::StrCat(label, ": ", rule.name(),
                          " is the earliest day of them");
    case Conversion::kCurrency:
      return absl::StrCat(label,
                          ": the currency before the amount is taken as such");
    case Conversion::kWord:
      return absl::StrCat(label, ": its words are read as those of ",
                          rule.name());
    case Conversion::kDigest:
      return absl::StrCat(label, ": ", rule.name(),
                          " is the beginning of a hash of it");
    case Conversion::kConstant:
      return absl::StrCat(rule.name(), ": is \"", rule.constant(),
                          "\" where the file says nothing of it");
    case Conversion::kFromRequest:
      return absl::StrCat(rule.name(),
                          ": is what the request says, where the "
                          "file says nothing of it");
  }
  return "";
}

std::vector<std::string> ImportMapping::Conversions() const {
  std::vector<std::string> all;
  bool has_days = false;
  bool has_numbers = false;
  for (const Field& field : fields_) {
    const mappings::v1::Field& rule = RuleOf(field);
    const auto add = [&](bool does, Conversion conversion) {
      if (does) all.push_back(ConversionInWords(*this, field, conversion));
    };
    has_days |= IsDay(field.type);
    has_numbers |= IsNumber(field.type);
    add(field.type == FieldType::kLastDay && !data_.never_dates().empty(),
        Conversion::kNever);
    add(field.type == FieldType::kQuantity && !data_.unlimited_words().empty(),
        Conversion::kUnlimited);
    add(rule.is_day_after(), Conversion::kDayBefore);
    add(rule.takes_earliest(), Conversion::kEarliest);
    add(rule.may_begin_with_currency(), Conversion::kCurrency);
    add(HasWords(rule), Conversion::kWord);
    add(rule.digest(), Conversion::kDigest);
    add(!rule.constant().empty(), Conversion::kConstant);
    add(rule.from_request(), Conversion::kFromRequest);
  }
  if (has_numbers) {
    all.insert(all.begin(), absl::StrCat("numbers are read with a decimal ",
                                         DecimalMarkWord(data_.decimal_mark()),
                                         ", unless decimal_mark says "
                                         "otherwise"));
  }
  if (has_days) {
    all.insert(all.begin(), absl::StrCat("dates are read as ",
                                         DateOrderWord(data_.date_order()),
                                         ", unless date_order says otherwise"));
  }
  for (const State& state : states_) {
    all.push_back(StateInWords(data_.states(state.rule)));
  }
  all.insert(all.end(), data_.remarks().begin(), data_.remarks().end());
  return all;
}

absl::StatusOr<std::vector<std::unique_ptr<const ImportMapping>>> ReadMappings(
    absl::Span<const MappingFile> files) {
  std::vector<std::unique_ptr<const ImportMapping>> mappings;
  std::set<std::string> names;
  for (const MappingFile& file : files) {
    const std::string place = absl::StrCat("mapping ", file.name);
    MappingData data;
    const absl::Status parsed =
        ParseTextProto(file.text, kMaxMappingFileBytes, data);
    if (!parsed.ok()) return Annotate(parsed, place);
    auto mapping = ImportMapping::Create(std::move(data));
    if (!mapping.ok()) return Annotate(mapping.status(), place);
    if (!names.insert((*mapping)->data().name()).second) {
      return absl::InvalidArgumentError(
          absl::StrCat(place, ": another file has the name \"",
                       (*mapping)->data().name(), "\" too"));
    }
    mappings.push_back(*std::move(mapping));
  }
  std::sort(mappings.begin(), mappings.end(), [](const auto& a, const auto& b) {
    return a->data().name() < b->data().name();
  });
  return mappings;
}

}  // namespace rollcall::collector
