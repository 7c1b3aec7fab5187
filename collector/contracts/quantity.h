// Amounts of licences: exact, or without limit. Pure values.
#pragma once

#include <compare>
#include <optional>
#include <ostream>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/contracts/rational.h"
#include "rollcall/v1/quantity.pb.h"

namespace rollcall::collector {

// A rational number or "unlimited", which is more than every number.
class Quantity {
 public:
  // Zero.
  Quantity() = default;
  static Quantity Of(Rational value) { return Quantity(value); }
  static Quantity Of(int64_t whole) { return Quantity(Rational::Of(whole)); }
  static Quantity Unlimited() { return Quantity(std::nullopt); }
  // A decimal number of at most 6 decimals, or "unlimited" in any case. Errors
  // as for ParseDecimal.
  static absl::StatusOr<Quantity> Parse(absl::string_view text);
  // INVALID_ARGUMENT if neither amount is set, unlimited is false, or the
  // number is not in lowest terms.
  static absl::StatusOr<Quantity> FromProto(const v1::Quantity& proto);

  bool IsUnlimited() const { return !value_.has_value(); }
  // REQUIRES: not unlimited.
  Rational value() const { return *value_; }

  v1::Quantity ToProto() const;
  // As Rational::ToString, or "unlimited".
  std::string ToString() const;

  // OUT_OF_RANGE as for Rational.
  friend absl::StatusOr<Quantity> Add(Quantity a, Quantity b);
  // What `a` has over `b`: max(0, a - b), zero where both are unlimited.
  // OUT_OF_RANGE as for Rational.
  friend absl::StatusOr<Quantity> Excess(Quantity a, Quantity b);

  friend bool operator==(Quantity a, Quantity b) = default;
  friend std::strong_ordering operator<=>(Quantity a, Quantity b);

 private:
  explicit Quantity(std::optional<Rational> value) : value_(value) {}
  std::optional<Rational> value_ = Rational();
};

inline void PrintTo(Quantity value, std::ostream* os) {
  *os << value.ToString();
}

}  // namespace rollcall::collector
