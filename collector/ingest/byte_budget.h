// How many bytes of agents' messages may be held at once.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "common/id.h"
#include "common/sync.h"

namespace rollcall::collector {

// Admits messages by their size before they are decoded, and what is held for
// agents. Thread-safe.
class ByteBudget {
 public:
  explicit ByteBudget(int64_t limit) : ByteBudget(limit, limit) {}
  // `agent_limit`: of what is admitted for one agent.
  ByteBudget(int64_t limit, int64_t agent_limit)
      : limit_(limit), agent_limit_(agent_limit) {}

  // A part of the budget, given back when it goes.
  class Share {
   public:
    Share(ByteBudget& budget, int64_t bytes)
        : budget_(&budget), bytes_(bytes) {}
    Share(Share&& other) noexcept
        : budget_(std::exchange(other.budget_, nullptr)),
          bytes_(other.bytes_),
          agent_(other.agent_) {}
    Share& operator=(Share&& other) noexcept {
      std::swap(budget_, other.budget_);
      std::swap(bytes_, other.bytes_);
      std::swap(agent_, other.agent_);
      return *this;
    }
    ~Share() {
      if (budget_ == nullptr) return;
      budget_->used_ -= bytes_;
      if (agent_.has_value()) budget_->GiveBack(*agent_, bytes_);
    }

   private:
    friend class ByteBudget;

    ByteBudget* budget_;
    int64_t bytes_;
    // Whom it was admitted for.
    std::optional<AgentId> agent_;
  };

  // Nothing if that many are not left.
  std::optional<Share> Admit(int64_t bytes) {
    if (used_.fetch_add(bytes) + bytes > limit_) {
      used_ -= bytes;
      ++refused_;
      return std::nullopt;
    }
    return Share(*this, bytes);
  }

  // Nothing, too, if the agent would hold more than one may.
  std::optional<Share> AdmitFor(AgentId agent, int64_t bytes) {
    if (bytes == 0) return Admit(0);
    {
      MutexLock lock(&mutex_);
      const auto found = held_.find(agent);
      const int64_t held = found == held_.end() ? 0 : found->second;
      if (held + bytes > agent_limit_) {
        ++refused_;
        return std::nullopt;
      }
      held_[agent] = held + bytes;
    }
    std::optional<Share> share = Admit(bytes);
    if (share.has_value()) {
      share->agent_ = agent;
    } else {
      GiveBack(agent, bytes);
    }
    return share;
  }

  int64_t used() const { return used_; }
  int64_t limit() const { return limit_; }
  int64_t refused() const { return refused_; }

 private:
  void GiveBack(AgentId agent, int64_t bytes) {
    MutexLock lock(&mutex_);
    const auto found = held_.find(agent);
    found->second -= bytes;
    if (found->second == 0) held_.erase(found);
  }

  const int64_t limit_;
  const int64_t agent_limit_;
  Mutex mutex_;
  // By those that hold anything.
  absl::flat_hash_map<AgentId, int64_t> held_ ABSL_GUARDED_BY(mutex_);
  std::atomic<int64_t> used_{0};
  std::atomic<int64_t> refused_{0};
};

}  // namespace rollcall::collector
