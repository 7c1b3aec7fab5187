// Which positions there are: what is bought beside what is used. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "collector/contracts/civil_date.h"
#include "collector/reconcile/metric.h"
#include "collector/reconcile/position.h"
#include "collector/reconcile/product_use.h"
#include "rollcall/v1/contract.pb.h"

namespace rollcall::collector {

// A product that is bought or used.
struct BookedProduct {
  // As the rules spell them if it is used, else as its first line does.
  std::string publisher;
  std::string product;
  bool is_used = false;
  // No rule is for it, so that it is never used.
  bool is_unrecognised = false;
  // Lines by metric, each in the order of ListEntitlements.
  std::map<std::string, std::vector<const v1::Entitlement*>> lines;

  // Adds a line of the product, in the order of ListEntitlements; it outlives
  // this.
  void AddLine(const v1::Entitlement& line);

  // The metrics that it has positions under, ordered: those it was bought
  // under, else the default one.
  std::vector<std::string> Metrics() const;
  std::vector<std::string> BoughtUnder() const;

  // What its position under one of them is made of. All outlive the result.
  PositionInput InputOf(const std::string& metric,
                        const CivilDate& effective_date,
                        absl::Span<const DeviceDemand> demands) const;
};

// The metric with this name; one that is not counted where the collector does
// not know it: a line may have come with a store that knew more.
Metric MetricOrUnknown(absl::string_view name);

// All products, by key.
using PositionBook = std::map<ProductKey, BookedProduct>;

// A product that is used, as the rules spell it.
struct UsedProduct {
  absl::string_view publisher;
  absl::string_view product;
};

// `entitlements` outlive the result.
PositionBook MakePositionBook(absl::Span<const v1::Entitlement> entitlements,
                              absl::Span<const UsedProduct> used);

}  // namespace rollcall::collector
