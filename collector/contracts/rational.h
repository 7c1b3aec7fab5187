// Exact rational numbers. Pure values; no floating point, and no result that
// wraps: what does not fit into 64 bits is an error.
#pragma once

#include <compare>
#include <cstdint>
#include <ostream>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rollcall/v1/quantity.pb.h"

namespace rollcall::collector {

// A rational number in lowest terms with a denominator of at least 1. Sums,
// differences and products are OUT_OF_RANGE where numerator or denominator of
// the result do not fit into 64 bits; on the way there they are exact in 128.
class Rational {
 public:
  // Zero.
  constexpr Rational() = default;
  static constexpr Rational Of(int64_t whole) { return Rational(whole, 1); }
  // INVALID_ARGUMENT if `denominator` is less than 1.
  static absl::StatusOr<Rational> Make(int64_t numerator, int64_t denominator);
  // From at most 6 decimals; errors as for ParseDecimal.
  static absl::StatusOr<Rational> ParseDecimal(absl::string_view text);
  // INVALID_ARGUMENT if it is not in lowest terms.
  static absl::StatusOr<Rational> FromProto(const v1::Rational& proto);

  int64_t numerator() const { return numerator_; }
  int64_t denominator() const { return denominator_; }
  bool IsWhole() const { return denominator_ == 1; }
  bool IsZero() const { return numerator_ == 0; }

  v1::Rational ToProto() const;
  // "12", "12.5", or "1/3" where no 6 decimals write it.
  std::string ToString() const;

  friend absl::StatusOr<Rational> Add(Rational a, Rational b);
  friend absl::StatusOr<Rational> Subtract(Rational a, Rational b);
  friend absl::StatusOr<Rational> Multiply(Rational a, Rational b);

  friend bool operator==(Rational a, Rational b) = default;
  friend std::strong_ordering operator<=>(Rational a, Rational b);

 private:
  constexpr Rational(int64_t numerator, int64_t denominator)
      : numerator_(numerator), denominator_(denominator) {}
  // Reduces. REQUIRES: denominator > 0.
  static absl::StatusOr<Rational> FromWide(__int128 numerator,
                                           __int128 denominator);

  int64_t numerator_ = 0;
  int64_t denominator_ = 1;
};

inline void PrintTo(Rational value, std::ostream* os) {
  *os << value.ToString();
}

}  // namespace rollcall::collector
