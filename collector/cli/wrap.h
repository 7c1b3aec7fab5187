// Text in lines of a width. Pure. For valid UTF-8 without control characters.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace rollcall::cli {

// A word up to this wide is never broken, since people copy it: a SHA-256 with
// its name is one.
inline constexpr int kLongestWord = 80;

// The columns that the widest word of `text` takes; at most kLongestWord, since
// a wider word may be broken anywhere.
int WidestWord(absl::string_view text);

// `text` in lines of at most `width` columns, broken between words. A word that
// is wider has a line of its own. At least one line. REQUIRES: width > 0.
std::vector<std::string> WrapWords(absl::string_view text, int width);

}  // namespace rollcall::cli
