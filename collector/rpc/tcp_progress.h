// How far the handshake on a TCP connection is, seen from outside.
#pragma once

#include <cstdint>

#include "common/unique_fd.h"

namespace rollcall::collector {

// A TLS server speaks twice: it answers the client's hello, and it answers the
// client's second flight, which ends the handshake. The kernel tells how much
// the client said, and who spoke last (TCP_INFO), to some milliseconds: of a
// handshake that is quicker it is told a little early that it has ended. Not
// thread-safe.
class TcpProgress {
 public:
  // Watches a connection that the client has spoken on, and that another owns
  // and may close, by a descriptor of its own; without one (`watch` is not
  // open) nothing is known of it.
  explicit TcpProgress(UniqueFd watch);

  // Whether the handshake has ended, or the connection.
  bool HasEnded() const;

 private:
  UniqueFd watch_;
  // Bytes of the client's hello.
  uint64_t hello_ = 0;
};

}  // namespace rollcall::collector
