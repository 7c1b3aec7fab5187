// Proposals to change the repository, as they come over the API.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "collector/changes/change_sets.h"
#include "collector/rpc/access.h"
#include "collector/storage/engine.h"
#include "rollcall/v1/contract_service.pb.h"

namespace rollcall::collector {

// Thread-safe; the arguments outlive it. Blocking.
class ContractProposer {
 public:
  // `metrics` are the names of the metrics that a line may be bought under.
  ContractProposer(const Engine& engine, ChangeSets& change_sets,
                   std::vector<std::string> metrics)
      : engine_(engine),
        change_sets_(change_sets),
        metrics_(std::move(metrics)) {}

  // As ContractService.ProposeChanges says. Where others change the same in
  // between it is compared anew, several times.
  absl::StatusOr<v1::ProposeChangesResponse> Propose(
      const v1::ProposeChangesRequest& request, const Caller& caller);

 private:
  // A request that was read.
  struct Job;

  // ABORTED if others changed the same in between.
  absl::StatusOr<v1::ProposeChangesResponse> Attempt(const Job& job);

  const Engine& engine_;
  ChangeSets& change_sets_;
  const std::vector<std::string> metrics_;
};

}  // namespace rollcall::collector
