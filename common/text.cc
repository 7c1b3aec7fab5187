#include "common/text.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace rollcall {
namespace {

// The code point at the start of `text` and its length in bytes; length 0 if
// the bytes are malformed.
struct CodePoint {
  uint32_t value;
  size_t length;
};

CodePoint DecodeFirst(absl::string_view text) {
  const auto byte = [&](size_t i) {
    return static_cast<unsigned char>(text[i]);
  };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  size_t length = 0;
  uint32_t value = 0;
  uint32_t least = 0;
  if ((lead & 0xe0) == 0xc0) {
    length = 2, value = lead & 0x1f, least = 0x80;
  } else if ((lead & 0xf0) == 0xe0) {
    length = 3, value = lead & 0x0f, least = 0x800;
  } else if ((lead & 0xf8) == 0xf0) {
    length = 4, value = lead & 0x07, least = 0x10000;
  }
  if (length == 0 || text.size() < length) return {0, 0};
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {0, 0};
    value = value << 6 | (byte(i) & 0x3f);
  }
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < least || value > 0x10ffff || surrogate) return {0, 0};
  return {value, length};
}

// Code points from the first to the last.
struct CodePointRange {
  uint32_t first;
  uint32_t last;
};

template <size_t kCount>
bool IsIn(const CodePointRange (&ranges)[kCount], uint32_t c) {
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [c](const CodePointRange& range) {
                       return c >= range.first && c <= range.last;
                     });
}

// Invisible characters, and those that reorder or hide text:
// Default_Ignorable_Code_Point of Unicode 15, line and paragraph separator, the
// marks of annotations, and the Braille pattern without dots.
bool ChangesReading(uint32_t c) {
  static constexpr CodePointRange kRanges[] = {
      {0x00ad, 0x00ad},   {0x034f, 0x034f},   {0x061c, 0x061c},
      {0x115f, 0x1160},   {0x17b4, 0x17b5},   {0x180b, 0x180f},
      {0x200b, 0x200f},   {0x2028, 0x202e},   {0x2060, 0x206f},
      {0x2800, 0x2800},   {0x3164, 0x3164},   {0xfe00, 0xfe0f},
      {0xfeff, 0xfeff},   {0xffa0, 0xffa0},   {0xfff0, 0xfffb},
      {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff}};
  return c >= kRanges[0].first && IsIn(kRanges, c);
}

// Looks like a space and is another character.
bool IsUncommonBlank(uint32_t c) {
  static constexpr CodePointRange kRanges[] = {
      {0x00a0, 0x00a0}, {0x1680, 0x1680}, {0x2000, 0x200a},
      {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000}};
  return c >= kRanges[0].first && IsIn(kRanges, c);
}

// The last code point of `text`; length 0 if its bytes are malformed.
CodePoint DecodeLast(absl::string_view text) {
  size_t begin = text.size();
  while (begin > 0) {
    --begin;
    if ((static_cast<unsigned char>(text[begin]) & 0xc0) != 0x80) break;
  }
  const CodePoint last = DecodeFirst(text.substr(begin));
  return begin + last.length == text.size() ? last : CodePoint{0, 0};
}

}  // namespace

bool IsValidUtf8(absl::string_view text) {
  while (!text.empty()) {
    const CodePoint point = DecodeFirst(text);
    if (point.length == 0) return false;
    text.remove_prefix(point.length);
  }
  return true;
}

std::string ToValidUtf8(absl::string_view text, int* replaced) {
  std::string out;
  out.reserve(text.size());
  int count = 0;
  while (!text.empty()) {
    const CodePoint point = DecodeFirst(text);
    if (point.length == 0) {
      out += "\xef\xbf\xbd";
      ++count;
      text.remove_prefix(1);
    } else {
      out.append(text.data(), point.length);
      text.remove_prefix(point.length);
    }
  }
  if (replaced != nullptr) *replaced = count;
  return out;
}

std::string EscapeForTerminal(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const CodePoint point = DecodeFirst(text);
    if (point.length == 0) {
      absl::StrAppendFormat(&out, "\\x%02x",
                            static_cast<unsigned char>(text[0]));
      text.remove_prefix(1);
      continue;
    }
    if (point.value < 0x20 || (point.value >= 0x7f && point.value < 0xa0)) {
      absl::StrAppendFormat(&out, "\\x%02x", point.value);
    } else if (ChangesReading(point.value)) {
      absl::StrAppendFormat(&out, "\\u{%04x}", point.value);
    } else {
      out.append(text.data(), point.length);
    }
    text.remove_prefix(point.length);
  }
  return out;
}

int DisplayWidth(absl::string_view text) {
  int width = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) ++width;
  }
  return width;
}

bool StartsLikeFormula(absl::string_view text) {
  constexpr absl::string_view kStarts = "=+-@\t\r";
  return !text.empty() && kStarts.find(text[0]) != absl::string_view::npos;
}

bool HoldsHiddenCharacters(absl::string_view text) {
  while (!text.empty()) {
    const CodePoint point = DecodeFirst(text);
    if (point.length == 0) return true;
    if ((point.value >= 0x7f && point.value < 0xa0) ||
        ChangesReading(point.value)) {
      return true;
    }
    text.remove_prefix(point.length);
  }
  return false;
}

absl::string_view StripBlanks(absl::string_view text) {
  while (true) {
    text = absl::StripAsciiWhitespace(text);
    if (text.empty()) return text;
    if (const CodePoint first = DecodeFirst(text);
        IsUncommonBlank(first.value)) {
      text.remove_prefix(first.length);
    } else if (const CodePoint last = DecodeLast(text);
               IsUncommonBlank(last.value)) {
      text.remove_suffix(last.length);
    } else {
      return text;
    }
  }
}

std::string UncommonBlankIn(absl::string_view text) {
  while (!text.empty()) {
    const CodePoint point = DecodeFirst(text);
    if (IsUncommonBlank(point.value)) {
      return absl::StrFormat("U+%04X", point.value);
    }
    text.remove_prefix(std::max<size_t>(point.length, 1));
  }
  return "";
}

std::string EscapeForCsv(absl::string_view text) {
  std::string field;
  if (StartsLikeFormula(text)) field = "'";
  field.append(text.data(), text.size());
  if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
  std::string quoted = "\"";
  for (const char c : field) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

std::string Abbreviate(absl::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return std::string(text);
  size_t end = max_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) {
    --end;
  }
  return absl::StrCat(text.substr(0, end), "…");
}

}  // namespace rollcall
