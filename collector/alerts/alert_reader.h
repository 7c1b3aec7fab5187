// The alerts of one day, from the store.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "collector/alerts/alert_moment.h"
#include "collector/alerts/key_dates.h"
#include "collector/rpc/kept_answers.h"
#include "rollcall/v1/alert_service.pb.h"

namespace rollcall::collector {

inline constexpr int kMaxHorizonDays = 3'660;

// A filter that was checked.
struct AlertChoice {
  AlertSettings settings;
  bool include_acknowledged = false;

  // Whether it shows the alert, one that its settings choose.
  bool Shows(const v1::Alert& alert) const {
    return include_acknowledged || !alert.has_acknowledgement();
  }
};

// INVALID_ARGUMENT, naming the field, for what may not be.
absl::StatusOr<AlertChoice> ReadAlertFilter(const v1::AlertFilter& filter);

// Thread-safe. Blocking.
class AlertReader {
 public:
  // Shared: nobody changes them.
  using Alerts = std::shared_ptr<const std::vector<v1::Alert>>;

  AlertReader(const AlertSources& sources, int review_days)
      : sources_(sources), review_days_(review_days) {}

  const AlertSources& sources() const { return sources_; }

  // All alerts of the settings, but for their review_days, with the
  // acknowledgements in effect; ordered by due date, then id. Whoever asks for
  // the same of the same moment, as for the next page, gets them without their
  // being worked out again, as long as they are kept: 64 MiB are, of all
  // moments. Errors as for AlertsOn and AlertMoment.
  absl::StatusOr<Alerts> Read(AlertMoment& moment,
                              AlertSettings settings) const;

 private:
  struct Asked {
    AlertMoment::Name moment;
    AlertSettings settings;

    friend bool operator==(const Asked&, const Asked&) = default;
  };

  const AlertSources sources_;
  const int review_days_;
  mutable KeptAnswers<Asked, std::vector<v1::Alert>> kept_{64 << 20};
};

}  // namespace rollcall::collector
