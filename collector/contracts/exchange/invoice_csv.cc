#include "collector/contracts/exchange/invoice_csv.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/contracts/civil_date.h"
#include "collector/contracts/money.h"
#include "collector/contracts/object_kind.h"
#include "collector/contracts/objects/shared_checks.h"
#include "collector/contracts/rational.h"
#include "collector/csv/csv_cell.h"

namespace rollcall::collector {
namespace {

// In the order of kInvoiceFields.
enum InvoiceColumn : size_t {
  kInvoiceVendor,
  kInvoiceNumber,
  kInvoiceLine,
  kInvoiceDate,
  kInvoiceContract,
  kInvoiceOrder,
  kInvoiceOrderLine,
  kInvoicePart,
  kInvoiceProduct,
  kInvoiceQuantity,
  kInvoicePrice,
  kInvoiceTotal,
  kInvoiceRebate,
  kInvoiceCurrency,
  kInvoicePeriodStart,
  kInvoicePeriodEnd,
};

constexpr TargetField kInvoiceFields[] = {
    {"vendor", FieldType::kText, true},
    {"invoice_number", FieldType::kText, true},
    {"line", FieldType::kText, true},
    {"invoice_date", FieldType::kDay, true},
    {"contract_number", FieldType::kText, false},
    {"purchase_order", FieldType::kText, false},
    {"purchase_order_line", FieldType::kText, false},
    {"part_number", FieldType::kText, false},
    {"product", FieldType::kText, false},
    {"quantity", FieldType::kNumber, true},
    {"unit_price", FieldType::kPrice, true},
    {"total", FieldType::kPrice, true},
    {"rebate", FieldType::kPrice, false},
    {"currency", FieldType::kText, true},
    {"period_start_date", FieldType::kDay, false},
    {"period_end_date", FieldType::kLastDay, false}};

class InvoiceLineReader {
 public:
  explicit InvoiceLineReader(const CsvRecord& record) : cells_(record) {
    line_.set_vendor(cells_.RequiredText(kInvoiceVendor, kMaxNameBytes));
    line_.set_invoice_number(
        cells_.RequiredText(kInvoiceNumber, kMaxNumberBytes));
    line_.set_line(cells_.RequiredText(kInvoiceLine, kMaxNumberBytes));
    ReadReferences();
    ReadQuantity();
    ReadAmounts();
    if (cells_.Require(kInvoiceDate)) {
      if (const auto day = ReadDay(kInvoiceDate)) {
        line_.set_invoice_date(day->ToString());
      }
    }
    ReadPeriod();
  }

  v1::InvoiceLine& line() { return line_; }
  std::vector<v1::ImportError> TakeErrors() { return cells_.TakeErrors(); }

 private:
  void ReadReferences() {
    if (auto text = cells_.Text(kInvoiceContract, kMaxNumberBytes)) {
      line_.set_contract_number(*std::move(text));
    }
    if (auto text = cells_.Text(kInvoiceOrder, kMaxNumberBytes)) {
      line_.set_purchase_order(*std::move(text));
    }
    if (auto text = cells_.Text(kInvoiceOrderLine, kMaxNumberBytes)) {
      line_.set_purchase_order_line(*std::move(text));
    }
    if (auto text = cells_.Text(kInvoicePart, kMaxNumberBytes)) {
      line_.set_part_number(*std::move(text));
    }
    if (auto text = cells_.Text(kInvoiceProduct, kMaxNameBytes)) {
      line_.set_product(*std::move(text));
    }
  }

  void ReadQuantity() {
    if (!cells_.Require(kInvoiceQuantity)) return;
    const auto quantity = Rational::ParseDecimal(cells_.Raw(kInvoiceQuantity));
    if (!quantity.ok()) {
      cells_.AddError(kInvoiceQuantity, quantity.status().message());
    } else if (quantity->IsZero()) {
      cells_.AddError(kInvoiceQuantity, "the quantity must be more than 0");
    } else {
      *line_.mutable_quantity() = quantity->ToProto();
    }
  }

  std::optional<v1::Money> ReadAmount(InvoiceColumn column,
                                      const std::string& currency) {
    if (cells_.Raw(column).empty()) return std::nullopt;
    const auto micros = ParseMicros(cells_.Raw(column));
    if (micros.ok()) return Money{*micros, currency}.ToProto();
    cells_.AddError(column, micros.status().message());
    return std::nullopt;
  }

  void ReadAmounts() {
    std::string currency;
    if (cells_.Require(kInvoiceCurrency)) {
      const auto code = ParseCurrency(cells_.Raw(kInvoiceCurrency));
      if (!code.ok()) {
        cells_.AddError(kInvoiceCurrency, code.status().message());
      }
      currency = code.value_or("");
    }
    cells_.Require(kInvoicePrice);
    cells_.Require(kInvoiceTotal);
    if (auto price = ReadAmount(kInvoicePrice, currency)) {
      *line_.mutable_unit_price() = *std::move(price);
    }
    if (auto total = ReadAmount(kInvoiceTotal, currency)) {
      *line_.mutable_total() = *std::move(total);
    }
    if (auto rebate = ReadAmount(kInvoiceRebate, currency)) {
      *line_.mutable_rebate() = *std::move(rebate);
    }
  }

  std::optional<CivilDate> ReadDay(InvoiceColumn column) {
    if (cells_.Raw(column).empty()) return std::nullopt;
    const auto day = CivilDate::Parse(cells_.Raw(column));
    if (day.ok()) return *day;
    cells_.AddError(column, day.status().message());
    return std::nullopt;
  }

  void ReadPeriod() {
    const auto start = ReadDay(kInvoicePeriodStart);
    const auto end = ReadDay(kInvoicePeriodEnd);
    if (start.has_value()) line_.set_period_start_date(start->ToString());
    if (end.has_value()) line_.set_period_end_date(end->ToString());
    if (start.has_value() && end.has_value() && *end < *start) {
      cells_.AddError(kInvoicePeriodEnd,
                      absl::StrCat("the end must not be before the start, ",
                                   start->ToString()));
    }
  }

  CellReader cells_;
  v1::InvoiceLine line_;
};

}  // namespace

absl::Span<const TargetField> InvoiceFields() { return kInvoiceFields; }

ReadLine ReadInvoiceLine(const CsvRecord& record,
                         const LineContext& /*context*/) {
  InvoiceLineReader reader(record);
  ReadLine line;
  line.errors = reader.TakeErrors();
  const v1::InvoiceLine& read = reader.line();
  if (!read.vendor().empty() && !read.invoice_number().empty() &&
      !read.line().empty()) {
    line.keys.push_back(
        ObjectIdHex(ObjectNumber::kInvoiceLine,
                    {read.vendor(), read.invoice_number(), read.line()}));
  }
  *line.object.mutable_invoice_line() = std::move(reader.line());
  return line;
}

}  // namespace rollcall::collector
