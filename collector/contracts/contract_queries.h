// Questions about what contracts hold.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "collector/contracts/object_states.h"
#include "collector/storage/engine.h"
#include "common/clock.h"
#include "rollcall/v1/contract_service.pb.h"

namespace rollcall::collector {

// All entitlements as they were at a point in time, in term on its day or not,
// ordered by contract number, purchase order, line.
absl::StatusOr<std::vector<v1::Entitlement>> AllEntitlements(
    const Reader& reader, const AsAt& at);

// Answers the questions of ContractService, whose comments say what they hold.
// All pages of a listing are of the moment of its first one.
// INVALID_ARGUMENT for a malformed request; DATA_LOSS, UNAVAILABLE as for
// Table. Thread-safe; the arguments outlive it. Blocking.
class ContractQueries {
 public:
  ContractQueries(const Engine& engine, const Clock& clock)
      : engine_(engine), clock_(clock) {}

  absl::StatusOr<v1::ListEntitlementsResponse> ListEntitlements(
      const v1::ListEntitlementsRequest& request) const;
  absl::StatusOr<v1::ExportEntitlementsResponse> ExportEntitlements(
      const v1::ExportEntitlementsRequest& request) const;
  absl::StatusOr<v1::ListQuarantinedLinesResponse> ListQuarantinedLines(
      const v1::ListQuarantinedLinesRequest& request) const;
  absl::StatusOr<v1::ListContractObjectsResponse> ListObjects(
      const v1::ListContractObjectsRequest& request) const;
  absl::StatusOr<v1::GetContractObjectResponse> GetObject(
      const v1::GetContractObjectRequest& request) const;
  absl::StatusOr<v1::ListContractObjectVersionsResponse> ListVersions(
      const v1::ListContractObjectVersionsRequest& request) const;
  absl::StatusOr<v1::CompareContractObjectResponse> Compare(
      const v1::CompareContractObjectRequest& request) const;

 private:
  const Engine& engine_;
  const Clock& clock_;
};

}  // namespace rollcall::collector
