// Help fitted to a width. Pure.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace rollcall::cli {

// Where the width of the terminal is not known.
inline constexpr int kDefaultHelpWidth = 80;

// `help` in lines of at most `width` columns. Lines that are not indented and
// follow one another are a paragraph, which is filled anew; a line of usage
// stays one. What stands in a second column goes on in that column. All else
// that is indented, such as commands to copy, stays as it is.
std::string WrapHelp(absl::string_view help, int width);

}  // namespace rollcall::cli
