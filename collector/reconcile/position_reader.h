// Everything that the positions of one moment are computed from.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "collector/contracts/civil_date.h"
#include "collector/inventory/fleet.h"
#include "collector/reconcile/fleet_use.h"
#include "collector/reconcile/position.h"
#include "collector/reconcile/position_book.h"
#include "rollcall/v1/contract.pb.h"

namespace rollcall::collector {

// A position with the demands that it sums up.
struct ReadPosition {
  PositionResult result;
  // In the order of the product's devices.
  std::vector<DeviceDemand> demands;
  // Whether the metric can be counted; else nothing was measured.
  bool is_counted = true;
};

// Not thread-safe: make one per question. The arguments outlive it. Errors as
// for Fleet.
class PositionReader {
 public:
  PositionReader(Fleet& fleet, const ProductLookup& products)
      : fleet_(fleet), use_(fleet, products) {}

  // Reads contracts as they were on a day, and use, both as they were known at
  // the fleet's stamp.
  absl::Status Load(const CivilDate& effective_date);

  // After Load.
  const PositionBook& book() const { return book_; }
  const std::vector<v1::Entitlement>& entitlements() const {
    return entitlements_;
  }
  const FleetUse& use() const { return use_; }
  // The product's use; nullptr if it is not used.
  const ProductUse* UseOf(const ProductKey& key) const;

  // REQUIRES: `key` is in book() and `metric` one of the product's.
  absl::StatusOr<ReadPosition> Read(const ProductKey& key,
                                    const std::string& metric,
                                    const CivilDate& effective_date);

 private:
  Fleet& fleet_;
  FleetUse use_;
  std::vector<v1::Entitlement> entitlements_;
  PositionBook book_;
};

}  // namespace rollcall::collector
