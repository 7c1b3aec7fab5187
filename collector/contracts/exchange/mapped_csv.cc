#include "collector/contracts/exchange/mapped_csv.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "collector/contracts/contract_words.h"
#include "collector/contracts/exchange/line_states.h"
#include "collector/contracts/exchange/record_mapper.h"
#include "collector/contracts/object_kind.h"
#include "collector/csv/csv_reader.h"

namespace rollcall::collector {
namespace {

using Field = ImportMapping::Field;

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
  CsvRecord Of(const CsvRecord& record, const std::vector<MappedCell>& cells) {
    CsvRecord made;
    made.line = record.line;
    made.raw = record.raw;
    for (size_t i = 0; i < cells.size(); ++i) {
      const MappedCell& cell = cells[i];
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
  // One of its errors is that another line is of the same.
  bool collided = false;
  // Set: it is not in force.
  std::optional<LeftOutLine> left_out;
};

// Reads one file.
class MappedReader {
 public:
  MappedReader(const MappingReading& reading,
               absl::Span<const std::string> metrics)
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
    const ImportMapping& mapping = reading_.mapping;
    const LineStanding standing = StandingOf(mapping, record);
    const bool is_out = standing.verdict == LineStanding::Verdict::kOutOfForce;
    // Of a line that is left out nothing is converted.
    ConversionCounts not_counted;
    const std::vector<MappedCell> cells =
        MapRecord(reading_, record, is_out ? not_counted : counts_);
    const CsvRecord made = places_.Of(record, cells);
    line.read = mapping.target().read(made, context_);
    if (is_out) {
      line.left_out = MakeLeftOut(mapping, standing, record, line.read);
      return;
    }
    AddMappingErrors(cells, made, line.read.errors);
    if (standing.verdict == LineStanding::Verdict::kUnknown) {
      line.read.errors.push_back(UnknownStateError(mapping, standing, record));
    } else if (standing.verdict == LineStanding::Verdict::kNotStated) {
      ++not_stated_;
    }
    SortErrors(line.read.errors);
    KeepFirstErrors(line.read.errors);
    if (line.read.errors.empty()) CheckWhole(made, line.read);
    line.read.never_ends = SaysItNeverEnds(cells);
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
      } else if (line.left_out.has_value()) {
        file.left_out.push_back(*std::move(line.left_out));
      } else {
        file.Add(std::move(line.read), line.line, line.raw);
      }
    }
    ListConversions(file);
    return file;
  }

 private:
  // What the mapping found comes instead of what the target says of the cells
  // that it got empty for that.
  void AddMappingErrors(const std::vector<MappedCell>& cells,
                        const CsvRecord& made,
                        std::vector<v1::ImportError>& errors) {
    for (const Field& field : reading_.mapping.fields()) {
      const MappedCell& cell = cells[field.cell];
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
  }

  static void SortErrors(std::vector<v1::ImportError>& errors) {
    std::stable_sort(errors.begin(), errors.end(),
                     [](const auto& a, const auto& b) {
                       return a.column_number() < b.column_number();
                     });
  }

  bool SaysItNeverEnds(const std::vector<MappedCell>& cells) const {
    const auto fields = reading_.mapping.target().fields;
    for (size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].name == "end_date") return cells[i].is_never;
    }
    return false;
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
      for (const std::string& key : later.read.keys) {
        const auto [at, is_new] = first.try_emplace(key, i);
        // All that it has in common with what it repeats is the same.
        if (is_new || at->second == i || later.repeated) continue;
        Collide(lines_[at->second], later);
      }
    }
  }

  void Collide(MappedLine& earlier, MappedLine& later) {
    if (earlier.left_out.has_value() || later.left_out.has_value()) {
      CollideLeftOut(earlier, later);
      return;
    }
    if (reading_.mapping.data().takes_equal_lines_once() &&
        earlier.read.errors.empty() && later.read.errors.empty() &&
        SayTheSame(earlier.read.object, later.read.object)) {
      later.repeated = true;
      return;
    }
    const std::string name = NameInWords(later.read.object);
    if (earlier.read.errors.empty()) {
      AddCollision(DuplicateOf(earlier, later, name), earlier);
    }
    AddCollision(DuplicateOf(later, earlier, name), later);
  }

  // One error tells it, with however many lines it collides.
  static void AddCollision(v1::ImportError error, MappedLine& line) {
    if (line.collided) return;
    line.collided = true;
    line.read.errors.push_back(std::move(error));
  }

  // That a line is left out does not make another one right that is of the
  // same: the file says two things of it.
  void CollideLeftOut(MappedLine& earlier, MappedLine& later) const {
    if (earlier.left_out.has_value() && later.left_out.has_value()) return;
    const MappedLine& out = earlier.left_out.has_value() ? earlier : later;
    MappedLine& other = earlier.left_out.has_value() ? later : earlier;
    v1::ImportError error =
        DuplicateOf(other, out, NameInWords(other.read.object));
    error.set_reason(absl::StrCat(
        "line ", out.line, " is of the same, and is left out since its ",
        out.left_out->reason, "; which of them holds is unknown"));
    AddCollision(std::move(error), other);
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
    if (not_stated_ > 0 && !reading_.mapping.states().empty()) {
      add(NotStatedRemark(reading_.mapping), not_stated_);
    }
    if (repeated_ > 0) {
      add("lines that say the same as another are taken once", repeated_);
    }
  }

  const MappingReading& reading_;
  LineContext context_;
  Places places_;
  ConversionCounts counts_;
  std::vector<MappedLine> lines_;
  int repeated_ = 0;
  int not_stated_ = 0;
};

// The columns of a file, as one import needs them.
std::vector<CsvColumn> ColumnsOf(const MappingReading& reading) {
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
  const MappingReading reading = MakeReading(mapping, defaults);
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
