// Sockets that listen on what an option names.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/unique_fd.h"

namespace rollcall::collector {

struct ListeningSockets {
  // At least one; none blocks, and none outlives an exec.
  std::vector<UniqueFd> sockets;
  // The same for all.
  int port = 0;
};

// Listens on every address that HOST of "HOST:PORT" stands for, but for those
// of a kind that this machine has not; an IPv6 address is in brackets. 0.0.0.0
// and [::] are all addresses of both kinds. Port 0 takes any free one.
// UNAVAILABLE if an address cannot be had, INVALID_ARGUMENT if `address` is
// malformed. Blocks while a name is looked up.
absl::StatusOr<ListeningSockets> Listen(const std::string& address);

}  // namespace rollcall::collector
