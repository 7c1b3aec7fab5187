#include "collector/contracts/mapped_csv.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/contracts/contract_words.h"
#include "collector/contracts/mapping_value_parser.h"
#include "collector/contracts/object_kind.h"
#include "collector/csv/csv_cell.h"
#include "collector/csv/csv_reader.h"
#include "common/hash.h"

namespace rollcall::collector {
namespace {

using Field = ImportMapping::Field;

constexpr size_t kDigestDigits = 16;
constexpr absl::string_view kCurrencyField = "currency";

// How often each field was converted how: by place in the mapping.
using ConversionCounts = std::map<std::pair<size_t, Conversion>, int>;

// Where values come from, for one import.
struct Reading {
  const ImportMapping& mapping;
  const ImportDefaults& defaults;
  DateOrder date_order;
  DecimalMark decimal_mark;
};

Reading MakeReading(const ImportMapping& mapping,
                    const ImportDefaults& defaults) {
  Reading reading{mapping, defaults, mapping.data().date_order(),
                  mapping.data().decimal_mark()};
  if (const auto it = defaults.find("date_order"); it != defaults.end()) {
    reading.date_order = *FindDateOrder(it->second);
  }
  if (const auto it = defaults.find("decimal_mark"); it != defaults.end()) {
    reading.decimal_mark = *FindDecimalMark(it->second);
  }
  return reading;
}

bool IsOneOf(absl::string_view text,
             const google::protobuf::RepeatedPtrField<std::string>& words) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return absl::EqualsIgnoreCase(word, text);
  });
}

// One field of one record, on its way to the canonical notation.
struct Cell {
  // In the canonical notation.
  std::string text;
  // As it stands in the file.
  std::string original;
  // In the mapping's columns; nothing: it is in none.
  std::optional<size_t> column;
  std::string error;
};

// Turns the cells of a record into those of the target.
class RecordMapper {
 public:
  RecordMapper(const Reading& reading, const CsvRecord& record,
               ConversionCounts& counts)
      : reading_(reading), record_(record), counts_(counts) {
    const ImportMapping& mapping = reading.mapping;
    cells_.resize(mapping.target().fields.size() + mapping.tags().size());
    for (size_t i = 0; i < mapping.fields().size(); ++i) Fill(i);
    SettleCurrency();
  }

  std::vector<Cell>& cells() { return cells_; }

 private:
  absl::string_view Raw(size_t column) const {
    return absl::StripAsciiWhitespace(record_.cells[column]);
  }
  void Count(size_t field, Conversion conversion) {
    ++counts_[{field, conversion}];
  }

  void Fill(size_t index) {
    const Field& field = reading_.mapping.fields()[index];
    const mappings::v1::Field& rule = reading_.mapping.RuleOf(field);
    Cell& cell = cells_[field.cell];
    if (rule.has_joined_by()) {
      Join(field, rule, cell);
    } else {
      TakeFirst(index, field, rule, cell);
    }
    if (!cell.error.empty()) return;
    if (!cell.text.empty()) {
      Convert(index, field, rule, cell);
      return;
    }
    if (cell.original.empty()) cell.column = FirstThere(field);
    // A last day that never comes was said.
    if (never_said_) {
      never_said_ = false;
      return;
    }
    const auto given = reading_.defaults.find(rule.name());
    if (given != reading_.defaults.end()) {
      cell.text = given->second;
      Count(index, Conversion::kFromRequest);
    } else if (!rule.constant().empty()) {
      cell.text = rule.constant();
      Count(index, Conversion::kConstant);
    }
  }

  static bool IsText(FieldType type) {
    return type == FieldType::kText || type == FieldType::kNotes;
  }

  // The column that messages about an empty field name.
  std::optional<size_t> FirstThere(const Field& field) const {
    for (const size_t column : field.columns) {
      if (record_.column_numbers[column] != 0) return column;
    }
    return std::nullopt;
  }

  void Join(const Field& field, const mappings::v1::Field& rule, Cell& cell) {
    std::vector<std::string> parts;
    for (size_t i = 0; i < field.columns.size(); ++i) {
      const absl::string_view raw = Raw(field.columns[i]);
      if (raw.empty()) continue;
      if (!cell.column.has_value()) cell.column = field.columns[i];
      parts.push_back(
          absl::StrCat(rule.sources(static_cast<int>(i)).before(), raw));
    }
    cell.text = absl::StrJoin(parts, rule.joined_by());
    cell.original = cell.text;
  }

  void TakeFirst(size_t index, const Field& field,
                 const mappings::v1::Field& rule, Cell& cell) {
    for (size_t i = 0; i < field.columns.size(); ++i) {
      const size_t column = field.columns[i];
      const absl::string_view raw = Raw(column);
      if (raw.empty()) continue;
      cell.column = column;
      cell.original = std::string(record_.cells[column]);
      const mappings::v1::Source& source = rule.sources(static_cast<int>(i));
      // What a text begins with is for its reader to see.
      cell.text = IsText(field.type) ? cell.original : std::string(raw);
      if (!source.words().empty()) {
        Translate(index, source.words(), source.only_listed_words(), raw, cell);
      } else if (!rule.words().empty()) {
        Translate(index, rule.words(), rule.only_listed_words(), raw, cell);
      }
      if (field.type == FieldType::kLastDay && IsNever(raw)) {
        cell.text.clear();
        never_said_ = true;
        Count(index, Conversion::kNever);
        return;
      }
      if (!cell.text.empty() || !cell.error.empty()) return;
    }
  }

  bool IsNever(absl::string_view raw) const {
    return IsOneOf(raw, reading_.mapping.data().never_dates());
  }

  void Translate(
      size_t index,
      const google::protobuf::RepeatedPtrField<mappings::v1::Word>& words,
      bool only_listed, absl::string_view raw, Cell& cell) {
    for (const mappings::v1::Word& word : words) {
      if (!IsOneOf(raw, word.from())) continue;
      cell.text = word.to();
      if (!absl::EqualsIgnoreCase(raw, word.to())) {
        Count(index, Conversion::kWord);
      }
      return;
    }
    if (!only_listed) return;
    std::vector<std::string> known;
    for (const mappings::v1::Word& word : words) {
      known.insert(known.end(), word.from().begin(), word.from().end());
    }
    cell.error = absl::StrCat("the word is unknown; the words are ",
                              absl::StrJoin(known, ", "));
  }

  void Convert(size_t index, const Field& field,
               const mappings::v1::Field& rule, Cell& cell) {
    switch (field.type) {
      case FieldType::kDay:
      case FieldType::kLastDay:
        ConvertDay(index, rule, cell);
        break;
      case FieldType::kQuantity:
        if (absl::EqualsIgnoreCase(cell.text, "unlimited")) break;
        if (IsOneOf(cell.text, reading_.mapping.data().unlimited_words())) {
          cell.text = "unlimited";
          Count(index, Conversion::kUnlimited);
          break;
        }
        ConvertNumber(cell);
        break;
      case FieldType::kPrice:
        if (rule.may_begin_with_currency()) SplitPrice(index, cell);
        if (cell.error.empty()) ConvertNumber(cell);
        break;
      case FieldType::kNumber:
        ConvertNumber(cell);
        break;
      case FieldType::kText:
      case FieldType::kNotes:
      case FieldType::kWord:
        break;
    }
    if (rule.digest() && !cell.text.empty()) {
      cell.text = Sha256Hex(cell.text).substr(0, kDigestDigits);
      // No message shows what it is of.
      cell.original = cell.text;
      Count(index, Conversion::kDigest);
    }
  }

  void ConvertDay(size_t index, const mappings::v1::Field& rule, Cell& cell) {
    const auto day = ParseDayIn(reading_.date_order, cell.text);
    if (!day.ok()) {
      cell.error = std::string(day.status().message());
      return;
    }
    std::optional<CivilDate> last = *day;
    if (rule.is_day_after()) {
      last = day->Plus(-1);
      Count(index, Conversion::kDayBefore);
    }
    if (!last.has_value()) {
      cell.error = "no day is before it";
      return;
    }
    cell.text = last->ToString();
  }

  void ConvertNumber(Cell& cell) {
    auto number = WithDecimalPoint(reading_.decimal_mark, cell.text);
    if (number.ok()) {
      cell.text = *std::move(number);
    } else {
      cell.error = std::string(number.status().message());
    }
  }

  void SplitPrice(size_t index, Cell& cell) {
    PrefixedAmount amount = SplitCurrency(cell.text);
    if (amount.currency.empty()) return;
    Count(index, Conversion::kCurrency);
    if (!prefix_.has_value()) {
      prefix_ = {std::move(amount.currency), cell.column, cell.original};
    } else if (!absl::EqualsIgnoreCase(prefix_->text, amount.currency)) {
      cell.error = absl::StrCat("another price of the line is in ",
                                prefix_->text, "; a line has one currency");
    }
    if (amount.amount.empty()) cell.error = "the amount is missing";
    cell.text = std::move(amount.amount);
  }

  // The currency before a price is the line's, unless that says another one.
  void SettleCurrency() {
    if (!prefix_.has_value()) return;
    const auto fields = reading_.mapping.target().fields;
    for (size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].name != kCurrencyField) continue;
      Cell& cell = cells_[i];
      if (cell.text.empty() || !cell.column.has_value()) {
        cell.text = prefix_->text;
        cell.original = prefix_->original;
        cell.column = prefix_->column;
      } else if (!absl::EqualsIgnoreCase(cell.text, prefix_->text)) {
        cell.error = absl::StrCat("a price of the line is in ", prefix_->text,
                                  "; a line has one currency");
      }
    }
  }

  struct Prefix {
    std::string text;
    std::optional<size_t> column;
    std::string original;
  };

  const Reading& reading_;
  const CsvRecord& record_;
  ConversionCounts& counts_;
  std::vector<Cell> cells_;
  std::optional<Prefix> prefix_;
  bool never_said_ = false;
};

// Where the cells of a target stand in the file, for errors.
class Places {
 public:
  explicit Places(const ImportMapping& mapping) : mapping_(mapping) {
    for (const TargetField& field : mapping.target().fields) {
      columns_.push_back({field.name});
    }
    for (const std::string& tag : mapping.tags()) columns_.push_back({tag});
    for (const Field& field : mapping.fields()) {
      columns_[field.cell].otherwise = field.otherwise;
    }
    numbers_.resize(columns_.size());
  }

  // The record that a target reads. Valid until the next call, and as long as
  // `cells` and `record` are.
  CsvRecord Of(const CsvRecord& record, const std::vector<Cell>& cells) {
    CsvRecord made;
    made.line = record.line;
    made.raw = record.raw;
    for (size_t i = 0; i < cells.size(); ++i) {
      const Cell& cell = cells[i];
      const bool is_there = cell.column.has_value();
      columns_[i].label =
          is_there ? absl::string_view(mapping_.columns()[*cell.column].label)
                   : absl::string_view();
      numbers_[i] = is_there ? record.column_numbers[*cell.column] : 0;
      made.cells.push_back(cell.error.empty() ? absl::string_view(cell.text)
                                              : absl::string_view());
      made.originals.emplace_back(cell.original);
    }
    made.columns = columns_;
    made.column_numbers = numbers_;
    return made;
  }

  v1::ImportError ErrorAt(const CsvRecord& made, size_t cell,
                          absl::string_view reason) const {
    v1::ImportError error;
    error.set_line(made.line);
    error.set_column(std::string(columns_[cell].Label()));
    error.set_column_number(numbers_[cell]);
    error.set_value(ImportErrorValue(made.originals[cell]));
    error.set_reason(std::string(reason));
    return error;
  }

 private:
  const ImportMapping& mapping_;
  std::vector<CsvColumn> columns_;
  std::vector<int> numbers_;
};

// A line and its text, until all lines are known.
struct MappedLine {
  ReadLine read;
  int line = 0;
  absl::string_view raw;
  // It says what an earlier one says.
  bool repeated = false;
};

// Reads one file.
class MappedReader {
 public:
  MappedReader(const Reading& reading, absl::Span<const std::string> metrics)
      : reading_(reading), places_(reading.mapping) {
    context_.metrics = metrics;
    context_.source = reading.mapping.data().name();
    context_.tags = reading.mapping.tags();
  }

  void Take(const CsvRecord& record) {
    MappedLine& line = lines_.emplace_back();
    line.line = record.line;
    line.raw = record.raw;
    if (!record.errors.empty()) {
      line.read.errors = record.errors;
      return;
    }
    RecordMapper mapper(reading_, record, counts_);
    const CsvRecord made = places_.Of(record, mapper.cells());
    line.read = reading_.mapping.target().read(made, context_);
    AddMappingErrors(mapper.cells(), made, line.read.errors);
    KeepFirstErrors(line.read.errors);
    if (line.read.errors.empty()) CheckWhole(made, line.read);
  }

  ImportedFile Finish(CsvOutcome outcome) {
    ImportedFile file;
    file.file_errors = std::move(outcome.file_errors);
    if (!file.file_errors.empty()) return file;
    file.line_count = outcome.record_count;
    MarkRepeated();
    for (MappedLine& line : lines_) {
      if (line.repeated) {
        ++repeated_;
      } else if (line.read.errors.empty()) {
        file.good.push_back(std::move(line.read.object));
        file.good_text.push_back(line.raw);
        file.good_line.push_back(line.line);
      } else {
        KeepFirstErrors(line.read.errors);
        file.bad.push_back({line.line, QuarantineContent(line.raw),
                            std::move(line.read.errors)});
      }
    }
    ListConversions(file);
    return file;
  }

 private:
  // What the mapping found comes instead of what the target says of the cells
  // that it got empty for that.
  void AddMappingErrors(const std::vector<Cell>& cells, const CsvRecord& made,
                        std::vector<v1::ImportError>& errors) {
    for (const Field& field : reading_.mapping.fields()) {
      const Cell& cell = cells[field.cell];
      const bool is_missing = field.required && cell.text.empty();
      if (cell.error.empty() && !is_missing) continue;
      const v1::ImportError error = places_.ErrorAt(
          made, field.cell,
          cell.error.empty()
              ? absl::StrCat(made.columns[field.cell].Label(),
                             " is empty; it is required", field.otherwise)
              : cell.error);
      errors.erase(std::remove_if(errors.begin(), errors.end(),
                                  [&](const v1::ImportError& other) {
                                    return other.column() == error.column() &&
                                           other.column_number() ==
                                               error.column_number();
                                  }),
                   errors.end());
      errors.push_back(error);
    }
    std::stable_sort(errors.begin(), errors.end(),
                     [](const auto& a, const auto& b) {
                       return a.column_number() < b.column_number();
                     });
  }

  // What no single cell shows.
  void CheckWhole(const CsvRecord& made, ReadLine& read) {
    if (reading_.mapping.data().target() ==
        mappings::v1::Mapping::TARGET_CONTRACT_TERMS) {
      return;  // it is no object yet
    }
    const absl::Status checked =
        FindObjectKind(read.object.object_case())->Check(read.object);
    if (checked.ok()) return;
    v1::ImportError error;
    error.set_line(made.line);
    error.set_value(ImportErrorValue(made.raw));
    error.set_reason(std::string(checked.message()));
    read.errors.push_back(std::move(error));
  }

  // A line that is bad for another reason counts: which of the two holds is
  // unknown.
  void MarkRepeated() {
    absl::flat_hash_map<std::string, size_t> first;
    for (size_t i = 0; i < lines_.size(); ++i) {
      MappedLine& later = lines_[i];
      bool collided = false;
      for (const std::string& key : later.read.keys) {
        const auto [at, is_new] = first.try_emplace(key, i);
        if (is_new || at->second == i || collided) continue;
        Collide(lines_[at->second], later);
        collided = true;
      }
    }
  }

  void Collide(MappedLine& earlier, MappedLine& later) {
    if (reading_.mapping.data().takes_equal_lines_once() &&
        earlier.read.errors.empty() && later.read.errors.empty() &&
        SayTheSame(earlier.read.object, later.read.object)) {
      later.repeated = true;
      return;
    }
    const std::string name = NameInWords(later.read.object);
    if (earlier.read.errors.empty()) {
      earlier.read.errors.push_back(DuplicateOf(earlier, later, name));
    }
    later.read.errors.push_back(DuplicateOf(later, earlier, name));
  }

  static v1::ImportError DuplicateOf(const MappedLine& line,
                                     const MappedLine& other,
                                     const std::string& name) {
    v1::ImportError error;
    error.set_line(line.line);
    error.set_value(ImportErrorValue(name));
    error.set_reason(absl::StrCat("line ", other.line,
                                  " is of the same; each may stand in the "
                                  "file once"));
    return error;
  }

  void ListConversions(ImportedFile& file) const {
    const auto add = [&](std::string text, int lines) {
      v1::ImportConversion& conversion = file.conversions.emplace_back();
      conversion.set_text(std::move(text));
      conversion.set_line_count(lines);
    };
    for (const auto& [key, lines] : counts_) {
      add(ConversionInWords(reading_.mapping,
                            reading_.mapping.fields()[key.first], key.second),
          lines);
    }
    if (repeated_ > 0) {
      add("lines that say the same as another are taken once", repeated_);
    }
  }

  const Reading& reading_;
  LineContext context_;
  Places places_;
  ConversionCounts counts_;
  std::vector<MappedLine> lines_;
  int repeated_ = 0;
};

// The columns of a file, as one import needs them.
std::vector<CsvColumn> ColumnsOf(const Reading& reading) {
  const ImportMapping& mapping = reading.mapping;
  std::vector<CsvColumn> columns;
  for (const ImportMapping::Column& column : mapping.columns()) {
    CsvColumn& added = columns.emplace_back();
    added.name = column.name;
    added.more_names = column.more_names;
    added.label = column.label;
  }
  for (const Field& field : mapping.fields()) {
    const mappings::v1::Field& rule = mapping.RuleOf(field);
    if (!field.required || field.columns.size() != 1 ||
        !rule.constant().empty() || reading.defaults.count(rule.name()) > 0) {
      continue;
    }
    columns[field.columns[0]].required = true;
    columns[field.columns[0]].otherwise = field.otherwise;
  }
  return columns;
}

}  // namespace

ImportedFile ReadMappedCsv(absl::string_view content,
                           const ImportMapping& mapping,
                           const ImportDefaults& defaults,
                           absl::Span<const std::string> metrics) {
  const Reading reading = MakeReading(mapping, defaults);
  MappedReader reader(reading, metrics);
  const std::vector<CsvColumn> columns = ColumnsOf(reading);
  // Where each column stands in the file; 0: nowhere.
  std::vector<int> numbers(columns.size(), 0);
  CsvOptions options;
  options.takes_other_columns = mapping.data().takes_other_columns();
  CsvOutcome outcome = ReadCsv(
      content, columns,
      [&](const CsvRecord& record) {
        numbers.assign(record.column_numbers.begin(),
                       record.column_numbers.end());
        reader.Take(record);
      },
      options);
  std::vector<std::string> ignored;
  for (size_t i = 0; i < columns.size(); ++i) {
    if (numbers[i] != 0 && mapping.columns()[i].ignored) {
      ignored.push_back(mapping.columns()[i].label);
    }
  }
  ignored.insert(ignored.end(), outcome.other_columns.begin(),
                 outcome.other_columns.end());
  ImportedFile file = reader.Finish(std::move(outcome));
  file.ignored_columns = std::move(ignored);
  for (const Field& field : mapping.fields()) {
    const mappings::v1::Field& rule = mapping.RuleOf(field);
    for (const size_t column : field.columns) {
      if (numbers[column] == 0) continue;
      file.places.emplace(
          rule.name(),
          FieldPlace{mapping.columns()[column].label, numbers[column]});
    }
    const bool states =
        !rule.constant().empty() || defaults.count(rule.name()) > 0 ||
        std::any_of(field.columns.begin(), field.columns.end(),
                    [&](size_t column) { return numbers[column] != 0; });
    if (states) file.stated_fields.push_back(rule.name());
  }
  return file;
}

}  // namespace rollcall::collector
