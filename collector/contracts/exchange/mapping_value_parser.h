// Values as other products write them, in the canonical notation. Pure.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/contracts/civil_date.h"
#include "rollcall/mappings/v1/mapping.pb.h"

namespace rollcall::collector {

using DateOrder = mappings::v1::Mapping::DateOrder;
using DecimalMark = mappings::v1::Mapping::DecimalMark;

// The day that `text` writes in that order. INVALID_ARGUMENT, with a message
// that says what would be right.
absl::StatusOr<CivilDate> ParseDayIn(DateOrder order, absl::string_view text);

// The number with a decimal point, unchecked but for its mark.
// INVALID_ARGUMENT, with a message that says what would be right, where it has
// the other mark, or where a decimal comma may separate thousands.
absl::StatusOr<std::string> WithDecimalPoint(DecimalMark mark,
                                             absl::string_view text);

// An amount and its currency, as "EUR;200" has them. `currency` is empty where
// none stands there.
struct PrefixedAmount {
  std::string currency;
  std::string amount;
};
PrefixedAmount SplitCurrency(absl::string_view text);

// Where `text` stands among the words, ignoring ASCII case; nothing: nowhere.
std::optional<int> FindWord(
    const google::protobuf::RepeatedPtrField<std::string>& words,
    absl::string_view text);

// "DD/MM/YYYY" and the like, for people and in requests; nothing and
// unspecified where there is none.
absl::string_view DateOrderWord(DateOrder order);
std::optional<DateOrder> FindDateOrder(absl::string_view word);
// "point" and "comma".
absl::string_view DecimalMarkWord(DecimalMark mark);
std::optional<DecimalMark> FindDecimalMark(absl::string_view word);

}  // namespace rollcall::collector
