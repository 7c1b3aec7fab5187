// Who has which role, as it is stored: what a change asks that depends on it.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "collector/storage/engine.h"
#include "rollcall/v1/role.pb.h"

namespace rollcall::collector {

// Thread-safe.
class RoleHolders {
 public:
  virtual ~RoleHolders() = default;

  // Whether the principal has the role as `reader` knows, and had it at `since`
  // and ever since; InfiniteFuture: whenever it got it. What was revoked by a
  // change before the one that asks counts no more, though it is not in memory
  // yet, so that no approval follows it in the ledger.
  virtual absl::StatusOr<bool> Holds(const Reader& reader,
                                     absl::string_view principal, v1::Role role,
                                     absl::Time since) const = 0;
};

}  // namespace rollcall::collector
