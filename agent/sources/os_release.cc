#include "agent/sources/os_release.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "agent/sources/fact_text.h"

namespace rollcall {
namespace {

constexpr size_t kMaxAssignments = 256;
constexpr size_t kMaxHostnameBytes = 253;

bool IsName(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_';
  });
}

// Undoes quotes and backslashes; absent if a quote is not closed.
std::optional<std::string> Unquote(absl::string_view text) {
  std::string value;
  char quote = '\0';
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      value.push_back(text[++i]);
    } else if (quote == '\0' && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == quote && quote != '\0') {
      quote = '\0';
    } else {
      value.push_back(c);
    }
  }
  if (quote != '\0') return std::nullopt;
  return value;
}

}  // namespace

std::map<std::string, std::string> ParseOsRelease(absl::string_view content,
                                                  int* malformed) {
  std::map<std::string, std::string> values;
  for (absl::string_view line : absl::StrSplit(content, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || line[0] == '#') continue;
    const size_t equals = line.find('=');
    std::optional<std::string> value;
    if (equals != absl::string_view::npos && IsName(line.substr(0, equals))) {
      value = Unquote(line.substr(equals + 1));
    }
    if (!value || values.size() >= kMaxAssignments) {
      ++*malformed;
      continue;
    }
    if (auto text = FactText(*value, malformed)) {
      values[std::string(line.substr(0, equals))] = *std::move(text);
    }
  }
  return values;
}

std::optional<std::string> ParseMachineId(absl::string_view content) {
  const absl::string_view text = absl::StripAsciiWhitespace(content);
  const bool is_hex = std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isxdigit(static_cast<unsigned char>(c));
  });
  if (text.size() != 32 || !is_hex) return std::nullopt;
  if (text.find_first_not_of('0') == absl::string_view::npos) {
    return std::nullopt;
  }
  return absl::AsciiStrToLower(text);
}

std::optional<std::string> ParsePointRelease(absl::string_view content) {
  absl::string_view line =
      absl::StripAsciiWhitespace(content.substr(0, content.find('\n')));
  const size_t release = line.find("release ");
  if (release != absl::string_view::npos) line.remove_prefix(release + 8);
  const absl::string_view version =
      line.substr(0, line.find_first_not_of("0123456789."));
  if (version.empty() || version[0] == '.') return std::nullopt;
  return FactText(version);
}

std::optional<std::string> ParseSupportEnd(absl::string_view value) {
  absl::CivilDay day;
  if (!absl::ParseCivilTime(value, &day)) return std::nullopt;
  // What reads otherwise than it is written is no such date.
  std::string text = absl::FormatCivilTime(day);
  if (text != value) return std::nullopt;
  return text;
}

std::optional<std::string> ParseHostname(absl::string_view content) {
  for (absl::string_view line : absl::StrSplit(content, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || line[0] == '#') continue;
    if (line.size() > kMaxHostnameBytes || line == "(none)") {
      return std::nullopt;
    }
    return FactText(line);
  }
  return std::nullopt;
}

}  // namespace rollcall
