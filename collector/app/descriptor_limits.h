// How the file descriptors of the process are shared out.
#pragma once

#include <cstddef>

namespace rollcall::collector {

// When ports refuse connections.
struct DescriptorBounds {
  // From which descriptor on that of agents does, and of those who enrol.
  int agents = 0;
  // And that of administrators: they get in where agents, or those who pretend
  // to be some, took all that is theirs, and the store all that it may have.
  int admins = 0;
  // How many administrators may be connected, so that they, or those who
  // pretend to be some, take nothing from the store.
  size_t admin_connections = 0;
};

// Raises the soft limit of descriptors to the hard one, as far as it goes, and
// returns it. Once, before anything reads the limit.
int RaiseDescriptorLimit();

// What is left beside the store, which must always be able to open its files,
// and what a collector opens otherwise. Pure.
DescriptorBounds ShareDescriptors(int limit);

}  // namespace rollcall::collector
