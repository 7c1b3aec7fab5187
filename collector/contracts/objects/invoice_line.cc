// What was billed.
#include "collector/contracts/objects/kind_of.h"
#include "collector/contracts/objects/kinds.h"
#include "collector/contracts/objects/shared_checks.h"

namespace rollcall::collector {
namespace {

absl::Status CheckInvoiceLine(const v1::InvoiceLine& line) {
  FieldCheck check;
  check.Name("vendor", line.vendor(), kMaxNameBytes)
      .Name("invoice_number", line.invoice_number(), kMaxNumberBytes)
      .Name("line", line.line(), kMaxNumberBytes)
      .Day("invoice_date", line.invoice_date())
      .Text("contract_number", line.has_contract_number(),
            line.contract_number(), kMaxNumberBytes)
      .Text("purchase_order", line.has_purchase_order(), line.purchase_order(),
            kMaxNumberBytes)
      .Text("purchase_order_line", line.has_purchase_order_line(),
            line.purchase_order_line(), kMaxNumberBytes)
      .Text("part_number", line.has_part_number(), line.part_number(),
            kMaxNumberBytes)
      .Text("product", line.has_product(), line.product(), kMaxNameBytes)
      .Ratio("quantity", line.quantity(), /*least_is_above_zero=*/true)
      .Price("unit_price", true, line.unit_price())
      .Price("total", true, line.total())
      .Price("rebate", line.has_rebate(), line.rebate())
      .Day("period_start_date", line.has_period_start_date(),
           line.period_start_date())
      .Day("period_end_date", line.has_period_end_date(),
           line.period_end_date());
  if (line.has_period_start_date()) {
    check.Order("period_start_date", line.period_start_date(),
                "period_end_date", line.has_period_end_date(),
                line.period_end_date());
  }
  if (line.unit_price().currency() != line.total().currency() ||
      (line.has_rebate() &&
       line.rebate().currency() != line.total().currency())) {
    check.Fail("total", "is in another currency than the price or the rebate");
  }
  return check.status();
}

}  // namespace

const ObjectKind& InvoiceLineKind() {
  static const KindOf<v1::InvoiceLine> kind({
      ObjectNumber::kInvoiceLine,
      "invoice line",
      v1::ChangeSet::KIND_RECORDS,
      &v1::ContractObject::invoice_line,
      &v1::ContractObject::mutable_invoice_line,
      {"vendor", "invoice_number", "line"},
      CheckInvoiceLine,
      [](v1::InvoiceLine& line) {
        line.set_invoice_line_id(
            ObjectIdHex(ObjectNumber::kInvoiceLine,
                        {line.vendor(), line.invoice_number(), line.line()}));
        line.set_vendor_id(ObjectIdHex(ObjectNumber::kVendor, {line.vendor()}));
      },
      [](v1::InvoiceLine& line) {
        line.clear_invoice_line_id();
        line.clear_vendor_id();
      },
  });
  return kind;
}

}  // namespace rollcall::collector
