// What lines of invoices come to, exactly. Pure. OUT_OF_RANGE where a number
// does not fit.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/contracts/money.h"
#include "collector/contracts/quantity.h"
#include "collector/contracts/rational.h"
#include "rollcall/v1/contract.pb.h"
#include "rollcall/v1/invoice_service.pb.h"

namespace rollcall::collector {

// How much was bought, as the invoice counts it.
struct Bought {
  Quantity quantity;
  absl::string_view field;
  // For people.
  absl::string_view unit;
};
Bought BoughtOn(const v1::Entitlement& line);

// A quantity as findings state it.
v1::InvoiceValue QuantityValue(const Quantity& quantity);

// What so many come to, in millionths.
absl::StatusOr<Rational> PriceTimes(const v1::Money& price, Rational quantity);

// What a line comes to before its rebate, in millionths.
absl::StatusOr<Rational> GrossOf(const v1::InvoiceLine& line);

// What a part of a line that comes to so many millionths before the rebate
// comes to with its share of that, rounded down to a millionth; at most the
// total. REQUIRES: the part is not negative.
absl::StatusOr<v1::Money> WithShareOfRebate(const v1::InvoiceLine& line,
                                            Rational part);

// Whether two amounts in millionths differ by more than rounding one of them up
// or down to the smallest unit of the currency makes them: by a unit or more.
absl::StatusOr<bool> DiffersBeyondRounding(Rational difference,
                                           const std::string& currency);

}  // namespace rollcall::collector
