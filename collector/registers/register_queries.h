// Lists of what registers expect.
#pragma once

#include "absl/status/statusor.h"
#include "collector/storage/engine.h"
#include "rollcall/v1/register_service.pb.h"

namespace rollcall::collector {

// Answers RegisterService.ListExpectedDevices. Thread-safe; the engine outlives
// it. Blocking.
class RegisterQueries {
 public:
  explicit RegisterQueries(const Engine& engine) : engine_(engine) {}

  // INVALID_ARGUMENT for a malformed request; DATA_LOSS, UNAVAILABLE as for
  // Table.
  absl::StatusOr<v1::ListExpectedDevicesResponse> ListExpectedDevices(
      const v1::ListExpectedDevicesRequest& request) const;

 private:
  const Engine& engine_;
};

}  // namespace rollcall::collector
