// An agent with a good certificate and bad manners.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "common/tls.h"

namespace rollcall::testing {

// Begins a stream, says `bytes` on it, waits for its end, and again, that long
// after. On a thread of its own until it goes.
class RudeCaller {
 public:
  RudeCaller(int port, TlsCredentials credentials, std::string bytes,
             absl::Duration pause);
  ~RudeCaller();
  RudeCaller(const RudeCaller&) = delete;
  RudeCaller& operator=(const RudeCaller&) = delete;

  // Streams that were ended for what was said.
  int64_t refused() const { return refused_; }

 private:
  void Run();

  const int port_;
  const TlsCredentials credentials_;
  const std::string bytes_;
  const absl::Duration pause_;
  absl::Notification stopping_;
  std::atomic<int64_t> refused_{0};
  std::thread thread_;  // last: starts when all else is ready
};

}  // namespace rollcall::testing
