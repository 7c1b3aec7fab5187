#include "collector/reconcile/position_book.h"

#include "collector/reconcile/metrics/registry.h"

namespace rollcall::collector {

void BookedProduct::AddLine(const v1::Entitlement& line) {
  if (product.empty()) {
    publisher = line.publisher();
    product = line.product();
  }
  lines[line.metric()].push_back(&line);
}

std::vector<std::string> BookedProduct::BoughtUnder() const {
  std::vector<std::string> metrics;
  for (const auto& [metric, bought] : lines) metrics.push_back(metric);
  return metrics;
}

std::vector<std::string> BookedProduct::Metrics() const {
  std::vector<std::string> metrics = BoughtUnder();
  if (metrics.empty()) metrics.emplace_back(kDefaultMetric);
  return metrics;
}

PositionInput BookedProduct::InputOf(
    const std::string& metric, const CivilDate& effective_date,
    absl::Span<const DeviceDemand> demands) const {
  PositionInput input{
      .publisher = publisher,
      .product = product,
      .metric = metric,
      .effective_date = effective_date,
      .lines = {},
      .bought_under = BoughtUnder(),
      .demands = {},
      .not_counted = std::string(MetricOrUnknown(metric).not_counted),
      .is_unrecognised = is_unrecognised};
  if (const auto bought = lines.find(metric); bought != lines.end()) {
    input.lines = bought->second;
  }
  input.demands.reserve(demands.size());
  for (const DeviceDemand& demand : demands) input.demands.push_back(&demand);
  return input;
}

Metric MetricOrUnknown(absl::string_view name) {
  const Metric* metric = FindMetric(name);
  if (metric != nullptr) return *metric;
  return {name, "", {}, nullptr, "the metric is unknown to this collector"};
}

PositionBook MakePositionBook(absl::Span<const v1::Entitlement> entitlements,
                              absl::Span<const UsedProduct> used) {
  PositionBook book;
  for (const UsedProduct& one : used) {
    BookedProduct& product = book[ProductKey::Of(one.publisher, one.product)];
    product.publisher = std::string(one.publisher);
    product.product = std::string(one.product);
    product.is_used = true;
  }
  for (const v1::Entitlement& line : entitlements) {
    book[ProductKey::Of(line.publisher(), line.product())].AddLine(line);
  }
  return book;
}

}  // namespace rollcall::collector
