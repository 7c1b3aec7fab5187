#include "collector/alerts/acknowledgement_rules.h"

#include <algorithm>
#include <tuple>

#include "common/proto_time.h"
#include "rollcall/v1/contract.pb.h"

namespace rollcall::collector {
namespace {

bool IsOfAudit(v1::Alert::Kind kind) {
  switch (kind) {
    case v1::Alert::KIND_AUDIT_NOTICE:
    case v1::Alert::KIND_AUDIT_FREQUENCY:
    case v1::Alert::KIND_AUDIT_CHALLENGE:
    case v1::Alert::KIND_AUDIT_REMEDIATION:
    case v1::Alert::KIND_AUDIT_DISPUTE:
    case v1::Alert::KIND_AUDIT_HOLD:
      return true;
    default:
      return false;
  }
}

bool HasHeldChangeAfter(const v1::Alert& alert, absl::Time time) {
  return std::any_of(alert.held_changes().begin(), alert.held_changes().end(),
                     [time](const v1::HeldProductChange& change) {
                       return FromProto(change.known_time()) > time;
                     });
}

// What could not be counted then was not acknowledged.
bool HasMoreDevices(const v1::Alert& now, const v1::Alert& then) {
  return now.has_device_count() &&
         (!then.has_device_count() || now.device_count() > then.device_count());
}

bool IsLessCertain(const v1::Alert& now, const AcknowledgedAlert& then) {
  if (!then.had_caveat.has_value()) return false;
  if (then.alert.has_device_count() && !now.has_device_count()) return true;
  return !*then.had_caveat && !now.caveat().empty();
}

// Before alerts told how a contract is renewed, nothing of it was kept.
bool IsRenewedOtherwise(const v1::Alert& now, const v1::Alert& then) {
  if (!then.has_renewal()) return false;
  const auto terms = [](const v1::RenewalClause& renewal) {
    return std::make_tuple(renewal.automatic(), renewal.has_notice_days(),
                           renewal.notice_days(), renewal.has_term_months(),
                           renewal.term_months());
  };
  return terms(now.renewal()) != terms(then.renewal());
}

}  // namespace

AcknowledgedAlert AsAcknowledged(const v1::Alert& alert) {
  AcknowledgedAlert kept = {alert, !alert.caveat().empty()};
  kept.alert.clear_days_left();
  kept.alert.clear_first_shown_date();
  kept.alert.clear_held_changes();
  kept.alert.clear_caveat();
  kept.alert.clear_acknowledgement();
  return kept;
}

bool IsCovered(const v1::Alert& now, const AcknowledgedAlert& then,
               absl::Time seen) {
  if (IsOfAudit(now.kind()) && now.action() != then.alert.action()) {
    return false;
  }
  if (IsRenewedOtherwise(now, then.alert) || IsLessCertain(now, then)) {
    return false;
  }
  if (now.kind() == v1::Alert::KIND_AUDIT_HOLD) {
    return !HasHeldChangeAfter(now, seen);
  }
  return now.kind() != v1::Alert::KIND_INSTALLS_REMAIN ||
         !HasMoreDevices(now, then.alert);
}

}  // namespace rollcall::collector
