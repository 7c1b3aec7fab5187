// One step of a collection.
#pragma once

#include <cstdint>
#include <optional>

namespace rollcall::collector {

// What a step over a table whose entries are in order of `Key` did.
template <typename Key>
struct SweepStep {
  // Where the next step begins; nothing after the last.
  std::optional<Key> next;
  int64_t kept = 0;
  int64_t collected = 0;
  // Of what was collected, as stored.
  int64_t bytes = 0;
};

}  // namespace rollcall::collector
