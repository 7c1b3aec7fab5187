// The fleet of fault tests: what they look at does not depend on how large a
// machine is, and changes come often.
#pragma once

#include <vector>

#include "tests/faults/fault_options.h"
#include "tests/support/test_pki.h"
#include "tests/swarm/fleet_generator.h"
#include "tests/swarm/swarm_client.h"

namespace rollcall::testing {

inline swarm::FleetOptions SmallMachines(uint32_t image_rows = 40) {
  swarm::FleetOptions options;
  options.seed = FaultSeed();
  options.image_rows = image_rows;
  options.catalogue_rows = 2'000;
  return options;
}

// Every check-in brings a change, that long after the last.
inline swarm::SwarmOptions BusyEvery(absl::Duration pause) {
  swarm::SwarmOptions options;
  options.pause = pause;
  options.upgrade_one_of = 1;
  return options;
}

inline std::vector<TlsCredentials> AgentsOf(const TestPki& pki, int count) {
  std::vector<TlsCredentials> credentials;
  credentials.reserve(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) credentials.push_back(pki.Agent());
  return credentials;
}

}  // namespace rollcall::testing
