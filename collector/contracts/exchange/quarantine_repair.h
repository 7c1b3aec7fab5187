// What becomes of lines that imports kept aside.
#pragma once

#include "absl/status/statusor.h"
#include "collector/changes/change_set_table.h"
#include "collector/changes/change_sets.h"
#include "collector/contracts/exchange/entitlement_import.h"
#include "collector/rpc/access.h"
#include "collector/storage/committer.h"
#include "collector/storage/engine.h"
#include "collector/storage/request_table.h"
#include "rollcall/v1/contract_service.pb.h"

namespace rollcall::collector {

// Settles lines in quarantine: a corrected one is proposed as a change-set of
// its own, one that is not wanted is discarded. Thread-safe; the arguments
// outlive it. Blocking.
class QuarantineRepair {
 public:
  QuarantineRepair(const Engine& engine, Committer& committer,
                   ChangeSets& change_sets, const EntitlementImporter& importer)
      : engine_(engine),
        committer_(committer),
        change_sets_(change_sets),
        importer_(importer) {}

  // As ContractService.RepairQuarantinedLine says. Either all of it is stored
  // or nothing.
  absl::StatusOr<v1::RepairQuarantinedLineResponse> Repair(
      const v1::RepairQuarantinedLineRequest& request, const Caller& caller);

 private:
  using Response = v1::RepairQuarantinedLineResponse;
  struct Job;

  absl::StatusOr<Response> Discard(const Job& job);
  absl::StatusOr<Response> Attempt(const Job& job);
  absl::StatusOr<Response> Propose(const Job& job, const ReadImport& read,
                                   ImportPlan plan, Response response);
  // The line was so already: it is settled, and nothing is proposed.
  absl::StatusOr<Response> Settle(const Job& job, Response response);

  const Engine& engine_;
  Committer& committer_;
  ChangeSets& change_sets_;
  const EntitlementImporter& importer_;
};

// A line in quarantine as it is told; `context` may be absent.
v1::QuarantinedLine DescribeQuarantined(
    const QuarantineKey& key, stored::v1::QuarantineRecord record,
    v1::QuarantinedLine::State state,
    const std::optional<stored::v1::ImportContext>& context);

}  // namespace rollcall::collector
