// Single values in words. Pure. What is absent is an empty text.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "google/protobuf/timestamp.pb.h"
#include "rollcall/v1/quantity.pb.h"

namespace rollcall::cli {

// Exact: a decimal number of at most six places where it is one, for example
// "2.5", else a fraction, for example "7/3".
std::string RationalText(const v1::Rational& rational);

// As RationalText, or "unlimited".
std::string QuantityText(const v1::Quantity& quantity);

// The expected value, and what it may be where that differs, for example
// "16 (8 to unlimited)".
std::string RangeText(const v1::QuantityRange& range);

// Exact, with at least two places and the currency: "12.50 EUR".
std::string MoneyText(const v1::Money& money);
// Exact, with at least two places: "12.50".
std::string MicrosText(int64_t micros);

// In the largest binary unit that leaves at least 1, to one place: "7.8 GiB".
std::string BytesText(int64_t bytes);

// UTC to the minute, for people: "2026-01-31 17:05Z". Empty if not set.
std::string TimeText(const google::protobuf::Timestamp& time);
// RFC 3339 in UTC, to the precision that it has. Empty if not set.
std::string ExactTimeText(const google::protobuf::Timestamp& time);

// "1 line", "2 lines".
std::string CountText(int64_t count, absl::string_view one,
                      absl::string_view many);

// A line of words for people: what a terminal would take for a command is
// escaped.
std::string EscapedLine(absl::string_view text);

// The texts with ", " between them.
std::string ListText(
    const google::protobuf::RepeatedPtrField<std::string>& texts);

}  // namespace rollcall::cli
