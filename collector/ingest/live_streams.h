// The streams that are open, by agent, so that an agent can be turned away.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/id.h"
#include "common/sync.h"

namespace rollcall::collector {

// A stream as far as others may touch it. Thread-safe.
class LiveStream {
 public:
  virtual ~LiveStream() = default;
  // Ends it with `status` as soon as it waits for a message; nothing if it has
  // gone. What is written until then may take until the second EndIfLate.
  virtual void End(const absl::Status& status) = 0;
  // Ends it if a message or the taking of an answer is awaited for longer than
  // it may be; whether that was so. `now` is of the monotonic clock.
  virtual bool EndIfLate(absl::Duration /*now*/) { return false; }
};

// Thread-safe.
class LiveStreams {
 public:
  // How many the agent has with this one.
  size_t Add(AgentId agent, std::shared_ptr<LiveStream> stream) {
    MutexLock lock(&mutex_);
    auto& streams = streams_[agent];
    streams.push_back(std::move(stream));
    return streams.size();
  }

  void Remove(AgentId agent, const LiveStream* stream) {
    MutexLock lock(&mutex_);
    const auto found = streams_.find(agent);
    if (found == streams_.end()) return;
    std::erase_if(found->second,
                  [&](const auto& other) { return other.get() == stream; });
    if (found->second.empty()) streams_.erase(found);
  }

  // Ends the agent's streams; how many there were.
  int End(AgentId agent, const absl::Status& status) {
    std::vector<std::shared_ptr<LiveStream>> streams;
    {
      MutexLock lock(&mutex_);
      const auto found = streams_.find(agent);
      if (found != streams_.end()) streams = found->second;
    }
    for (const auto& stream : streams) stream->End(status);
    revoked_ += static_cast<int64_t>(streams.size());
    return static_cast<int>(streams.size());
  }

  // Ends the streams that wait for longer than they may: whose they were. To be
  // called at intervals.
  std::vector<AgentId> EndLate(absl::Duration now) {
    std::vector<std::pair<AgentId, std::shared_ptr<LiveStream>>> all;
    {
      MutexLock lock(&mutex_);
      for (const auto& [agent, streams] : streams_) {
        for (const auto& stream : streams) all.emplace_back(agent, stream);
      }
    }
    std::vector<AgentId> ended;
    for (const auto& [agent, stream] : all) {
      if (stream->EndIfLate(now)) ended.push_back(agent);
    }
    return ended;
  }

  void CountRefused() { ++revoked_; }
  // Streams of revoked agents that were ended or refused, since start.
  int64_t revoked() const { return revoked_; }

 private:
  Mutex mutex_;
  absl::flat_hash_map<AgentId, std::vector<std::shared_ptr<LiveStream>>>
      streams_ ABSL_GUARDED_BY(mutex_);
  std::atomic<int64_t> revoked_{0};
};

}  // namespace rollcall::collector
