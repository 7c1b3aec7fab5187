#include "collector/alerts/alert_moment.h"

#include <algorithm>
#include <utility>

#include "collector/alerts/contract_facts.h"
#include "collector/alerts/fleet_facts.h"
#include "collector/alerts/held_changes.h"
#include "collector/storage/newest_stamp.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// Whether, if devices had every product, an alert would say so.
bool TellsInstalled(const ContractFacts& contracts, const CivilDate& on,
                    const AlertSettings& settings) {
  FleetFacts any;
  for (const auto& [key, line] : EndedProducts(contracts, on)) {
    any.installed[key] = {};
  }
  KeyDates dates(on, settings);
  AddRemainingInstalls(contracts, any, dates);
  return !dates.empty();
}

bool TellsHeld(const ContractFacts& contracts, const CivilDate& on,
               const AlertSettings& settings) {
  KeyDates dates(on, settings);
  AddHolds(contracts, {}, dates);
  return !dates.empty();
}

// What was read, or why not.
template <typename T>
absl::StatusOr<const T*> PointTo(const absl::StatusOr<T>& read) {
  if (!read.ok()) return read.status();
  return &*read;
}

}  // namespace

AlertMoment::AlertMoment(const AlertSources& sources, KnownStamp as_of,
                         const CivilDate& on)
    : sources_(sources), on_(on), fleet_(sources.fleet, as_of) {}

absl::StatusOr<std::optional<AlertMoment::Name>> AlertMoment::ReadName() const {
  ROLLCALL_ASSIGN_OR_RETURN(const auto newest, NewestStamp(reader()));
  if (!newest.has_value()) return std::optional<Name>();
  ROLLCALL_ASSIGN_OR_RETURN(std::string past, MarkOfPast(reader()));
  return std::optional<Name>(
      {on_, std::min(fleet_.as_of(), *newest), std::move(past)});
}

absl::StatusOr<const ContractFacts*> AlertMoment::Contracts() {
  if (!contracts_.has_value()) {
    contracts_ = ReadContractFacts(reader(), on_, fleet_.as_of());
  }
  return PointTo(*contracts_);
}

absl::StatusOr<const KnownAcknowledgements*> AlertMoment::Known() {
  if (!known_.has_value()) {
    known_ = ReadAcknowledgements(reader(), fleet_.as_of());
  }
  return PointTo(*known_);
}

absl::Status AlertMoment::ReadInstalled(const ContractFacts& contracts) {
  ROLLCALL_ASSIGN_OR_RETURN(
      devices_.installed,
      CountInstalled(fleet_, sources_.products, contracts, on_));
  return absl::OkStatus();
}

absl::Status AlertMoment::ReadHeld(const ContractFacts& contracts) {
  ROLLCALL_ASSIGN_OR_RETURN(
      devices_.held,
      ReadHeldChanges(fleet_, sources_.products, contracts, on_));
  return absl::OkStatus();
}

absl::StatusOr<const FleetFacts*> AlertMoment::Devices(
    const AlertSettings& settings) {
  ROLLCALL_ASSIGN_OR_RETURN(const ContractFacts* const contracts, Contracts());
  if (TellsInstalled(*contracts, on_, settings)) {
    if (!installed_.has_value()) installed_ = ReadInstalled(*contracts);
    ROLLCALL_RETURN_IF_ERROR(*installed_);
  }
  if (TellsHeld(*contracts, on_, settings)) {
    if (!held_.has_value()) held_ = ReadHeld(*contracts);
    ROLLCALL_RETURN_IF_ERROR(*held_);
  }
  return &devices_;
}

}  // namespace rollcall::collector
