// Amounts of money. Pure values; no floating point.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rollcall/v1/quantity.pb.h"

namespace rollcall::collector {

// Millionths of a currency's unit.
struct Money {
  int64_t micros = 0;
  // Three upper-case letters of ISO 4217.
  std::string currency;

  v1::Money ToProto() const;
  // For example "12.5 EUR".
  std::string ToString() const;

  friend bool operator==(const Money&, const Money&) = default;
};

// The millionths that a decimal number of at most 6 decimals writes. Errors as
// for ParseDecimal.
absl::StatusOr<int64_t> ParseMicros(absl::string_view text);

// The currency that `text` names in any case, in upper case. INVALID_ARGUMENT
// if ISO 4217 knows none.
absl::StatusOr<std::string> ParseCurrency(absl::string_view text);

// The smallest unit that amounts of a currency are paid in, in millionths:
// 10,000 for EUR, 1,000,000 for JPY. By ISO 4217; two decimals for what it does
// not list.
int64_t SmallestUnitMicros(absl::string_view currency);

}  // namespace rollcall::collector
