#include "collector/cli/values.h"

#include <array>
#include <cstdint>
#include <numeric>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/proto_time.h"
#include "common/text.h"

namespace rollcall::cli {
namespace {

constexpr int kMaxPlaces = 6;

// `units` / 10^places, with at least `least_places` after the point.
std::string PlacesText(absl::int128 units, int places, int least_places) {
  const bool negative = units < 0;
  const absl::uint128 magnitude =
      negative ? absl::uint128(0) - absl::uint128(units) : absl::uint128(units);
  absl::uint128 power = 1;
  for (int i = 0; i < places; ++i) power *= 10;
  std::string digits =
      absl::StrFormat("%0*d", places, absl::Uint128Low64(magnitude % power));
  if (places == 0) digits.clear();
  while (static_cast<int>(digits.size()) > least_places &&
         digits.back() == '0') {
    digits.pop_back();
  }
  return absl::StrCat(negative ? "-" : "",
                      absl::Uint128Low64(magnitude / power),
                      digits.empty() ? "" : ".", digits);
}

bool IsSet(const google::protobuf::Timestamp& time) {
  return time.seconds() != 0 || time.nanos() != 0;
}

}  // namespace

std::string RationalText(const v1::Rational& rational) {
  const int64_t denominator = rational.denominator();
  if (denominator < 1) return "malformed";
  absl::int128 power = 1;
  for (int places = 0; places <= kMaxPlaces; ++places, power *= 10) {
    const absl::int128 units = absl::int128(rational.numerator()) * power;
    if (units % denominator == 0) {
      return PlacesText(units / denominator, places, 0);
    }
  }
  return absl::StrCat(rational.numerator(), "/", denominator);
}

std::string QuantityText(const v1::Quantity& quantity) {
  switch (quantity.amount_case()) {
    case v1::Quantity::kValue:
      return RationalText(quantity.value());
    case v1::Quantity::kUnlimited:
      return "unlimited";
    case v1::Quantity::AMOUNT_NOT_SET:
      break;
  }
  return "";
}

std::string RangeText(const v1::QuantityRange& range) {
  const std::string low = QuantityText(range.low());
  const std::string expected = QuantityText(range.expected());
  const std::string high = QuantityText(range.high());
  if (low == expected && high == expected) return expected;
  return absl::StrCat(expected, " (", low, " to ", high, ")");
}

std::string MicrosText(int64_t micros) {
  return PlacesText(micros, /*places=*/6, /*least_places=*/2);
}

std::string MoneyText(const v1::Money& money) {
  return absl::StrCat(MicrosText(money.micros()), " ", money.currency());
}

std::string BytesText(int64_t bytes) {
  constexpr std::array<absl::string_view, 5> kUnits = {"B", "KiB", "MiB", "GiB",
                                                       "TiB"};
  size_t unit = 0;
  int64_t scale = 1;
  while (unit + 1 < kUnits.size() && bytes / scale >= 1024) {
    scale *= 1024;
    ++unit;
  }
  if (unit == 0) return absl::StrCat(bytes, " B");
  const absl::int128 tenths = (absl::int128(bytes) * 10 + scale / 2) / scale;
  return absl::StrCat(PlacesText(tenths, 1, 1), " ", kUnits[unit]);
}

std::string TimeText(const google::protobuf::Timestamp& time) {
  if (!IsSet(time)) return "";
  return absl::FormatTime("%Y-%m-%d %H:%MZ", FromProto(time),
                          absl::UTCTimeZone());
}

std::string ExactTimeText(const google::protobuf::Timestamp& time) {
  if (!IsSet(time)) return "";
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", FromProto(time),
                          absl::UTCTimeZone());
}

std::string CountText(int64_t count, absl::string_view one,
                      absl::string_view many) {
  return absl::StrCat(count, " ", count == 1 ? one : many);
}

std::string EscapedLine(absl::string_view text) {
  return absl::StrCat(EscapeForTerminal(text), "\n");
}

std::string ListText(
    const google::protobuf::RepeatedPtrField<std::string>& texts) {
  return absl::StrJoin(texts, ", ");
}

}  // namespace rollcall::cli
