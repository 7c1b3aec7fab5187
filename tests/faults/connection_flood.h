// Somebody who opens connections and says nothing on them.
#pragma once

#include <poll.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "common/sync.h"

namespace rollcall::testing {

// Keeps that many TCP connections to 127.0.0.1:`port` open until it goes: one
// that the other side closes is opened anew. On a thread of its own.
class ConnectionFlood {
 public:
  ConnectionFlood(int port, size_t connections);
  // Closes them all.
  ~ConnectionFlood();
  ConnectionFlood(const ConnectionFlood&) = delete;
  ConnectionFlood& operator=(const ConnectionFlood&) = delete;

  // Until it opened, after this call, all that were not open; false in the end.
  bool AwaitFilled(absl::Duration timeout);

 private:
  void Run();
  // Opens all that are not open.
  void Fill();
  // Closes those that the other side closed; waits for one for a moment.
  void Reap();

  const int port_;
  std::vector<pollfd> connections_;
  std::atomic<bool> stopping_{false};
  Mutex mutex_;
  CondVar filled_;
  // How often it has.
  int64_t fills_ ABSL_GUARDED_BY(mutex_) = 0;
  std::thread thread_;  // last: starts when all else is ready
};

}  // namespace rollcall::testing
