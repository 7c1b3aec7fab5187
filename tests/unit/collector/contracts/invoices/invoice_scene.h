// An invoice and what it is compared with, for tests of the rules.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collector/contracts/invoices/invoice_rules.h"
#include "tests/support/proto_matchers.h"

namespace rollcall::collector {

inline CivilDate InvoiceDay(const std::string& text) {
  return *CivilDate::Parse(text);
}

// An invoice of 10 units at 100 EUR for 2026, of a line of 10 at 100 EUR under
// a contract from 2024-03-01 to 2027-02-28.
struct Scene {
  v1::InvoiceLine billed = testing::FromText<v1::InvoiceLine>(
      "vendor: 'Quay' invoice_number: 'R-2' line: '1' "
      "invoice_date: '2026-01-15' contract_number: 'C-1' "
      "purchase_order: 'PO-1' purchase_order_line: '1' "
      "quantity { numerator: 10 denominator: 1 } "
      "unit_price { micros: 100000000 currency: 'EUR' } "
      "total { micros: 1000000000 currency: 'EUR' } "
      "period_start_date: '2026-01-01' period_end_date: '2026-12-31'");
  v1::Contract contract = testing::FromText<v1::Contract>(
      "contract_number: 'C-1' contract_id: 'cc' start_date: '2024-03-01' "
      "end_date: '2027-02-28' currency: 'EUR'");
  v1::Entitlement line = testing::FromText<v1::Entitlement>(
      "entitlement_id: 'ee' contract_number: 'C-1' purchase_order: 'PO-1' "
      "line: '1' licence_kind: LICENCE_KIND_SUBSCRIPTION "
      "quantity { value { numerator: 10 denominator: 1 } } "
      "unit_price { micros: 100000000 currency: 'EUR' } "
      "start_date: '2024-03-01' end_date: '2027-02-28'");
  // States after the first; nothing: it is no more.
  std::vector<Timeline<v1::Contract>::Span> later_contract;
  std::vector<Timeline<v1::Entitlement>::Span> later_line;
  std::optional<v1::Contract> master;
  std::vector<v1::InvoiceLine> others;
  std::optional<Rational> used;
  bool has_contract = true;
  bool has_line = true;
  bool order_is_known = true;
  std::vector<std::string> possible_contracts;

  std::vector<v1::InvoiceFinding> Check() const {
    std::vector<Timeline<v1::Contract>::Span> contracts = {
        {std::nullopt, contract}};
    contracts.insert(contracts.end(), later_contract.begin(),
                     later_contract.end());
    std::vector<Timeline<v1::Entitlement>::Span> lines = {{std::nullopt, line}};
    lines.insert(lines.end(), later_line.begin(), later_line.end());
    const Timeline<v1::Contract> contract_timeline(contracts);
    const Timeline<v1::Entitlement> line_timeline(lines);
    const Timeline<v1::Contract> master_timeline({{std::nullopt, master}});
    InvoiceFacts facts(billed);
    if (has_contract) facts.contract = &contract_timeline;
    if (has_line) facts.order_line = &line_timeline;
    if (master.has_value()) facts.masters.push_back(&master_timeline);
    facts.order_is_known = order_is_known;
    facts.possible_contracts = possible_contracts;
    for (const auto& other : others) facts.others.push_back(&other);
    facts.used = used;
    return CheckInvoiceLine(facts);
  }

  void Bill(int64_t quantity, int64_t euros) {
    billed.mutable_quantity()->set_numerator(quantity);
    billed.mutable_unit_price()->set_micros(euros * 1'000'000);
    billed.mutable_total()->set_micros(quantity * euros * 1'000'000);
  }
  // Another line of the same, before this one.
  v1::InvoiceLine& BillBefore(const std::string& number,
                              const std::string& start,
                              const std::string& end) {
    v1::InvoiceLine& other = others.emplace_back(billed);
    other.set_invoice_number(number);
    other.set_invoice_date(start);
    other.set_period_start_date(start);
    other.set_period_end_date(end);
    return other;
  }
  void Escalate(const std::string& clause) {
    *contract.mutable_clauses()->mutable_price_escalator() =
        testing::FromText<v1::PriceEscalator>(clause);
  }
};

inline std::vector<v1::InvoiceFinding::Kind> KindsOf(
    const std::vector<v1::InvoiceFinding>& findings) {
  std::vector<v1::InvoiceFinding::Kind> kinds;
  for (const v1::InvoiceFinding& finding : findings)
    kinds.push_back(finding.kind());
  return kinds;
}

inline constexpr char kThreePercent[] =
    "cap_percent { numerator: 3 denominator: 1 }";

}  // namespace rollcall::collector
