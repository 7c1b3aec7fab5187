// The rows of simulated machines: what real ones look like, made from numbers.
// Pure; thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rollcall/v1/inventory.pb.h"

namespace rollcall::swarm {

// Package number `package` in its version `revision`. Packages of different
// numbers have different names.
v1::Row PackageRow(uint64_t seed, uint32_t package, uint32_t revision);

// Hardware rows that are this host's own.
inline constexpr int kOwnHardwareRows = 12;

// One host as it came out of its box: twelve own hardware rows (system, board,
// chassis, 2 processors, 4 memory modules, disk, 2 network interfaces), its own
// os_instance, and the evidence that agrees with them.
struct Machine {
  std::vector<v1::Row> rows;
  v1::Evidence evidence;
};
Machine MakeMachine(uint64_t seed, uint32_t host);

// The name of host number `host`.
std::string HostName(uint32_t host);

// The operating system that image number `image` is made from.
v1::Row OsReleaseRow(uint32_t image);

}  // namespace rollcall::swarm
