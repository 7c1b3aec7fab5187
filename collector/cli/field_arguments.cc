#include "collector/cli/field_arguments.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace rollcall::cli {
namespace {

// What stands after the name of a field that something is said of.
constexpr absl::string_view kAfterPlace[] = {":", " is ", " has ", " must "};

bool IsPlaceCharacter(char c) {
  return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_' ||
         c == '.';
}

// The field that a message begins with; "" if it begins otherwise. What of a
// field is meant, as in "uses[3].used", is no part of it.
absl::string_view LeadingPlace(absl::string_view message) {
  const auto* const end =
      std::find_if_not(message.begin(), message.end(), IsPlaceCharacter);
  const absl::string_view place =
      message.substr(0, static_cast<size_t>(end - message.begin()));
  const absl::string_view rest = message.substr(place.size());
  const bool is_said_of =
      absl::StartsWith(rest, "[") ||
      std::any_of(
          std::begin(kAfterPlace), std::end(kAfterPlace),
          [&](absl::string_view word) { return absl::StartsWith(rest, word); });
  return is_said_of ? place : "";
}

// Whether `place` is the way `field`, or the end of it.
bool Names(absl::string_view place, absl::string_view field) {
  return absl::ConsumeSuffix(&field, place) &&
         (field.empty() || absl::EndsWith(field, "."));
}

}  // namespace

void FieldArguments::Add(absl::string_view field, absl::string_view argument) {
  all_.push_back({std::string(field), std::string(argument)});
}

std::string FieldArguments::Reword(absl::string_view message) const {
  absl::string_view place = LeadingPlace(message);
  while (!place.empty()) {
    const absl::string_view argument = ArgumentOf(place);
    if (!argument.empty()) {
      return absl::StrCat(argument, message.substr(place.size()));
    }
    // It may be in a message that one argument fills.
    const size_t dot = place.rfind('.');
    place = place.substr(0, dot == absl::string_view::npos ? 0 : dot);
  }
  return std::string(message);
}

absl::string_view FieldArguments::ArgumentOf(absl::string_view place) const {
  absl::string_view argument;
  for (const Filled& filled : all_) {
    if (!Names(place, filled.field) || filled.argument == argument) continue;
    if (!argument.empty()) return "";
    argument = filled.argument;
  }
  return argument;
}

}  // namespace rollcall::cli
