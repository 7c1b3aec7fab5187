#include "collector/ingest/twin_streams.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/log.h"

namespace rollcall::collector {
namespace {

// Whether both may be one machine: its connection broke, or two programs on it
// use one key. A boot id that is not known may be any.
bool MayBeOneMachine(const TwinSeat& a, const TwinSeat& b) {
  return a.boot_id.empty() || b.boot_id.empty() || a.boot_id == b.boot_id;
}

}  // namespace

void TwinStreams::Greet(const std::shared_ptr<TwinSeat>& seat) {
  std::shared_ptr<TwinSeat> oldest;
  {
    MutexLock lock(&mutex_);
    Seats& seats = agents_[seat->agent];
    seat->number = ++last_number_;
    seats.push_back(seat);
    if (seats.size() > options_.max_streams) {
      oldest = seats.front();
      seats.erase(seats.begin());
      challenged_.erase(oldest.get());
    }
    if (seats.size() > 1) Challenge(seats);
  }
  if (oldest == nullptr) return;
  ++stats_.twins_crowded_out;
  oldest->stream->End(absl::UnavailableError(absl::StrCat(
      "more than ", options_.max_streams, " streams of this agent are open")));
}

void TwinStreams::Leave(const TwinSeat& seat) {
  MutexLock lock(&mutex_);
  challenged_.erase(&seat);
  const auto found = agents_.find(seat.agent);
  if (found == agents_.end()) return;
  std::erase_if(found->second,
                [&](const auto& other) { return other.get() == &seat; });
  if (found->second.empty()) agents_.erase(found);
}

// Asks each that is not known to be alive after the newest was greeted, and is
// not being asked.
void TwinStreams::Challenge(const Seats& seats) {
  const int64_t newest = seats.back()->number;
  for (const auto& seat : seats) {
    if (seat->challenge.has_value() || seat->alive_after >= newest) continue;
    seat->challenge = Nonce::Generate(random_);
    seat->challenged_after = newest;
    seat->answer_by = clock_.Monotonic() + options_.answer_within;
    seat->is_due = true;
    challenged_[seat.get()] = seat;
    ++stats_.twins_challenged;
  }
}

std::optional<Nonce> TwinStreams::TakeChallenge(TwinSeat& seat) {
  if (!seat.is_due) return std::nullopt;
  MutexLock lock(&mutex_);
  seat.is_due = false;
  return seat.challenge;
}

absl::Status TwinStreams::Answer(TwinSeat& seat, absl::string_view nonce) {
  std::optional<TwinVerdict> verdict;
  {
    MutexLock lock(&mutex_);
    // One that is still to be sent cannot be answered.
    if (!seat.challenge.has_value() || seat.is_due ||
        seat.challenge->bytes() != nonce) {
      return absl::InvalidArgumentError(
          "challenge_answer: this stream was not asked that");
    }
    seat.challenge.reset();
    seat.alive_after = seat.challenged_after;
    challenged_.erase(&seat);
    const auto found = agents_.find(seat.agent);
    if (found == agents_.end()) return absl::OkStatus();
    verdict = Judge(found->second);
    if (found->second.size() > 1) Challenge(found->second);
  }
  if (verdict.has_value()) {
    ++stats_.twins_cloned;
    on_clone_(*verdict);
  }
  return absl::OkStatus();
}

// Of several machines the one that came last.
std::optional<TwinVerdict> TwinStreams::Judge(const Seats& seats) {
  for (auto newer = seats.rbegin(); newer != seats.rend(); ++newer) {
    TwinSeat& later = **newer;
    if (later.is_judged || later.alive_after < later.number) continue;
    for (const auto& older : seats) {
      if (older->number >= later.number) break;
      if (older->is_judged || older->alive_after < later.number ||
          MayBeOneMachine(*older, later)) {
        continue;
      }
      later.is_judged = true;
      return TwinVerdict{later.agent, older->given, later.given, later.stream};
    }
  }
  return std::nullopt;
}

void TwinStreams::EndSilent() {
  Seats silent;
  {
    MutexLock lock(&mutex_);
    const absl::Duration now = clock_.Monotonic();
    for (const auto& [key, seat] : challenged_) {
      if (seat->answer_by < now) silent.push_back(seat);
    }
    for (const auto& seat : silent) challenged_.erase(seat.get());
  }
  for (const auto& seat : silent) {
    ++stats_.twins_silent;
    Log(LogLevel::kInfo, "a stream that nobody is at any more is ended",
        {{"agent", seat->agent.ToHex()}});
    seat->stream->End(absl::UnavailableError(
        "a newer stream of this agent is open, and this one is silent"));
  }
}

}  // namespace rollcall::collector
