#include "agent/sources/fact_text.h"

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_replace.h"
#include "common/text.h"

namespace rollcall {
namespace {

constexpr absl::string_view kReplacement = "\xef\xbf\xbd";

bool IsControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

bool IsPrintableAscii(absl::string_view text) {
  for (const char c : text) {
    if (IsControl(c) || static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

std::string Clean(absl::string_view text, absl::string_view replacement,
                  int* replaced) {
  int malformed = 0;
  const std::string valid = ToValidUtf8(text, &malformed);
  std::string clean;
  for (const char c : valid) {
    if (IsControl(c)) {
      ++malformed;
      clean.append(replacement.data(), replacement.size());
    } else {
      clean.push_back(c);
    }
  }
  if (malformed > 0 && replaced != nullptr) ++*replaced;
  if (malformed > 0 && replacement != kReplacement) {
    clean = absl::StrReplaceAll(clean, {{kReplacement, replacement}});
  }
  return clean;
}

std::string Fit(absl::string_view text, absl::string_view replacement,
                int* replaced) {
  if (!IsPrintableAscii(text)) {
    // Bytes past any that can be kept need no cleaning.
    return Abbreviate(
        Clean(text.substr(0, 4 * kMaxFactBytes), replacement, replaced),
        kMaxFactBytes);
  }
  return Abbreviate(text, kMaxFactBytes);
}

}  // namespace

std::optional<std::string> FactText(absl::string_view raw, int* replaced) {
  const absl::string_view text = absl::StripAsciiWhitespace(raw);
  if (text.empty()) return std::nullopt;
  return Fit(text, kReplacement, replaced);
}

std::optional<std::string> FirmwareText(absl::string_view raw, int* replaced) {
  if (raw.find_first_not_of(' ') == absl::string_view::npos) {
    return std::nullopt;
  }
  return Fit(raw, ".", replaced);
}

std::optional<int64_t> FactInteger(absl::string_view raw) {
  const absl::string_view text = absl::StripAsciiWhitespace(raw);
  int64_t value = 0;
  if (text.size() > 18 || !absl::SimpleAtoi(text, &value)) return std::nullopt;
  return value;
}

}  // namespace rollcall
