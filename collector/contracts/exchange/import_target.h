// What imports can be of: for each kind of line, its fields and how an object
// is made of them. Pure.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "collector/csv/csv_reader.h"
#include "collector/csv/import_file.h"
#include "rollcall/mappings/v1/mapping.pb.h"
#include "rollcall/v1/contract.pb.h"
#include "rollcall/v1/contract_service.pb.h"

namespace rollcall::collector {

// How a field's text is written in the canonical notation, which the
// collector's own files have.
enum class FieldType {
  // On one line.
  kText,
  // On several.
  kNotes,
  // One of a list.
  kWord,
  // "2026-01-31".
  kDay,
  // The same; empty: it does not end.
  kLastDay,
  // "12.5".
  kNumber,
  // The same, or "unlimited".
  kQuantity,
  // "12.5", of the currency in the field "currency".
  kPrice,
};

// A field of a target.
struct TargetField {
  absl::string_view name;
  FieldType type = FieldType::kText;
  // A line without it is bad.
  bool required = false;
};

// What lines are read with, besides their cells.
struct LineContext {
  // Names of the metrics that a line may be bought under.
  absl::Span<const std::string> metrics;
  // The mapping's name.
  absl::string_view source;
  // Names of tags, whose cells come after those of the fields.
  absl::Span<const std::string> tags;
};

// Names of the fields that lines say something of: one list for all of a file
// that say something of the same, of which there may be 200,000.
using StatedFields = std::shared_ptr<const std::vector<std::string>>;

// What was made of a line.
struct ReadLine {
  v1::ContractObject object;
  // What no other line of the file may have; empty: that could not be read.
  std::vector<std::string> keys;
  // In any order; none: the object is sound.
  std::vector<v1::ImportError> errors;
  // The line says that it has no last day, which is more than saying none.
  bool never_ends = false;
  // What it says something of, where that is not the same of all lines of a
  // file; else null.
  StatedFields stated_fields = nullptr;
};

// One kind of line.
struct ImportTarget {
  mappings::v1::Mapping::Target number;
  // For people, for example "entitlement lines".
  absl::string_view word;
  absl::Span<const TargetField> fields;
  // Reads a record whose cells are those of `fields`, then of tags. REQUIRES:
  // the record has no errors.
  ReadLine (*read)(const CsvRecord& record, const LineContext& context);
};

// Null: there is no such target.
const ImportTarget* FindImportTarget(mappings::v1::Mapping::Target number);

// A line that is not in force, as its file says.
struct LeftOutLine {
  int line = 0;
  // What it is of, with its name alone (and what the source calls it); empty:
  // that could not be read.
  v1::ContractObject object;
  // Why, for example "Status is Cancelled".
  std::string reason;
  // Where that stands: a label and, from 1, a column's number.
  std::string column;
  int column_number = 0;
};

// A column of a file.
struct FieldPlace {
  std::string label;
  // From 1.
  int number = 0;
};

// A file that was read.
struct ImportedFile {
  // Lines of data, good, bad, left out and repeated.
  int line_count = 0;
  // In order of line. Of terms: contracts with the number, the paragraph in
  // notes, and in title the part of it that says which paragraph it replaces.
  std::vector<v1::ContractObject> good;
  // The text of each of them in the file, and its line; the texts are as long
  // as the file's bytes are.
  std::vector<absl::string_view> good_text;
  std::vector<int> good_line;
  // In order of line.
  std::vector<BadLine> bad;
  // What bad lines are of, where that could be read, and a line of each: keys
  // as ReadLine has them.
  absl::flat_hash_map<std::string, int> bad_keys;
  // In order of line; neither good nor bad.
  std::vector<LeftOutLine> left_out;
  // Good lines that say that they have no last day.
  absl::flat_hash_set<int> never_ending;
  // Why the file as a whole cannot be used; then there are no lines.
  std::vector<v1::ImportError> file_errors;
  // Columns that were passed over, in order.
  std::vector<std::string> ignored_columns;
  // What was not taken as it stands there.
  std::vector<v1::ImportConversion> conversions;
  // Names of the target's fields that the file says something of.
  std::vector<std::string> stated_fields;
  // Those that a good line says something of, by its line, where lines differ
  // in that: then `stated_fields` is empty. None is null.
  absl::flat_hash_map<int, StatedFields> stated_by_line;
  // Where fields stand, by the fields' names; those that are not here are
  // called by the field's name.
  std::map<std::string, FieldPlace> places;

  // What the good line with that index says something of.
  absl::Span<const std::string> StatedBy(size_t index) const;

  // Adds a line, good or bad, after all that came before it in the file.
  void Add(ReadLine read, int line, absl::string_view text);
};

}  // namespace rollcall::collector
