#include "collector/alerts/alert_reader.h"

#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "collector/alerts/acknowledgement_rules.h"
#include "collector/alerts/acknowledgement_table.h"
#include "collector/alerts/alert_rules.h"
#include "common/proto_time.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr size_t kMaxVendorBytes = 256;

// When all was known that the alert told as it was acknowledged: before the
// acknowledgement itself.
absl::Time SeenOf(const stored::v1::AlertAcknowledgementRecord& record) {
  return record.seen_stamp() == 0
             ? FromProto(record.acknowledgement().time())
             : KnownStamp::FromRaw(record.seen_stamp()).time();
}

AcknowledgedAlert AcknowledgedOf(
    const stored::v1::AlertAcknowledgementRecord& record) {
  AcknowledgedAlert then = {record.alert(), std::nullopt};
  if (record.has_had_caveat()) then.had_caveat = record.had_caveat();
  return then;
}

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
        !IsCovered(alert, AcknowledgedOf(found->second),
                   SeenOf(found->second))) {
      continue;
    }
    *alert.mutable_acknowledgement() = one;
  }
}

// In memory.
size_t BytesOf(const std::vector<v1::Alert>& alerts) {
  size_t bytes = 0;
  for (const v1::Alert& alert : alerts) bytes += alert.SpaceUsedLong();
  return bytes;
}

}  // namespace

absl::StatusOr<AlertChoice> ReadAlertFilter(const v1::AlertFilter& filter) {
  AlertChoice choice;
  AlertSettings& settings = choice.settings;
  if (filter.has_horizon_days()) settings.horizon_days = filter.horizon_days();
  if (settings.horizon_days < 0 || settings.horizon_days > kMaxHorizonDays) {
    return absl::InvalidArgumentError(
        absl::StrCat("horizon_days is ", settings.horizon_days,
                     "; it must be from 0 to ", kMaxHorizonDays));
  }
  for (const int kind : filter.kinds()) {
    if (kind == v1::Alert::KIND_UNSPECIFIED || !v1::Alert::Kind_IsValid(kind)) {
      return absl::InvalidArgumentError(
          absl::StrCat("kinds has ", kind, ", which is no kind"));
    }
    settings.kinds.insert(static_cast<v1::Alert::Kind>(kind));
  }
  if (filter.vendor().size() > kMaxVendorBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("vendor is longer than ", kMaxVendorBytes, " bytes"));
  }
  settings.vendor = absl::AsciiStrToLower(filter.vendor());
  choice.include_acknowledged = filter.include_acknowledged();
  return choice;
}

absl::StatusOr<AlertReader::Alerts> AlertReader::Read(
    AlertMoment& moment, AlertSettings settings) const {
  settings.review_days = review_days_;
  ROLLCALL_ASSIGN_OR_RETURN(const auto name, moment.ReadName());
  if (name.has_value()) {
    if (Alerts kept = kept_.Find({*name, settings})) return kept;
  }
  ROLLCALL_ASSIGN_OR_RETURN(const ContractFacts* const contracts,
                            moment.Contracts());
  ROLLCALL_ASSIGN_OR_RETURN(const FleetFacts* const devices,
                            moment.Devices(settings));
  ROLLCALL_ASSIGN_OR_RETURN(
      auto alerts, AlertsOn(moment.on(), *contracts, *devices, settings));
  ROLLCALL_ASSIGN_OR_RETURN(const KnownAcknowledgements* const known,
                            moment.Known());
  AddAcknowledgements(*known, moment.on(), alerts);
  const size_t bytes = BytesOf(alerts);
  auto shared =
      std::make_shared<const std::vector<v1::Alert>>(std::move(alerts));
  if (name.has_value()) kept_.Keep({*name, std::move(settings)}, shared, bytes);
  return shared;
}

}  // namespace rollcall::collector
