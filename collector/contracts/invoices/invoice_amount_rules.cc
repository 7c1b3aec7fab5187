#include "collector/contracts/invoices/invoice_amount_rules.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "collector/contracts/invoices/invoice_amounts.h"
#include "collector/contracts/money.h"
#include "collector/contracts/quantity.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

using Finding = v1::InvoiceFinding;

// How much of a line is not used, at most what was billed; nothing: so little
// that the clause grants nothing.
absl::StatusOr<std::optional<Rational>> UnusedPart(
    const InvoiceFacts& facts, const v1::RebateClause& clause,
    Rational bought) {
  if (*facts.used >= bought) return std::optional<Rational>();
  ROLLCALL_ASSIGN_OR_RETURN(const Rational unused,
                            Subtract(bought, *facts.used));
  if (clause.has_unused_at_least_percent()) {
    // unused / bought >= percent / 100
    ROLLCALL_ASSIGN_OR_RETURN(const Rational part,
                              Multiply(unused, Rational::Of(100)));
    ROLLCALL_ASSIGN_OR_RETURN(
        const Rational least,
        Multiply(bought, RationalOf(clause.unused_at_least_percent())));
    if (part < least) return std::optional<Rational>();
  }
  return std::optional<Rational>(
      std::min(unused, RationalOf(facts.billed.quantity())));
}

// The clause's part of the price of so many.
absl::StatusOr<Rational> RebateOn(const InvoiceFacts& facts,
                                  const v1::RebateClause& clause,
                                  Rational unused) {
  ROLLCALL_ASSIGN_OR_RETURN(const Rational hundredth, Rational::Make(1, 100));
  ROLLCALL_ASSIGN_OR_RETURN(const Rational part,
                            Multiply(RationalOf(clause.percent()), hundredth));
  ROLLCALL_ASSIGN_OR_RETURN(const Rational rights, Multiply(part, unused));
  return PriceTimes(facts.billed.unit_price(), rights);
}

Finding OpenRebate(const InvoiceFacts& facts, Finding::State state,
                   absl::string_view missing, absl::string_view why) {
  Finding finding = MakeFinding(facts, Finding::KIND_REBATE_MISSING, state);
  *finding.mutable_billed()->mutable_money() =
      Money{facts.billed.rebate().micros(), facts.billed.total().currency()}
          .ToProto();
  finding.set_decided_by("contract.clauses.rebate.percent");
  finding.set_missing_fact(std::string(missing));
  finding.set_explanation(std::string(why));
  return finding;
}

// Whether the invoice has less rebate than `granted` millionths.
absl::StatusOr<bool> LacksRebate(const InvoiceFacts& facts, Rational granted) {
  ROLLCALL_ASSIGN_OR_RETURN(
      const Rational missing,
      Subtract(granted, Rational::Of(facts.billed.rebate().micros())));
  if (missing <= Rational()) return false;
  return DiffersBeyondRounding(missing, facts.billed.total().currency());
}

}  // namespace

RuleResult CheckQuantity(const InvoiceFacts& facts) {
  const v1::Entitlement* line = facts.LineThen();
  if (line == nullptr) return std::nullopt;
  const Bought bought = BoughtOn(*line);
  const Rational billed = RationalOf(facts.billed.quantity());
  if (Quantity::Of(billed) <= bought.quantity) return std::nullopt;
  Finding finding = MakeFinding(facts, Finding::KIND_QUANTITY_ABOVE_ORDER,
                                Finding::STATE_FOUND);
  *finding.mutable_billed() = QuantityValue(Quantity::Of(billed));
  *finding.mutable_allowed() = QuantityValue(bought.quantity);
  ROLLCALL_ASSIGN_OR_RETURN(const Rational excess,
                            Subtract(billed, bought.quantity.value()));
  ROLLCALL_ASSIGN_OR_RETURN(const Rational micros,
                            PriceTimes(facts.billed.unit_price(), excess));
  ROLLCALL_ASSIGN_OR_RETURN(*finding.mutable_difference(),
                            WithShareOfRebate(facts.billed, micros));
  finding.set_decided_by(std::string(bought.field));
  finding.set_explanation(
      absl::StrCat("Billed are ", billed.ToString(), bought.unit, ", and ",
                   bought.quantity.ToString(), bought.unit, " were bought."));
  const bool counts_packs = line->has_pack_count();
  if (IsRightOnAnotherDay(facts, [&](const v1::Entitlement& other) {
        return other.has_pack_count() == counts_packs &&
               Quantity::Of(billed) <= BoughtOn(other).quantity;
      })) {
    LeaveOpenForPeriod(finding, kRightOnOtherDays);
  }
  return finding;
}

RuleResult CheckTotal(const InvoiceFacts& facts) {
  const v1::InvoiceLine& billed = facts.billed;
  const std::string& currency = billed.total().currency();
  ROLLCALL_ASSIGN_OR_RETURN(
      const Rational gross,
      PriceTimes(billed.unit_price(), RationalOf(billed.quantity())));
  ROLLCALL_ASSIGN_OR_RETURN(
      const Rational net,
      Subtract(gross, Rational::Of(billed.rebate().micros())));
  ROLLCALL_ASSIGN_OR_RETURN(
      const Rational difference,
      Subtract(Rational::Of(billed.total().micros()), net));
  ROLLCALL_ASSIGN_OR_RETURN(const bool differs,
                            DiffersBeyondRounding(difference, currency));
  if (!differs) return std::nullopt;
  Finding finding =
      MakeFinding(facts, Finding::KIND_TOTAL_WRONG, Finding::STATE_FOUND);
  *finding.mutable_billed()->mutable_money() = billed.total();
  *finding.mutable_allowed()->mutable_money() = RoundTowardsZero(net, currency);
  *finding.mutable_difference() = RoundTowardsZero(difference, currency);
  finding.set_decided_by("invoice_line.total");
  finding.set_explanation(
      absl::StrCat("The total is ", MoneyInWords(billed.total()), "; ",
                   RationalOf(billed.quantity()).ToString(), " at ",
                   MoneyInWords(billed.unit_price()),
                   billed.has_rebate()
                       ? absl::StrCat(" less ", MoneyInWords(billed.rebate()))
                       : std::string(),
                   " come to ", MoneyInWords(finding.allowed().money()), "."));
  return finding;
}

RuleResult CheckRebate(const InvoiceFacts& facts) {
  const auto found =
      ClauseOf(facts, &v1::Clauses::has_rebate, &v1::Clauses::rebate);
  const v1::Entitlement* line = facts.LineThen();
  if (found.clause == nullptr || line == nullptr) return std::nullopt;
  const v1::RebateClause& clause = *found.clause;
  const Quantity bought = *Quantity::FromProto(line->quantity());
  if (RationalOf(clause.percent()).IsZero() || bought.IsUnlimited()) {
    return std::nullopt;
  }
  if (line->has_pack_count()) {
    return OpenRebate(facts, Finding::STATE_NOT_COMPARABLE, "",
                      "The rebate is of the price of each right, and the "
                      "invoice has the price of a pack.");
  }
  ROLLCALL_ASSIGN_OR_RETURN(
      const Rational most,
      RebateOn(facts, clause, RationalOf(facts.billed.quantity())));
  ROLLCALL_ASSIGN_OR_RETURN(const bool may_lack, LacksRebate(facts, most));
  if (!may_lack) return std::nullopt;
  const std::string grants =
      absl::StrCat("Contract ", found.contract_number, " grants a rebate of ",
                   RationalOf(clause.percent()).ToString(),
                   " % of the price of each right that was not used");
  if (!facts.used.has_value()) {
    return OpenRebate(facts, Finding::STATE_NOT_DECIDABLE,
                      "the consumption of the order's line",
                      absl::StrCat(grants,
                                   "; how many those are needs the "
                                   "line's consumption."));
  }
  ROLLCALL_ASSIGN_OR_RETURN(const auto unused,
                            UnusedPart(facts, clause, bought.value()));
  if (!unused.has_value()) return std::nullopt;
  ROLLCALL_ASSIGN_OR_RETURN(const Rational granted,
                            RebateOn(facts, clause, *unused));
  ROLLCALL_ASSIGN_OR_RETURN(const bool lacks, LacksRebate(facts, granted));
  if (!lacks) return std::nullopt;
  ROLLCALL_ASSIGN_OR_RETURN(
      const Rational missing,
      Subtract(granted, Rational::Of(facts.billed.rebate().micros())));
  if (RationalOf(facts.billed.quantity()) < bought.value()) {
    return OpenRebate(
        facts, Finding::STATE_NOT_DECIDABLE,
        "how the unused rights spread over the invoices",
        absl::StrCat(grants, "; ", facts.used->ToString(), " of ",
                     bought.ToString(),
                     " are used, and the invoice bills a part of them, ",
                     RationalOf(facts.billed.quantity()).ToString(), "."));
  }
  const std::string& currency = facts.billed.total().currency();
  Finding finding = OpenRebate(facts, Finding::STATE_FOUND, "", "");
  *finding.mutable_allowed()->mutable_money() =
      RoundTowardsZero(granted, currency);
  *finding.mutable_difference() = RoundTowardsZero(missing, currency);
  finding.set_explanation(absl::StrCat(
      grants, "; ", facts.used->ToString(), " of ", bought.ToString(),
      " are used, so that ", MoneyInWords(finding.allowed().money()),
      " are due, and the invoice has ", MoneyInWords(finding.billed().money()),
      "."));
  return finding;
}

}  // namespace rollcall::collector
