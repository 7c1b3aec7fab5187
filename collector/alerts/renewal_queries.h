// Questions about renewals.
#pragma once

#include "absl/status/statusor.h"
#include "collector/storage/engine.h"
#include "common/clock.h"
#include "rollcall/v1/alert_service.pb.h"

namespace rollcall::collector {

// Answers AlertService.ListRenewals from all that was said of contracts.
// Thread-safe; the arguments outlive it. Blocking.
class RenewalQueries {
 public:
  RenewalQueries(const Engine& engine, const Clock& clock)
      : engine_(engine), clock_(clock) {}

  // As AlertService says. DATA_LOSS, UNAVAILABLE as for Table.
  absl::StatusOr<v1::ListRenewalsResponse> ListRenewals(
      const v1::ListRenewalsRequest& request) const;

 private:
  const Engine& engine_;
  const Clock& clock_;
};

}  // namespace rollcall::collector
