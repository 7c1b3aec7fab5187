#include "collector/contracts/invoices/invoice_term_rules.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace rollcall::collector {
namespace {

using Finding = v1::InvoiceFinding;

// The first or the last day of something, and where it stands.
struct Bound {
  CivilDate day;
  std::string what;
  std::string field;
  // A contract that goes on by itself unless somebody gave notice.
  bool renews_itself = false;
};

// The last day of an object: the one that it states, or the day before it is no
// more. Nothing: it does not end.
template <typename T>
std::optional<CivilDate> LastDayIn(const Timeline<T>& timeline,
                                   const CivilDate& day) {
  std::optional<CivilDate> last;
  if (const T* state = timeline.Nearest(day);
      state != nullptr && state->has_end_date()) {
    last = *CivilDate::Parse(state->end_date());
  }
  if (const auto gone = timeline.GoneSince(day); gone.has_value()) {
    const auto before = gone->Plus(-1);
    if (before.has_value() && (!last.has_value() || *before < *last)) {
      last = before;
    }
  }
  return last;
}

// The first day of an object: the later of the one that it states and of the
// first on which it is there.
template <typename T>
std::optional<CivilDate> FirstDayIn(const Timeline<T>& timeline,
                                    const CivilDate& day) {
  const T* state = timeline.Nearest(day);
  if (state == nullptr) return std::nullopt;
  const CivilDate stated = *CivilDate::Parse(state->start_date());
  const auto there = timeline.ThereOnlyFrom(day);
  return there.has_value() ? std::max(stated, *there) : stated;
}

// Whether the contract, or else its nearest master that says anything of it,
// goes on by itself.
bool RenewsItself(const InvoiceFacts& facts, const CivilDate& day) {
  const auto renewal = ClauseOn(facts, day, SaysRenewal, &v1::Clauses::renewal);
  return renewal.clause != nullptr && renewal.clause->automatic();
}

// The end by what is said of it on a day, which is billed.
std::optional<Bound> EndOf(const InvoiceFacts& facts, const CivilDate& day) {
  std::optional<Bound> end;
  if (facts.contract != nullptr) {
    if (const auto last = LastDayIn(*facts.contract, day); last.has_value()) {
      const v1::Contract& contract = *facts.contract->Nearest(day);
      end = Bound{*last, absl::StrCat("contract ", contract.contract_number()),
                  "contract.end_date",
                  RenewsItself(facts, day) &&
                      !facts.contract->GoneSince(day).has_value()};
    }
  }
  if (facts.order_line == nullptr) return end;
  const auto last = LastDayIn(*facts.order_line, day);
  if (!last.has_value()) return end;
  // A line that goes on after its contract's end has a term of its own: it is
  // over whether the contract was renewed or not.
  const bool is_over_by_then =
      end.has_value() && end->renews_itself && *last > end->day && *last < day;
  if (!end.has_value() || *last < end->day || is_over_by_then) {
    end = Bound{*last, "the order's line", "entitlement.end_date", false};
  }
  return end;
}

std::optional<Bound> StartOf(const InvoiceFacts& facts) {
  const CivilDate day = facts.FirstDay();
  std::optional<Bound> start;
  if (facts.contract != nullptr) {
    if (const auto first = FirstDayIn(*facts.contract, day);
        first.has_value()) {
      start =
          Bound{*first,
                absl::StrCat("contract ",
                             facts.contract->Nearest(day)->contract_number()),
                "contract.start_date", false};
    }
  }
  if (facts.order_line == nullptr) return start;
  const auto first = FirstDayIn(*facts.order_line, day);
  if (first.has_value() && (!start.has_value() || *first > start->day)) {
    start = Bound{*first, "the order's line", "entitlement.start_date", false};
  }
  return start;
}

std::string BilledInWords(const v1::InvoiceLine& line) {
  if (!line.has_period_start_date() && !line.has_period_end_date()) {
    return absl::StrCat("The invoice is of ", line.invoice_date());
  }
  if (!line.has_period_end_date()) {
    return absl::StrCat("The invoice is of ", line.invoice_date(),
                        "; what is billed begins on ",
                        line.period_start_date());
  }
  if (!line.has_period_start_date()) {
    return absl::StrCat("The invoice is of ", line.invoice_date(),
                        "; what is billed ends on ", line.period_end_date());
  }
  return absl::StrCat("What is billed is ", line.period_start_date(), " to ",
                      line.period_end_date());
}

Finding TermFinding(const InvoiceFacts& facts, Finding::Kind kind,
                    const Bound& bound, const CivilDate& billed,
                    absl::string_view first_or_last) {
  Finding finding = MakeFinding(facts, kind, Finding::STATE_FOUND);
  finding.mutable_billed()->set_date(billed.ToString());
  finding.mutable_allowed()->set_date(bound.day.ToString());
  finding.set_decided_by(bound.field);
  finding.set_explanation(absl::StrCat(BilledInWords(facts.billed), "; the ",
                                       first_or_last, " day of ", bound.what,
                                       " is ", bound.day.ToString(), "."));
  return finding;
}

// That a day is billed, `sure`, that is after the end.
Finding AfterEnd(const InvoiceFacts& facts, const Bound& end,
                 const CivilDate& sure) {
  Finding finding =
      TermFinding(facts, Finding::KIND_AFTER_END, end, sure, "last");
  if (end.renews_itself) {
    finding.set_state(Finding::STATE_NOT_DECIDABLE);
    finding.set_decided_by("contract.clauses.renewal.automatic");
    finding.set_missing_fact("whether notice was given");
    absl::StrAppend(finding.mutable_explanation(),
                    " It is renewed unless somebody gave notice.");
  } else if (facts.billed.has_period_start_date() &&
             facts.FirstDay() > end.day) {
    *finding.mutable_difference() = facts.billed.total();
  } else {
    absl::StrAppend(finding.mutable_explanation(),
                    " How the total spreads over the days is not stated.");
  }
  return finding;
}

}  // namespace

RuleResult CheckEnd(const InvoiceFacts& facts) {
  const v1::InvoiceLine& billed = facts.billed;
  if (billed.has_period_end_date() || billed.has_period_start_date()) {
    const CivilDate sure =
        billed.has_period_end_date() ? facts.LastDay() : facts.FirstDay();
    const auto end = EndOf(facts, sure);
    if (end.has_value() && sure > end->day) {
      return AfterEnd(facts, *end, sure);
    }
  }
  if (billed.has_period_end_date()) return std::nullopt;
  const auto end = EndOf(facts, facts.LastDay());
  if (!end.has_value() || facts.LastDay() <= end->day) return std::nullopt;
  Finding finding = TermFinding(facts, Finding::KIND_AFTER_END, *end,
                                facts.LastDay(), "last");
  finding.set_state(Finding::STATE_NOT_DECIDABLE);
  finding.set_missing_fact("the last day that is billed");
  absl::StrAppend(finding.mutable_explanation(),
                  " It may bill what is past: the period's end is not "
                  "stated.");
  return finding;
}

RuleResult CheckStart(const InvoiceFacts& facts) {
  const auto start = StartOf(facts);
  if (!start.has_value() || facts.FirstDay() >= start->day) {
    return std::nullopt;
  }
  const v1::InvoiceLine& billed = facts.billed;
  const bool is_all_before =
      billed.has_period_end_date() && facts.LastDay() < start->day;
  const bool is_end_alone = is_all_before && !billed.has_period_start_date();
  Finding finding =
      TermFinding(facts, Finding::KIND_BEFORE_START, *start,
                  is_end_alone ? facts.LastDay() : facts.FirstDay(), "first");
  if (is_all_before) {
    *finding.mutable_difference() = billed.total();
  } else if (!billed.has_period_start_date()) {
    finding.set_state(Finding::STATE_NOT_DECIDABLE);
    finding.set_missing_fact("the first day that is billed");
    absl::StrAppend(finding.mutable_explanation(),
                    " It may bill in advance: the period's start is not "
                    "stated.");
  } else {
    absl::StrAppend(finding.mutable_explanation(),
                    " How the total spreads over the days is not stated.");
  }
  return finding;
}

}  // namespace rollcall::collector
