#include "collector/cli/views/invoice_view.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "collector/cli/columns.h"
#include "collector/cli/enums.h"
#include "collector/cli/values.h"

namespace rollcall::cli {
namespace {

using v1::InvoiceFinding;

std::string InvoiceValueText(const v1::InvoiceValue& value) {
  switch (value.value_case()) {
    case v1::InvoiceValue::kMoney:
      return MoneyText(value.money());
    case v1::InvoiceValue::kQuantity:
      return QuantityText(value.quantity());
    case v1::InvoiceValue::kDate:
      return value.date();
    case v1::InvoiceValue::kText:
      return value.text();
    case v1::InvoiceValue::VALUE_NOT_SET:
      break;
  }
  return "";
}

constexpr Column<InvoiceFinding> kInvoiceFindingColumns[] = {
    {"VENDOR", "vendor", Align::kLeft,
     [](const InvoiceFinding& f) { return f.vendor(); }},
    {"INVOICE", "invoice_number", Align::kKey,
     [](const InvoiceFinding& f) { return f.invoice_number(); }},
    {"LINE", "line", Align::kKey,
     [](const InvoiceFinding& f) { return f.line(); }},
    {nullptr, "invoice_line_id", Align::kLeft,
     [](const InvoiceFinding& f) { return f.invoice_line_id(); }},
    {"OF", "invoice_date", Align::kKey,
     [](const InvoiceFinding& f) { return f.invoice_date(); }},
    {nullptr, "product", Align::kLeft,
     [](const InvoiceFinding& f) { return f.product(); }},
    {"KIND", "kind", Align::kKey,
     [](const InvoiceFinding& f) { return EnumWord(f.kind()); }},
    {"STATE", "state", Align::kKey,
     [](const InvoiceFinding& f) { return EnumWord(f.state()); }},
    {"CONTRACT", "contract_number", Align::kKey,
     [](const InvoiceFinding& f) { return f.contract_number(); }},
    {nullptr, "purchase_order", Align::kLeft,
     [](const InvoiceFinding& f) { return f.purchase_order(); }},
    {nullptr, "purchase_order_line", Align::kLeft,
     [](const InvoiceFinding& f) { return f.purchase_order_line(); }},
    {nullptr, "entitlement_id", Align::kLeft,
     [](const InvoiceFinding& f) { return f.entitlement_id(); }},
    {nullptr, "billed", Align::kRight,
     [](const InvoiceFinding& f) { return InvoiceValueText(f.billed()); }},
    {nullptr, "allowed", Align::kRight,
     [](const InvoiceFinding& f) { return InvoiceValueText(f.allowed()); }},
    {"TOO MUCH", nullptr, Align::kRight,
     [](const InvoiceFinding& f) {
       return f.has_difference() ? MoneyText(f.difference()) : "";
     }},
    {nullptr, "difference", Align::kRight,
     [](const InvoiceFinding& f) {
       return f.has_difference() ? MicrosText(f.difference().micros()) : "";
     }},
    {nullptr, "currency", Align::kLeft,
     [](const InvoiceFinding& f) { return f.difference().currency(); }},
    {nullptr, "decided_by", Align::kLeft,
     [](const InvoiceFinding& f) { return f.decided_by(); }},
    {nullptr, "missing_fact", Align::kLeft,
     [](const InvoiceFinding& f) { return f.missing_fact(); }},
    {"WHY", "explanation", Align::kWrap,
     [](const InvoiceFinding& f) { return f.explanation(); }},
};

// Of a currency; nothing: too large to add up.
using Sums = std::map<std::string, std::optional<int64_t>>;

Sums SumsOf(const v1::ListInvoiceFindingsResponse& response) {
  // By line and currency, since a line's findings may come on several pages.
  std::map<std::pair<std::string, std::string>, int64_t> largest;
  for (const InvoiceFinding& finding : response.findings()) {
    if (finding.difference().micros() <= 0) continue;
    int64_t& most =
        largest[{finding.invoice_line_id(), finding.difference().currency()}];
    most = std::max(most, finding.difference().micros());
  }
  Sums sums;
  for (const auto& [line, micros] : largest) {
    auto& sum = sums.emplace(line.second, 0).first->second;
    int64_t more = 0;
    if (!sum.has_value() || __builtin_add_overflow(*sum, micros, &more)) {
      sum.reset();
    } else {
      sum = more;
    }
  }
  return sums;
}

std::string SumLines(const v1::ListInvoiceFindingsResponse& response) {
  std::string lines;
  for (const auto& [currency, micros] : SumsOf(response)) {
    absl::StrAppend(
        &lines, "\nBilled too much, at least: ",
        micros.has_value() ? MicrosText(*micros) : "too large to add up", " ",
        currency);
  }
  if (lines.empty()) return "";
  return absl::StrCat(lines,
                      "\n(of each line of an invoice the largest finding, "
                      "since several may be about the same money)\n");
}

}  // namespace

std::string InvoiceFindingsTable(
    const v1::ListInvoiceFindingsResponse& response, int width) {
  if (response.findings().empty()) return "";
  return absl::StrCat(
      RenderTable(WithoutEmptyColumns(
                      ToTable(kInvoiceFindingColumns, response.findings())),
                  width),
      SumLines(response));
}

std::string InvoiceFindingsCsv(
    const v1::ListInvoiceFindingsResponse& response) {
  return ToCsv(kInvoiceFindingColumns, response.findings());
}

}  // namespace rollcall::cli
