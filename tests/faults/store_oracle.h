// What a store must hold, kept outside it.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "collector/storage/engine.h"
#include "tests/support/fake_random.h"

namespace rollcall::testing {

// The content of every table that tests write. Not thread-safe.
class StoreOracle {
 public:
  // Starts from what the store holds.
  explicit StoreOracle(const collector::Engine& engine);

  // A batch of new, changed and deleted entries of about a kilobyte, made from
  // `random`; what the store is to hold once it is written.
  collector::Batch NextBatch(Random& random);
  // The batch is written.
  void Apply(const collector::Batch& batch);

  // Asks for everything, by scans both ways and by keys. OK: every answer was
  // right. DATA_LOSS: all that were given were right, and the store says that
  // it cannot give others. INTERNAL: one was wrong, or another error came.
  absl::Status Compare(const collector::Engine& engine) const;

  size_t entries() const;

 private:
  using Content = std::map<std::string, std::string>;

  std::map<collector::TableId, Content> tables_;
};

}  // namespace rollcall::testing
