// A list of key dates in the making. Pure.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/contracts/civil_date.h"
#include "common/id.h"
#include "rollcall/v1/alert_service.pb.h"

namespace rollcall::collector {

using AlertId = Id<struct AlertIdTag>;

// More are an error.
inline constexpr size_t kMaxAlerts = 100'000;

// How far alerts reach. Values are checked by whoever takes them in.
struct AlertSettings {
  // Days before its due date from which on one is shown.
  int horizon_days = 90;
  // Days after its due date for which one is shown still.
  int overdue_days = 365;
  // Days that a review of a contract holds.
  int review_days = 365;
  // Only alerts whose id begins with these digits; empty: all.
  std::string id_begin = "";
  // The horizon that first_shown_date goes by; nothing: horizon_days.
  std::optional<int> told_horizon_days = std::nullopt;
  // Only alerts of these kinds; none: all.
  std::set<v1::Alert::Kind> kinds = {};
  // Only alerts of this vendor, in lower case; empty: all.
  std::string vendor = "";

  bool Wants(v1::Alert::Kind kind) const {
    return kinds.empty() || kinds.contains(kind);
  }

  friend bool operator==(const AlertSettings&, const AlertSettings&) = default;
};

// What an alert is about.
struct AlertSubject {
  v1::ContractObjectKind kind;
  // What names it, as it is written.
  std::vector<std::string> parts;
  std::string id;
  std::string vendor;
  std::string contract_number;
};

// A day that matters.
struct KeyDate {
  v1::Alert::Kind kind;
  CivilDate due;
  // What to do, in a sentence.
  std::string action;
  // Shown from this day on, however far ahead its due date is; nothing: by the
  // horizon.
  std::optional<CivilDate> shown_from = std::nullopt;
  // Shown however long ago its due date was.
  bool stays = false;
};

// The id of an alert: a hash of these, as FORMAT.md has it.
AlertId AlertIdOf(v1::Alert::Kind kind, absl::string_view subject_id,
                  const CivilDate& due);

// Collects what is to be shown on one day. Not thread-safe.
class KeyDates {
 public:
  KeyDates(const CivilDate& on, const AlertSettings& settings)
      : on_(on), settings_(settings) {}

  const CivilDate& on() const { return on_; }
  const AlertSettings& settings() const { return settings_; }
  // The first and last due date of what is shown by horizon and overdue days;
  // within the range of CivilDate.
  CivilDate FirstDue() const;
  CivilDate LastDue() const;

  // Adds the date if it is shown on the day and asked for. The alert, for what
  // else there is to say of it, valid until the next Add; null if it is not
  // shown.
  v1::Alert* Add(const AlertSubject& subject, const KeyDate& date);

  // What was added, ordered by due date, then id, each id once.
  // FAILED_PRECONDITION if there are more than kMaxAlerts.
  absl::StatusOr<std::vector<v1::Alert>> Take();
  // Whether nothing was added.
  bool empty() const { return alerts_.empty(); }

 private:
  static CivilDate FirstShown(const KeyDate& date, int horizon_days);

  const CivilDate on_;
  const AlertSettings settings_;
  std::vector<v1::Alert> alerts_;
  bool too_many_ = false;
};

}  // namespace rollcall::collector
