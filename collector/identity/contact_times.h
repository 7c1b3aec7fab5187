// When subjects were last heard of: what identity must know of inventory,
// declared here and implemented there.
#pragma once

#include <optional>

#include "absl/time/time.h"
#include "common/id.h"

namespace rollcall::collector {

// Implementations are thread-safe and do not block.
class ContactTimes {
 public:
  virtual ~ContactTimes() = default;
  // Nothing if it is not known.
  virtual std::optional<absl::Time> LastContact(SubjectId subject) const = 0;
};

}  // namespace rollcall::collector
