#include "collector/storage/committer.h"

#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "collector/storage/newest_stamp.h"
#include "common/log.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// Clocks of machines that keep time differ by less.
constexpr absl::Duration kMostAhead = absl::Hours(24);

// A change that was built and waits for the group's write.
struct Built {
  KnownStamp stamp;
  std::function<void(absl::StatusOr<KnownStamp>)> done;
};

// Makes every later stamp greater than those of the store: where the newest
// cannot be read, nothing may be written.
absl::Status ObserveLastStamp(const Engine& engine, HybridClock& clock) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto last, NewestStamp(engine));
  if (!last.has_value()) return absl::OkStatus();
  clock.Observe(*last);
  const absl::Duration ahead = clock.AheadOfTime();
  if (ahead > kMostAhead) {
    Log(LogLevel::kError,
        "the store's newest change is ahead of this machine's clock; questions "
        "as of a time do not see what comes until the clock is there",
        {{"newest", absl::FormatTime(last->time(), absl::UTCTimeZone())},
         {"ahead", absl::FormatDuration(ahead)}});
  }
  return absl::OkStatus();
}

}  // namespace

Committer::Committer(Engine& engine, HybridClock& clock,
                     CommitterOptions options)
    : engine_(engine),
      clock_(clock),
      options_(options),
      observed_(ObserveLastStamp(engine, clock)) {
  thread_ = std::thread([this] { Run(); });
}

Committer::~Committer() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
  }
  wake_.SignalAll();
  thread_.join();
}

absl::Status Committer::Submit(Change change) {
  if (!observed_.ok()) return observed_;
  bool is_awaited = false;
  {
    MutexLock lock(&mutex_);
    if (stopping_) return absl::UnavailableError("the collector is stopping");
    if (queue_.size() >= options_.max_queue) {
      ++stats_.refused;
      return absl::ResourceExhaustedError(absl::StrCat(
          options_.max_queue, " changes wait to be written; try again later"));
    }
    queue_.push_back(std::move(change));
    is_awaited = queue_.size() == 1 || queue_.size() == options_.gather_until;
  }
  if (is_awaited) wake_.Signal();
  return absl::OkStatus();
}

absl::StatusOr<KnownStamp> Committer::Commit(
    std::vector<std::string> names,
    std::function<absl::Status(KnownStamp, const Reader&, Writes&)> build) {
  struct Waiter {
    Mutex mutex;
    CondVar ready;
    std::optional<absl::StatusOr<KnownStamp>> result ABSL_GUARDED_BY(mutex);
  };
  auto waiter = std::make_shared<Waiter>();
  const absl::Status submitted =
      Submit({std::move(names), std::move(build),
              [waiter](absl::StatusOr<KnownStamp> result) {
                MutexLock lock(&waiter->mutex);
                waiter->result = std::move(result);
                waiter->ready.SignalAll();
              }});
  if (!submitted.ok()) return submitted;
  MutexLock lock(&waiter->mutex);
  while (!waiter->result.has_value()) waiter->ready.Wait(&waiter->mutex);
  return *waiter->result;
}

CommitterStats Committer::stats() const {
  MutexLock lock(&mutex_);
  CommitterStats stats = stats_;
  stats.queue = queue_.size();
  return stats;
}

void Committer::Run() {
  while (true) {
    std::vector<Change> group;
    {
      MutexLock lock(&mutex_);
      Gather();
      while (queue_.empty() && !stopping_) wake_.Wait(&mutex_);
      if (queue_.empty()) return;
      group = TakeGroup();
    }
    WriteGroup(std::move(group));
  }
}

void Committer::Gather() {
  if (stopping_ || left_some_ || queue_.size() < options_.gather_from ||
      queue_.size() >= options_.gather_until) {
    return;
  }
  // Woken for nothing it writes a smaller group, which does no harm.
  wake_.WaitFor(&mutex_, options_.gather_for);
}

// What a change of this group writes another cannot see: one with a name of the
// group, or of one that was passed over, is passed over too and stays in the
// queue. So a name's changes keep their order, and hold up nobody else's.
std::vector<Change> Committer::TakeGroup() {
  std::vector<Change> group;
  std::deque<Change> passed_over;
  absl::flat_hash_set<std::string> names;
  while (!queue_.empty() && group.size() < options_.max_group) {
    Change& next = queue_.front();
    const bool waits = absl::c_any_of(
        next.names,
        [&names](const std::string& name) { return names.contains(name); });
    names.insert(next.names.begin(), next.names.end());
    if (waits) {
      passed_over.push_back(std::move(next));
    } else {
      group.push_back(std::move(next));
    }
    queue_.pop_front();
  }
  queue_.insert(queue_.begin(), std::make_move_iterator(passed_over.begin()),
                std::make_move_iterator(passed_over.end()));
  left_some_ = !queue_.empty();
  return group;
}

// Returns the changes from `first` on to the head of the queue, in their order.
void Committer::PutBack(std::vector<Change> group, size_t first) {
  MutexLock lock(&mutex_);
  for (size_t i = group.size(); i > first; --i) {
    queue_.push_front(std::move(group[i - 1]));
  }
  left_some_ = true;
}

void Committer::WriteGroup(std::vector<Change> group) {
  Writes all;
  std::vector<Built> built;
  int64_t dropped = 0;
  for (size_t i = 0; i < group.size(); ++i) {
    if (all.head.bytes() > options_.max_group_bytes) {
      PutBack(std::move(group), i);
      break;
    }
    Change& change = group[i];
    const KnownStamp stamp = clock_.Next();
    Writes writes;
    const absl::Status status = change.build(stamp, engine_, writes);
    if (!status.ok()) {
      ++dropped;
      change.done(status);
      continue;
    }
    all.head.Append(std::move(writes.head));
    built.push_back({stamp, std::move(change.done)});
  }
  absl::Status status;
  if (!all.head.empty()) {
    // Changes may have taken more stamps than the one they were given.
    all.head.Put(TableId::kMeta, kLastStampKey,
                 absl::StrCat(clock_.Next().raw()));
    status = engine_.Write(all.head, Durability::kSynced);
  }
  {
    MutexLock lock(&mutex_);
    ++stats_.groups;
    stats_.changes += static_cast<int64_t>(built.size());
    stats_.failures += dropped;
    if (!status.ok()) stats_.failures += static_cast<int64_t>(built.size());
  }
  if (!status.ok()) {
    Log(LogLevel::kError, "changes could not be stored",
        {{"changes", built.size()}, {"error", status.message()}});
  }
  for (Built& one : built) {
    if (status.ok()) {
      one.done(one.stamp);
    } else {
      one.done(status);
    }
  }
}

}  // namespace rollcall::collector
