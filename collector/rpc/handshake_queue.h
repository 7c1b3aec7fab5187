// Lets connections begin their TLS handshakes a few at a time.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "collector/rpc/tcp_progress.h"
#include "common/clock.h"
#include "common/sync.h"
#include "common/unique_fd.h"

namespace rollcall::collector {

// With that many processors; 0 if it is not known.
size_t MostHandshakes(unsigned processors);

struct HandshakeQueueOptions {
  // A connection that says nothing for this long is closed.
  absl::Duration speaks_within = absl::Seconds(10);
  // Handshakes that may be under way: about what the processors do in a tenth
  // of a second, which is what streams that are open wait for at most. More of
  // them would not be done sooner.
  size_t most = MostHandshakes(std::thread::hardware_concurrency());
  // One that takes longer goes on, but is not counted any more: who stalls
  // keeps others waiting no longer than that.
  absl::Duration counts_for = absl::Milliseconds(500);
  // Descriptors from this one on are for others.
  int descriptor_bound = std::numeric_limits<int>::max();
};

// A handshake costs milliseconds of a processor. When thousands of agents come
// at once, gRPC begins all of theirs at once, so that each takes as long as all
// together: longer than either side waits, and all is done in vain, again and
// again; and streams that are open wait for all of them. Here they begin in the
// order in which the agents spoke, and a few at a time; those that hung up
// meanwhile are passed over. A connection that says nothing is not begun at
// all. Thread-safe.
class HandshakeQueue {
 public:
  // Takes over a connection whose client has spoken. Called on the queue's one
  // thread, and must not wait.
  using Begin = std::function<void(UniqueFd)>;

  // RESOURCE_EXHAUSTED if there is no descriptor even for itself.
  static absl::StatusOr<std::unique_ptr<HandshakeQueue>> Start(
      const HandshakeQueueOptions& options, Begin begin);
  // As Stop.
  ~HandshakeQueue();
  HandshakeQueue(const HandshakeQueue&) = delete;
  HandshakeQueue& operator=(const HandshakeQueue&) = delete;

  // Queues a connection, which does not block.
  void Add(UniqueFd connection);
  // Closes what has not begun. Returns once `begin` runs no more. May be called
  // again, but not by two threads at once.
  void Stop();

  // Connections that were closed since they said nothing, since the start.
  int64_t silent() const { return silent_closed_; }
  // Connections that have spoken and wait to begin.
  int64_t waiting() const { return waiting_count_; }

 private:
  // A connection that has yet to say something.
  struct Silent {
    UniqueFd connection;
    uint64_t number = 0;
  };
  struct Late {
    absl::Duration at;
    int fd = 0;
    uint64_t number = 0;
  };
  struct Handshake {
    TcpProgress progress;
    absl::Duration counts_until;
  };

  HandshakeQueue(const HandshakeQueueOptions& options, Begin begin,
                 UniqueFd epoll, UniqueFd wake)
      : options_(options),
        begin_(std::move(begin)),
        epoll_(std::move(epoll)),
        wake_(std::move(wake)),
        thread_([this] { Run(); }) {}
  void Run();
  // Listens to what was added.
  void TakeAdded();
  // What it can do next without being told, in milliseconds; -1: nothing.
  int Pause() const;
  void Heard(int fd);
  void CloseSilent();
  void ForgetEnded();
  void BeginSome();

  const HandshakeQueueOptions options_;
  const Begin begin_;
  const UniqueFd epoll_;
  const UniqueFd wake_;
  const SystemClock clock_;

  // Of the thread alone.
  std::unordered_map<int, Silent> silent_;
  std::deque<Late> late_;
  uint64_t numbers_ = 0;
  std::deque<UniqueFd> waiting_;
  std::vector<Handshake> handshakes_;

  std::atomic<int64_t> silent_closed_{0};
  std::atomic<int64_t> waiting_count_{0};
  Mutex mutex_;
  std::vector<UniqueFd> added_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: starts when all else is ready
};

}  // namespace rollcall::collector
