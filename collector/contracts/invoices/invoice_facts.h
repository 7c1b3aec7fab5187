// What an invoice's line is compared with. Pure values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/contracts/civil_date.h"
#include "collector/contracts/clause_rules.h"
#include "collector/contracts/invoices/timeline.h"
#include "collector/contracts/rational.h"
#include "rollcall/v1/contract.pb.h"
#include "rollcall/v1/invoice_service.pb.h"

namespace rollcall::collector {

// The first and the last day that a line bills: of its period, or the invoice's
// where none is stated. Of a period of which one day alone is stated the other
// is the invoice's, unless that is on the wrong side of it.
CivilDate FirstBilledDay(const v1::InvoiceLine& line);
CivilDate LastBilledDay(const v1::InvoiceLine& line);

// What is known of one line of an invoice. All that is pointed to outlives it,
// is as its kind's check has it, and carries its ids.
struct InvoiceFacts {
  explicit InvoiceFacts(const v1::InvoiceLine& line) : billed(line) {}

  const v1::InvoiceLine& billed;
  // The contract that the line names, or that the line of its order is under;
  // null: none, or not known.
  const Timeline<v1::Contract>* contract = nullptr;
  // Those that it is under on the first day that is billed, nearest first. A
  // clause that a contract does not have is theirs.
  std::vector<const Timeline<v1::Contract>*> masters;
  // Whether the order that it names is known, as an object or as that of a
  // line.
  bool order_is_known = false;
  // The line of the order; null: none is named, or it is not known.
  const Timeline<v1::Entitlement>* order_line = nullptr;
  // Where the invoice names no contract, and the order's line is under several:
  // their numbers.
  std::vector<std::string> possible_contracts;
  // Other invoices' lines of the same line of the order, in any order.
  std::vector<const v1::InvoiceLine*> others;
  // How much of the order's line is used; absent: not known.
  std::optional<Rational> used;

  CivilDate FirstDay() const { return FirstBilledDay(billed); }
  CivilDate LastDay() const { return LastBilledDay(billed); }
  // What contract and line are on the first day, or nearest to it; null: not
  // known.
  const v1::Contract* ContractThen() const;
  const v1::Entitlement* LineThen() const;
  // What the contract and its masters are on a day, in the order of a
  // ContractChain; null: not known.
  std::vector<const v1::Contract*> ContractsOn(const CivilDate& day) const;
};

// Whether a line that does not state its first day may be one of a day on which
// the order's line was another, of which `admits` says that what was billed is
// right: it may bill in advance, or what is past. REQUIRES: the line is known.
template <typename Admits>
bool IsRightOnAnotherDay(const InvoiceFacts& facts, Admits admits) {
  if (facts.billed.has_period_start_date()) return false;
  for (const auto& span : facts.order_line->spans()) {
    if (span.state.has_value() && admits(*span.state)) return true;
  }
  return false;
}

// A clause of a contract, and where it stands.
template <typename T>
struct FoundClause {
  // Null: neither the contract nor those above it have it.
  const T* clause = nullptr;
  // The contract's number.
  std::string contract_number;
};

// The clause that counts on a day (ContractThatSays). `says` tells whether
// v1::Clauses have it, `get` is theirs.
template <typename Says, typename T>
FoundClause<T> ClauseOn(const InvoiceFacts& facts, const CivilDate& day,
                        Says says, const T& (v1::Clauses::*get)() const) {
  const v1::Contract* contract = ContractThatSays(facts.ContractsOn(day), says);
  if (contract == nullptr) return {};
  return {&(contract->clauses().*get)(), contract->contract_number()};
}

// The clause that holds on the first day that is billed.
template <typename Says, typename T>
FoundClause<T> ClauseOf(const InvoiceFacts& facts, Says says,
                        const T& (v1::Clauses::*get)() const) {
  return ClauseOn(facts, facts.FirstDay(), says, get);
}

// Which line of an invoice comes first: by its day, then by its name.
bool IsEarlier(const v1::InvoiceLine& a, const v1::InvoiceLine& b);

// For people, for example "invoice R-7 line 2".
std::string InvoiceLineInWords(const v1::InvoiceLine& line);

// For people, for example "12.5 EUR".
std::string MoneyInWords(const v1::Money& money);

// A number of what a checked object says.
Rational RationalOf(const v1::Rational& checked);

// An amount in millionths as money: what they do not write is rounded towards
// zero.
v1::Money RoundTowardsZero(const Rational& micros, absl::string_view currency);

// A finding of a kind, with what names the line and what it is compared with.
v1::InvoiceFinding MakeFinding(const InvoiceFacts& facts,
                               v1::InvoiceFinding::Kind kind,
                               v1::InvoiceFinding::State state);

// Of a finding: which days are billed decides it, and is not known. For people,
// `right_when` says of which what was billed is right.
void LeaveOpenForPeriod(v1::InvoiceFinding& finding,
                        absl::string_view right_when);
inline constexpr absl::string_view kRightOnOtherDays =
    "On other days the order's line was another, of which it is right";

// What a rule says of a line: a finding or nothing. OUT_OF_RANGE where an exact
// amount does not fit into 64 bits.
using RuleResult = absl::StatusOr<std::optional<v1::InvoiceFinding>>;

}  // namespace rollcall::collector
