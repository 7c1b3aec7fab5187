#include "collector/contracts/invoices/invoice_amounts.h"

#include <algorithm>
#include <cstdint>

#include "collector/contracts/invoices/invoice_facts.h"
#include "common/status.h"

namespace rollcall::collector {

Bought BoughtOn(const v1::Entitlement& line) {
  if (line.has_pack_count()) {
    return {Quantity::Of(RationalOf(line.pack_count())),
            "entitlement.pack_count", " packs"};
  }
  return {*Quantity::FromProto(line.quantity()), "entitlement.quantity", ""};
}

v1::InvoiceValue QuantityValue(const Quantity& quantity) {
  v1::InvoiceValue value;
  *value.mutable_quantity() = quantity.ToProto();
  return value;
}

absl::StatusOr<Rational> PriceTimes(const v1::Money& price, Rational quantity) {
  return Multiply(Rational::Of(price.micros()), quantity);
}

absl::StatusOr<Rational> GrossOf(const v1::InvoiceLine& line) {
  return Add(Rational::Of(line.total().micros()),
             Rational::Of(line.rebate().micros()));
}

absl::StatusOr<v1::Money> WithShareOfRebate(const v1::InvoiceLine& line,
                                            Rational part) {
  ROLLCALL_ASSIGN_OR_RETURN(const Rational gross, GrossOf(line));
  part = std::min(part, gross);
  Money net{0, line.total().currency()};
  // It is no more than the total; a product of two that fit into 64 bits fits
  // into 128.
  if (!gross.IsZero()) {
    net.micros = static_cast<int64_t>(
        __int128{part.numerator()} * line.total().micros() /
        (__int128{part.denominator()} * gross.numerator()));
  }
  return net.ToProto();
}

absl::StatusOr<bool> DiffersBeyondRounding(Rational difference,
                                           const std::string& currency) {
  const Rational unit = Rational::Of(SmallestUnitMicros(currency));
  ROLLCALL_ASSIGN_OR_RETURN(const Rational minus_unit,
                            Multiply(unit, Rational::Of(-1)));
  return difference >= unit || difference <= minus_unit;
}

}  // namespace rollcall::collector
