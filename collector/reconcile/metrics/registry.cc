#include "collector/reconcile/metrics/registry.h"

#include "absl/strings/match.h"
#include "collector/reconcile/metrics/metrics.h"

namespace rollcall::collector {
namespace {

constexpr absl::string_view kCoreSections[] = {"hardware.cpu", "source_status",
                                               "virtualization"};

// Why some metrics cannot be counted from what agents report.
constexpr absl::string_view kNoUsers = "agents do not report who uses it";
constexpr absl::string_view kNoTable =
    "its table of processors is not in the rules";

// What contracts name. What cannot be counted can still be bought: its lines
// are kept, and its positions say what is missing.
constexpr Metric kMetrics[] = {
    {"concurrent-user",
     "users at the same time, at most",
     {},
     nullptr,
     kNoUsers},
    {"core", "physical cores of a machine, vCPUs of a virtual machine",
     kCoreSections, &MeasureCore},
    {"device", "devices, whatever their size", {}, &MeasureDevice},
    {"device-cal",
     "devices that reach a server",
     {},
     nullptr,
     "agents do not report what reaches a server"},
    {"employee",
     "people that the organisation employs",
     {},
     nullptr,
     "how many there are is not known"},
    {"named-user", "people who may use it", {}, nullptr, kNoUsers},
    {"named-user-plus",
     "people and machines that reach it, by processors at "
     "least",
     {},
     nullptr,
     kNoUsers},
    {"processor", "cores times a factor of their kind", {}, nullptr, kNoTable},
    {"pvu", "cores times a value of their kind", {}, nullptr, kNoTable},
    {"rvu",
     "what it manages, in steps",
     {},
     nullptr,
     "agents do not report what it manages"},
    {"socket",
     "occupied sockets",
     {},
     nullptr,
     "the rule for it is not in the rules"},
    {"socket-pair",
     "pairs of occupied sockets",
     {},
     nullptr,
     "the rule for it is not in the rules"},
    {"user-cal", "people who reach a server", {}, nullptr, kNoUsers},
    {"vpc",
     "virtual cores, or the cores of what is not divided",
     {},
     nullptr,
     "the rule for it is not in the rules"},
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
