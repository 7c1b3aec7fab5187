// Imports of entitlement files.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/contracts/entitlement_csv.h"
#include "collector/contracts/import_plan.h"
#include "collector/storage/committer.h"
#include "collector/storage/engine.h"
#include "collector/storage/request_table.h"
#include "common/random.h"
#include "rollcall/v1/contract_service.pb.h"

namespace rollcall::collector {

// Turns files into change-sets and applies them. Thread-safe. All references
// outlive it.
class EntitlementImporter {
 public:
  // `metrics` are the names of the metrics that a line may be bought under.
  EntitlementImporter(const Engine& engine, Committer& committer,
                      Random& random, std::vector<std::string> metrics)
      : engine_(engine),
        committer_(committer),
        random_(random),
        metrics_(std::move(metrics)) {}

  // As ContractService.ImportEntitlements says, proposed and applied by
  // `principal` in one step. Either all of the change-set is stored or nothing.
  // ABORTED if other imports kept changing what this one is compared with.
  // Blocking.
  absl::StatusOr<v1::ImportEntitlementsResponse> Import(
      const v1::ImportEntitlementsRequest& request,
      absl::string_view principal);

 private:
  struct Job;
  absl::StatusOr<v1::ImportEntitlementsResponse> Attempt(const Job& job);
  absl::StatusOr<v1::ImportEntitlementsResponse> Store(
      const Job& job, const ImportPlan& plan,
      v1::ImportEntitlementsResponse response);

  const Engine& engine_;
  Committer& committer_;
  Random& random_;
  const std::vector<std::string> metrics_;
};

}  // namespace rollcall::collector
