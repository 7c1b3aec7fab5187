// The alerts of one day, from the store.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "collector/alerts/key_dates.h"
#include "collector/contracts/civil_date.h"
#include "collector/inventory/fleet.h"
#include "collector/inventory/product_lookup.h"
#include "rollcall/v1/alert_service.pb.h"

namespace rollcall::collector {

inline constexpr int kMaxHorizonDays = 3'660;

// A filter that was checked.
struct AlertChoice {
  int horizon_days = AlertSettings().horizon_days;
  // None: all.
  std::set<v1::Alert::Kind> kinds;
  // In lower case; empty: all.
  std::string vendor;
  bool include_acknowledged = false;
  // The first digits of ids; empty: all.
  std::string id_begin;
  // See AlertSettings.
  std::optional<int> told_horizon_days = std::nullopt;

  bool Wants(v1::Alert::Kind kind) const {
    return kinds.empty() || kinds.contains(kind);
  }
  // Whether it chooses the alert, acknowledged or not.
  bool Chooses(const v1::Alert& alert) const;
};

// INVALID_ARGUMENT, naming the field, for what may not be.
absl::StatusOr<AlertChoice> ReadAlertFilter(const v1::AlertFilter& filter);

// What the alerts of a collector rest on; all outlive it.
struct AlertSources {
  const FleetSources& fleet;
  const ProductLookup& products;
};

// Thread-safe. Blocking.
class AlertReader {
 public:
  AlertReader(const AlertSources& sources, int review_days)
      : sources_(sources), review_days_(review_days) {}

  const AlertSources& sources() const { return sources_; }

  // All that the choice chooses, with the acknowledgements in effect, whatever
  // it says about those; ordered by due date, then id. Both as known at the
  // fleet's stamp. Errors as for AlertsOn and Fleet.
  absl::StatusOr<std::vector<v1::Alert>> Read(Fleet& fleet, const CivilDate& on,
                                              const AlertChoice& choice) const;

 private:
  const AlertSources sources_;
  const int review_days_;
};

// Takes out those that were acknowledged, unless the choice includes them.
void DropAcknowledged(const AlertChoice& choice,
                      std::vector<v1::Alert>& alerts);

}  // namespace rollcall::collector
