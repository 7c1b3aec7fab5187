// Lists of what contracts hold.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "collector/storage/engine.h"
#include "collector/storage/known_stamp.h"
#include "rollcall/v1/contract_service.pb.h"

namespace rollcall::collector {

// All entitlements as they were known at `as_of`, ordered by contract number,
// purchase order, line.
absl::StatusOr<std::vector<v1::Entitlement>> AllEntitlements(
    const Reader& reader, KnownStamp as_of);

// Answers the lists of ContractService, whose comments say what they hold.
// INVALID_ARGUMENT for a malformed request; DATA_LOSS, UNAVAILABLE as for
// Table. Thread-safe; the engine outlives it. Blocking.
class ContractQueries {
 public:
  explicit ContractQueries(const Engine& engine) : engine_(engine) {}

  absl::StatusOr<v1::ListEntitlementsResponse> ListEntitlements(
      const v1::ListEntitlementsRequest& request) const;
  absl::StatusOr<v1::ListChangeSetsResponse> ListChangeSets(
      const v1::ListChangeSetsRequest& request) const;
  absl::StatusOr<v1::ListQuarantinedLinesResponse> ListQuarantinedLines(
      const v1::ListQuarantinedLinesRequest& request) const;

 private:
  const Engine& engine_;
};

}  // namespace rollcall::collector
