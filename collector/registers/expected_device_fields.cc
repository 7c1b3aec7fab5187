#include "collector/registers/expected_device_fields.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "collector/csv/csv_reader.h"
#include "collector/registers/mac_address.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr absl::string_view kStatuses[] = {
    kStatusOrdered, kStatusInStock, kStatusDeployed, kStatusRepair,
    kStatusLost,    kStatusStolen,  kStatusDisposed};
constexpr size_t kMaxMacs = 64;
// RFC 1035 section 2.3.4.
constexpr size_t kMaxHostnameBytes = 253;
constexpr size_t kMaxLabelBytes = 63;
constexpr size_t kMaxRegisterBytes = 64;
constexpr absl::string_view kDefaultRegister = "assets";
constexpr int kFirstYear = 1970;
constexpr int kLastYear = 2199;

bool IsLabel(absl::string_view label) {
  if (label.empty() || label.size() > kMaxLabelBytes) return false;
  if (label.front() == '-' || label.back() == '-') return false;
  return std::all_of(label.begin(), label.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' ||
           c == '_';
  });
}

}  // namespace

absl::StatusOr<std::string> ParseStatus(absl::string_view text) {
  const std::string status = absl::StrReplaceAll(absl::AsciiStrToLower(text),
                                                 {{" ", "-"}, {"_", "-"}});
  if (std::find(std::begin(kStatuses), std::end(kStatuses), status) !=
      std::end(kStatuses)) {
    return status;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("the status is unknown; it is one of ",
                   absl::StrJoin(kStatuses, ", "), ", or empty"));
}

absl::StatusOr<std::vector<std::string>> ParseMacAddresses(
    absl::string_view text) {
  std::vector<std::string> macs;
  for (absl::string_view part : absl::StrSplit(text, ';')) {
    part = absl::StripAsciiWhitespace(part);
    if (part.empty()) continue;
    auto mac = ParseMacAddress(part);
    if (!mac.ok()) {
      // Of several addresses, say which.
      return part == text ? mac.status()
                          : Annotate(mac.status(), ImportErrorValue(part));
    }
    if (std::find(macs.begin(), macs.end(), *mac) != macs.end()) continue;
    macs.push_back(*std::move(mac));
    if (macs.size() > kMaxMacs) {
      return absl::InvalidArgumentError(
          absl::StrCat("more than ", kMaxMacs, " addresses for one device"));
    }
  }
  return macs;
}

absl::StatusOr<std::string> ParseHostname(absl::string_view text) {
  const absl::string_view name = absl::StripSuffix(text, ".");
  bool valid = !name.empty() && name.size() <= kMaxHostnameBytes;
  for (const absl::string_view label : absl::StrSplit(name, '.')) {
    valid = valid && IsLabel(label);
  }
  if (valid) return std::string(name);
  return absl::InvalidArgumentError(absl::StrCat(
      "a host name has labels of letters, digits, - and _ with dots between "
      "them, at most ",
      kMaxHostnameBytes, " bytes"));
}

absl::StatusOr<std::string> ParsePurchaseDate(absl::string_view text) {
  absl::CivilDay day;
  // The round trip refuses what the parser forgives: spaces, a short year, a
  // time.
  if (!absl::ParseCivilTime(text, &day) || absl::FormatCivilTime(day) != text) {
    return absl::InvalidArgumentError(
        "write the date as year-month-day, for example 2026-01-31");
  }
  if (day.year() < kFirstYear || day.year() > kLastYear) {
    return absl::InvalidArgumentError(
        absl::StrCat("the year must be from ", kFirstYear, " to ", kLastYear));
  }
  return std::string(text);
}

absl::StatusOr<std::string> ParseRegisterName(absl::string_view text) {
  if (text.empty()) return std::string(kDefaultRegister);
  const bool valid =
      text.size() <= kMaxRegisterBytes &&
      std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
      });
  if (valid) return std::string(text);
  return absl::InvalidArgumentError(
      absl::StrCat("register must be at most ", kMaxRegisterBytes,
                   " lower-case letters, digits and \"-\""));
}

}  // namespace rollcall::collector
