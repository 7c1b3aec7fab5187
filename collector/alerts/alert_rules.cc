#include "collector/alerts/alert_rules.h"

namespace rollcall::collector {
namespace {

template <typename Object>
std::optional<CivilDate> EndWithLater(const Object& object,
                                      const std::string& id,
                                      const ContractFacts& facts) {
  if (const auto later = facts.later_ends.find(id);
      later != facts.later_ends.end()) {
    return later->second;
  }
  return DayOf(object.has_end_date(), object.end_date());
}

}  // namespace

std::optional<CivilDate> DayOf(bool is_set, const std::string& text) {
  if (!is_set) return std::nullopt;
  const auto day = CivilDate::Parse(text);
  return day.ok() ? std::optional<CivilDate>(*day) : std::nullopt;
}

std::optional<CivilDate> EndOf(const v1::Contract& contract,
                               const ContractFacts& facts) {
  return EndWithLater(contract, contract.contract_id(), facts);
}

std::optional<CivilDate> EndOf(const v1::Entitlement& line,
                               const ContractFacts& facts) {
  return EndWithLater(line, line.entitlement_id(), facts);
}

AlertSubject SubjectOf(const v1::Contract& contract) {
  return {v1::CONTRACT_OBJECT_KIND_CONTRACT,
          {contract.contract_number()},
          contract.contract_id(),
          contract.vendor(),
          contract.contract_number()};
}

AlertSubject SubjectOf(const v1::Entitlement& line) {
  return {v1::CONTRACT_OBJECT_KIND_ENTITLEMENT,
          {line.contract_number(), line.purchase_order(), line.line()},
          line.entitlement_id(),
          line.vendor(),
          line.contract_number()};
}

AlertSubject SubjectOf(const v1::Audit& audit) {
  return {v1::CONTRACT_OBJECT_KIND_AUDIT,
          {audit.vendor(), audit.reference()},
          audit.audit_id(),
          audit.vendor(),
          audit.contract_number()};
}

absl::StatusOr<std::vector<v1::Alert>> AlertsOn(const CivilDate& on,
                                                const ContractFacts& contracts,
                                                const FleetFacts& fleet,
                                                const AlertSettings& settings) {
  KeyDates dates(on, settings);
  AddTermDates(contracts, dates);
  AddLineDates(contracts, dates);
  AddTrueUps(contracts, dates);
  AddReviews(contracts, dates);
  AddAudits(contracts, dates);
  AddHolds(contracts, fleet, dates);
  AddRemainingInstalls(contracts, fleet, dates);
  return dates.Take();
}

}  // namespace rollcall::collector
