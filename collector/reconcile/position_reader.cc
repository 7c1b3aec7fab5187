#include "collector/reconcile/position_reader.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/contracts/contract_queries.h"
#include "collector/inventory/deletions.h"
#include "collector/reconcile/metrics/registry.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// A line may have come with a store that knew more metrics.
Metric MetricOrUnknown(absl::string_view name) {
  const Metric* metric = FindMetric(name);
  if (metric != nullptr) return *metric;
  return {name, "", {}, nullptr, "the metric is unknown to this collector"};
}

}  // namespace

absl::Status PositionReader::Load(const CivilDate& effective_date) {
  ROLLCALL_RETURN_IF_ERROR(
      CheckNothingDeletedSince(fleet_.reader(), fleet_.as_of()));
  ROLLCALL_ASSIGN_OR_RETURN(
      auto entitlements,
      AllEntitlements(fleet_.reader(), {effective_date, fleet_.as_of()}));
  ROLLCALL_RETURN_IF_ERROR(use_.Load());
  UseEntitlements(std::move(entitlements));
  return absl::OkStatus();
}

void PositionReader::UseEntitlements(
    std::vector<v1::Entitlement> entitlements) {
  entitlements_ = std::move(entitlements);
  std::vector<UsedProduct> used;
  used.reserve(use_.products().size());
  for (const auto& [key, use] : use_.products()) {
    used.push_back({use.publisher, use.product});
  }
  book_ = MakePositionBook(entitlements_, used);
}

const ProductUse* PositionReader::UseOf(const ProductKey& key) const {
  const auto it = use_.products().find(key);
  return it == use_.products().end() ? nullptr : &it->second;
}

absl::StatusOr<ReadPosition> PositionReader::Read(
    const ProductKey& key, const std::string& metric_name,
    const CivilDate& effective_date) {
  const BookedProduct& product = book_.at(key);
  const Metric metric = MetricOrUnknown(metric_name);
  ReadPosition read;
  read.is_counted = metric.not_counted.empty();
  if (const ProductUse* use = UseOf(key); use != nullptr) {
    ROLLCALL_ASSIGN_OR_RETURN(read.demands, use_.Demands(*use, metric));
  }
  PositionInput input{.publisher = product.publisher,
                      .product = product.product,
                      .metric = metric_name,
                      .effective_date = effective_date,
                      .lines = {},
                      .bought_under = product.BoughtUnder(),
                      .demands = {},
                      .not_counted = std::string(metric.not_counted)};
  if (const auto lines = product.lines.find(metric_name);
      lines != product.lines.end()) {
    input.lines = lines->second;
  }
  for (const DeviceDemand& demand : read.demands) {
    input.demands.push_back(&demand);
  }
  read.result = ComputePosition(input);
  return read;
}

}  // namespace rollcall::collector
