// Imports of registers.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/registers/register_plan.h"
#include "collector/storage/committer.h"
#include "collector/storage/engine.h"
#include "common/random.h"
#include "rollcall/v1/register_service.pb.h"

namespace rollcall::collector {

// Turns files into change-sets and applies them. Thread-safe. All references
// outlive it.
class RegisterImporter {
 public:
  RegisterImporter(const Engine& engine, Committer& committer, Random& random)
      : engine_(engine), committer_(committer), random_(random) {}

  // As RegisterService.ImportExpectedDevices says, proposed and applied by
  // `principal` in one step. Either all of the change-set is stored or nothing.
  // ABORTED if other imports kept changing what this one is compared with.
  // Blocking.
  absl::StatusOr<v1::ImportExpectedDevicesResponse> Import(
      const v1::ImportExpectedDevicesRequest& request,
      absl::string_view principal);

 private:
  struct Job;
  absl::StatusOr<v1::ImportExpectedDevicesResponse> Attempt(const Job& job);
  absl::StatusOr<v1::ImportExpectedDevicesResponse> Store(
      const Job& job, KnownStamp base, const RegisterPlan& plan,
      v1::ImportExpectedDevicesResponse response);

  const Engine& engine_;
  Committer& committer_;
  Random& random_;
};

}  // namespace rollcall::collector
