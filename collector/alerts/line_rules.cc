// Ends of lines: of their term, of their maintenance.
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "collector/alerts/alert_rules.h"
#include "collector/alerts/master_rules.h"
#include "collector/contracts/clause_rules.h"

namespace rollcall::collector {
namespace {

// What the alerts of a contract, or of one that it is under, tell of already.
struct ToldOfContract {
  std::optional<CivilDate> end;
  std::optional<CivilDate> maintenance_end;
};

// By its own clause, else by that of a contract of the same vendor that it is
// under: who asks for a vendor's alerts must not miss any.
std::optional<CivilDate> ToldMaintenanceEnd(const v1::Contract& contract,
                                            const Masters& masters) {
  const v1::Contract* says =
      ContractThatSays(masters.ChainOf(contract).contracts,
                       &v1::Clauses::has_maintenance_end_date);
  if (says == nullptr ||
      !absl::EqualsIgnoreCase(says->vendor(), contract.vendor())) {
    return std::nullopt;
  }
  return DayOf(true, says->clauses().maintenance_end_date());
}

bool IsMaintenance(const v1::Entitlement& line) {
  return line.licence_kind() == v1::Entitlement::LICENCE_KIND_MAINTENANCE;
}

void AddLine(const v1::Entitlement& line, const ContractFacts& facts,
             const ToldOfContract& told, KeyDates& dates) {
  const AlertSubject subject = SubjectOf(line);
  const auto end = EndOf(line, facts);
  const auto add_maintenance = [&](const CivilDate& due) {
    dates.Add(subject, {.kind = v1::Alert::KIND_MAINTENANCE_END,
                        .due = due,
                        .action = absl::StrCat(
                            "Maintenance of ", line.product(),
                            " ends: renew it, or plan without updates and "
                            "support")});
  };
  if (end.has_value() && end != told.end) {
    if (IsMaintenance(line)) {
      add_maintenance(*end);
    } else {
      dates.Add(subject, {.kind = v1::Alert::KIND_END_OF_TERM,
                          .due = *end,
                          .action = absl::StrCat(
                              "The right to ", line.product(),
                              dates.on() > *end
                                  ? " ended with this day: renew it, or end "
                                    "its use"
                                  : " ends with this day: renew it, or end "
                                    "its use by then")});
    }
  }
  const auto maintenance =
      DayOf(line.has_maintenance_end_date(), line.maintenance_end_date());
  if (maintenance.has_value() && maintenance != told.maintenance_end) {
    add_maintenance(*maintenance);
  }
}

}  // namespace

void AddLineDates(const ContractFacts& facts, KeyDates& dates) {
  const Masters masters(facts);
  absl::flat_hash_map<std::string, ToldOfContract> told;
  for (const v1::Contract& contract : facts.contracts) {
    told[contract.contract_id()] = {EndOf(contract, facts),
                                    ToldMaintenanceEnd(contract, masters)};
  }
  for (const v1::Entitlement& line : facts.entitlements) {
    const auto found = told.find(line.contract_id());
    AddLine(line, facts, found == told.end() ? ToldOfContract() : found->second,
            dates);
  }
}

}  // namespace rollcall::collector
