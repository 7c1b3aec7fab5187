#include "agent/app/host_evidence.h"

#include <algorithm>

#include "common/log.h"

namespace rollcall::agent {
namespace {

constexpr absl::string_view kSources[] = {"os", "hardware.system",
                                          "hardware.disk", "hardware.network"};

}  // namespace

v1::Evidence ReadHostEvidence(const Scanner& scanner,
                              const SourceSelection& selection) {
  ScanOptions options;
  options.sources.disabled = selection.disabled;
  for (const absl::string_view source : kSources) {
    if (selection.only.empty() ||
        std::count(selection.only.begin(), selection.only.end(), source) > 0) {
      options.sources.only.emplace_back(source);
    }
  }
  // No name would select all.
  if (options.sources.only.empty()) return {};
  const absl::StatusOr<rollcall::Scan> scan = scanner.Run(options);
  if (!scan.ok()) {
    Log(LogLevel::kError, "cannot look at the host",
        {{"error", scan.status().message()}});
    return {};
  }
  return scan->evidence;
}

}  // namespace rollcall::agent
