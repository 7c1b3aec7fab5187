#include "collector/rpc/call_turns.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

namespace rollcall::collector {

CallTurns::~CallTurns() {
  MutexLock lock(&mutex_);
  while (!lines_.empty() || inside_ > 0) left_.Wait(&mutex_);
}

absl::Status CallTurns::CheckRoom(const std::string& principal,
                                  const Line& line, int64_t bytes) const {
  if (line.waiting.size() + line.running >= bounds_.of_principal ||
      line.bytes + bytes > bounds_.bytes_of_principal) {
    return absl::ResourceExhaustedError(absl::StrCat(
        principal, " has ", line.waiting.size() + line.running, " requests of ",
        line.bytes,
        " bytes that are not answered yet; try again once they are"));
  }
  if (waiting_ + running_ >= bounds_.in_all ||
      bytes_ + bytes > bounds_.bytes_in_all) {
    return absl::ResourceExhaustedError(
        absl::StrCat(waiting_ + running_, " requests of ", bytes_,
                     " bytes are not answered yet; try again later"));
  }
  return absl::OkStatus();
}

absl::Status CallTurns::Post(const std::string& principal, int64_t bytes,
                             Task task) {
  {
    MutexLock lock(&mutex_);
    const auto [line, is_new] = lines_.try_emplace(principal);
    absl::Status room = CheckRoom(principal, line->second, bytes);
    if (!room.ok()) {
      if (is_new) lines_.erase(line);
      ++refused_;
      return room;
    }
    line->second.waiting.push_back({principal, bytes, std::move(task)});
    line->second.bytes += bytes;
    bytes_ += bytes;
    ++waiting_;
  }
  StartAll();
  return absl::OkStatus();
}

size_t CallTurns::waiting() const {
  MutexLock lock(&mutex_);
  return waiting_;
}

int64_t CallTurns::refused() const {
  MutexLock lock(&mutex_);
  return refused_;
}

bool CallTurns::TakeNext(Call& call) {
  const auto threads = static_cast<size_t>(executor_.threads());
  const size_t most = std::max<size_t>(1, threads - 1);
  MutexLock lock(&mutex_);
  if (running_ >= threads) return false;
  auto line = lines_.upper_bound(last_);
  for (size_t seen = 0; seen < lines_.size(); ++seen, ++line) {
    if (line == lines_.end()) line = lines_.begin();
    if (line->second.waiting.empty() || line->second.running >= most) continue;
    call = std::move(line->second.waiting.front());
    line->second.waiting.pop_front();
    ++line->second.running;
    ++running_;
    ++inside_;
    --waiting_;
    last_ = line->first;
    return true;
  }
  return false;
}

void CallTurns::StartAll() {
  Call next;
  while (TakeNext(next)) {
    const auto call = std::make_shared<const Call>(std::move(next));
    const absl::Status posted = executor_.Post([this, call] {
      call->task(absl::OkStatus());
      Finish(*call);
      StartAll();
      Leave();
    });
    if (posted.ok()) continue;
    call->task(posted);
    Finish(*call);
    Leave();
  }
}

void CallTurns::Finish(const Call& call) {
  MutexLock lock(&mutex_);
  const auto line = lines_.find(call.principal);
  --line->second.running;
  --running_;
  line->second.bytes -= call.bytes;
  bytes_ -= call.bytes;
  if (line->second.running == 0 && line->second.waiting.empty()) {
    lines_.erase(line);
  }
}

void CallTurns::Leave() {
  MutexLock lock(&mutex_);
  --inside_;
  if (inside_ == 0) left_.SignalAll();
}

}  // namespace rollcall::collector
