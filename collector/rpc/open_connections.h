// Counts connections that were handed on to another owner.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <vector>

namespace rollcall::collector {

// Remembers descriptors, and which socket each was: one that is closed, or is
// another by now, is not counted any more. Takes no descriptors itself. Not
// thread-safe.
class OpenConnections {
 public:
  // REQUIRES: `fd` is an open socket.
  void Add(int fd);
  // Those that are open still, or close to it.
  size_t Count();

 private:
  struct Connection {
    int fd = 0;
    ino_t socket = 0;
  };
  std::vector<Connection> connections_;
};

}  // namespace rollcall::collector
