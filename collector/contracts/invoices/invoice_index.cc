#include "collector/contracts/invoices/invoice_index.h"

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "collector/contracts/object_table.h"
#include "collector/contracts/rational.h"
#include "collector/storage/cursor.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// What a name in memory takes besides its text.
constexpr size_t kNameBytes = 64;

bool IsDay(const std::string& text) { return CivilDate::Parse(text).ok(); }

bool IsSoundLine(const v1::InvoiceLine& line) {
  return IsDay(line.invoice_date()) &&
         Rational::FromProto(line.quantity()).ok() &&
         (!line.has_period_start_date() || IsDay(line.period_start_date())) &&
         (!line.has_period_end_date() || IsDay(line.period_end_date()));
}

bool IsUpTo(const v1::InvoiceLine& line, const AsAt& at) {
  return !at.effective.has_value() ||
         *CivilDate::Parse(line.invoice_date()) <= *at.effective;
}

}  // namespace

absl::Status InvoiceIndex::CheckSound(const v1::InvoiceLine& line) {
  if (IsSoundLine(line)) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("table object: invoice line \"",
                                          line.invoice_number(),
                                          "\" has a malformed day or amount"));
}

absl::StatusOr<std::shared_ptr<const InvoiceIndex>> InvoiceIndex::Read(
    const Reader& reader, const AsAt& at) {
  std::shared_ptr<InvoiceIndex> index(new InvoiceIndex());
  // What names no contract, until the orders are read.
  std::vector<std::pair<v1::InvoiceLine, std::string>> without_contract;
  ObjectWalk walk(reader, ObjectNumber::kInvoiceLine, at);
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto next, walk.Next());
    if (!next.has_value()) break;
    const v1::InvoiceLine& line = next->object.invoice_line();
    ROLLCALL_RETURN_IF_ERROR(CheckSound(line));
    if (!IsUpTo(line, at)) continue;
    std::string invoice_line = CursorOf(ObjectNameKey{next->key.name});
    if (!line.has_contract_number() && line.has_purchase_order()) {
      v1::InvoiceLine slim;
      slim.set_purchase_order(line.purchase_order());
      if (line.has_purchase_order_line()) {
        slim.set_purchase_order_line(line.purchase_order_line());
        index->NoteAsked(line);
      }
      without_contract.emplace_back(std::move(slim), std::move(invoice_line));
    } else if (const auto name = index->NameOfLine(line, nullptr)) {
      index->AddBilling(*name, std::move(invoice_line));
    }
  }
  if (without_contract.empty()) return index;
  for (const auto& [line, name] : without_contract) {
    index->orders_.insert(absl::AsciiStrToLower(line.purchase_order()));
  }
  ROLLCALL_RETURN_IF_ERROR(index->ReadOrders(reader, at));
  for (auto& [line, invoice_line] : without_contract) {
    if (const auto name = index->NameOfLine(line, nullptr)) {
      index->AddBilling(*name, std::move(invoice_line));
    }
  }
  return index;
}

void InvoiceIndex::NoteAsked(const v1::InvoiceLine& line) {
  OrderAndLine asked = {absl::AsciiStrToLower(line.purchase_order()),
                        absl::AsciiStrToLower(line.purchase_order_line())};
  const size_t bytes =
      3 * kNameBytes + asked.first.size() + asked.second.size();
  if (contracts_.try_emplace(std::move(asked)).second) bytes_ += bytes;
}

absl::Status InvoiceIndex::ReadOrders(const Reader& reader, const AsAt& at) {
  const std::set<std::string> asked = std::exchange(orders_, {});
  KeyWriter prefix;
  prefix.U16(static_cast<uint16_t>(ObjectNumber::kEntitlement));
  ObjectEntries entries(kObjectTable.ScanPrefix(reader, std::move(prefix)));
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, entries.Next());
    if (!entry.has_value()) return absl::OkStatus();
    const auto& [contract, order, line] = entry->key.name.parts;
    if (entry->key.stamp > at.known || !asked.contains(order) ||
        entry->record.change().action() != v1::ObjectChange::ACTION_SET) {
      continue;
    }
    if (orders_.insert(order).second) bytes_ += kNameBytes + order.size();
    const auto found = contracts_.find({order, line});
    if (found == contracts_.end()) continue;
    const std::string& written =
        entry->record.change().object().entitlement().contract_number();
    if (found->second.emplace(contract, written).second) {
      bytes_ += 2 * kNameBytes + contract.size() + written.size();
    }
  }
}

void InvoiceIndex::AddBilling(const LineName& line, std::string invoice_line) {
  bytes_ += kNameBytes + invoice_line.size();
  std::string key = CursorOf(ObjectNameKey{line});
  const size_t key_bytes = 2 * kNameBytes + key.size();
  const auto [place, is_new] = billings_.try_emplace(std::move(key));
  if (is_new) bytes_ += key_bytes;
  place->second.push_back(std::move(invoice_line));
}

std::vector<ObjectName> InvoiceIndex::BillingsOf(const LineName& line) const {
  std::vector<ObjectName> names;
  const auto found = billings_.find(CursorOf(ObjectNameKey{line}));
  if (found == billings_.end()) return names;
  for (const std::string& written : found->second) {
    KeyReader reader(written);
    names.push_back(ObjectNameKey::Decode(reader).name);
  }
  return names;
}

std::optional<InvoiceIndex::LineName> InvoiceIndex::NameOfLine(
    const v1::InvoiceLine& billed, std::vector<std::string>* possible) const {
  if (!billed.has_purchase_order_line()) return std::nullopt;
  const std::string order = absl::AsciiStrToLower(billed.purchase_order());
  const std::string line = absl::AsciiStrToLower(billed.purchase_order_line());
  if (billed.has_contract_number()) {
    return LineName{
        {absl::AsciiStrToLower(billed.contract_number()), order, line}};
  }
  if (!billed.has_purchase_order()) return std::nullopt;
  const auto found = contracts_.find({order, line});
  if (found == contracts_.end() || found->second.empty()) return std::nullopt;
  if (found->second.size() == 1) {
    return LineName{{found->second.begin()->first, order, line}};
  }
  if (possible != nullptr) {
    for (const auto& [name, written] : found->second) {
      possible->push_back(written);
    }
  }
  return std::nullopt;
}

bool InvoiceIndex::HasOrder(absl::string_view order) const {
  return orders_.contains(absl::AsciiStrToLower(order));
}

}  // namespace rollcall::collector
