// Positions and their explanations, from the store.
#pragma once

#include "absl/status/statusor.h"
#include "collector/inventory/fleet.h"
#include "collector/inventory/product_lookup.h"
#include "common/clock.h"
#include "rollcall/v1/reconciliation_service.pb.h"

namespace rollcall::collector {

// Answers the questions of ReconciliationService, whose comments say what they
// hold. Each question reads one snapshot. Errors as there; DATA_LOSS,
// UNAVAILABLE as for Fleet. Thread-safe; all arguments outlive it. Blocking.
class ReconciliationQueries {
 public:
  ReconciliationQueries(const FleetSources& sources,
                        const ProductLookup& products, const Clock& clock)
      : sources_(sources), products_(products), clock_(clock) {}

  absl::StatusOr<v1::ListPositionsResponse> ListPositions(
      const v1::ListPositionsRequest& request) const;
  absl::StatusOr<v1::ExplainPositionResponse> ExplainPosition(
      const v1::ExplainPositionRequest& request) const;

 private:
  const FleetSources sources_;
  const ProductLookup& products_;
  const Clock& clock_;
};

}  // namespace rollcall::collector
