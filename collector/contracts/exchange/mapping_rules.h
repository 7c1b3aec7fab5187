// Mappings: how files of other products are read, as data. Reading and checking
// them. Pure.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "collector/contracts/exchange/import_target.h"
#include "collector/contracts/exchange/mapping_value_parser.h"
#include "rollcall/mappings/v1/mapping.pb.h"

namespace rollcall::collector {

// The name of the collector's own file of entitlements, which is no mapping.
inline constexpr absl::string_view kOwnMapping = "rollcall";

// The name that CycloneDX documents are read by, which are no CSV.
inline constexpr absl::string_view kCycloneDxMapping = "cyclonedx";

// A file of a mapping: protobuf text format of rollcall.mappings.v1.Mapping.
struct MappingFile {
  // For messages, for example "snow-licence.textproto".
  std::string name;
  std::string text;
};

// A file larger than this, in bytes, is refused.
inline constexpr size_t kMaxMappingFileBytes = 1 << 18;

// What a request says of all lines: by the field's name; and, as "date_order"
// and "decimal_mark", how the file is written where that depends on whoever
// wrote it. Ordered, so that equal requests are equal bytes.
using ImportDefaults = std::map<std::string, std::string>;

// A mapping that was checked. Immutable, thread-safe.
class ImportMapping {
 public:
  // A column that a file may have.
  struct Column {
    // As NormalColumnName gives it, and the others.
    std::string name;
    std::vector<std::string> more_names;
    // For people.
    std::string label;
    // What it says is passed over.
    bool ignored = false;
  };
  // A field that is filled.
  struct Field {
    // In data().fields().
    int rule = 0;
    // Among the cells of a record: of the target's fields, then of tags.
    size_t cell = 0;
    FieldType type = FieldType::kText;
    // A line that says nothing of it is bad.
    bool required = false;
    // In columns(), as the rule's sources are.
    std::vector<size_t> columns;
    // What to do where it is missing, for messages; starts with "; ".
    std::string otherwise;
  };
  // A column that says which state lines are in.
  struct State {
    // In data().states().
    int rule = 0;
    // In columns().
    size_t column = 0;
  };

  // INVALID_ARGUMENT, naming the field, if something is missing, doubled or not
  // known.
  static absl::StatusOr<std::unique_ptr<const ImportMapping>> Create(
      mappings::v1::Mapping data);

  const mappings::v1::Mapping& data() const { return data_; }
  const ImportTarget& target() const { return *target_; }
  const std::vector<Column>& columns() const { return columns_; }
  const std::vector<Field>& fields() const { return fields_; }
  const std::vector<State>& states() const { return states_; }
  const std::vector<std::string>& tags() const { return tags_; }

  const mappings::v1::Field& RuleOf(const Field& field) const {
    return data_.fields(field.rule);
  }

  // INVALID_ARGUMENT, naming what may be said, for a default that is none of
  // that or too long.
  absl::Status CheckDefaults(const ImportDefaults& defaults) const;

  // What is not taken as it stands in the file, in words.
  std::vector<std::string> Conversions() const;

 private:
  ImportMapping() = default;
  absl::Status Compile();
  absl::Status AddField(int rule);
  absl::Status AddState(int rule);
  absl::StatusOr<size_t> AddColumn(
      const google::protobuf::RepeatedPtrField<std::string>& labels,
      bool ignored);

  mappings::v1::Mapping data_;
  const ImportTarget* target_ = nullptr;
  std::vector<Column> columns_;
  std::vector<Field> fields_;
  std::vector<State> states_;
  std::vector<std::string> tags_;
};

// Reads mappings and orders them by name. INVALID_ARGUMENT, naming file and
// field (and line where the text does not parse); also where a name is there
// twice.
absl::StatusOr<std::vector<std::unique_ptr<const ImportMapping>>> ReadMappings(
    absl::Span<const MappingFile> files);

// What a conversion is, for messages.
enum class Conversion {
  kNever,
  kUnlimited,
  kDayBefore,
  kEarliest,
  kCurrency,
  kWord,
  kDigest,
  kConstant,
  kFromRequest,
};
std::string ConversionInWords(const ImportMapping& mapping,
                              const ImportMapping::Field& field,
                              Conversion conversion);

}  // namespace rollcall::collector
