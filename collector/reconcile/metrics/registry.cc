#include "collector/reconcile/metrics/registry.h"

#include "absl/strings/match.h"
#include "collector/reconcile/metrics/metrics.h"

namespace rollcall::collector {
namespace {

constexpr absl::string_view kCoreSections[] = {"hardware.cpu", "source_status",
                                               "virtualization"};

constexpr Metric kMetrics[] = {
    {"core", "physical cores of a machine, vCPUs of a virtual machine",
     kCoreSections, &MeasureCore},
    {"device", "devices, whatever their size", {}, &MeasureDevice},
};

}  // namespace

absl::Span<const Metric> AllMetrics() { return kMetrics; }

const Metric* FindMetric(absl::string_view name) {
  for (const Metric& metric : kMetrics) {
    if (absl::EqualsIgnoreCase(metric.name, name)) return &metric;
  }
  return nullptr;
}

std::vector<std::string> MetricNames() {
  std::vector<std::string> names;
  for (const Metric& metric : kMetrics) names.emplace_back(metric.name);
  return names;
}

}  // namespace rollcall::collector
