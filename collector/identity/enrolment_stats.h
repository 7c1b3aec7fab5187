#pragma once

#include <atomic>
#include <cstdint>

namespace rollcall::collector {

// What happened to requests for certificates, since start. Thread-safe.
struct EnrolmentStats {
  std::atomic<int64_t> enrolled{0};
  std::atomic<int64_t> renewed{0};
  std::atomic<int64_t> logged_in{0};
  // Malformed, unknown, expired, used up, revoked.
  std::atomic<int64_t> refused{0};
  // Not looked at, since their address failed too often.
  std::atomic<int64_t> limited{0};
  // Not the caller's fault.
  std::atomic<int64_t> failed{0};
};

}  // namespace rollcall::collector
