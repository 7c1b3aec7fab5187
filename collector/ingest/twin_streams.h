// Streams of one agent that are open at once. Mostly the older one has no other
// end any more: its machine lost its power or its connection. Where it has, two
// machines use one key. Which it is, challenges tell: each stream is asked for
// a sign of life after the other was opened.
//
//   opened, Hello taken     Greet(seat)        a twin? both are challenged
//   before each answer      TakeChallenge(seat)
//   ChallengeAnswer         Answer(seat)       both answered? a clone
//   at intervals            EndSilent()        no answer in time? it is ended
//   gone                    Leave(seat)
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "collector/ingest/ingest_stats.h"
#include "collector/ingest/live_streams.h"
#include "common/clock.h"
#include "common/id.h"
#include "common/random.h"
#include "common/sync.h"

namespace rollcall::collector {

// One stream among those of its agent. Its fields are TwinStreams'.
struct TwinSeat {
  AgentId agent;
  std::shared_ptr<LiveStream> stream;
  // Of its Hello: 16 bytes, or empty where the machine has none.
  std::string boot_id;
  // What its Hello was given.
  Nonce given;

  // A challenge waits for the next answer; may be read at any time.
  std::atomic<bool> is_due{false};

  // Guarded by TwinStreams' mutex. Streams are numbered as they are
  // greeted; a challenge proves a stream alive after all that were greeted
  // before it was made.
  int64_t number = 0;
  int64_t challenged_after = 0;
  int64_t alive_after = 0;
  std::optional<Nonce> challenge;
  // Monotonic.
  absl::Duration answer_by;
  // Found to be another machine's, and about to be ended.
  bool is_judged = false;
};

// Two streams of one agent that were both answered on.
struct TwinVerdict {
  AgentId agent;
  // What their Hellos were given; the newer is the one that must go.
  Nonce older;
  Nonce newer;
  std::shared_ptr<LiveStream> newer_stream;
};

struct TwinOptions {
  // How long a stream that was challenged may be silent. An agent hears of a
  // challenge when it checks in, so that it must be longer than that takes.
  absl::Duration answer_within = absl::Minutes(10);
  // Streams of one agent; of more the oldest is ended.
  size_t max_streams = 4;
};

// Thread-safe. All arguments outlive it.
class TwinStreams {
 public:
  // Called without a lock, once for each newer stream; it is to end that.
  using OnClone = std::function<void(const TwinVerdict&)>;

  TwinStreams(const Clock& clock, Random& random, IngestStats& stats,
              OnClone on_clone, TwinOptions options = {})
      : clock_(clock),
        random_(random),
        stats_(stats),
        on_clone_(std::move(on_clone)),
        options_(options) {}

  // A stream whose Hello was taken. `seat` has its first four fields.
  void Greet(const std::shared_ptr<TwinSeat>& seat);
  void Leave(const TwinSeat& seat);
  // What to ask on this stream now; mostly nothing, and that costs no lock.
  std::optional<Nonce> TakeChallenge(TwinSeat& seat);
  // INVALID_ARGUMENT if the stream was not asked that.
  absl::Status Answer(TwinSeat& seat, absl::string_view nonce);
  // Ends those that were challenged and are silent for too long.
  void EndSilent();

 private:
  using Seats = std::vector<std::shared_ptr<TwinSeat>>;
  void Challenge(const Seats& seats) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::optional<TwinVerdict> Judge(const Seats& seats)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Clock& clock_;
  Random& random_;
  IngestStats& stats_;
  const OnClone on_clone_;
  const TwinOptions options_;

  Mutex mutex_;
  // Given once: of a stream that left, others may still be known to have
  // spoken after it.
  int64_t last_number_ ABSL_GUARDED_BY(mutex_) = 0;
  // In the order in which they were greeted.
  absl::flat_hash_map<AgentId, Seats> agents_ ABSL_GUARDED_BY(mutex_);
  // Of those that were challenged, for EndSilent.
  absl::flat_hash_map<const TwinSeat*, std::shared_ptr<TwinSeat>> challenged_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace rollcall::collector
