#include "tests/bench/sync/figures.h"

#include <algorithm>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace rollcall::bench {
namespace {

std::string Number(std::optional<double> value) {
  return value.has_value() ? absl::StrFormat("%.6g", *value) : "null";
}

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  if (values.size() % 2 == 1) return values[middle];
  return (values[middle - 1] + values[middle]) / 2;
}

std::string Spread(const std::vector<double>& values) {
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  return absl::StrFormat("%.4g (%.4g to %.4g)", Median(values), *least, *most);
}

void PrintJson(absl::string_view name, double value, absl::string_view unit,
               std::optional<double> baseline, std::optional<double> ratio,
               std::optional<Line> line, bool by_value) {
  std::string holds = "null";
  std::optional<double> limit;
  if (line.has_value()) {
    limit = line->value;
    const double judged = by_value ? value : ratio.value_or(value);
    const bool within = line->side == Line::Side::kAtLeast ? judged >= *limit
                                                           : judged <= *limit;
    holds = within ? "true" : "false";
  }
  std::printf(
      "{\"figure\": \"%s\", \"value\": %s, \"unit\": \"%s\", \"baseline\": %s, "
      "\"ratio\": %s, \"line\": %s, \"holds\": %s}\n",
      std::string(name).c_str(), Number(value).c_str(),
      std::string(unit).c_str(), Number(baseline).c_str(),
      Number(ratio).c_str(), Number(limit).c_str(), holds.c_str());
  std::fflush(stdout);
}

}  // namespace

void PrintFigure(absl::string_view name, double value, absl::string_view unit,
                 std::optional<Line> line) {
  PrintJson(name, value, unit, std::nullopt, std::nullopt, line,
            /*by_value=*/true);
}

double Pairs::value() const { return Median(values_); }

double Pairs::ratio() const { return Median(Ratios()); }

std::vector<double> Pairs::Ratios() const {
  std::vector<double> ratios;
  for (size_t i = 0; i < values_.size(); ++i) {
    ratios.push_back(baselines_[i] == 0 ? 0 : values_[i] / baselines_[i]);
  }
  return ratios;
}

void Pairs::Print(absl::string_view name, absl::string_view unit,
                  std::optional<Line> line, bool by_value) const {
  if (values_.empty()) return;
  const std::vector<double> ratios = Ratios();
  const std::string text = absl::StrCat(
      name, ": ", Spread(values_), " ", unit, " beside ", Spread(baselines_),
      "; ratio ", Spread(ratios), "; ", values_.size(), " pairs");
  std::printf("%s\n", text.c_str());
  PrintJson(name, Median(values_), unit, Median(baselines_), Median(ratios),
            line, by_value);
}

double Percentile(std::vector<double> values, int percent) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const size_t rank = (values.size() * static_cast<size_t>(percent) + 99) / 100;
  return values[std::max<size_t>(rank, 1) - 1];
}

}  // namespace rollcall::bench
