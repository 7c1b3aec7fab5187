// How much of a licence one device takes. Pure.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "collector/contracts/quantity.h"
#include "common/id.h"
#include "rollcall/v1/inventory.pb.h"

namespace rollcall::collector {

// A fact of a device and the row that states it.
struct FactRow {
  std::string section;
  RowId id;
  std::shared_ptr<const v1::Row> row;
};

// What a metric may look at: the rows of the sections that it names, ordered by
// section, then id.
struct DeviceFacts {
  std::vector<FactRow> rows;
};

// What a metric makes of a device. low <= expected <= high. Where a fact is
// missing, low and expected are the least that the facts allow, high is the
// most, and the fact is named; where none is, all three are equal.
struct Measured {
  Quantity low;
  Quantity expected;
  Quantity high;
  // For people, for example "16 physical cores (2 sockets)".
  std::string explanation;
  // One text per fact that would tell; empty where nothing is missing.
  std::vector<std::string> missing_facts;
  // The rows that decided, in the order of the facts.
  std::vector<FactRow> decided_by;
};

// A unit in which licences are bought: a pure function with a name. The same
// facts always give the same result.
struct Metric {
  // As contracts name it, for example "core".
  absl::string_view name;
  // What it counts, for people.
  absl::string_view description;
  // The sections whose fleet rows it looks at, ordered.
  absl::Span<const absl::string_view> sections;
  // Null where the collector cannot count it.
  Measured (*measure)(const DeviceFacts& facts);
  // Why it cannot; empty where it can.
  absl::string_view not_counted = {};
};

}  // namespace rollcall::collector
