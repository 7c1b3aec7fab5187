// Imports of registers.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "collector/changes/change_sets.h"
#include "collector/registers/register_plan.h"
#include "collector/rpc/access.h"
#include "collector/storage/committer.h"
#include "collector/storage/engine.h"
#include "rollcall/v1/register_service.pb.h"

namespace rollcall::collector {

// Turns files into change-sets and applies them. Thread-safe. All references
// outlive it.
class RegisterImporter {
 public:
  RegisterImporter(const Engine& engine, Committer& committer,
                   ChangeSets& change_sets)
      : engine_(engine), committer_(committer), change_sets_(change_sets) {}

  // As RegisterService.ImportExpectedDevices says, proposed and applied by
  // the caller in one step. Either all of the change-set is stored or nothing.
  // ABORTED if other imports kept changing what this one is compared with.
  // Blocking.
  absl::StatusOr<v1::ImportExpectedDevicesResponse> Import(
      const v1::ImportExpectedDevicesRequest& request, const Caller& caller);

 private:
  struct Job;
  absl::StatusOr<v1::ImportExpectedDevicesResponse> Attempt(const Job& job);
  absl::StatusOr<v1::ImportExpectedDevicesResponse> Store(
      const Job& job, KnownStamp base, const RegisterPlan& plan,
      v1::ImportExpectedDevicesResponse response);

  absl::StatusOr<v1::ImportExpectedDevicesResponse> Keep(
      const Job& job, v1::ImportExpectedDevicesResponse response);

  const Engine& engine_;
  Committer& committer_;
  ChangeSets& change_sets_;
};

}  // namespace rollcall::collector
