#include "collector/contracts/exchange/record_mapper.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/hash.h"
#include "common/text.h"

namespace rollcall::collector {
namespace {

using MappedField = ImportMapping::Field;

constexpr size_t kDigestDigits = 16;
constexpr absl::string_view kCurrencyField = "currency";

// Turns the cells of a record into those of the target.
class RecordMapper {
 public:
  RecordMapper(const MappingReading& reading, const CsvRecord& record,
               ConversionCounts& counts)
      : reading_(reading), record_(record), counts_(counts) {
    const ImportMapping& mapping = reading.mapping;
    cells_.resize(mapping.target().fields.size() + mapping.tags().size());
    for (size_t i = 0; i < mapping.fields().size(); ++i) Fill(i);
    SettleCurrency();
  }

  std::vector<MappedCell> Take() && { return std::move(cells_); }

 private:
  absl::string_view Raw(size_t column) const {
    return StripBlanks(record_.cells[column]);
  }
  void Count(size_t field, Conversion conversion) {
    ++counts_[{field, conversion}];
  }

  void Fill(size_t index) {
    const MappedField& field = reading_.mapping.fields()[index];
    const mappings::v1::Field& rule = reading_.mapping.RuleOf(field);
    MappedCell& cell = cells_[field.cell];
    if (rule.has_joined_by()) {
      Join(field, rule, cell);
    } else if (rule.takes_earliest()) {
      TakeEarliest(index, field, cell);
    } else {
      TakeFirst(index, field, rule, cell);
    }
    if (!cell.error.empty()) return;
    if (!cell.text.empty()) {
      Convert(index, field, rule, cell);
      return;
    }
    if (cell.original.empty()) cell.column = FirstThere(field);
    if (cell.is_never) return;
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
  std::optional<size_t> FirstThere(const MappedField& field) const {
    for (const size_t column : field.columns) {
      if (record_.column_numbers[column] != 0) return column;
    }
    return std::nullopt;
  }

  void Join(const MappedField& field, const mappings::v1::Field& rule,
            MappedCell& cell) {
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

  void TakeFirst(size_t index, const MappedField& field,
                 const mappings::v1::Field& rule, MappedCell& cell) {
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
        cell.is_never = true;
        Count(index, Conversion::kNever);
        return;
      }
      if (!cell.text.empty() || !cell.error.empty()) return;
    }
  }

  // The earliest day of those that are there. One that is unreadable is taken
  // before all, since nobody knows which day it is.
  void TakeEarliest(size_t index, const MappedField& field, MappedCell& cell) {
    std::optional<CivilDate> earliest;
    bool compared = false;
    for (const size_t column : field.columns) {
      const absl::string_view raw = Raw(column);
      if (raw.empty()) continue;
      const bool never = field.type == FieldType::kLastDay && IsNever(raw);
      if (never) Count(index, Conversion::kNever);
      if (never && cell.column.has_value()) continue;
      const auto day = ParseDayIn(reading_.date_order, raw);
      if (!never && earliest.has_value()) {
        compared = true;
        if (day.ok() && *earliest <= *day) continue;
      }
      cell.column = column;
      cell.original = std::string(record_.cells[column]);
      cell.text = never ? "" : std::string(raw);
      cell.is_never = never;
      if (never) continue;
      if (!day.ok()) break;
      earliest = *day;
    }
    if (compared) Count(index, Conversion::kEarliest);
  }

  bool IsNever(absl::string_view raw) const {
    return FindWord(reading_.mapping.data().never_dates(), raw).has_value();
  }

  void Translate(
      size_t index,
      const google::protobuf::RepeatedPtrField<mappings::v1::Word>& words,
      bool only_listed, absl::string_view raw, MappedCell& cell) {
    for (const mappings::v1::Word& word : words) {
      if (!FindWord(word.from(), raw).has_value()) continue;
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

  void Convert(size_t index, const MappedField& field,
               const mappings::v1::Field& rule, MappedCell& cell) {
    switch (field.type) {
      case FieldType::kDay:
      case FieldType::kLastDay:
        ConvertDay(index, rule, cell);
        break;
      case FieldType::kQuantity:
        if (absl::EqualsIgnoreCase(cell.text, "unlimited")) break;
        if (FindWord(reading_.mapping.data().unlimited_words(), cell.text)
                .has_value()) {
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

  void ConvertDay(size_t index, const mappings::v1::Field& rule,
                  MappedCell& cell) {
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

  void ConvertNumber(MappedCell& cell) {
    auto number = WithDecimalPoint(reading_.decimal_mark, cell.text);
    if (number.ok()) {
      cell.text = *std::move(number);
    } else {
      cell.error = std::string(number.status().message());
    }
  }

  void SplitPrice(size_t index, MappedCell& cell) {
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
      MappedCell& cell = cells_[i];
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

  const MappingReading& reading_;
  const CsvRecord& record_;
  ConversionCounts& counts_;
  std::vector<MappedCell> cells_;
  std::optional<Prefix> prefix_;
};

}  // namespace

MappingReading MakeReading(const ImportMapping& mapping,
                           const ImportDefaults& defaults) {
  MappingReading reading{mapping, defaults, mapping.data().date_order(),
                         mapping.data().decimal_mark()};
  if (const auto it = defaults.find("date_order"); it != defaults.end()) {
    reading.date_order = *FindDateOrder(it->second);
  }
  if (const auto it = defaults.find("decimal_mark"); it != defaults.end()) {
    reading.decimal_mark = *FindDecimalMark(it->second);
  }
  return reading;
}

std::vector<MappedCell> MapRecord(const MappingReading& reading,
                                  const CsvRecord& record,
                                  ConversionCounts& counts) {
  return RecordMapper(reading, record, counts).Take();
}

}  // namespace rollcall::collector
