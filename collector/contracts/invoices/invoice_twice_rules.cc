#include "collector/contracts/invoices/invoice_twice_rules.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collector/contracts/invoices/invoice_amounts.h"
#include "collector/contracts/money.h"
#include "collector/contracts/quantity.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

using Finding = v1::InvoiceFinding;

// The days that a line bills for sure, or at most, as ordinals.
struct Days {
  int64_t first = 1;
  int64_t last = 0;

  bool IsEmpty() const { return first > last; }
  bool Contains(int64_t day) const { return first <= day && day <= last; }
};

constexpr Days kAllDays = {1, CivilDate::kLastOrdinal};

// Whether both the first and the last day are stated.
bool IsBounded(const Days& days) {
  return days.first > kAllDays.first && days.last < kAllDays.last;
}

int64_t DayOrdinal(const std::string& day) {
  return CivilDate::Parse(day)->Ordinal();
}

// Whether a line is paid for once, whatever the days. What is for a time, and
// what does not say what it is, may be paid for again and again.
bool IsPaidOnce(const v1::Entitlement& line) {
  switch (line.licence_kind()) {
    case v1::Entitlement::LICENCE_KIND_PERPETUAL:
    case v1::Entitlement::LICENCE_KIND_UPGRADE:
    case v1::Entitlement::LICENCE_KIND_STEP_UP:
    case v1::Entitlement::LICENCE_KIND_OEM:
      return !line.has_end_date();
    default:
      return false;
  }
}

Days SureDays(const v1::InvoiceLine& line, bool is_paid_once) {
  if (line.has_period_start_date() || line.has_period_end_date()) {
    const std::string& start = line.has_period_start_date()
                                   ? line.period_start_date()
                                   : line.period_end_date();
    const std::string& end = line.has_period_end_date()
                                 ? line.period_end_date()
                                 : line.period_start_date();
    return {DayOrdinal(start), DayOrdinal(end)};
  }
  return is_paid_once ? kAllDays : Days();
}

Days PossibleDays(const v1::InvoiceLine& line) {
  Days days = kAllDays;
  if (line.has_period_start_date()) {
    days.first = DayOrdinal(line.period_start_date());
  }
  if (line.has_period_end_date())
    days.last = DayOrdinal(line.period_end_date());
  return days;
}

// What other lines bill on the day of `mine` on which they bill most.
struct Overlap {
  Rational quantity;
  // And on that on which they bill least.
  Rational least;
  // Those that bill that day, in the order of IsEarlier.
  std::vector<const v1::InvoiceLine*> lines;
};

// From a day on, so much more is billed, or less.
struct Step {
  int64_t day;
  Rational more;
};

// What is billed more and less from the days of `mine` on, ordered by day; of
// one day what is less comes first, so that no sum is larger than a day's.
template <typename DaysOf>
absl::StatusOr<std::vector<Step>> StepsOf(
    const Days& mine, const std::vector<const v1::InvoiceLine*>& others,
    DaysOf days_of) {
  std::vector<Step> steps;
  for (const v1::InvoiceLine* other : others) {
    const Days days = days_of(*other);
    const int64_t first = std::max(days.first, mine.first);
    const int64_t last = std::min(days.last, mine.last);
    if (first > last) continue;
    const Rational quantity = RationalOf(other->quantity());
    ROLLCALL_ASSIGN_OR_RETURN(const Rational less,
                              Multiply(quantity, Rational::Of(-1)));
    steps.push_back({first, quantity});
    steps.push_back({last + 1, less});
  }
  std::sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) {
    return a.day != b.day ? a.day < b.day : a.more < b.more;
  });
  return steps;
}

// The least sum on a day of `mine`.
absl::StatusOr<Rational> LeastOf(const Days& mine,
                                 const std::vector<Step>& steps) {
  if (steps.empty() || steps.front().day > mine.first) return Rational();
  std::optional<Rational> least;
  Rational sum;
  for (size_t i = 0; i < steps.size() && steps[i].day <= mine.last; ++i) {
    ROLLCALL_ASSIGN_OR_RETURN(sum, Add(sum, steps[i].more));
    const bool is_whole =
        i + 1 == steps.size() || steps[i + 1].day != steps[i].day;
    if (is_whole && (!least.has_value() || sum < *least)) least = sum;
  }
  return *least;
}

// REQUIRES: others are in the order of IsEarlier.
template <typename DaysOf>
absl::StatusOr<Overlap> MostOverlap(
    const Days& mine, const std::vector<const v1::InvoiceLine*>& others,
    DaysOf days_of) {
  ROLLCALL_ASSIGN_OR_RETURN(const std::vector<Step> steps,
                            StepsOf(mine, others, days_of));
  Overlap most;
  ROLLCALL_ASSIGN_OR_RETURN(most.least, LeastOf(mine, steps));
  Rational sum;
  int64_t day = 0;
  for (const Step& step : steps) {
    ROLLCALL_ASSIGN_OR_RETURN(sum, Add(sum, step.more));
    if (sum > most.quantity) {
      most.quantity = sum;
      day = step.day;
    }
  }
  for (const v1::InvoiceLine* other : others) {
    if (days_of(*other).Contains(day)) most.lines.push_back(other);
  }
  return most;
}

// Of `quantity`, billed where `before` was billed already, what is above what
// was bought because of that.
absl::StatusOr<Rational> BilledAgain(Rational quantity, Rational before,
                                     Rational bought) {
  ROLLCALL_ASSIGN_OR_RETURN(const Rational sum, Add(quantity, before));
  ROLLCALL_ASSIGN_OR_RETURN(const Rational excess, Subtract(sum, bought));
  ROLLCALL_ASSIGN_OR_RETURN(const Rational own, Subtract(quantity, bought));
  return Subtract(std::clamp(excess, Rational(), quantity),
                  std::max(own, Rational()));
}

// What all of a line was bought for; null: it is not stated.
const v1::Money* PriceOfOne(const v1::Entitlement& line) {
  if (line.has_pack_count()) {
    return line.has_pack_price() ? &line.pack_price() : nullptr;
  }
  return line.has_unit_price() ? &line.unit_price() : nullptr;
}

// Whether what is billed is less than the line's price, which may have risen:
// so it may be a part of one that is higher.
bool MayBePartOfARisenPrice(const InvoiceFacts& facts, const v1::Money& price) {
  return facts.billed.unit_price().micros() < price.micros() &&
         ClauseOf(facts, SaysEscalator, &v1::Clauses::price_escalator).clause !=
             nullptr;
}

// By how much what is billed for the same days is more than the price of all
// that was bought, in millionths: where it is not, each bills a part of the
// price. Zero where rounding may be all. Nothing: `missing` says which fact is
// missing.
absl::StatusOr<std::optional<Rational>> AbovePrice(const InvoiceFacts& facts,
                                                   const Bought& bought,
                                                   const Overlap& overlap,
                                                   std::string& missing) {
  const v1::Money* price = PriceOfOne(*facts.LineThen());
  if (price == nullptr) {
    missing = "the price of the order's line";
    return std::optional<Rational>();
  }
  ROLLCALL_ASSIGN_OR_RETURN(Rational sum, GrossOf(facts.billed));
  bool is_in_one_currency =
      price->currency() == facts.billed.total().currency();
  for (const v1::InvoiceLine* other : overlap.lines) {
    is_in_one_currency =
        is_in_one_currency && price->currency() == other->total().currency();
    ROLLCALL_ASSIGN_OR_RETURN(const Rational gross, GrossOf(*other));
    ROLLCALL_ASSIGN_OR_RETURN(sum, Add(sum, gross));
  }
  if (!is_in_one_currency) {
    missing = "the amounts in one currency";
    return std::optional<Rational>();
  }
  ROLLCALL_ASSIGN_OR_RETURN(const Rational all,
                            PriceTimes(*price, bought.quantity.value()));
  ROLLCALL_ASSIGN_OR_RETURN(const Rational above, Subtract(sum, all));
  // Each total may be rounded up by less than a unit.
  const auto totals = static_cast<int64_t>(overlap.lines.size() + 1);
  if (above < Rational::Of(totals * SmallestUnitMicros(price->currency()))) {
    return std::optional<Rational>(Rational());
  }
  if (MayBePartOfARisenPrice(facts, *price)) {
    missing = "the price of the days that are billed";
    return std::optional<Rational>();
  }
  return std::optional<Rational>(above);
}

// Some days that a line bills, on which the order's line is one and the same.
struct LinePart {
  Days days;
  const v1::Entitlement* line;
};

// What the order's line is on a day; where it is not counted as on the first
// day that is billed, in packs or not, what it is then.
const v1::Entitlement* LineOn(const InvoiceFacts& facts, const CivilDate& day) {
  const v1::Entitlement* then = facts.LineThen();
  const v1::Entitlement* line = facts.order_line->Nearest(day);
  return line->has_pack_count() == then->has_pack_count() ? line : then;
}

// The days, cut where the order's line becomes another. Where they are not
// stated what it is on the first day that is billed holds for all.
std::vector<LinePart> LinePartsOf(const InvoiceFacts& facts, const Days& days) {
  if (!IsBounded(days)) return {{days, facts.LineThen()}};
  const auto first = CivilDate::FromOrdinal(static_cast<uint32_t>(days.first));
  std::vector<LinePart> parts = {{days, LineOn(facts, *first)}};
  for (const auto& span : facts.order_line->spans()) {
    if (!span.from.has_value()) continue;
    const int64_t from = span.from->Ordinal();
    if (from <= days.first || from > days.last) continue;
    parts.back().days.last = from - 1;
    parts.push_back({{from, days.last}, LineOn(facts, *span.from)});
  }
  return parts;
}

// Of a part of a line, what was billed before.
struct Twice {
  Overlap overlap;
  Bought bought;
  // What is above what was bought because of that, on the day on which that is
  // most, and on that on which it is least.
  Rational again;
  Rational least;
  // As AbovePrice says; zero where nothing is billed again.
  std::optional<Rational> above_price = Rational();
  std::string missing;
};

template <typename DaysOf>
absl::StatusOr<Twice> TwiceIn(const InvoiceFacts& facts, const LinePart& part,
                              const std::vector<const v1::InvoiceLine*>& others,
                              DaysOf days_of) {
  Twice twice;
  twice.bought = BoughtOn(*part.line);
  ROLLCALL_ASSIGN_OR_RETURN(twice.overlap,
                            MostOverlap(part.days, others, days_of));
  if (twice.bought.quantity.IsUnlimited()) return twice;
  const Rational quantity = RationalOf(facts.billed.quantity());
  const Rational bought = twice.bought.quantity.value();
  ROLLCALL_ASSIGN_OR_RETURN(
      twice.again, BilledAgain(quantity, twice.overlap.quantity, bought));
  ROLLCALL_ASSIGN_OR_RETURN(twice.least,
                            BilledAgain(quantity, twice.overlap.least, bought));
  if (twice.again.IsZero()) return twice;
  ROLLCALL_ASSIGN_OR_RETURN(
      twice.above_price,
      AbovePrice(facts, twice.bought, twice.overlap, twice.missing));
  return twice;
}

absl::StatusOr<Finding> TwiceFinding(const InvoiceFacts& facts,
                                     const Twice& twice, bool is_of_all_days) {
  const Overlap& overlap = twice.overlap;
  const Bought& bought = twice.bought;
  Finding finding =
      MakeFinding(facts, Finding::KIND_BILLED_TWICE, Finding::STATE_FOUND);
  const Rational quantity = RationalOf(facts.billed.quantity());
  ROLLCALL_ASSIGN_OR_RETURN(const Rational sum,
                            Add(overlap.quantity, quantity));
  *finding.mutable_billed() = QuantityValue(Quantity::Of(sum));
  *finding.mutable_allowed() = QuantityValue(bought.quantity);
  finding.set_decided_by(std::string(bought.field));
  finding.set_explanation(absl::StrCat(
      "Some of the same days are billed on ",
      InvoiceLineInWords(*overlap.lines.front()), ". Together ", sum.ToString(),
      bought.unit, " are billed, of ", bought.quantity.ToString(), bought.unit,
      " that were bought."));
  if (!is_of_all_days) {
    absl::StrAppend(finding.mutable_explanation(),
                    " How the total spreads over the days is not stated.");
    return finding;
  }
  ROLLCALL_ASSIGN_OR_RETURN(const Rational micros,
                            PriceTimes(facts.billed.unit_price(), twice.again));
  ROLLCALL_ASSIGN_OR_RETURN(
      *finding.mutable_difference(),
      WithShareOfRebate(facts.billed, std::min(micros, *twice.above_price)));
  return finding;
}

Finding MaybeTwiceFinding(const InvoiceFacts& facts, const Overlap& overlap,
                          absl::string_view missing) {
  Finding finding = MakeFinding(facts, Finding::KIND_BILLED_TWICE,
                                Finding::STATE_NOT_DECIDABLE);
  *finding.mutable_billed() =
      QuantityValue(Quantity::Of(RationalOf(facts.billed.quantity())));
  finding.set_decided_by("invoice_line.period_start_date");
  finding.set_missing_fact(std::string(missing));
  finding.set_explanation(
      absl::StrCat("The same line of the order is billed on ",
                   InvoiceLineInWords(*overlap.lines.front()),
                   "; whether for the same days, and rightly, is not known."));
  return finding;
}

std::vector<const v1::InvoiceLine*> EarlierLines(const InvoiceFacts& facts) {
  std::vector<const v1::InvoiceLine*> earlier;
  for (const v1::InvoiceLine* other : facts.others) {
    if (IsEarlier(*other, facts.billed)) earlier.push_back(other);
  }
  std::sort(earlier.begin(), earlier.end(),
            [](const auto* a, const auto* b) { return IsEarlier(*a, *b); });
  return earlier;
}

// Goes by the days that lines bill for sure.
RuleResult SurelyTwice(const InvoiceFacts& facts,
                       const std::vector<const v1::InvoiceLine*>& earlier) {
  const bool is_paid_once = IsPaidOnce(*facts.LineThen());
  const auto sure = [is_paid_once](const v1::InvoiceLine& of) {
    return SureDays(of, is_paid_once);
  };
  // With the most that is billed again on a day, and the least above the price.
  std::optional<Twice> most;
  std::optional<Finding> open;
  bool is_of_all_days = true;
  for (const LinePart& part : LinePartsOf(facts, sure(facts.billed))) {
    ROLLCALL_ASSIGN_OR_RETURN(const Twice twice,
                              TwiceIn(facts, part, earlier, sure));
    if (!twice.above_price.has_value() && !open.has_value()) {
      open = MaybeTwiceFinding(facts, twice.overlap, twice.missing);
    }
    Rational above = twice.above_price.value_or(Rational());
    if (above <= Rational()) {
      is_of_all_days = false;
      continue;
    }
    is_of_all_days = is_of_all_days &&
                     (is_paid_once || twice.least == twice.again) &&
                     (!most.has_value() || most->again == twice.again);
    if (most.has_value()) above = std::min(above, *most->above_price);
    if (!most.has_value() || twice.again > most->again) most = twice;
    most->above_price = above;
  }
  if (!most.has_value()) return open;
  return TwiceFinding(facts, *most, is_of_all_days);
}

// Goes by all days that lines may bill.
RuleResult MaybeTwice(const InvoiceFacts& facts,
                      const std::vector<const v1::InvoiceLine*>& earlier) {
  for (const LinePart& part : LinePartsOf(facts, PossibleDays(facts.billed))) {
    ROLLCALL_ASSIGN_OR_RETURN(const Twice twice,
                              TwiceIn(facts, part, earlier, PossibleDays));
    if (twice.bought.quantity.IsUnlimited() && !twice.overlap.lines.empty()) {
      return MaybeTwiceFinding(facts, twice.overlap,
                               "which part of the unlimited right is billed");
    }
    if (twice.above_price.has_value() && *twice.above_price <= Rational()) {
      continue;
    }
    return MaybeTwiceFinding(facts, twice.overlap, "the period that is billed");
  }
  return std::nullopt;
}

}  // namespace

RuleResult CheckBilledTwice(const InvoiceFacts& facts) {
  if (facts.LineThen() == nullptr) return std::nullopt;
  const auto earlier = EarlierLines(facts);
  ROLLCALL_ASSIGN_OR_RETURN(auto sure, SurelyTwice(facts, earlier));
  if (sure.has_value()) return sure;
  return MaybeTwice(facts, earlier);
}

}  // namespace rollcall::collector
