// From a record with a mapping's columns to the cells of its target. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collector/contracts/exchange/mapping_rules.h"
#include "collector/contracts/exchange/mapping_value_parser.h"
#include "collector/csv/csv_reader.h"

namespace rollcall::collector {

// How often each field was converted how: by place in the mapping.
using ConversionCounts = std::map<std::pair<size_t, Conversion>, int>;

// Where values come from, for one import.
struct MappingReading {
  const ImportMapping& mapping;
  const ImportDefaults& defaults;
  DateOrder date_order;
  DecimalMark decimal_mark;
};

MappingReading MakeReading(const ImportMapping& mapping,
                           const ImportDefaults& defaults);

// One field of one record.
struct MappedCell {
  // In the canonical notation.
  std::string text;
  // As it stands in the file.
  std::string original;
  // In the mapping's columns; nothing: it is in none.
  std::optional<size_t> column;
  std::string error;
  // A last day that never comes was said.
  bool is_never = false;
};

// The cells of a record in the order of the target's fields, then of tags;
// counts what was converted. REQUIRES: the record has no errors.
std::vector<MappedCell> MapRecord(const MappingReading& reading,
                                  const CsvRecord& record,
                                  ConversionCounts& counts);

}  // namespace rollcall::collector
