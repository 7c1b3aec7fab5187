#include "collector/alerts/alert_reader.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "collector/alerts/acknowledgement_rules.h"
#include "collector/alerts/acknowledgement_table.h"
#include "collector/alerts/alert_rules.h"
#include "collector/alerts/contract_facts.h"
#include "collector/alerts/fleet_facts.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr size_t kMaxVendorBytes = 256;

// Adds the acknowledgements that are in effect on the day and cover what the
// alert says.
void AddAcknowledgements(const KnownAcknowledgements& known,
                         const CivilDate& on, std::vector<v1::Alert>& alerts) {
  for (v1::Alert& alert : alerts) {
    const auto found = known.find(*AlertId::FromHex(alert.alert_id()));
    if (found == known.end() || !found->second.revoked_by().empty()) continue;
    const v1::AlertAcknowledgement& one = found->second.acknowledgement();
    const auto until = CivilDate::Parse(one.until_date());
    if (!until.ok() || on > *until ||
        !IsCovered(alert, found->second.alert(), one)) {
      continue;
    }
    *alert.mutable_acknowledgement() = one;
  }
}

}  // namespace

bool AlertChoice::Chooses(const v1::Alert& alert) const {
  return Wants(alert.kind()) &&
         (vendor.empty() || absl::EqualsIgnoreCase(vendor, alert.vendor()));
}

absl::StatusOr<AlertChoice> ReadAlertFilter(const v1::AlertFilter& filter) {
  AlertChoice choice;
  if (filter.has_horizon_days()) choice.horizon_days = filter.horizon_days();
  if (choice.horizon_days < 0 || choice.horizon_days > kMaxHorizonDays) {
    return absl::InvalidArgumentError(
        absl::StrCat("horizon_days is ", choice.horizon_days,
                     "; it must be from 0 to ", kMaxHorizonDays));
  }
  for (const int kind : filter.kinds()) {
    if (kind == v1::Alert::KIND_UNSPECIFIED || !v1::Alert::Kind_IsValid(kind)) {
      return absl::InvalidArgumentError(
          absl::StrCat("kinds has ", kind, ", which is no kind"));
    }
    choice.kinds.insert(static_cast<v1::Alert::Kind>(kind));
  }
  if (filter.vendor().size() > kMaxVendorBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("vendor is longer than ", kMaxVendorBytes, " bytes"));
  }
  choice.vendor = absl::AsciiStrToLower(filter.vendor());
  choice.include_acknowledged = filter.include_acknowledged();
  return choice;
}

absl::StatusOr<std::vector<v1::Alert>> AlertReader::Read(
    Fleet& fleet, const CivilDate& on, const AlertChoice& choice) const {
  ROLLCALL_ASSIGN_OR_RETURN(
      const ContractFacts contracts,
      ReadContractFacts(fleet.reader(), on, fleet.as_of()));
  ROLLCALL_ASSIGN_OR_RETURN(
      const FleetFacts devices,
      ReadFleetFacts(
          fleet, sources_.products, contracts, on,
          {.installed = choice.Wants(v1::Alert::KIND_INSTALLS_REMAIN),
           .held = choice.Wants(v1::Alert::KIND_AUDIT_HOLD)}));
  AlertSettings settings;
  settings.horizon_days = choice.horizon_days;
  settings.review_days = review_days_;
  settings.id_begin = choice.id_begin;
  settings.told_horizon_days = choice.told_horizon_days;
  ROLLCALL_ASSIGN_OR_RETURN(auto alerts,
                            AlertsOn(on, contracts, devices, settings));
  std::erase_if(alerts, [&choice](const v1::Alert& alert) {
    return !choice.Chooses(alert);
  });
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto known, ReadAcknowledgements(fleet.reader(), fleet.as_of()));
  AddAcknowledgements(known, on, alerts);
  return alerts;
}

void DropAcknowledged(const AlertChoice& choice,
                      std::vector<v1::Alert>& alerts) {
  if (choice.include_acknowledged) return;
  std::erase_if(alerts, [](const v1::Alert& alert) {
    return alert.has_acknowledgement();
  });
}

}  // namespace rollcall::collector
