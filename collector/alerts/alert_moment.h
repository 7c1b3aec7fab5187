// What the alerts of one day rest on, as known at one time.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "collector/alerts/acknowledgement_table.h"
#include "collector/alerts/alert_rules.h"
#include "collector/contracts/civil_date.h"
#include "collector/inventory/fleet.h"
#include "collector/inventory/product_lookup.h"
#include "collector/storage/engine.h"
#include "collector/storage/known_stamp.h"

namespace rollcall::collector {

// What the alerts of a collector rest on; all outlive it.
struct AlertSources {
  const FleetSources& fleet;
  const ProductLookup& products;
};

// Reads each part from the store when it is first asked for, and once, for all
// lists of alerts of the moment. Not thread-safe. Blocking. All methods:
// DATA_LOSS, UNAVAILABLE as for Table and Fleet; who asks again is told the
// same.
class AlertMoment {
 public:
  // `as_of` may be ahead of all that is known.
  AlertMoment(const AlertSources& sources, KnownStamp as_of,
              const CivilDate& on);

  const CivilDate& on() const { return on_; }
  const Reader& reader() const { return fleet_.reader(); }

  // What there is to tell one moment from another; nothing: nothing was ever
  // stored. Two that are equal have the same alerts.
  struct Name {
    CivilDate on;
    KnownStamp as_of;
    // MarkOfPast.
    std::string past;

    friend bool operator==(const Name&, const Name&) = default;
  };
  absl::StatusOr<std::optional<Name>> ReadName() const;

  absl::StatusOr<const ContractFacts*> Contracts();
  // What devices have, as far as alerts of these settings tell it: they are
  // looked at only for those.
  absl::StatusOr<const FleetFacts*> Devices(const AlertSettings& settings);
  absl::StatusOr<const KnownAcknowledgements*> Known();

 private:
  absl::Status ReadInstalled(const ContractFacts& contracts);
  absl::Status ReadHeld(const ContractFacts& contracts);

  const AlertSources sources_;
  const CivilDate on_;
  Fleet fleet_;
  std::optional<absl::StatusOr<ContractFacts>> contracts_;
  std::optional<absl::StatusOr<KnownAcknowledgements>> known_;
  FleetFacts devices_;
  // Nothing: that part of devices_ was not read yet.
  std::optional<absl::Status> installed_;
  std::optional<absl::Status> held_;
};

}  // namespace rollcall::collector
