#include "collector/presence/availability.h"

#include <algorithm>
#include <utility>

#include "common/proto_time.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr absl::Duration kMaxGap = absl::Minutes(2);

}  // namespace

Availability::Availability(std::vector<ServicePeriod> periods) {
  std::sort(periods.begin(), periods.end(),
            [](const ServicePeriod& a, const ServicePeriod& b) {
              return a.start < b.start;
            });
  for (const ServicePeriod& period : periods) {
    if (period.end <= period.start) continue;
    if (periods_.empty() || period.start > periods_.back().end) {
      periods_.push_back(period);
    } else {
      periods_.back().end = std::max(periods_.back().end, period.end);
    }
  }
  absl::Duration length;
  for (const ServicePeriod& period : periods_) {
    lengths_before_.push_back(length);
    length += period.end - period.start;
  }
}

absl::StatusOr<Availability> Availability::Load(const Reader& reader) {
  std::vector<ServicePeriod> periods;
  auto entries = kAvailabilityTable.ScanPrefix(reader, KeyWriter());
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, entries.Next());
    if (!entry.has_value()) return Availability(std::move(periods));
    const auto& period = entry->value;
    periods.push_back({period.has_since() ? FromProto(period.since())
                                          : entry->key.start.time(),
                       FromProto(period.until())});
  }
}

absl::Duration Availability::Between(absl::Time from, absl::Time to) const {
  return from < to ? Before(to) - Before(from) : absl::ZeroDuration();
}

absl::Duration Availability::Before(absl::Time time) const {
  const auto next =
      std::upper_bound(periods_.begin(), periods_.end(), time,
                       [](absl::Time t, const ServicePeriod& period) {
                         return t < period.start;
                       });
  if (next == periods_.begin()) return absl::ZeroDuration();
  const size_t last = static_cast<size_t>(next - periods_.begin()) - 1;
  const ServicePeriod& period = periods_[last];
  return lengths_before_[last] + std::min(time, period.end) - period.start;
}

absl::Status AvailabilityRecorder::Heartbeat() {
  const absl::Time now = clock_.Now();
  absl::Time since = now;
  std::optional<KnownStamp> start;
  {
    MutexLock lock(&mutex_);
    const bool goes_on =
        start_.has_value() && now >= until_ && now - until_ <= kMaxGap;
    if (goes_on) {
      start = start_;
      since = since_;
    }
  }
  stored::v1::AvailabilityPeriod period;
  *period.mutable_since() = ToProto(since);
  *period.mutable_until() = ToProto(now);
  const auto noted = committer_.Commit(
      {"availability"}, [&](KnownStamp stamp, const Reader&, Writes& writes) {
        kAvailabilityTable.Put(writes.head, {start.value_or(stamp)}, period);
        return absl::OkStatus();
      });
  if (!noted.ok()) return noted.status();
  MutexLock lock(&mutex_);
  start_ = start.value_or(*noted);
  since_ = since;
  until_ = now;
  return absl::OkStatus();
}

}  // namespace rollcall::collector
