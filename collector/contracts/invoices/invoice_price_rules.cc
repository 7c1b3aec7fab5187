#include "collector/contracts/invoices/invoice_price_rules.h"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "collector/contracts/money.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

using Finding = v1::InvoiceFinding;

// The price that a line states; null: none.
const v1::Money* PriceOf(const v1::Entitlement& line) {
  if (line.has_pack_price()) return &line.pack_price();
  return line.has_unit_price() ? &line.unit_price() : nullptr;
}

absl::string_view PriceField(const v1::Entitlement& line) {
  return line.has_pack_price() ? "entitlement.pack_price"
                               : "entitlement.unit_price";
}

// Why a line's price is not of what the invoice has a price of; empty: it is.
std::string WhyNotAlike(const v1::InvoiceLine& billed,
                        const v1::Entitlement& line) {
  if (billed.has_part_number() && line.has_part_number() &&
      !absl::EqualsIgnoreCase(billed.part_number(), line.part_number())) {
    return absl::StrCat("The invoice bills part ", billed.part_number(),
                        ", and the order's line is of part ",
                        line.part_number(), ".");
  }
  if (line.has_pack_count() && line.has_unit_price()) {
    return "The order's line was bought in packs, so that the invoice has the "
           "price of a pack; the line states the price of one unit.";
  }
  return "";
}

// The currency that decides and where it stands; empty: none is stated.
struct StatedCurrency {
  std::string code;
  std::string field;
};

StatedCurrency CurrencyOf(const InvoiceFacts& facts) {
  const v1::Contract* contract = facts.ContractThen();
  if (contract != nullptr && contract->has_currency()) {
    return {contract->currency(), "contract.currency"};
  }
  const v1::Entitlement* line = facts.LineThen();
  if (line == nullptr || PriceOf(*line) == nullptr) return {};
  return {PriceOf(*line)->currency(), std::string(PriceField(*line))};
}

// Why the line's price cannot be compared with the invoice's; empty: it can, it
// is not stated, or CheckCurrency says why. REQUIRES: the line is known.
std::string WhyNotComparable(const InvoiceFacts& facts) {
  const v1::Entitlement& line = *facts.LineThen();
  const std::string& billed = facts.billed.unit_price().currency();
  const v1::Money* stated = PriceOf(line);
  if (stated != nullptr && stated->currency() != billed &&
      CurrencyOf(facts).code == billed) {
    return absl::StrCat("The invoice's price is in ", billed,
                        ", as the contract's are, and that of the order's line "
                        "in ",
                        stated->currency(), ".");
  }
  return WhyNotAlike(facts.billed, line);
}

// Whether the line's price may be compared with the invoice's.
bool IsComparable(const InvoiceFacts& facts) {
  const v1::Entitlement* line = facts.LineThen();
  if (line == nullptr || PriceOf(*line) == nullptr) return false;
  return WhyNotAlike(facts.billed, *line).empty() &&
         PriceOf(*line)->currency() == facts.billed.unit_price().currency();
}

// Whether the line states a price on some day that what was billed may be of,
// and that is no lower. REQUIRES: the line is known.
bool IsPriceOfAnotherDay(const InvoiceFacts& facts) {
  const v1::Money& price = facts.billed.unit_price();
  return IsRightOnAnotherDay(facts, [&](const v1::Entitlement& line) {
    return PriceOf(line) != nullptr &&
           WhyNotAlike(facts.billed, line).empty() &&
           PriceOf(line)->currency() == price.currency() &&
           price.micros() <= PriceOf(line)->micros();
  });
}

// How many anniversaries of `start` lie after it and not after `day`.
int YearOf(const CivilDate& start, const CivilDate& day) {
  const std::string first = start.ToString();
  const std::string then = day.ToString();
  const auto year = [](const std::string& date) {
    return std::stoi(date.substr(0, 4));
  };
  const int years = year(then) - year(first);
  return then.substr(4) < first.substr(4) ? years - 1 : years;
}

// A price that was asked for before, or stated.
struct BasePrice {
  int64_t micros;
  // Years of the contract between it and the day that is billed; at least 1.
  int years;
  // For people.
  std::string words;
};

// From when on the line has stated the price that it states on the first day
// that is billed, without a break.
CivilDate StatedSince(const InvoiceFacts& facts) {
  const v1::Entitlement& now = *facts.LineThen();
  const CivilDate since = *CivilDate::Parse(now.start_date());
  std::optional<CivilDate> from;
  bool is_same = false;
  for (const auto& span : facts.order_line->spans()) {
    const bool same =
        span.state.has_value() && PriceOf(*span.state) != nullptr &&
        PriceOf(*span.state)->micros() == PriceOf(now)->micros() &&
        PriceOf(*span.state)->currency() == PriceOf(now)->currency();
    if (same && !is_same) from = span.from;
    is_same = same;
    if (span.state.has_value() && &*span.state == &now) break;
  }
  return from.has_value() ? std::max(since, *from) : since;
}

std::optional<BasePrice> StatedBase(const InvoiceFacts& facts,
                                    const CivilDate& contract_start) {
  if (!IsComparable(facts)) return std::nullopt;
  const CivilDate since = StatedSince(facts);
  const int years =
      YearOf(contract_start, facts.FirstDay()) - YearOf(contract_start, since);
  if (years < 1) return std::nullopt;
  const v1::Entitlement& line = *facts.LineThen();
  return BasePrice{
      PriceOf(line)->micros(), years,
      absl::StrCat("the order's line states ", MoneyInWords(*PriceOf(line)),
                   " since ", since.ToString())};
}

// How many days a line bills; nothing: it does not state both ends.
std::optional<int> BilledDays(const v1::InvoiceLine& line) {
  if (!line.has_period_start_date() || !line.has_period_end_date()) {
    return std::nullopt;
  }
  return CivilDate::Parse(line.period_end_date())
             ->DaysAfter(*CivilDate::Parse(line.period_start_date())) +
         1;
}

std::string DaysInWords(const std::optional<int>& days) {
  return days.has_value() ? absl::StrCat("bills ", *days, " days")
                          : "does not state how many days it bills";
}

// Months, quarters and halves of a year differ by up to three days, years by
// one.
bool AreAboutAsLong(int a, int b) {
  constexpr int kMostOfHalfAYear = 184;
  const int allowed = std::max(a, b) <= kMostOfHalfAYear ? 3 : 1;
  return std::max(a, b) - std::min(a, b) <= allowed;
}

// Why the prices of two lines are not of the same; empty: they are.
std::string WhyNotAlike(const v1::InvoiceLine& billed,
                        const v1::InvoiceLine& base) {
  if (billed.has_part_number() && base.has_part_number() &&
      !absl::EqualsIgnoreCase(billed.part_number(), base.part_number())) {
    return absl::StrCat("The invoice bills part ", billed.part_number(),
                        ", and ", InvoiceLineInWords(base), " part ",
                        base.part_number(), ".");
  }
  const auto days = BilledDays(billed);
  const auto base_days = BilledDays(base);
  if (days.has_value() == base_days.has_value() &&
      (!days.has_value() || AreAboutAsLong(*days, *base_days))) {
    return "";
  }
  return absl::StrCat("The invoice ", DaysInWords(days), ", and ",
                      InvoiceLineInWords(base), " ", DaysInWords(base_days),
                      ".");
}

// The last line that was billed in an earlier year of the contract whose price
// is of the same, or is not, as asked; null: none.
const v1::InvoiceLine* LastBilled(const InvoiceFacts& facts,
                                  const CivilDate& contract_start,
                                  bool is_alike) {
  const int year = YearOf(contract_start, facts.FirstDay());
  const v1::InvoiceLine* last = nullptr;
  CivilDate last_day = facts.FirstDay();
  for (const v1::InvoiceLine* other : facts.others) {
    const CivilDate day = FirstBilledDay(*other);
    if (other->unit_price().currency() !=
            facts.billed.unit_price().currency() ||
        YearOf(contract_start, day) >= year ||
        WhyNotAlike(facts.billed, *other).empty() != is_alike) {
      continue;
    }
    if (last == nullptr || day > last_day ||
        (day == last_day && IsEarlier(*last, *other))) {
      last = other;
      last_day = day;
    }
  }
  return last;
}

// The last price that was billed for the same in an earlier year of the
// contract.
std::optional<BasePrice> BilledBase(const InvoiceFacts& facts,
                                    const CivilDate& contract_start) {
  const v1::InvoiceLine* last = LastBilled(facts, contract_start, true);
  if (last == nullptr) return std::nullopt;
  const CivilDate day = FirstBilledDay(*last);
  return BasePrice{
      last->unit_price().micros(),
      YearOf(contract_start, facts.FirstDay()) - YearOf(contract_start, day),
      absl::StrCat(InvoiceLineInWords(*last), " billed ",
                   MoneyInWords(last->unit_price()), " for ", day.ToString())};
}

// The most that a price may be after some years, each of which adds the cap and
// is rounded up to a millionth; the most that there is, where it may be more.
absl::StatusOr<int64_t> Escalate(const BasePrice& base, Rational cap_percent) {
  ROLLCALL_ASSIGN_OR_RETURN(const Rational hundredth, Rational::Make(1, 100));
  ROLLCALL_ASSIGN_OR_RETURN(const Rational rise,
                            Multiply(cap_percent, hundredth));
  ROLLCALL_ASSIGN_OR_RETURN(const Rational factor, Add(Rational::Of(1), rise));
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  // Exact in 128 bits, where 64 do not hold the price with all its digits.
  __int128 micros = base.micros;
  for (int year = 0; year < base.years; ++year) {
    const __int128 exact = micros * factor.numerator();
    micros = exact / factor.denominator() +
             (exact % factor.denominator() == 0 ? 0 : 1);
    if (micros > kMost) return kMost;
  }
  return static_cast<int64_t>(micros);
}

// What `micros` more for each comes to on the whole line.
absl::StatusOr<v1::Money> OnTheLine(const v1::InvoiceLine& billed,
                                    int64_t micros) {
  ROLLCALL_ASSIGN_OR_RETURN(
      const Rational exact,
      Multiply(Rational::Of(micros), RationalOf(billed.quantity())));
  return RoundTowardsZero(exact, billed.unit_price().currency());
}

absl::StatusOr<Finding> PriceFinding(const InvoiceFacts& facts,
                                     Finding::Kind kind, int64_t allowed) {
  const v1::Money& price = facts.billed.unit_price();
  Finding finding = MakeFinding(facts, kind, Finding::STATE_FOUND);
  *finding.mutable_billed()->mutable_money() = price;
  *finding.mutable_allowed()->mutable_money() =
      Money{allowed, price.currency()}.ToProto();
  ROLLCALL_ASSIGN_OR_RETURN(*finding.mutable_difference(),
                            OnTheLine(facts.billed, price.micros() - allowed));
  return finding;
}

// That the price cannot be compared.
Finding OpenPrice(const InvoiceFacts& facts, Finding::State state) {
  Finding finding =
      MakeFinding(facts, Finding::KIND_PRICE_ABOVE_CONTRACT, state);
  *finding.mutable_billed()->mutable_money() = facts.billed.unit_price();
  finding.set_decided_by("entitlement");
  return finding;
}

std::string YearsInWords(int years) {
  return years == 1 ? "a year of the contract later"
                    : absl::StrCat(years, " years of the contract later");
}

constexpr char kCapField[] = "contract.clauses.price_escalator.cap_percent";
constexpr char kIndexField[] = "contract.clauses.price_escalator.price_index";

absl::StatusOr<Finding> RiseFinding(
    const InvoiceFacts& facts, const BasePrice& base, int64_t allowed,
    const FoundClause<v1::PriceEscalator>& clause) {
  ROLLCALL_ASSIGN_OR_RETURN(
      Finding finding,
      PriceFinding(facts, Finding::KIND_RISE_ABOVE_CAP, allowed));
  finding.set_decided_by(kCapField);
  finding.set_explanation(absl::StrCat(
      "The price is ", MoneyInWords(facts.billed.unit_price()), "; ",
      base.words, ", and contract ", clause.contract_number,
      " lets prices rise by at most ",
      RationalOf(clause.clause->cap_percent()).ToString(),
      " % a year, to at most ", MoneyInWords(finding.allowed().money()), " ",
      YearsInWords(base.years), "."));
  return finding;
}

Finding IndexFinding(const InvoiceFacts& facts, const BasePrice& base,
                     const FoundClause<v1::PriceEscalator>& clause) {
  Finding finding = MakeFinding(facts, Finding::KIND_RISE_ABOVE_CAP,
                                Finding::STATE_NOT_DECIDABLE);
  *finding.mutable_billed()->mutable_money() = facts.billed.unit_price();
  finding.set_decided_by(kIndexField);
  finding.set_missing_fact(absl::StrCat("the value of the price index ",
                                        clause.clause->price_index()));
  finding.set_explanation(absl::StrCat(
      "The price is ", MoneyInWords(facts.billed.unit_price()), "; ",
      base.words, ". Contract ", clause.contract_number,
      " lets prices rise by at most the index ", clause.clause->price_index(),
      ", whose rise since then is not known."));
  return finding;
}

FoundClause<v1::PriceEscalator> EscalatorOf(const InvoiceFacts& facts) {
  return ClauseOf(facts, SaysEscalator, &v1::Clauses::price_escalator);
}

// The prices that this one may be a rise of.
std::vector<BasePrice> BasesOf(const InvoiceFacts& facts) {
  const auto start = *CivilDate::Parse(facts.ContractThen()->start_date());
  std::vector<BasePrice> bases;
  if (auto base = StatedBase(facts, start)) bases.push_back(*std::move(base));
  if (auto base = BilledBase(facts, start)) bases.push_back(*std::move(base));
  return bases;
}

// That the price can be a rise of nothing but what is not alike. Nothing: it
// was billed for nothing else in an earlier year.
std::optional<Finding> UnlikeFinding(
    const InvoiceFacts& facts, const FoundClause<v1::PriceEscalator>& clause) {
  const auto start = *CivilDate::Parse(facts.ContractThen()->start_date());
  const v1::InvoiceLine* last = LastBilled(facts, start, false);
  if (last == nullptr) return std::nullopt;
  Finding finding = MakeFinding(facts, Finding::KIND_RISE_ABOVE_CAP,
                                Finding::STATE_NOT_COMPARABLE);
  *finding.mutable_billed()->mutable_money() = facts.billed.unit_price();
  finding.set_decided_by(clause.clause->has_cap_percent() ? kCapField
                                                          : kIndexField);
  finding.set_explanation(WhyNotAlike(facts.billed, *last));
  return finding;
}

// Whether the escalator applies to the price that the line states: a rise of
// that is what CheckRise looks at.
bool StatedPriceMayRise(const InvoiceFacts& facts) {
  const v1::Contract* contract = facts.ContractThen();
  return contract != nullptr && EscalatorOf(facts).clause != nullptr &&
         StatedBase(facts, *CivilDate::Parse(contract->start_date()))
             .has_value();
}

constexpr absl::string_view kRightNextYear =
    "In the next year of the contract it is right";

// Whether the price is one that the escalator allows a year after that of
// `base`, which may be the year that is billed: its first day is not stated.
absl::StatusOr<bool> MayBeOfTheNextYear(
    const InvoiceFacts& facts, BasePrice base,
    const FoundClause<v1::PriceEscalator>& clause) {
  if (facts.billed.has_period_start_date()) return false;
  if (!clause.clause->has_cap_percent()) return true;
  ++base.years;
  ROLLCALL_ASSIGN_OR_RETURN(
      const int64_t allowed,
      Escalate(base, RationalOf(clause.clause->cap_percent())));
  return facts.billed.unit_price().micros() <= allowed;
}

}  // namespace

RuleResult CheckPrice(const InvoiceFacts& facts) {
  const v1::Entitlement* line = facts.LineThen();
  if (line == nullptr) return std::nullopt;
  const v1::Money& price = facts.billed.unit_price();
  const std::string why_not = WhyNotComparable(facts);
  if (!why_not.empty()) {
    Finding finding = OpenPrice(facts, Finding::STATE_NOT_COMPARABLE);
    finding.set_explanation(why_not);
    return finding;
  }
  if (PriceOf(*line) == nullptr) {
    Finding finding = OpenPrice(facts, Finding::STATE_NOT_DECIDABLE);
    finding.set_missing_fact("the price of the order's line");
    finding.set_explanation("The order's line states no price.");
    return finding;
  }
  if (!IsComparable(facts) || StatedPriceMayRise(facts) ||
      price.micros() <= PriceOf(*line)->micros()) {
    return std::nullopt;
  }
  ROLLCALL_ASSIGN_OR_RETURN(
      Finding finding, PriceFinding(facts, Finding::KIND_PRICE_ABOVE_CONTRACT,
                                    PriceOf(*line)->micros()));
  finding.set_decided_by(std::string(PriceField(*line)));
  finding.set_explanation(absl::StrCat(
      "The price ", line->has_pack_price() ? "of a pack, " : "of one unit, ",
      MoneyInWords(price), ", is above that of the order's line, ",
      MoneyInWords(*PriceOf(*line)), "."));
  if (IsPriceOfAnotherDay(facts)) {
    LeaveOpenForPeriod(finding, kRightOnOtherDays);
    return finding;
  }
  if (const auto clause = EscalatorOf(facts); clause.clause != nullptr) {
    ROLLCALL_ASSIGN_OR_RETURN(
        const bool may_be_later,
        MayBeOfTheNextYear(facts, {PriceOf(*line)->micros(), 0, ""}, clause));
    if (may_be_later) LeaveOpenForPeriod(finding, kRightNextYear);
  }
  return finding;
}

RuleResult CheckRise(const InvoiceFacts& facts) {
  const auto clause = EscalatorOf(facts);
  if (clause.clause == nullptr) return std::nullopt;
  const std::vector<BasePrice> bases = BasesOf(facts);
  if (bases.empty()) return UnlikeFinding(facts, clause);
  std::optional<Finding> above;
  // The least that a base allows of those that it is above.
  std::optional<int64_t> lowest;
  std::optional<Finding> open;
  const int64_t price = facts.billed.unit_price().micros();
  for (const BasePrice& base : bases) {
    if (price <= base.micros) continue;
    if (clause.clause->has_cap_percent()) {
      ROLLCALL_ASSIGN_OR_RETURN(
          const int64_t allowed,
          Escalate(base, RationalOf(clause.clause->cap_percent())));
      if (price > allowed) {
        if (lowest.has_value() && *lowest <= allowed) continue;
        lowest = allowed;
        ROLLCALL_ASSIGN_OR_RETURN(above,
                                  RiseFinding(facts, base, allowed, clause));
        ROLLCALL_ASSIGN_OR_RETURN(const bool may_be_later,
                                  MayBeOfTheNextYear(facts, base, clause));
        if (may_be_later) LeaveOpenForPeriod(*above, kRightNextYear);
        continue;
      }
    }
    if (clause.clause->has_price_index() && !open.has_value()) {
      open = IndexFinding(facts, base, clause);
    }
  }
  if (!above.has_value()) return open;
  if (above->state() == Finding::STATE_FOUND && facts.LineThen() != nullptr &&
      IsPriceOfAnotherDay(facts)) {
    LeaveOpenForPeriod(*above, kRightOnOtherDays);
  }
  return above;
}

RuleResult CheckCurrency(const InvoiceFacts& facts) {
  const StatedCurrency stated = CurrencyOf(facts);
  const std::string& billed = facts.billed.total().currency();
  if (stated.code.empty() || stated.code == billed) return std::nullopt;
  Finding finding =
      MakeFinding(facts, Finding::KIND_OTHER_CURRENCY, Finding::STATE_FOUND);
  finding.mutable_billed()->set_text(billed);
  finding.mutable_allowed()->set_text(stated.code);
  finding.set_decided_by(stated.field);
  finding.set_explanation(absl::StrCat("The invoice is in ", billed,
                                       ", and the contract in ", stated.code,
                                       "; prices are not compared."));
  return finding;
}

}  // namespace rollcall::collector
