#include "collector/contracts/rational.h"

#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "collector/contracts/decimal.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr int kMostDecimals = 6;
constexpr int64_t kDecimalUnit = 1'000'000;

__int128 GreatestCommonDivisor(__int128 a, __int128 b) {
  if (a < 0) a = -a;
  while (b != 0) {
    const __int128 rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

bool Fits(__int128 value) {
  return value >= std::numeric_limits<int64_t>::min() &&
         value <= std::numeric_limits<int64_t>::max();
}

}  // namespace

absl::StatusOr<Rational> Rational::FromWide(__int128 numerator,
                                            __int128 denominator) {
  const __int128 divisor = GreatestCommonDivisor(numerator, denominator);
  numerator /= divisor;
  denominator /= divisor;
  if (!Fits(numerator) || !Fits(denominator)) {
    return absl::OutOfRangeError("an exact amount does not fit into 64 bits");
  }
  return Rational(static_cast<int64_t>(numerator),
                  static_cast<int64_t>(denominator));
}

absl::StatusOr<Rational> Rational::Make(int64_t numerator,
                                        int64_t denominator) {
  if (denominator < 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the denominator is ", denominator, "; it must be at least 1"));
  }
  return FromWide(numerator, denominator);
}

absl::StatusOr<Rational> Rational::ParseDecimal(absl::string_view text) {
  ROLLCALL_ASSIGN_OR_RETURN(const int64_t scaled,
                            collector::ParseDecimal(text, kMostDecimals));
  return FromWide(scaled, kDecimalUnit);
}

absl::StatusOr<Rational> Rational::FromProto(const v1::Rational& proto) {
  ROLLCALL_ASSIGN_OR_RETURN(const Rational value,
                            Make(proto.numerator(), proto.denominator()));
  if (value.denominator_ != proto.denominator()) {
    return absl::InvalidArgumentError(absl::StrCat(proto.numerator(), "/",
                                                   proto.denominator(),
                                                   " is not in lowest terms"));
  }
  return value;
}

v1::Rational Rational::ToProto() const {
  v1::Rational proto;
  proto.set_numerator(numerator_);
  proto.set_denominator(denominator_);
  return proto;
}

std::string Rational::ToString() const {
  if (kDecimalUnit % denominator_ == 0) {
    const __int128 scaled =
        __int128{numerator_} * (kDecimalUnit / denominator_);
    if (Fits(scaled)) {
      return DecimalToString(static_cast<int64_t>(scaled), kMostDecimals);
    }
  }
  if (denominator_ == 1) return absl::StrCat(numerator_);
  return absl::StrCat(numerator_, "/", denominator_);
}

// A product of two 64-bit values, and the sum of two such, fit into 128 bits.

absl::StatusOr<Rational> Add(Rational a, Rational b) {
  return Rational::FromWide(__int128{a.numerator_} * b.denominator_ +
                                __int128{b.numerator_} * a.denominator_,
                            __int128{a.denominator_} * b.denominator_);
}

absl::StatusOr<Rational> Subtract(Rational a, Rational b) {
  return Rational::FromWide(__int128{a.numerator_} * b.denominator_ -
                                __int128{b.numerator_} * a.denominator_,
                            __int128{a.denominator_} * b.denominator_);
}

absl::StatusOr<Rational> Multiply(Rational a, Rational b) {
  return Rational::FromWide(__int128{a.numerator_} * b.numerator_,
                            __int128{a.denominator_} * b.denominator_);
}

std::strong_ordering operator<=>(Rational a, Rational b) {
  return __int128{a.numerator_} * b.denominator_ <=>
         __int128{b.numerator_} * a.denominator_;
}

}  // namespace rollcall::collector
