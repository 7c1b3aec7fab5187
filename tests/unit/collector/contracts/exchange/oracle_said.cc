#include <string>
#include <vector>

#include "tests/unit/collector/contracts/exchange/oracle_readings.h"

namespace rollcall::collector::oracle {
namespace {

// A number of few decimals, from a numerator and a denominator that divides a
// power of ten.
std::string Decimal(int64_t numerator, int64_t denominator) {
  std::string text = std::to_string(numerator / denominator);
  int64_t rest = numerator % denominator;
  if (rest != 0) text += ".";
  for (int i = 0; rest != 0 && i < 13; ++i) {
    const __int128 next = static_cast<__int128>(rest) * 10;
    text += static_cast<char>('0' + static_cast<int>(next / denominator));
    rest = static_cast<int64_t>(next % denominator);
  }
  return text;
}
std::string Decimal(const v1::Rational& value) {
  return Decimal(value.numerator(), value.denominator());
}
std::string Amount(const v1::Money& money) {
  return Decimal(money.micros(), 1'000'000) + " " + money.currency();
}

Statement SaidByLine(const v1::Entitlement& line) {
  Statement said;
  Say(said, "contract", line.contract_number());
  Say(said, "vendor", line.vendor());
  Say(said, "publisher", line.publisher());
  Say(said, "product", line.product());
  Say(said, "version", line.version());
  Say(said, "edition", line.edition());
  Say(said, "metric", line.metric());
  Say(said, "quantity",
      line.quantity().unlimited() ? "unlimited"
                                  : Decimal(line.quantity().value()));
  if (line.has_pack_count()) {
    Say(said, "packs",
        Decimal(line.pack_count()) + " of " + Decimal(line.pack_size()));
  }
  Say(said, "start", line.start_date());
  Say(said, "end", line.end_date());
  if (line.has_unit_price()) Say(said, "unit price", Amount(line.unit_price()));
  if (line.has_pack_price()) Say(said, "pack price", Amount(line.pack_price()));
  Say(said, "order", line.purchase_order());
  Say(said, "line", line.line());
  Say(said, "source line", line.source_line_id());
  Say(said, "unit", line.organisation_unit());
  Say(said, "region", line.region());
  Say(said, "cost centre", line.cost_centre());
  Say(said, "part", line.part_number());
  if (line.licence_kind() != 0) {
    Say(said, "kind", std::to_string(line.licence_kind()));
  }
  Say(said, "maintained", line.maintenance_end_date());
  Say(said, "notes", line.notes());
  for (const auto& tag : line.tags()) SayTag(said, tag.name(), tag.value());
  for (const auto& right : line.use_rights()) {
    Say(said, "right " + std::to_string(right.kind()),
        right.permitted() ? "permitted" : "forbidden");
  }
  return said;
}

template <typename Texts>
std::string Joined(const Texts& texts) {
  std::string all;
  for (const auto& text : texts) all += (all.empty() ? "" : "; ") + text;
  return all;
}

Statement SaidByContract(const v1::Contract& contract) {
  Statement said;
  Say(said, "contract", contract.contract_number());
  Say(said, "vendor", contract.vendor());
  // Of a term, what identifies it: it is in its notes.
  if (!contract.vendor().empty()) Say(said, "title", contract.title());
  if (contract.kind() != 0) Say(said, "kind", std::to_string(contract.kind()));
  Say(said, "master", contract.master_contract_number());
  Say(said, "signed", contract.sign_date());
  Say(said, "start", contract.start_date());
  Say(said, "end", contract.end_date());
  Say(said, "currency", contract.currency());
  const v1::Clauses& clauses = contract.clauses();
  const auto count = [&](const std::string& field, bool has, int64_t value) {
    if (has) Say(said, field, std::to_string(value));
  };
  count("audit notice", clauses.audit().has_notice_days(),
        clauses.audit().notice_days());
  count("audit frequency", clauses.audit().has_frequency_months(),
        clauses.audit().frequency_months());
  Say(said, "renewal", clauses.renewal().automatic() ? "automatic" : "");
  count("renewal notice", clauses.renewal().has_notice_days(),
        clauses.renewal().notice_days());
  count("renewal term", clauses.renewal().has_term_months(),
        clauses.renewal().term_months());
  if (clauses.price_escalator().has_cap_percent()) {
    Say(said, "price cap", Decimal(clauses.price_escalator().cap_percent()));
  }
  Say(said, "true-up", Joined(clauses.true_up().yearly_dates()));
  std::vector<std::string> owners;
  for (const auto& owner : contract.owners()) {
    owners.push_back(owner.role() + ":" + owner.name());
  }
  Say(said, "owners", Joined(owners));
  Say(said, "units", Joined(contract.organisation_units()));
  Say(said, "notes", contract.notes());
  return said;
}

Statement SaidByInvoice(const v1::InvoiceLine& line) {
  Statement said;
  Say(said, "vendor", line.vendor());
  Say(said, "invoice", line.invoice_number());
  Say(said, "line", line.line());
  Say(said, "day", line.invoice_date());
  Say(said, "contract", line.contract_number());
  Say(said, "order", line.purchase_order());
  Say(said, "order line", line.purchase_order_line());
  Say(said, "part", line.part_number());
  Say(said, "product", line.product());
  Say(said, "quantity", Decimal(line.quantity()));
  Say(said, "price", Amount(line.unit_price()));
  Say(said, "total", Amount(line.total()));
  if (line.has_rebate()) Say(said, "rebate", Amount(line.rebate()));
  Say(said, "from", line.period_start_date());
  Say(said, "to", line.period_end_date());
  return said;
}

}  // namespace

Statement StatementOf(const v1::ContractObject& object) {
  if (object.has_entitlement()) return SaidByLine(object.entitlement());
  if (object.has_invoice_line()) return SaidByInvoice(object.invoice_line());
  return SaidByContract(object.contract());
}

}  // namespace rollcall::collector::oracle
