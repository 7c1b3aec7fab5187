#include "collector/storage/known_stamp.h"

#include <algorithm>

namespace rollcall::collector {
namespace {
constexpr int kCounterBits = 12;
constexpr uint64_t kCounterMask = (uint64_t{1} << kCounterBits) - 1;

uint64_t MicrosOf(absl::Time time) {
  return static_cast<uint64_t>(std::max<int64_t>(0, absl::ToUnixMicros(time)));
}
}  // namespace

KnownStamp KnownStamp::AtEndOf(absl::Time time) {
  return KnownStamp(MicrosOf(time) << kCounterBits | kCounterMask);
}

absl::Time KnownStamp::time() const {
  return absl::FromUnixMicros(static_cast<int64_t>(raw_ >> kCounterBits));
}

KnownStamp HybridClock::Next() {
  const uint64_t now = MicrosOf(clock_.Now()) << kCounterBits;
  MutexLock lock(&mutex_);
  const bool is_behind = now < (last_ & ~kCounterMask);
  last_ = std::max(now, (is_behind ? last_ | kCounterMask : last_) + 1);
  return KnownStamp::FromRaw(last_);
}

absl::Duration HybridClock::AheadOfTime() const {
  const absl::Time now = clock_.Now();
  MutexLock lock(&mutex_);
  return KnownStamp::FromRaw(last_).time() - now;
}

void HybridClock::Observe(KnownStamp stamp) {
  MutexLock lock(&mutex_);
  last_ = std::max(last_, stamp.raw());
}

}  // namespace rollcall::collector
