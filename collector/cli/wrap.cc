#include "collector/cli/wrap.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "common/text.h"

namespace rollcall::cli {
namespace {

bool StartsCodePoint(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
}

// The bytes that the first `width` columns of `text` take.
size_t BytesOfWidth(absl::string_view text, int width) {
  size_t i = 0;
  for (; i < text.size(); ++i) {
    if (StartsCodePoint(text[i]) && width-- == 0) break;
  }
  return i;
}

bool Fits(absl::string_view text, int width) {
  return BytesOfWidth(text, width) == text.size();
}

// Where the first line ends of a text that does not fit and starts with a word.
// `is_rest`: with what is left of a broken word.
size_t FirstLineEnd(absl::string_view text, int width, bool is_rest) {
  const size_t full = BytesOfWidth(text, width);
  const size_t space = text.rfind(' ', full);
  if (space != absl::string_view::npos) return space;
  if (is_rest) return full;
  const size_t longest = BytesOfWidth(text, kLongestWord);
  const size_t word_end = text.substr(0, longest + 1).find(' ');
  if (word_end != absl::string_view::npos) return word_end;
  return longest == text.size() ? longest : full;
}

}  // namespace

int WidestWord(absl::string_view text) {
  int widest = 0;
  for (const absl::string_view word : absl::StrSplit(text, ' ')) {
    widest = std::max(widest, DisplayWidth(word));
  }
  return std::min(widest, kLongestWord);
}

std::vector<std::string> WrapWords(absl::string_view text, int width) {
  if (Fits(text, width)) return {std::string(text)};
  std::vector<std::string> lines;
  bool is_rest = false;
  text = absl::StripAsciiWhitespace(text);
  while (!Fits(text, width)) {
    const size_t end = FirstLineEnd(text, width, is_rest);
    is_rest = end < text.size() && text[end] != ' ';
    lines.emplace_back(absl::StripTrailingAsciiWhitespace(text.substr(0, end)));
    text = absl::StripLeadingAsciiWhitespace(text.substr(end));
  }
  if (!text.empty() || lines.empty()) lines.emplace_back(text);
  return lines;
}

}  // namespace rollcall::cli
