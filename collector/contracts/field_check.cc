#include "collector/contracts/field_check.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "collector/contracts/money.h"
#include "collector/contracts/quantity.h"
#include "collector/contracts/rational.h"
#include "common/text.h"

namespace rollcall::collector {
namespace {

bool IsControl(char c) {
  return absl::ascii_iscntrl(static_cast<unsigned char>(c));
}

// What is wrong with a text; "" if nothing.
std::string TextFault(absl::string_view text, size_t max_bytes,
                      bool may_break) {
  if (text.empty()) return "is empty; leave it out";
  if (text.size() > max_bytes) {
    return absl::StrCat("has ", text.size(), " bytes; at most ", max_bytes,
                        " are allowed");
  }
  if (!IsValidUtf8(text)) return "is not UTF-8";
  const auto forbidden = [may_break](char c) {
    return IsControl(c) && !(may_break && c == '\n');
  };
  if (std::any_of(text.begin(), text.end(), forbidden)) {
    return "holds a control character";
  }
  if (HoldsHiddenCharacters(text)) {
    return absl::StrCat("holds a character that nobody sees: ",
                        EscapeForTerminal(text));
  }
  if (StripBlanks(text) != text) return "begins or ends with a blank";
  if (StartsLikeFormula(text)) {
    return "must not start with =, +, - or @, which a spreadsheet takes for a "
           "formula";
  }
  return "";
}

}  // namespace

FieldCheck& FieldCheck::Fail(absl::string_view field,
                             absl::string_view reason) {
  if (status_.ok()) {
    status_ = absl::InvalidArgumentError(absl::StrCat(field, " ", reason));
  }
  return *this;
}

FieldCheck& FieldCheck::Name(absl::string_view field, absl::string_view text,
                             size_t max_bytes) {
  if (text.empty()) return Fail(field, "is empty; it is required");
  return Text(field, true, text, max_bytes);
}

FieldCheck& FieldCheck::Text(absl::string_view field, bool is_set,
                             absl::string_view text, size_t max_bytes) {
  if (!is_set) return *this;
  Title(field, true, text, max_bytes);
  const std::string blank = UncommonBlankIn(text);
  if (blank.empty()) return *this;
  return Fail(field, absl::StrCat("holds ", blank,
                                  ", which looks like a space; write a space"));
}

FieldCheck& FieldCheck::Title(absl::string_view field, bool is_set,
                              absl::string_view text, size_t max_bytes) {
  if (!is_set) return *this;
  const std::string fault = TextFault(text, max_bytes, /*may_break=*/false);
  return fault.empty() ? *this : Fail(field, fault);
}

FieldCheck& FieldCheck::Notes(absl::string_view field, bool is_set,
                              absl::string_view text, size_t max_bytes) {
  if (!is_set) return *this;
  const std::string fault = TextFault(text, max_bytes, /*may_break=*/true);
  return fault.empty() ? *this : Fail(field, fault);
}

FieldCheck& FieldCheck::Day(absl::string_view field, absl::string_view text) {
  if (text.empty()) return Fail(field, "is empty; it is required");
  const auto day = CivilDate::Parse(text);
  if (day.ok()) return *this;
  return Fail(field, absl::StrCat("is wrong: ", day.status().message()));
}

FieldCheck& FieldCheck::Day(absl::string_view field, bool is_set,
                            absl::string_view text) {
  return is_set ? Day(field, text) : *this;
}

FieldCheck& FieldCheck::Order(absl::string_view first_field,
                              absl::string_view first,
                              absl::string_view last_field, bool is_set,
                              absl::string_view last) {
  // Days that parse compare as their texts do.
  if (!is_set || last >= first) return *this;
  return Fail(last_field,
              absl::StrCat("must not be before ", first_field, ", ", first));
}

FieldCheck& FieldCheck::Number(absl::string_view field, bool is_set,
                               int64_t value, int64_t least, int64_t most) {
  if (!is_set || (value >= least && value <= most)) return *this;
  return Fail(field, absl::StrCat("must be ", least, " to ", most));
}

FieldCheck& FieldCheck::Amount(absl::string_view field,
                               const v1::Quantity& quantity) {
  const auto amount = Quantity::FromProto(quantity);
  if (!amount.ok()) {
    return Fail(field, absl::StrCat("is wrong: ", amount.status().message()));
  }
  return *amount > Quantity() ? *this : Fail(field, "must be more than 0");
}

FieldCheck& FieldCheck::Ratio(absl::string_view field,
                              const v1::Rational& value,
                              bool least_is_above_zero) {
  const auto ratio = Rational::FromProto(value);
  if (!ratio.ok()) {
    return Fail(field, absl::StrCat("is wrong: ", ratio.status().message()));
  }
  if (*ratio < Rational()) return Fail(field, "must not be negative");
  if (least_is_above_zero && ratio->IsZero()) {
    return Fail(field, "must be more than 0");
  }
  return *this;
}

FieldCheck& FieldCheck::Percent(absl::string_view field, bool is_set,
                                const v1::Rational& value) {
  if (!is_set) return *this;
  Ratio(field, value, /*least_is_above_zero=*/false);
  const auto percent = Rational::FromProto(value);
  if (percent.ok() && *percent > Rational::Of(100)) {
    return Fail(field, "must be 0 to 100 percent");
  }
  return *this;
}

FieldCheck& FieldCheck::Price(absl::string_view field, bool is_set,
                              const v1::Money& money) {
  if (!is_set) return *this;
  if (money.micros() < 0) return Fail(field, "must not be negative");
  return Currency(absl::StrCat(field, ".currency"), true, money.currency());
}

FieldCheck& FieldCheck::Currency(absl::string_view field, bool is_set,
                                 absl::string_view code) {
  if (!is_set) return *this;
  const auto currency = ParseCurrency(code);
  if (!currency.ok()) {
    return Fail(field, absl::StrCat("is wrong: ", currency.status().message()));
  }
  return *currency == code ? *this : Fail(field, "must be in upper case");
}

FieldCheck& FieldCheck::Count(absl::string_view field, int count, int most) {
  if (count <= most) return *this;
  return Fail(field, absl::StrCat("has ", count, " entries; at most ", most,
                                  " are allowed"));
}

FieldCheck& FieldCheck::Known(absl::string_view field, bool is_known) {
  return is_known ? *this : Fail(field, "is unknown or not set");
}

}  // namespace rollcall::collector
