// Everybody who watches alerts.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "collector/alerts/acknowledgements.h"
#include "collector/alerts/alert_reader.h"
#include "collector/alerts/alert_watcher.h"
#include "collector/contracts/civil_date.h"
#include "collector/rpc/server_stream.h"
#include "collector/storage/known_stamp.h"
#include "common/clock.h"
#include "common/sync.h"
#include "rollcall/v1/alert_service.pb.h"

namespace rollcall::collector {

// Looks for what changed, and tells those who watch. Thread-safe; the arguments
// outlive it.
class AlertWatch {
 public:
  using Source = StreamSource<v1::WatchAlertsResponse>;

  AlertWatch(const AlertReader& reader,
             const Acknowledgements& acknowledgements, const Clock& clock)
      : reader_(reader), acknowledgements_(acknowledgements), clock_(clock) {}

  // One more who watches, who stays until the result goes. `line` is woken when
  // there is more for him. Errors as for ReadAlertFilter and AlertReader.
  // Blocking.
  absl::StatusOr<std::unique_ptr<Source>> Open(
      const v1::WatchAlertsRequest& request, std::shared_ptr<StreamLine> line);

  // Looks whether contracts took effect, an alert was acknowledged or a day
  // began since, and tells those who watch; ends the stream of one whom it
  // cannot tell. Costs little where nothing did, and else reads once for all
  // of them. An error leaves all to the next call. To be called at intervals;
  // one call at a time. Blocking.
  absl::Status Poll();

 private:
  // What alerts follow from, but for what devices have.
  struct Basis {
    KnownStamp contracts;
    KnownStamp records;
    int64_t acknowledgements = 0;
    CivilDate today;

    friend bool operator==(const Basis&, const Basis&) = default;
  };
  struct Entry {
    std::weak_ptr<AlertWatcher> watcher;
    std::shared_ptr<StreamLine> line;
    // What he was updated to last.
    Basis basis;
  };
  absl::StatusOr<Basis> BasisNow() const;
  // Those who watch and were not updated to this.
  std::vector<Entry> Behind(const Basis& now);
  void NoteUpdated(const std::shared_ptr<AlertWatcher>& watcher,
                   const Basis& now);

  const AlertReader& reader_;
  const Acknowledgements& acknowledgements_;
  const Clock& clock_;
  Mutex mutex_;
  std::vector<Entry> entries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rollcall::collector
