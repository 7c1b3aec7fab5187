#include "collector/contracts/invoices/invoice_reader.h"

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "collector/contracts/clause_rules.h"
#include "collector/contracts/object_table.h"
#include "collector/contracts/object_timeline.h"
#include "collector/contracts/quantity.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// How many contracts, lines of orders, and lines of invoices are kept in
// memory, but for those of one line of an order.
constexpr size_t kMaxKept = 20'000;

bool IsSoundDay(const std::string& text) { return CivilDate::Parse(text).ok(); }

bool IsSoundRatio(const v1::Rational& value) {
  return Rational::FromProto(value).ok();
}

bool IsSound(const v1::Contract& contract) {
  const v1::PriceEscalator& escalator = contract.clauses().price_escalator();
  const v1::RebateClause& rebate = contract.clauses().rebate();
  return IsSoundDay(contract.start_date()) &&
         (!contract.has_end_date() || IsSoundDay(contract.end_date())) &&
         (!escalator.has_cap_percent() ||
          IsSoundRatio(escalator.cap_percent())) &&
         (!contract.clauses().has_rebate() || IsSoundRatio(rebate.percent())) &&
         (!rebate.has_unused_at_least_percent() ||
          IsSoundRatio(rebate.unused_at_least_percent()));
}

bool IsSound(const v1::Entitlement& line) {
  return IsSoundDay(line.start_date()) &&
         (!line.has_end_date() || IsSoundDay(line.end_date())) &&
         (!line.has_pack_count() || IsSoundRatio(line.pack_count())) &&
         Quantity::FromProto(line.quantity()).ok();
}

absl::Status Unsound(absl::string_view word, absl::string_view name) {
  return absl::DataLossError(absl::StrCat("table object: ", word, " \"", name,
                                          "\" has a malformed day or amount"));
}

const v1::Contract& MessageOf(const v1::ContractObject& object,
                              const v1::Contract*) {
  return object.contract();
}
const v1::Entitlement& MessageOf(const v1::ContractObject& object,
                                 const v1::Entitlement*) {
  return object.entitlement();
}

// All that an object was on any day, as known by `known`.
template <typename T>
absl::StatusOr<Timeline<T>> TimelineAsKnown(const Reader& reader,
                                            ObjectNumber kind,
                                            const ObjectName& name,
                                            KnownStamp known) {
  ROLLCALL_ASSIGN_OR_RETURN(auto states,
                            ReadTimeline(reader, kind, name, {}, known));
  std::vector<typename Timeline<T>::Span> spans;
  for (ObjectTimeline::State& state : states) {
    typename Timeline<T>::Span& span = spans.emplace_back();
    span.from = CivilDate::FromOrdinal(state.from);
    if (!state.object.has_value()) continue;
    FindObjectKind(kind)->SetIds(*state.object);
    const T& message = MessageOf(*state.object, static_cast<const T*>(nullptr));
    if (!IsSound(message)) {
      return Unsound(FindObjectKind(kind)->word(), name.parts[0]);
    }
    span.state = message;
  }
  return Timeline<T>(std::move(spans));
}

// Whether anything that begins with `prefix` was ever set, as known by `known`.
absl::StatusOr<bool> WasEverSet(const Reader& reader, const KeyWriter& prefix,
                                KnownStamp known) {
  ObjectEntries entries(kObjectTable.ScanPrefix(reader, prefix));
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, entries.Next());
    if (!entry.has_value()) return false;
    if (entry->key.stamp <= known &&
        entry->record.change().action() == v1::ObjectChange::ACTION_SET) {
      return true;
    }
  }
}

KeyWriter OrdersPrefix(absl::string_view contract, absl::string_view order) {
  KeyWriter prefix;
  prefix.U16(static_cast<uint16_t>(ObjectNumber::kEntitlement))
      .Text(absl::AsciiStrToLower(contract))
      .Text(absl::AsciiStrToLower(order));
  return prefix;
}

// What the rules read of other invoices.
v1::InvoiceLine Slim(v1::InvoiceLine line) {
  line.clear_product();
  line.clear_vendor_id();
  line.clear_invoice_line_id();
  return line;
}

}  // namespace

absl::StatusOr<const Timeline<v1::Contract>*> InvoiceReader::ContractOf(
    absl::string_view number) {
  const std::string name = absl::AsciiStrToLower(number);
  auto found = contracts_.find(name);
  if (found == contracts_.end()) {
    ROLLCALL_ASSIGN_OR_RETURN(
        auto timeline,
        TimelineAsKnown<v1::Contract>(reader_, ObjectNumber::kContract,
                                      {{name, "", ""}}, at_.known));
    found = contracts_.emplace(name, std::move(timeline)).first;
  }
  return &found->second;
}

absl::StatusOr<const Timeline<v1::Entitlement>*> InvoiceReader::LineOf(
    const LineName& name) {
  auto found = lines_.find(name);
  if (found == lines_.end()) {
    ROLLCALL_ASSIGN_OR_RETURN(
        auto timeline,
        TimelineAsKnown<v1::Entitlement>(reader_, ObjectNumber::kEntitlement,
                                         name, at_.known));
    found = lines_.emplace(name, std::move(timeline)).first;
  }
  return &found->second;
}

absl::StatusOr<std::vector<const Timeline<v1::Contract>*>>
InvoiceReader::MastersOf(const Timeline<v1::Contract>* contract,
                         const CivilDate& day) {
  ContractChain<const Timeline<v1::Contract>*> chain(contract);
  while (true) {
    const v1::Contract* state = contract->Nearest(day);
    if (state == nullptr || !state->has_master_contract_number()) break;
    ROLLCALL_ASSIGN_OR_RETURN(contract,
                              ContractOf(state->master_contract_number()));
    if (!chain.Add(contract)) break;
  }
  return std::vector<const Timeline<v1::Contract>*>(chain.all().begin() + 1,
                                                    chain.all().end());
}

absl::StatusOr<const std::vector<v1::InvoiceLine>*> InvoiceReader::BillingsOf(
    const LineName& name) {
  const auto [place, is_new] = billings_.try_emplace(name);
  if (!is_new) return &place->second;
  for (const ObjectName& invoice_line : index_.BillingsOf(name)) {
    ROLLCALL_ASSIGN_OR_RETURN(
        auto known,
        FindObject(reader_, ObjectNumber::kInvoiceLine, invoice_line, at_));
    if (!known.has_value()) continue;
    place->second.push_back(
        Slim(std::move(*known->object.mutable_invoice_line())));
    ++billing_count_;
  }
  return &place->second;
}

absl::StatusOr<bool> InvoiceReader::IsOrderKnown(
    const v1::InvoiceLine& billed) {
  if (!billed.has_purchase_order()) return false;
  const std::string order = absl::AsciiStrToLower(billed.purchase_order());
  ROLLCALL_ASSIGN_OR_RETURN(
      const bool is_object,
      WasEverSet(
          reader_,
          ObjectKey::PrefixOf(ObjectNumber::kPurchaseOrder, {{order, "", ""}}),
          at_.known));
  if (is_object) return true;
  if (billed.has_contract_number()) {
    return WasEverSet(reader_, OrdersPrefix(billed.contract_number(), order),
                      at_.known);
  }
  return index_.HasOrder(order);
}

std::optional<Rational> InvoiceReader::UseOf(const InvoiceFacts& facts) const {
  const v1::Entitlement* line = facts.LineThen();
  if (line == nullptr) return std::nullopt;
  if (use_day_.has_value() &&
      (*use_day_ < facts.FirstDay() || *use_day_ > facts.LastDay())) {
    return std::nullopt;
  }
  const auto use = uses_.find(line->entitlement_id());
  if (use == uses_.end()) return std::nullopt;
  return use->second;
}

absl::StatusOr<InvoiceFacts> InvoiceReader::FactsOf(
    const v1::InvoiceLine& billed) {
  ROLLCALL_RETURN_IF_ERROR(InvoiceIndex::CheckSound(billed));
  if (contracts_.size() > kMaxKept) contracts_.clear();
  if (lines_.size() > kMaxKept) lines_.clear();
  if (billing_count_ > kMaxKept || billings_.size() > kMaxKept) {
    billings_.clear();
    billing_count_ = 0;
  }
  InvoiceFacts facts(billed);
  const auto name = index_.NameOfLine(billed, &facts.possible_contracts);
  ROLLCALL_ASSIGN_OR_RETURN(facts.order_is_known, IsOrderKnown(billed));
  if (billed.has_contract_number() || name.has_value()) {
    ROLLCALL_ASSIGN_OR_RETURN(
        facts.contract,
        ContractOf(name.has_value() ? name->parts[0]
                                    : billed.contract_number()));
    ROLLCALL_ASSIGN_OR_RETURN(facts.masters,
                              MastersOf(facts.contract, facts.FirstDay()));
  }
  if (!name.has_value()) return facts;
  ROLLCALL_ASSIGN_OR_RETURN(facts.order_line, LineOf(*name));
  ROLLCALL_ASSIGN_OR_RETURN(const auto* const all, BillingsOf(*name));
  for (const v1::InvoiceLine& other : *all) {
    if (IsEarlier(other, billed) || IsEarlier(billed, other)) {
      facts.others.push_back(&other);
    }
  }
  facts.used = UseOf(facts);
  return facts;
}

}  // namespace rollcall::collector
