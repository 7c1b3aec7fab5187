#include "collector/alerts/term_states.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "collector/alerts/alert_rules.h"

namespace rollcall::collector {
namespace {

// What it was last, and from which day on it is no more; 0: it still is.
struct Last {
  const v1::ContractObject* object = nullptr;
  uint32_t gone = 0;
};

Last LastUpTo(absl::Span<const ObjectTimeline::State> states, uint32_t day) {
  Last last;
  for (const ObjectTimeline::State& state : states) {
    if (state.from > day) break;
    if (state.object.has_value()) {
      last = {&*state.object, 0};
    } else if (last.gone == 0) {
      last.gone = state.from;
    }
  }
  return last;
}

std::optional<CivilDate> EndOfLast(const Last& last) {
  const auto stated = StatedEndOf(*last.object);
  if (last.gone == 0) return stated;
  const auto before = CivilDate::FromOrdinal(std::max(last.gone, 2u) - 1);
  return stated.has_value() ? std::min(*stated, *before) : *before;
}

// How a contract is renewed at its last end is what is agreed for then: the two
// go together.
void TakeRenewal(const v1::ContractObject& last, v1::ContractObject& object) {
  if (!object.has_contract()) return;
  v1::Contract& contract = *object.mutable_contract();
  if (last.contract().clauses().has_renewal()) {
    *contract.mutable_clauses()->mutable_renewal() =
        last.contract().clauses().renewal();
  } else if (contract.has_clauses()) {
    contract.mutable_clauses()->clear_renewal();
  }
}

template <typename Dated>
void DropMaintenanceAfter(const CivilDate& end, Dated& dated) {
  const auto last =
      DayOf(dated.has_maintenance_end_date(), dated.maintenance_end_date());
  if (last.has_value() && *last > end) dated.clear_maintenance_end_date();
}

void EndClauses(const CivilDate& end, v1::Clauses& clauses) {
  DropMaintenanceAfter(end, clauses);
  if (!clauses.has_true_up()) return;
  auto& dates = *clauses.mutable_true_up()->mutable_dates();
  dates.erase(std::remove_if(dates.begin(), dates.end(),
                             [&end](const std::string& date) {
                               const auto day = DayOf(true, date);
                               return day.has_value() && *day > end;
                             }),
              dates.end());
}

void EndWith(const CivilDate& end, v1::ContractObject& object) {
  if (object.has_contract()) {
    v1::Contract& contract = *object.mutable_contract();
    contract.set_end_date(end.ToString());
    if (contract.has_clauses()) {
      EndClauses(end, *contract.mutable_clauses());
    }
    return;
  }
  object.mutable_entitlement()->set_end_date(end.ToString());
  DropMaintenanceAfter(end, *object.mutable_entitlement());
}

}  // namespace

std::optional<CivilDate> StatedEndOf(const v1::ContractObject& object) {
  if (object.has_contract()) {
    return DayOf(object.contract().has_end_date(),
                 object.contract().end_date());
  }
  return DayOf(object.entitlement().has_end_date(),
               object.entitlement().end_date());
}

std::optional<TermState> TermOn(absl::Span<const ObjectTimeline::State> states,
                                const CivilDate& on) {
  const Last then = LastUpTo(states, on.Ordinal());
  if (then.object == nullptr) return std::nullopt;
  const Last last =
      then.gone != 0 ? then : LastUpTo(states, CivilDate::kLastOrdinal);
  TermState term = {*then.object, EndOfLast(last), last.gone != 0};
  if (last.gone == 0) TakeRenewal(*last.object, term.object);
  if (then.gone != 0) EndWith(*term.end, term.object);
  return term;
}

}  // namespace rollcall::collector
