#include "collector/contracts/exchange/entitlement_amounts.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "collector/contracts/exchange/entitlement_cells.h"
#include "collector/contracts/money.h"
#include "collector/contracts/quantity.h"
#include "collector/contracts/rational.h"

namespace rollcall::collector {
namespace {

using Cell = EntitlementCell;

// Numbers that count packs; nothing, with an error noted unless it is empty.
std::optional<Rational> ReadCount(CellReader& cells, Cell::Place column) {
  if (cells.Raw(column).empty()) return std::nullopt;
  const auto count = Rational::ParseDecimal(cells.Raw(column));
  if (!count.ok() || count->IsZero()) {
    cells.AddError(column, count.ok() ? "it must be more than 0"
                                      : count.status().message());
    return std::nullopt;
  }
  return *count;
}

}  // namespace

void ReadQuantity(CellReader& cells, v1::Entitlement& line) {
  if (!cells.Require(Cell::kQuantity)) return;
  const auto quantity = Quantity::Parse(cells.Raw(Cell::kQuantity));
  if (!quantity.ok()) {
    cells.AddError(Cell::kQuantity,
                   absl::StrCat(quantity.status().message(),
                                "; a right without limit is \"unlimited\""));
  } else if (*quantity == Quantity()) {
    cells.AddError(Cell::kQuantity, "the quantity must be more than 0");
  } else {
    *line.mutable_quantity() = quantity->ToProto();
  }
}

void ReadPacks(CellReader& cells, v1::Entitlement& line) {
  const auto count = ReadCount(cells, Cell::kPackCount);
  const auto size = ReadCount(cells, Cell::kPackSize);
  const bool has_quantity = !cells.Raw(Cell::kQuantity).empty();
  if (cells.Raw(Cell::kPackCount).empty() ||
      (has_quantity && !size.has_value())) {
    ReadQuantity(cells, line);
    return;
  }
  if (!size.has_value() && cells.Raw(Cell::kPackSize).empty()) {
    cells.AddError(Cell::kPackSize, "packs need a number of units for each");
  }
  if (has_quantity) ReadQuantity(cells, line);
  if (!count.has_value() || !size.has_value()) return;
  if (line.quantity().unlimited()) return;
  const auto product = Multiply(*count, *size);
  if (!product.ok()) {
    cells.AddError(Cell::kPackCount, product.status().message());
    return;
  }
  const v1::Quantity quantity = Quantity::Of(*product).ToProto();
  if (has_quantity && line.has_quantity() &&
      *Quantity::FromProto(line.quantity()) != Quantity::Of(*product)) {
    cells.AddError(
        Cell::kQuantity,
        absl::StrCat("it is not the number of packs times the units of a "
                     "pack, ",
                     product->ToString()));
    return;
  }
  *line.mutable_quantity() = quantity;
  *line.mutable_pack_count() = count->ToProto();
  *line.mutable_pack_size() = size->ToProto();
}

void ReadPrices(CellReader& cells, v1::Entitlement& line) {
  const bool has_unit = !cells.Raw(Cell::kUnitPrice).empty();
  const bool has_pack = !cells.Raw(Cell::kPackPrice).empty();
  if (!has_unit && !has_pack) return;
  if (has_unit && has_pack) {
    cells.AddError(Cell::kPackPrice,
                   "a price for each unit is given, too; one is meant");
    return;
  }
  if (has_pack && cells.Raw(Cell::kPackCount).empty()) {
    cells.AddError(Cell::kPackPrice, "a price for each pack needs packs");
    return;
  }
  const Cell::Place column = has_unit ? Cell::kUnitPrice : Cell::kPackPrice;
  if (!cells.Require(Cell::kCurrency)) return;
  const auto micros = ParseMicros(cells.Raw(column));
  if (!micros.ok()) cells.AddError(column, micros.status().message());
  const auto currency = ParseCurrency(cells.Raw(Cell::kCurrency));
  if (!currency.ok())
    cells.AddError(Cell::kCurrency, currency.status().message());
  if (!micros.ok() || !currency.ok()) return;
  *(has_unit ? line.mutable_unit_price() : line.mutable_pack_price()) =
      Money{*micros, *currency}.ToProto();
}

void ReadOwnPrice(CellReader& cells, v1::Entitlement& line) {
  const bool has_price = !cells.Raw(Cell::kUnitPrice).empty();
  const bool has_currency = !cells.Raw(Cell::kCurrency).empty();
  if (has_price && !has_currency) {
    cells.AddError(Cell::kCurrency, "a price needs a currency");
  }
  if (has_currency && !has_price) {
    cells.AddError(Cell::kUnitPrice, "a currency needs a price");
  }
  Money money;
  if (has_price) {
    const auto micros = ParseMicros(cells.Raw(Cell::kUnitPrice));
    if (!micros.ok())
      cells.AddError(Cell::kUnitPrice, micros.status().message());
    money.micros = micros.value_or(0);
  }
  if (has_currency) {
    const auto currency = ParseCurrency(cells.Raw(Cell::kCurrency));
    if (!currency.ok()) {
      cells.AddError(Cell::kCurrency, currency.status().message());
    }
    money.currency = currency.value_or("");
  }
  if (has_price && has_currency) {
    *line.mutable_unit_price() = money.ToProto();
  }
}

}  // namespace rollcall::collector
