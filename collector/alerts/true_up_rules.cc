// True-ups: when growth is reported and ordered.
#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "collector/alerts/alert_rules.h"
#include "collector/alerts/master_rules.h"
#include "collector/contracts/clause_rules.h"

namespace rollcall::collector {
namespace {

// A yearly day in a year; 02-29 is 02-28 in years without it.
std::optional<CivilDate> DayInYear(absl::string_view day, int year) {
  const auto date = CivilDate::Parse(absl::StrCat(year, "-", day));
  if (date.ok()) return *date;
  if (day != "02-29") return std::nullopt;
  return DayOf(true, absl::StrCat(year, "-02-28"));
}

absl::string_view CountText(v1::TrueUpClause::Method method) {
  switch (method) {
    case v1::TrueUpClause::METHOD_ON_DATE:
      return "Count what is in use on this day";
    case v1::TrueUpClause::METHOD_HIGH_WATER_MARK:
      return "Count the most that was in use since the last one";
    case v1::TrueUpClause::METHOD_AVERAGE:
      return "Count the mean use since the last one";
    default:
      return "Count what is in use as the contract says";
  }
}

// From when to when a contract runs.
struct Term {
  Term(const v1::Contract& of, const ContractFacts& facts)
      : contract(&of),
        start(DayOf(true, of.start_date())),
        end(EndOf(of, facts)) {}

  bool HasBegunOn(const CivilDate& day) const {
    return !start.has_value() || day >= *start;
  }
  bool HasNotEndedOn(const CivilDate& day) const {
    return !end.has_value() || day <= *end;
  }

  const v1::Contract* contract;
  std::optional<CivilDate> start;
  std::optional<CivilDate> end;
};

// The terms of contracts whose true-ups are those of one that they are under,
// by that one.
using TermsUnder = absl::flat_hash_map<const v1::Contract*, std::vector<Term>>;

TermsUnder FindTermsUnder(const ContractFacts& facts) {
  const Masters masters(facts);
  TermsUnder under;
  for (const v1::Contract& contract : facts.contracts) {
    const v1::Contract* says =
        ContractThatSays(masters.ChainOf(contract).contracts, SaysTrueUpDays);
    if (says != nullptr && says != &contract) {
      under[says].emplace_back(contract, facts);
    }
  }
  return under;
}

// Adds the dates of one contract's clause.
class TrueUps {
 public:
  // `under`: terms of the contracts under it that the clause counts for.
  TrueUps(const v1::Contract& contract, const ContractFacts& facts,
          absl::Span<const Term> under, KeyDates& dates)
      : clause_(contract.clauses().true_up()),
        subject_(SubjectOf(contract)),
        term_(contract, facts),
        under_(under),
        dates_(dates) {}

  void AddAll() {
    for (const std::string& text : clause_.dates()) {
      if (const auto day = DayOf(true, text)) AddOne(*day);
    }
    for (const int year : Years()) {
      for (const std::string& text : clause_.yearly_dates()) {
        const auto day = DayInYear(text, year);
        if (day.has_value() && IsInTerm(*day)) AddOne(*day);
      }
    }
  }

 private:
  static CivilDate ShiftedOrEdge(const CivilDate& day, int days) {
    const uint32_t edge = days < 0 ? 1 : CivilDate::kLastOrdinal;
    return day.Plus(days).value_or(*CivilDate::FromOrdinal(edge));
  }

  // Those in which a true-up may be of which a date is shown: the true-up
  // itself, the first day of its report, or the last of its order. Windows of a
  // hundred years are not searched, but their ends.
  std::set<int> Years() const {
    std::set<int> years;
    for (const int days :
         {0, clause_.report_window_days(), -clause_.order_window_days()}) {
      const int last = ShiftedOrEdge(dates_.LastDue(), days).year();
      for (int year = ShiftedOrEdge(dates_.FirstDue(), days).year();
           year <= last; ++year) {
        years.insert(year);
      }
    }
    return years;
  }

  // A frame's true-ups go on while a contract under it does.
  bool IsInTerm(const CivilDate& day) const {
    if (!term_.HasBegunOn(day)) return false;
    return term_.HasNotEndedOn(day) ||
           std::any_of(under_.begin(), under_.end(), [&day](const Term& term) {
             return term.HasBegunOn(day) && term.HasNotEndedOn(day);
           });
  }

  // Where the contract itself is over by the day: which go on under it.
  std::string GoesOnText(const CivilDate& day) const {
    if (term_.HasNotEndedOn(day)) return "";
    const v1::Contract* first = nullptr;
    int more = -1;
    for (const Term& term : under_) {
      if (!term.HasBegunOn(day) || !term.HasNotEndedOn(day)) continue;
      if (first == nullptr ||
          term.contract->contract_number() < first->contract_number()) {
        first = term.contract;
      }
      ++more;
    }
    if (first == nullptr) return "";
    return absl::StrCat("; contract ", first->contract_number(),
                        more > 0 ? absl::StrCat(" and ", more, " more") : "",
                        more > 0 ? " go on under it" : " goes on under it");
  }

  void AddOne(const CivilDate& day) {
    const auto opens = day.Plus(-clause_.report_window_days());
    const bool has_window = clause_.report_window_days() > 0;
    if (has_window && opens.has_value() && dates_.on() <= day) {
      dates_.Add(subject_, {.kind = v1::Alert::KIND_TRUE_UP_REPORT,
                            .due = *opens,
                            .action = absl::StrCat(
                                "The true-up of ", day.ToString(),
                                " may be reported from this day on: prepare "
                                "the count",
                                GoesOnText(day))});
    }
    dates_.Add(subject_, {.kind = v1::Alert::KIND_TRUE_UP,
                          .due = day,
                          .action = absl::StrCat(
                              CountText(clause_.method()), ", and report it",
                              has_window && opens.has_value()
                                  ? absl::StrCat(", which may be done from ",
                                                 opens->ToString(), " on")
                                  : "",
                              GoesOnText(day))});
    if (clause_.order_window_days() == 0) return;
    if (const auto order = day.Plus(clause_.order_window_days())) {
      dates_.Add(subject_, {.kind = v1::Alert::KIND_TRUE_UP_ORDER,
                            .due = *order,
                            .action = absl::StrCat(
                                "Order by this day what the true-up of ",
                                day.ToString(), " found", GoesOnText(day))});
    }
  }

  const v1::TrueUpClause& clause_;
  const AlertSubject subject_;
  const Term term_;
  const absl::Span<const Term> under_;
  KeyDates& dates_;
};

}  // namespace

void AddTrueUps(const ContractFacts& facts, KeyDates& dates) {
  const TermsUnder under = FindTermsUnder(facts);
  for (const v1::Contract& contract : facts.contracts) {
    if (!SaysTrueUpDays(contract.clauses())) continue;
    const auto found = under.find(&contract);
    TrueUps(contract, facts,
            found == under.end() ? absl::Span<const Term>() : found->second,
            dates)
        .AddAll();
  }
}

}  // namespace rollcall::collector
