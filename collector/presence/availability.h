// When the collector was there to be talked to: only that time counts as a
// device's silence.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "collector/storage/committer.h"
#include "collector/storage/engine.h"
#include "collector/storage/key.h"
#include "collector/storage/known_stamp.h"
#include "collector/storage/table.h"
#include "common/clock.h"
#include "common/sync.h"
#include "rollcall/stored/v1/meta.pb.h"

namespace rollcall::collector {

// The start of a time of service.
struct AvailabilityKey {
  KnownStamp start;

  void Encode(KeyWriter& writer) const { writer.Stamp(start); }
  static AvailabilityKey Decode(KeyReader& reader) { return {reader.Stamp()}; }
};

inline constexpr Table<AvailabilityKey, stored::v1::AvailabilityPeriod>
    kAvailabilityTable(TableId::kAvailability);

// A time of service.
struct ServicePeriod {
  absl::Time start;
  absl::Time end;
};

// The times of service that are known. Immutable; thread-safe.
class Availability {
 public:
  // Takes periods in any order, which may overlap where the clock went back.
  explicit Availability(std::vector<ServicePeriod> periods);
  // DATA_LOSS, UNAVAILABLE as for Table.
  static absl::StatusOr<Availability> Load(const Reader& reader);

  // How much of the time from `from` to `to` the collector was there.
  absl::Duration Between(absl::Time from, absl::Time to) const;

 private:
  // How much of the time before `time` it was there.
  absl::Duration Before(absl::Time time) const;

  // In order, apart from each other.
  std::vector<ServicePeriod> periods_;
  // The length of all periods before the one at the same place.
  std::vector<absl::Duration> lengths_before_;
};

// Keeps the record. Thread-safe. All arguments outlive it.
class AvailabilityRecorder {
 public:
  AvailabilityRecorder(Committer& committer, const Clock& clock)
      : committer_(committer), clock_(clock) {}

  // Notes that the collector is there. Call it when all listens, and then every
  // 30 s: a gap of more than 2 minutes (a suspended machine, a stuck disk) is
  // time in which it was not there. Blocking. On an error nothing is noted, and
  // a later call may make up for it.
  absl::Status Heartbeat();

 private:
  Committer& committer_;
  const Clock& clock_;
  Mutex mutex_;
  // The current period, its first and its last noted moment.
  std::optional<KnownStamp> start_ ABSL_GUARDED_BY(mutex_);
  absl::Time since_ ABSL_GUARDED_BY(mutex_);
  absl::Time until_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rollcall::collector
