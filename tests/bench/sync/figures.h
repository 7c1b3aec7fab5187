// Figures as tests/checks/bench.sh wants them: a line of JSON each.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace rollcall::bench {

// What a figure may not pass: its ratio where there is a baseline, else its
// value.
struct Line {
  enum class Side { kAtLeast, kAtMost };
  Side side;
  double value;
};
inline Line AtLeast(double value) { return {Line::Side::kAtLeast, value}; }
inline Line AtMost(double value) { return {Line::Side::kAtMost, value}; }

// Prints a figure that was measured once.
void PrintFigure(absl::string_view name, double value, absl::string_view unit,
                 std::optional<Line> line = std::nullopt);

// One figure measured again and again, in turns with its baseline, so that what
// else the machine does meets both alike. Not thread-safe.
class Pairs {
 public:
  void Add(double value, double baseline) {
    values_.push_back(value);
    baselines_.push_back(baseline);
  }
  // Prints the medians and, for people, the spread. The ratio is the median of
  // the pairs' ratios. `by_value`: the line is for the value, not the ratio.
  void Print(absl::string_view name, absl::string_view unit,
             std::optional<Line> line, bool by_value = false) const;
  // The median of the values; 0 of none.
  double value() const;
  // The median of the pairs' ratios; 0 of none.
  double ratio() const;

 private:
  std::vector<double> Ratios() const;

  std::vector<double> values_;
  std::vector<double> baselines_;
};

// The smallest of `values` that `percent` of them do not exceed. 0 if there are
// none.
double Percentile(std::vector<double> values, int percent);

}  // namespace rollcall::bench
