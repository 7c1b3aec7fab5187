// The undiscovered list over the store.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "collector/inventory/fleet.h"
#include "collector/presence/undiscovered_rules.h"
#include "collector/registers/undiscovered_lister.h"
#include "common/clock.h"
#include "common/sync.h"

namespace rollcall::collector {

// Thread-safe. All that `sources` names, and the clock, outlive it. Blocking.
//
// Keeps the last list that has further pages, so that a listing costs one
// comparison of the fleet, and all its pages show the same.
class UndiscoveredQueries final : public UndiscoveredLister {
 public:
  UndiscoveredQueries(const FleetSources& sources, const Clock& clock)
      : sources_(sources), clock_(clock) {}

  absl::StatusOr<v1::ListUndiscoveredResponse> ListUndiscovered(
      const v1::ListUndiscoveredRequest& request) const override;

 private:
  // A list, and what it was made for.
  struct Listing {
    absl::Time time;
    absl::Duration stale_after;
    UndiscoveredList list;
  };

  // The listing that was kept, if it is this one; else nullptr.
  std::shared_ptr<const Listing> Kept(absl::Time time,
                                      absl::Duration stale_after) const;
  // Keeps the listing if it has more pages, else lets go of it.
  void Keep(std::shared_ptr<const Listing> listing, bool has_more) const;
  // What is known now, with silence up to `time`.
  absl::StatusOr<UndiscoveredList> ListNow(absl::Time time,
                                           absl::Duration stale_after) const;

  const FleetSources sources_;
  const Clock& clock_;
  mutable Mutex mutex_;
  mutable std::shared_ptr<const Listing> kept_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rollcall::collector
