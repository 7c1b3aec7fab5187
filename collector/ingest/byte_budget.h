// How many bytes of agents' messages may be held at once.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <utility>

namespace rollcall::collector {

// Admits messages by their size before they are decoded. Thread-safe.
class ByteBudget {
 public:
  explicit ByteBudget(int64_t limit) : limit_(limit) {}

  // A part of the budget, given back when it goes.
  class Share {
   public:
    Share(ByteBudget& budget, int64_t bytes)
        : budget_(&budget), bytes_(bytes) {}
    Share(Share&& other) noexcept
        : budget_(std::exchange(other.budget_, nullptr)),
          bytes_(other.bytes_) {}
    Share& operator=(Share&& other) noexcept {
      std::swap(budget_, other.budget_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~Share() {
      if (budget_ != nullptr) budget_->used_ -= bytes_;
    }

   private:
    ByteBudget* budget_;
    int64_t bytes_;
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

  int64_t used() const { return used_; }
  int64_t limit() const { return limit_; }
  int64_t refused() const { return refused_; }

 private:
  const int64_t limit_;
  std::atomic<int64_t> used_{0};
  std::atomic<int64_t> refused_{0};
};

}  // namespace rollcall::collector
