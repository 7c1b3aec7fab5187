// Saying that alerts are in hand, and that they are not any more.
#pragma once

#include <atomic>
#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/alerts/alert_reader.h"
#include "collector/contracts/civil_date.h"
#include "collector/storage/committer.h"
#include "collector/storage/known_stamp.h"
#include "common/clock.h"
#include "rollcall/v1/alert_service.pb.h"

namespace rollcall::collector {

// As AlertService says. Thread-safe; the arguments outlive it. Blocking.
class Acknowledgements {
 public:
  Acknowledgements(const AlertReader& reader, Committer& committer,
                   const Clock& clock)
      : reader_(reader), committer_(committer), clock_(clock) {}

  absl::StatusOr<v1::AcknowledgeAlertResponse> Acknowledge(
      const v1::AcknowledgeAlertRequest& request, absl::string_view principal);
  absl::StatusOr<v1::RevokeAcknowledgementResponse> Revoke(
      const v1::RevokeAcknowledgementRequest& request,
      absl::string_view principal);

  // How often either was done since the start.
  int64_t changes() const { return changes_; }

 private:
  // An alert that is to be acknowledged.
  struct Seen {
    v1::Alert now;
    // As it was when all up to `stamp` was known: what is acknowledged.
    v1::Alert then;
    KnownStamp stamp;
  };

  // The moment's alert that the digits name, and no other.
  absl::StatusOr<v1::Alert> FindAt(AlertMoment& moment,
                                   absl::string_view digits) const;
  // Today's, of one who looked at what was known at `as_of`.
  // FAILED_PRECONDITION if that would not cover what it says now.
  absl::StatusOr<Seen> FindSeen(absl::string_view digits, KnownStamp as_of,
                                const CivilDate& today) const;

  const AlertReader& reader_;
  Committer& committer_;
  const Clock& clock_;
  std::atomic<int64_t> changes_{0};
};

}  // namespace rollcall::collector
