// The list of metrics.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "collector/reconcile/metric.h"

namespace rollcall::collector {

// What a product is counted by that was bought under no metric.
inline constexpr absl::string_view kDefaultMetric = "device";

// All metrics, ordered by name.
absl::Span<const Metric> AllMetrics();
// The metric with this name in any case, or nullptr.
const Metric* FindMetric(absl::string_view name);
// Their names, as imports of contracts need them.
std::vector<std::string> MetricNames();

}  // namespace rollcall::collector
