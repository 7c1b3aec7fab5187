// Takes connections, and refuses them before the process runs out of file
// descriptors.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "collector/rpc/listening_sockets.h"
#include "common/unique_fd.h"

namespace rollcall::collector {

// gRPC 1.51 lets go of a listening socket for good when an accept fails for
// want of descriptors (grpc/grpc issue 20418, CVE-2023-4785), and RocksDB stops
// writing when it cannot open a file. So accepting is done here, and stops
// short of that: a process is given the lowest descriptor that is free, so the
// number of a new one says how many are in use at least. From
// `descriptor_bound` on, connections are closed as soon as they come.
// Thread-safe.
class ConnectionAcceptor {
 public:
  // Takes over a connection, which does not block; called on the acceptor's one
  // thread, and must not wait.
  using Take = std::function<void(UniqueFd)>;

  // RESOURCE_EXHAUSTED if there is no descriptor even for itself.
  static absl::StatusOr<std::unique_ptr<ConnectionAcceptor>> Start(
      ListeningSockets listening, int descriptor_bound, Take take);
  // As Stop.
  ~ConnectionAcceptor();
  ConnectionAcceptor(const ConnectionAcceptor&) = delete;
  ConnectionAcceptor& operator=(const ConnectionAcceptor&) = delete;

  // Takes no more; what waits to be accepted is reset. Returns once `take` runs
  // no more. May be called again, but not by two threads at once.
  void Stop();

  int port() const { return port_; }

  // Connections that were closed for want of descriptors, since the start.
  int64_t refused() const { return refused_; }
  // Times that accepting failed for want of something, and rested.
  int64_t failures() const { return failures_; }

 private:
  ConnectionAcceptor(ListeningSockets listening, int descriptor_bound,
                     Take take, UniqueFd stop);
  void Run();
  // Whether all that waits was accepted.
  bool AcceptFrom(const UniqueFd& listening);
  void Refuse();
  void Pause() const;

  const int port_;
  std::vector<UniqueFd> sockets_;
  const int descriptor_bound_;
  const Take take_;
  const UniqueFd stop_;
  std::atomic<int64_t> refused_{0};
  std::atomic<int64_t> failures_{0};
  std::thread thread_;  // last: starts when all else is ready
};

}  // namespace rollcall::collector
