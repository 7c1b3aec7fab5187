#include "agent/app/machine.h"

#include <utility>

#include "agent/app/kept_facts.h"
#include "common/log.h"

namespace rollcall::agent {

Facts Machine::Scan(absl::Span<const std::string> disabled_sources) {
  ScanOptions options;
  options.sources = selection_;
  options.sources.disabled.assign(disabled_sources.begin(),
                                  disabled_sources.end());
  absl::StatusOr<rollcall::Scan> scan = scanner_.Run(options);
  if (!scan.ok()) {
    // Only a wrong selection fails, and that was checked at start.
    Log(LogLevel::kError, "cannot scan", {{"error", scan.status().message()}});
    return last_.has_value() ? ToFacts(*last_) : Facts();
  }
  for (const std::string& section : scan->failed_sections) {
    Log(LogLevel::kWarning, "a source failed; its last rows stand",
        {{"section", section}});
  }
  last_ = last_.has_value() ? WithSectionsOf(*last_, *std::move(scan))
                            : *std::move(scan);
  return ToFacts(*last_);
}

v1::Vitals Machine::ReadVitals() {
  v1::Vitals vitals = rollcall::ReadVitals(fs_);
  if (last_.has_value() && last_->vitals.has_scan_cost()) {
    *vitals.mutable_scan_cost() = last_->vitals.scan_cost();
  }
  return vitals;
}

}  // namespace rollcall::agent
