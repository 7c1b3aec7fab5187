// The undiscovered list: what RegisterService must know of presence, declared
// here and implemented there.
#pragma once

#include "absl/status/statusor.h"
#include "rollcall/v1/register_service.pb.h"

namespace rollcall::collector {

// Implementations are thread-safe and may block.
class UndiscoveredLister {
 public:
  virtual ~UndiscoveredLister() = default;
  // As RegisterService.ListUndiscovered says. INVALID_ARGUMENT for a malformed
  // request; DATA_LOSS, UNAVAILABLE if the store cannot be read.
  virtual absl::StatusOr<v1::ListUndiscoveredResponse> ListUndiscovered(
      const v1::ListUndiscoveredRequest& request) const = 0;
};

}  // namespace rollcall::collector
