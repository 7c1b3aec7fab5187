#include "collector/contracts/money.h"

#include <algorithm>
#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "collector/contracts/decimal.h"

namespace rollcall::collector {
namespace {

constexpr int kMicroDecimals = 6;

// ISO 4217 lists one (currencies of countries and unions) and, since contracts
// run for years, the codes of list three that were withdrawn since 2015.
constexpr absl::string_view kCurrencies[] = {
    "AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN",
    "BAM", "BBD", "BDT", "BGN", "BHD", "BIF", "BMD", "BND", "BOB", "BRL",
    "BSD", "BTN", "BWP", "BYN", "BYR", "BZD", "CAD", "CDF", "CHF", "CLP",
    "CNY", "COP", "CRC", "CUC", "CUP", "CVE", "CZK", "DJF", "DKK", "DOP",
    "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS",
    "GIP", "GMD", "GNF", "GTQ", "GYD", "HKD", "HNL", "HRK", "HTG", "HUF",
    "IDR", "ILS", "INR", "IQD", "IRR", "ISK", "JMD", "JOD", "JPY", "KES",
    "KGS", "KHR", "KMF", "KPW", "KRW", "KWD", "KYD", "KZT", "LAK", "LBP",
    "LKR", "LRD", "LSL", "LYD", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT",
    "MOP", "MRO", "MRU", "MUR", "MVR", "MWK", "MXN", "MYR", "MZN", "NAD",
    "NGN", "NIO", "NOK", "NPR", "NZD", "OMR", "PAB", "PEN", "PGK", "PHP",
    "PKR", "PLN", "PYG", "QAR", "RON", "RSD", "RUB", "RWF", "SAR", "SBD",
    "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SLL", "SOS", "SRD", "SSP",
    "STD", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TND", "TOP",
    "TRY", "TTD", "TWD", "TZS", "UAH", "UGX", "USD", "UYU", "UZS", "VED",
    "VEF", "VES", "VND", "VUV", "WST", "XAF", "XCD", "XCG", "XOF", "XPF",
    "YER", "ZAR", "ZMW", "ZWG", "ZWL"};

// Those of kCurrencies whose amounts have no decimals, or three; all others
// have two.
constexpr absl::string_view kWithoutDecimals[] = {
    "BIF", "BYR", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW",
    "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"};
constexpr absl::string_view kWithThreeDecimals[] = {"BHD", "IQD", "JOD", "KWD",
                                                    "LYD", "OMR", "TND"};

}  // namespace

v1::Money Money::ToProto() const {
  v1::Money proto;
  proto.set_micros(micros);
  proto.set_currency(currency);
  return proto;
}

std::string Money::ToString() const {
  return absl::StrCat(DecimalToString(micros, kMicroDecimals), " ", currency);
}

absl::StatusOr<int64_t> ParseMicros(absl::string_view text) {
  return ParseDecimal(text, kMicroDecimals);
}

absl::StatusOr<std::string> ParseCurrency(absl::string_view text) {
  std::string code = absl::AsciiStrToUpper(text);
  if (!std::binary_search(std::begin(kCurrencies), std::end(kCurrencies),
                          absl::string_view(code))) {
    return absl::InvalidArgumentError(
        "the currency is unknown; write its ISO 4217 code, for example EUR or "
        "USD");
  }
  return code;
}

int64_t SmallestUnitMicros(absl::string_view currency) {
  const auto is_in = [currency](const auto& codes) {
    return std::binary_search(std::begin(codes), std::end(codes), currency);
  };
  if (is_in(kWithoutDecimals)) return 1'000'000;
  return is_in(kWithThreeDecimals) ? 1'000 : 10'000;
}

}  // namespace rollcall::collector
