// Checks of what objects say, field by field. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "collector/contracts/civil_date.h"
#include "rollcall/v1/contract.pb.h"
#include "rollcall/v1/quantity.pb.h"

namespace rollcall::collector {

// Goes over the fields of one object and keeps the first thing that is wrong.
// Not thread-safe.
class FieldCheck {
 public:
  // A text that must be there: UTF-8 on one line, without surrounding blanks,
  // blanks that look like a space and are none, characters that nobody sees and
  // control characters, and nothing that a spreadsheet takes for a formula. So
  // two names that look alike are one; but letters that Unicode can write in
  // several ways are taken as they are.
  FieldCheck& Name(absl::string_view field, absl::string_view text,
                   size_t max_bytes);
  // As Name, where it is set.
  FieldCheck& Text(absl::string_view field, bool is_set, absl::string_view text,
                   size_t max_bytes);
  // As Text, with any blanks inside: it names nothing.
  FieldCheck& Title(absl::string_view field, bool is_set,
                    absl::string_view text, size_t max_bytes);
  // As Title, with line feeds.
  FieldCheck& Notes(absl::string_view field, bool is_set,
                    absl::string_view text, size_t max_bytes);
  // A civil date that must be there, or may be.
  FieldCheck& Day(absl::string_view field, absl::string_view text);
  FieldCheck& Day(absl::string_view field, bool is_set, absl::string_view text);
  // `last`, if set, is not before `first`. REQUIRES: both were checked.
  FieldCheck& Order(absl::string_view first_field, absl::string_view first,
                    absl::string_view last_field, bool is_set,
                    absl::string_view last);
  FieldCheck& Number(absl::string_view field, bool is_set, int64_t value,
                     int64_t least, int64_t most);
  // More than zero, in lowest terms, or without limit.
  FieldCheck& Amount(absl::string_view field, const v1::Quantity& quantity);
  // In lowest terms; `least_is_above_zero`: zero is not allowed.
  FieldCheck& Ratio(absl::string_view field, const v1::Rational& value,
                    bool least_is_above_zero);
  // From 0 to 100, in lowest terms; where it is set.
  FieldCheck& Percent(absl::string_view field, bool is_set,
                      const v1::Rational& value);
  // Of a known currency and not negative; where it is set.
  FieldCheck& Price(absl::string_view field, bool is_set,
                    const v1::Money& money);
  FieldCheck& Currency(absl::string_view field, bool is_set,
                       absl::string_view code);
  // A repeated field does not have too many.
  FieldCheck& Count(absl::string_view field, int count, int most);
  // One of the values of its enum, and not its zero unless that may be.
  FieldCheck& Known(absl::string_view field, bool is_known);
  // Notes what is wrong, unless something was before.
  FieldCheck& Fail(absl::string_view field, absl::string_view reason);

  // INVALID_ARGUMENT with the first thing that was wrong.
  const absl::Status& status() const { return status_; }

 private:
  absl::Status status_;
};

}  // namespace rollcall::collector
