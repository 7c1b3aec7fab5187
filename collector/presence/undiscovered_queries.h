// The undiscovered list over the store.
#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "collector/inventory/fleet.h"
#include "collector/presence/undiscovered_rules.h"
#include "collector/registers/undiscovered_lister.h"
#include "common/clock.h"

namespace rollcall::collector {

// Thread-safe. All that `sources` names, and the clock, outlive it. Blocking.
class UndiscoveredQueries final : public UndiscoveredLister {
 public:
  UndiscoveredQueries(const FleetSources& sources, const Clock& clock)
      : sources_(sources), clock_(clock) {}

  absl::StatusOr<v1::ListUndiscoveredResponse> ListUndiscovered(
      const v1::ListUndiscoveredRequest& request) const override;

 private:
  // The list of what is known now, with silence up to `time`.
  absl::StatusOr<UndiscoveredList> ListAt(absl::Time time,
                                          absl::Duration stale_after) const;

  const FleetSources sources_;
  const Clock& clock_;
};

}  // namespace rollcall::collector
