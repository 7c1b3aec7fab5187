#include "collector/contracts/invoices/invoice_name_rules.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace rollcall::collector {
namespace {

using Finding = v1::InvoiceFinding;

bool IsKnown(const Timeline<v1::Contract>* contract, const CivilDate& day) {
  return contract != nullptr && contract->Nearest(day) != nullptr;
}

// The kind of what is missing first; nothing: the order's line is known.
std::optional<Finding::Kind> FirstUnknown(const InvoiceFacts& facts) {
  const v1::InvoiceLine& billed = facts.billed;
  if (facts.LineThen() != nullptr) return std::nullopt;
  if (!facts.possible_contracts.empty()) return Finding::KIND_UNKNOWN_CONTRACT;
  if (billed.has_contract_number() ? !IsKnown(facts.contract, facts.FirstDay())
                                   : !billed.has_purchase_order()) {
    return Finding::KIND_UNKNOWN_CONTRACT;
  }
  if (billed.has_purchase_order() && !facts.order_is_known) {
    return Finding::KIND_UNKNOWN_ORDER;
  }
  return Finding::KIND_UNKNOWN_LINE;
}

// What is not known, and what the invoice calls it.
Finding NotKnown(const InvoiceFacts& facts, Finding::Kind kind,
                 const std::string& name, absl::string_view field,
                 absl::string_view explanation) {
  Finding finding = MakeFinding(facts, kind, Finding::STATE_FOUND);
  if (!name.empty()) finding.mutable_billed()->set_text(name);
  finding.set_decided_by(std::string(field));
  finding.set_explanation(std::string(explanation));
  return finding;
}

}  // namespace

RuleResult CheckContractName(const InvoiceFacts& facts) {
  constexpr auto kKind = Finding::KIND_UNKNOWN_CONTRACT;
  constexpr char kField[] = "invoice_line.contract_number";
  if (FirstUnknown(facts) != kKind) return std::nullopt;
  if (!facts.possible_contracts.empty()) {
    Finding finding = NotKnown(
        facts, kKind, "", kField,
        absl::StrCat("The invoice names no contract, and its order's line is "
                     "under several: ",
                     absl::StrJoin(facts.possible_contracts, ", "), "."));
    finding.set_state(Finding::STATE_NOT_DECIDABLE);
    finding.set_missing_fact("the contract's number");
    return finding;
  }
  const std::string& name = facts.billed.contract_number();
  return NotKnown(
      facts, kKind, name, kField,
      name.empty()
          ? std::string("The invoice names neither a contract nor an order.")
          : absl::StrCat("There is no contract ", name, "."));
}

RuleResult CheckOrderName(const InvoiceFacts& facts) {
  if (FirstUnknown(facts) != Finding::KIND_UNKNOWN_ORDER) return std::nullopt;
  const std::string& name = facts.billed.purchase_order();
  return NotKnown(
      facts, Finding::KIND_UNKNOWN_ORDER, name, "invoice_line.purchase_order",
      absl::StrCat("There is no order ", name,
                   facts.contract == nullptr
                       ? std::string(".")
                       : absl::StrCat(" under contract ",
                                      facts.billed.contract_number(), ".")));
}

RuleResult CheckLineName(const InvoiceFacts& facts) {
  if (FirstUnknown(facts) != Finding::KIND_UNKNOWN_LINE) return std::nullopt;
  const std::string& name = facts.billed.purchase_order_line();
  if (name.empty()) {
    Finding finding =
        NotKnown(facts, Finding::KIND_UNKNOWN_LINE, "",
                 "invoice_line.purchase_order_line",
                 "The invoice does not say which line of an order it bills, so "
                 "that nothing is compared.");
    finding.set_state(Finding::STATE_NOT_DECIDABLE);
    finding.set_missing_fact("the order's line");
    return finding;
  }
  return NotKnown(
      facts, Finding::KIND_UNKNOWN_LINE, name,
      "invoice_line.purchase_order_line",
      facts.billed.has_purchase_order()
          ? absl::StrCat("Order ", facts.billed.purchase_order(),
                         " has no line ", name,
                         facts.billed.has_contract_number()
                             ? absl::StrCat(" under contract ",
                                            facts.billed.contract_number())
                             : std::string(),
                         ".")
          : absl::StrCat("Contract ", facts.billed.contract_number(),
                         " has no line ", name, " without an order."));
}

}  // namespace rollcall::collector
