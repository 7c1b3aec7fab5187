#include "collector/contracts/invoices/invoice_facts.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "collector/contracts/money.h"

namespace rollcall::collector {

CivilDate FirstBilledDay(const v1::InvoiceLine& line) {
  if (line.has_period_start_date()) {
    return *CivilDate::Parse(line.period_start_date());
  }
  const CivilDate invoice = *CivilDate::Parse(line.invoice_date());
  if (!line.has_period_end_date()) return invoice;
  return std::min(invoice, *CivilDate::Parse(line.period_end_date()));
}

CivilDate LastBilledDay(const v1::InvoiceLine& line) {
  if (line.has_period_end_date()) {
    return *CivilDate::Parse(line.period_end_date());
  }
  const CivilDate invoice = *CivilDate::Parse(line.invoice_date());
  if (!line.has_period_start_date()) return invoice;
  return std::max(invoice, *CivilDate::Parse(line.period_start_date()));
}

const v1::Contract* InvoiceFacts::ContractThen() const {
  return contract == nullptr ? nullptr : contract->Nearest(FirstDay());
}

const v1::Entitlement* InvoiceFacts::LineThen() const {
  return order_line == nullptr ? nullptr : order_line->Nearest(FirstDay());
}

std::vector<const v1::Contract*> InvoiceFacts::ContractsOn(
    const CivilDate& day) const {
  std::vector<const v1::Contract*> contracts;
  if (contract != nullptr) contracts.push_back(contract->Nearest(day));
  for (const auto* master : masters) contracts.push_back(master->Nearest(day));
  return contracts;
}

bool IsEarlier(const v1::InvoiceLine& a, const v1::InvoiceLine& b) {
  const auto order = [](const v1::InvoiceLine& line) {
    return std::make_tuple(line.invoice_date(),
                           absl::AsciiStrToLower(line.vendor()),
                           absl::AsciiStrToLower(line.invoice_number()),
                           absl::AsciiStrToLower(line.line()));
  };
  return order(a) < order(b);
}

std::string InvoiceLineInWords(const v1::InvoiceLine& line) {
  return absl::StrCat("invoice ", line.invoice_number(), " line ", line.line());
}

std::string MoneyInWords(const v1::Money& money) {
  return Money{money.micros(), money.currency()}.ToString();
}

Rational RationalOf(const v1::Rational& checked) {
  return *Rational::FromProto(checked);
}

v1::Money RoundTowardsZero(const Rational& micros, absl::string_view currency) {
  return Money{micros.numerator() / micros.denominator(), std::string(currency)}
      .ToProto();
}

v1::InvoiceFinding MakeFinding(const InvoiceFacts& facts,
                               v1::InvoiceFinding::Kind kind,
                               v1::InvoiceFinding::State state) {
  const v1::InvoiceLine& billed = facts.billed;
  v1::InvoiceFinding finding;
  finding.set_kind(kind);
  finding.set_state(state);
  finding.set_invoice_line_id(billed.invoice_line_id());
  finding.set_vendor(billed.vendor());
  finding.set_invoice_number(billed.invoice_number());
  finding.set_line(billed.line());
  finding.set_invoice_date(billed.invoice_date());
  if (billed.has_product()) finding.set_product(billed.product());
  *finding.mutable_total() = billed.total();
  finding.set_contract_number(billed.contract_number());
  if (const auto* contract = facts.ContractThen(); contract != nullptr) {
    finding.set_contract_number(contract->contract_number());
    finding.set_contract_id(contract->contract_id());
  }
  if (const auto* line = facts.LineThen(); line != nullptr) {
    finding.set_entitlement_id(line->entitlement_id());
    finding.set_purchase_order(line->purchase_order());
    finding.set_purchase_order_line(line->line());
  }
  return finding;
}

void LeaveOpenForPeriod(v1::InvoiceFinding& finding,
                        absl::string_view right_when) {
  finding.set_state(v1::InvoiceFinding::STATE_NOT_DECIDABLE);
  finding.set_missing_fact("the period that is billed");
  finding.clear_allowed();
  finding.clear_difference();
  absl::StrAppend(finding.mutable_explanation(), " ", right_when,
                  "; which days are billed is not stated.");
}

}  // namespace rollcall::collector
