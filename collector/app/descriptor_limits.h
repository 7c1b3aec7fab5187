// How the file descriptors of the process are shared out.
#pragma once

namespace rollcall::collector {

// From which descriptor on a port refuses connections.
struct DescriptorBounds {
  // Of agents, and of those who enrol.
  int agents = 0;
  // Higher: administrators get in where agents, or those who pretend to be
  // some, took all that is theirs.
  int admins = 0;
};

// Raises the soft limit of descriptors to the hard one, as far as it goes, and
// returns it. Once, before anything reads the limit.
int RaiseDescriptorLimit();

// What is left beside the store, which must always be able to open its files,
// and what a collector opens otherwise. Pure.
DescriptorBounds ShareDescriptors(int limit);

}  // namespace rollcall::collector
