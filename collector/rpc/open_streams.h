// The streams to callers that are open, so that they are bounded and end in
// time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "collector/rpc/stream_line.h"
#include "common/clock.h"
#include "common/sync.h"

namespace rollcall::collector {

struct StreamBounds {
  // Streams open at once: of one principal, and of all.
  size_t of_principal = 4;
  size_t in_all = 64;
  // How long the caller may take to take a message.
  absl::Duration patience = absl::Minutes(1);
};

// Thread-safe. The clock outlives it.
class OpenStreams {
 public:
  explicit OpenStreams(const Clock& clock, StreamBounds bounds = {})
      : clock_(clock), bounds_(bounds) {}

  // Whether the caller may still have the stream; does not block.
  using Check = std::function<absl::Status()>;

  // Takes the stream in until Remove. RESOURCE_EXHAUSTED if too many are open,
  // UNAVAILABLE after Stop.
  absl::Status Add(const std::string& principal,
                   std::shared_ptr<StreamLine> line, Check check);
  // After it nothing asks `check` again.
  void Remove(const StreamLine* line);

  // Ends streams whose callers may not have them any more, and those whose
  // callers take nothing. To be called at intervals.
  void Sweep();
  // Ends all, and lets none open.
  void Stop();

  size_t size() const;

 private:
  struct Stream {
    std::string principal;
    std::shared_ptr<StreamLine> line;
    Check check;
  };

  const Clock& clock_;
  const StreamBounds bounds_;
  mutable Mutex mutex_;
  std::map<const StreamLine*, Stream> streams_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace rollcall::collector
