// Streams that say one thing after another, each after the answer to the last:
// the same to a collector and to an echo.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sync.h"
#include "tests/swarm/stream_loop.h"

namespace rollcall::bench {

// Counts talkers that are done. Thread-safe.
class Countdown {
 public:
  explicit Countdown(size_t talkers) : left_(talkers) {}
  // One is done, or failed.
  void Done(const absl::Status& status = absl::OkStatus());
  // One was turned away, and tries again.
  void NoteRetry() { ++retries_; }
  int64_t retries() const { return retries_; }
  // Until none is left; how the first that failed did. DEADLINE_EXCEEDED after
  // `timeout`.
  absl::Status Await(absl::Duration timeout);

 private:
  std::atomic<int64_t> retries_{0};
  Mutex mutex_;
  CondVar changed_;
  size_t left_ ABSL_GUARDED_BY(mutex_);
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
};

// When to say what: message i at `start` + i * `interval`, or, without an
// interval, as soon as the one before is answered.
struct Pace {
  int messages = 1;
  absl::Time start;
  absl::Duration interval;
};

// All methods on the loop's thread.
class Talker {
 public:
  explicit Talker(swarm::StreamLoop& loop) : loop_(loop) {}
  virtual ~Talker() = default;

  // Connects and gets ready to talk; then counts down. One that is turned away
  // tries again some times, as an agent does.
  void Prepare(int port, Countdown& countdown);
  // Talks; counts down after the last answer. REQUIRES: ready.
  void Talk(const Pace& pace, Countdown& countdown);
  // Disconnects; counts down once it is away.
  void Leave(Countdown& countdown);

  swarm::StreamLoop& loop() const { return loop_; }
  // From when each message of the last Talk was due to its answer, in
  // milliseconds.
  const std::vector<double>& latencies() const { return latencies_; }

 protected:
  virtual void Connect(int port) = 0;
  virtual void Say(int message) = 0;
  virtual void Disconnect() = 0;
  virtual bool away() const = 0;

  // What a talker's stream tells it.
  void Answered();
  void Ended(const absl::Status& status);

 private:
  void SayNext();
  // Connects once more, if it is connecting and the server was busy.
  bool TryAgain(const absl::Status& status);

  swarm::StreamLoop& loop_;
  Countdown* countdown_ = nullptr;
  bool leaving_ = false;
  bool talking_ = false;
  int port_ = 0;
  absl::Time connect_until_;
  Pace pace_;
  int next_ = 0;
  absl::Time due_;
  std::vector<double> latencies_;
};

// Talkers that leave before they go. Not thread-safe; the loops outlive it.
class Talkers {
 public:
  Talkers() = default;
  Talkers(Talkers&&) = default;
  Talkers& operator=(Talkers&&) = default;
  ~Talkers();

  void Add(std::unique_ptr<Talker> talker) {
    talkers_.push_back(std::move(talker));
  }
  size_t size() const { return talkers_.size(); }
  Talker& operator[](size_t i) const { return *talkers_[i]; }
  auto begin() const { return talkers_.begin(); }
  auto end() const { return talkers_.end(); }

 private:
  std::vector<std::unique_ptr<Talker>> talkers_;
};

// Returns how often one was turned away and tried again.
absl::StatusOr<int64_t> PrepareAll(const Talkers& talkers, int port);
// How long it took until the last answer.
absl::StatusOr<absl::Duration> TalkAll(const Talkers& talkers, int messages);
// The same as messages per second.
absl::StatusOr<double> TalkRate(const Talkers& talkers, int messages);
// Each talker says a message every `interval` from `start` on, evenly apart
// from the others, or as soon as it can if that is over; the latencies of all.
absl::StatusOr<std::vector<double>> TalkPaced(const Talkers& talkers,
                                              int messages, absl::Time start,
                                              absl::Duration interval);
absl::Status LeaveAll(const Talkers& talkers);

}  // namespace rollcall::bench
