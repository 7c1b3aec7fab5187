// Takes connections, and refuses them before the process runs out of file
// descriptors.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "collector/rpc/listening_sockets.h"
#include "collector/rpc/open_connections.h"
#include "common/unique_fd.h"

namespace rollcall::collector {

// How many connections a port takes.
struct ConnectionBounds {
  // A connection that is given this file descriptor or a higher one is closed
  // at once.
  int descriptor = std::numeric_limits<int>::max();
  // As is one that comes while that many are open; none by default.
  std::optional<size_t> connections;
};

// gRPC 1.51 lets go of a listening socket for good when an accept fails for
// want of descriptors (grpc/grpc issue 20418, CVE-2023-4785), and RocksDB stops
// writing when it cannot open a file. So accepting is done here, and stops
// short of that: a process is given the lowest descriptor that is free, so the
// number of a new one says how many are in use at least. Beyond its bounds,
// connections are closed as soon as they come. Thread-safe.
class ConnectionAcceptor {
 public:
  // Takes over a connection, which does not block; called on the acceptor's one
  // thread, and must not wait.
  using Take = std::function<void(UniqueFd)>;

  // RESOURCE_EXHAUSTED if there is no descriptor even for itself.
  static absl::StatusOr<std::unique_ptr<ConnectionAcceptor>> Start(
      ListeningSockets listening, const ConnectionBounds& bounds, Take take);
  // As Stop.
  ~ConnectionAcceptor();
  ConnectionAcceptor(const ConnectionAcceptor&) = delete;
  ConnectionAcceptor& operator=(const ConnectionAcceptor&) = delete;

  // Takes no more; what waits to be accepted is reset. Returns once `take` runs
  // no more. May be called again, but not by two threads at once.
  void Stop();

  int port() const { return port_; }

  // Connections that were closed since they were beyond the bounds.
  int64_t refused() const { return refused_; }
  // Times that accepting failed for want of something, and rested.
  int64_t failures() const { return failures_; }

 private:
  ConnectionAcceptor(ListeningSockets listening, const ConnectionBounds& bounds,
                     Take take, UniqueFd stop);
  void Run();
  // Whether all that waits was accepted.
  bool AcceptFrom(const UniqueFd& listening);
  bool HasRoomFor(const UniqueFd& connection);
  void Refuse();
  void Pause() const;

  const int port_;
  std::vector<UniqueFd> sockets_;
  const ConnectionBounds bounds_;
  // Of the thread alone; only where they are bounded.
  OpenConnections open_;
  const Take take_;
  const UniqueFd stop_;
  std::atomic<int64_t> refused_{0};
  std::atomic<int64_t> failures_{0};
  std::thread thread_;  // last: starts when all else is ready
};

}  // namespace rollcall::collector
