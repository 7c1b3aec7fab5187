#include "collector/reconcile/position_book.h"

#include "collector/reconcile/metrics/registry.h"

namespace rollcall::collector {

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
    BookedProduct& product =
        book[ProductKey::Of(line.publisher(), line.product())];
    if (product.product.empty()) {
      product.publisher = line.publisher();
      product.product = line.product();
    }
    product.lines[line.metric()].push_back(&line);
  }
  return book;
}

}  // namespace rollcall::collector
