// What LedgerService answers, without gRPC.
#pragma once

#include "absl/status/statusor.h"
#include "collector/storage/engine.h"
#include "rollcall/v1/ledger_service.pb.h"

namespace rollcall::collector {

// Answers the methods of LedgerService, whose comments say what they hold.
// INVALID_ARGUMENT for a malformed request, NOT_FOUND for a checkpoint or key
// of a ledger that is empty; DATA_LOSS, UNAVAILABLE as for LedgerView.
// Thread-safe; the engine outlives it. Blocking.
class LedgerQueries {
 public:
  explicit LedgerQueries(const Engine& engine) : engine_(engine) {}

  absl::StatusOr<v1::GetCheckpointResponse> GetCheckpoint(
      const v1::GetCheckpointRequest& request) const;
  absl::StatusOr<v1::ListLedgerEntriesResponse> ListLedgerEntries(
      const v1::ListLedgerEntriesRequest& request) const;
  absl::StatusOr<v1::GetInclusionProofResponse> GetInclusionProof(
      const v1::GetInclusionProofRequest& request) const;
  absl::StatusOr<v1::GetConsistencyProofResponse> GetConsistencyProof(
      const v1::GetConsistencyProofRequest& request) const;
  absl::StatusOr<v1::GetLedgerKeyResponse> GetLedgerKey() const;
  absl::StatusOr<v1::ExportLedgerResponse> ExportLedger(
      const v1::ExportLedgerRequest& request) const;

 private:
  const Engine& engine_;
};

}  // namespace rollcall::collector
