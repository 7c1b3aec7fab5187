// Lines and what is said of them, for tests of what changes move.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collector/reconcile/line_history.h"
#include "tests/support/proto_matchers.h"

namespace rollcall::collector {

inline CivilDate Day(absl::string_view text) { return *CivilDate::Parse(text); }

// What is said of a line from a day on; "": it was always so.
inline LineSaying Say(absl::string_view from, v1::ObjectChange::Action action,
                      bool is_proposed) {
  LineSaying saying;
  if (!from.empty()) saying.effective = Day(from);
  saying.is_proposed = is_proposed;
  saying.action = action;
  return saying;
}

// That it is of `quantity`, from `start` to `end`; "": for good.
inline LineSaying Set(absl::string_view from, bool is_proposed, int quantity,
                      absl::string_view start, absl::string_view end = "",
                      absl::string_view product = "Redis") {
  LineSaying saying = Say(from, v1::ObjectChange::ACTION_SET, is_proposed);
  v1::Entitlement& line = saying.line;
  line.set_publisher("Acme");
  line.set_product(std::string(product));
  line.set_metric("device");
  line.mutable_quantity()->mutable_value()->set_numerator(quantity);
  line.mutable_quantity()->mutable_value()->set_denominator(1);
  line.set_start_date(std::string(start));
  if (!end.empty()) line.set_end_date(std::string(end));
  saying.product = ProductKey::Of("Acme", product);
  return saying;
}
inline LineSaying WasSet(absl::string_view from, int quantity,
                         absl::string_view start, absl::string_view end = "") {
  return Set(from, false, quantity, start, end);
}
inline LineSaying Proposes(absl::string_view from, int quantity,
                           absl::string_view start,
                           absl::string_view end = "") {
  return Set(from, true, quantity, start, end);
}

inline std::vector<LineHistory> LinesOfSayings(
    std::vector<std::vector<LineSaying>> lines) {
  std::vector<LineHistory> histories;
  for (auto& said : lines) histories.emplace_back(std::move(said));
  return histories;
}

}  // namespace rollcall::collector
