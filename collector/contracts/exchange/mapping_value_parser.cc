#include "collector/contracts/exchange/mapping_value_parser.h"

#include <algorithm>
#include <array>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace rollcall::collector {
namespace {

using MappingProto = mappings::v1::Mapping;

constexpr std::pair<DateOrder, absl::string_view> kDateOrders[] = {
    {MappingProto::DATE_ORDER_YEAR_MONTH_DAY, "YYYY-MM-DD"},
    {MappingProto::DATE_ORDER_DAY_MONTH_YEAR, "DD/MM/YYYY"},
    {MappingProto::DATE_ORDER_MONTH_DAY_YEAR, "MM/DD/YYYY"},
};
constexpr std::pair<DecimalMark, absl::string_view> kDecimalMarks[] = {
    {MappingProto::DECIMAL_MARK_POINT, "point"},
    {MappingProto::DECIMAL_MARK_COMMA, "comma"},
};

// The three numbers of a date, as digits; nothing if it has another form.
std::optional<std::array<absl::string_view, 3>> DateParts(
    absl::string_view text) {
  std::array<absl::string_view, 3> parts;
  const size_t first = text.find_first_of("/.-");
  if (first == absl::string_view::npos) return std::nullopt;
  const size_t second = text.find(text[first], first + 1);
  if (second == absl::string_view::npos) return std::nullopt;
  parts = {text.substr(0, first), text.substr(first + 1, second - first - 1),
           text.substr(second + 1)};
  for (const absl::string_view part : parts) {
    if (part.empty() || !std::all_of(part.begin(), part.end(), [](char c) {
          return absl::ascii_isdigit(static_cast<unsigned char>(c));
        })) {
      return std::nullopt;
    }
  }
  return parts;
}

std::string TwoDigits(absl::string_view digits) {
  return absl::StrCat(digits.size() == 1 ? "0" : "", digits);
}

}  // namespace

absl::StatusOr<CivilDate> ParseDayIn(DateOrder order, absl::string_view text) {
  if (order == MappingProto::DATE_ORDER_YEAR_MONTH_DAY) {
    return CivilDate::Parse(text);
  }
  const auto parts = DateParts(text);
  constexpr size_t kYearDigits = 4;
  constexpr size_t kOtherDigits = 2;
  if (!parts.has_value() || (*parts)[2].size() != kYearDigits ||
      (*parts)[0].size() > kOtherDigits || (*parts)[1].size() > kOtherDigits) {
    return absl::InvalidArgumentError(
        absl::StrCat("write the date as ", DateOrderWord(order),
                     ", or say with the default date_order how it is written"));
  }
  const bool day_first = order == MappingProto::DATE_ORDER_DAY_MONTH_YEAR;
  return CivilDate::Parse(
      absl::StrCat((*parts)[2], "-", TwoDigits((*parts)[day_first ? 1 : 0]),
                   "-", TwoDigits((*parts)[day_first ? 0 : 1])));
}

absl::StatusOr<std::string> WithDecimalPoint(DecimalMark mark,
                                             absl::string_view text) {
  if (mark != MappingProto::DECIMAL_MARK_COMMA) return std::string(text);
  if (absl::StrContains(text, '.') || absl::StrContains(text, ' ') ||
      absl::StrContains(text, '\'')) {
    return absl::InvalidArgumentError(
        "write the number with a decimal comma and without thousands "
        "separators, for example 1234,5");
  }
  constexpr size_t kThousands = 3;
  const size_t comma = std::min(text.find(','), text.size());
  const absl::string_view whole = text.substr(0, comma);
  const absl::string_view rest = absl::StripPrefix(text.substr(comma), ",");
  if (whole.size() <= kThousands && rest.size() == kThousands &&
      !absl::StartsWith(whole, "0")) {
    return absl::InvalidArgumentError(
        absl::StrCat("the number may mean ", whole, rest, " or ", text,
                     "; write \"", whole, rest, "\" or \"", text, "0\""));
  }
  return absl::StrReplaceAll(text, {{",", "."}});
}

PrefixedAmount SplitCurrency(absl::string_view text) {
  const size_t mark = text.find(';');
  if (mark == absl::string_view::npos) return {"", std::string(text)};
  return {std::string(absl::StripAsciiWhitespace(text.substr(0, mark))),
          std::string(absl::StripAsciiWhitespace(text.substr(mark + 1)))};
}

std::optional<int> FindWord(
    const google::protobuf::RepeatedPtrField<std::string>& words,
    absl::string_view text) {
  for (int i = 0; i < words.size(); ++i) {
    if (absl::EqualsIgnoreCase(words[i], text)) return i;
  }
  return std::nullopt;
}

absl::string_view DateOrderWord(DateOrder order) {
  for (const auto& [number, word] : kDateOrders) {
    if (number == order) return word;
  }
  return "";
}

std::optional<DateOrder> FindDateOrder(absl::string_view word) {
  for (const auto& [number, known] : kDateOrders) {
    if (absl::EqualsIgnoreCase(known, word)) return number;
  }
  return std::nullopt;
}

absl::string_view DecimalMarkWord(DecimalMark mark) {
  for (const auto& [number, word] : kDecimalMarks) {
    if (number == mark) return word;
  }
  return "";
}

std::optional<DecimalMark> FindDecimalMark(absl::string_view word) {
  for (const auto& [number, known] : kDecimalMarks) {
    if (absl::EqualsIgnoreCase(known, word)) return number;
  }
  return std::nullopt;
}

}  // namespace rollcall::collector
