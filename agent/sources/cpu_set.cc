#include "agent/sources/cpu_set.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace rollcall {
namespace {

std::optional<int> ParseCpu(absl::string_view text) {
  int cpu = 0;
  if (text.empty() || !absl::ascii_isdigit(text[0])) return std::nullopt;
  if (!absl::SimpleAtoi(text, &cpu) || cpu >= kMaxCpus) return std::nullopt;
  return cpu;
}

// Sorts and drops repetitions.
CpuSet Normalize(CpuSet cpus) {
  std::sort(cpus.begin(), cpus.end());
  cpus.erase(std::unique(cpus.begin(), cpus.end()), cpus.end());
  return cpus;
}

std::optional<int> HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

}  // namespace

std::optional<CpuSet> ParseCpuList(absl::string_view text) {
  CpuSet cpus;
  text = absl::StripAsciiWhitespace(text);
  if (text.empty()) return cpus;
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    const std::pair<absl::string_view, absl::string_view> ends =
        absl::StrSplit(part, absl::MaxSplits('-', 1));
    const std::optional<int> first = ParseCpu(ends.first);
    const bool is_range = ends.first.size() != part.size();
    const std::optional<int> last = is_range ? ParseCpu(ends.second) : first;
    if (!first || !last || *last < *first) return std::nullopt;
    // Overlapping ranges would let a short text make a long set.
    if (cpus.size() + static_cast<size_t>(*last - *first) >= kMaxCpus) {
      return std::nullopt;
    }
    for (int cpu = *first; cpu <= *last; ++cpu) cpus.push_back(cpu);
  }
  return Normalize(std::move(cpus));
}

std::optional<CpuSet> ParseCpuMask(absl::string_view text) {
  CpuSet cpus;
  text = absl::StripAsciiWhitespace(text);
  if (text.empty()) return std::nullopt;
  int base = 0;
  for (auto c = text.rbegin(); c != text.rend(); ++c) {
    if (*c == ',') continue;
    const std::optional<int> digit = HexDigit(*c);
    if (!digit || base >= kMaxCpus) return std::nullopt;
    for (int bit = 0; bit < 4; ++bit) {
      if ((*digit >> bit & 1) != 0) cpus.push_back(base + bit);
    }
    base += 4;
  }
  return cpus;
}

std::string FormatCpuList(absl::Span<const int> cpus) {
  std::string text;
  for (size_t i = 0; i < cpus.size();) {
    size_t end = i + 1;
    while (end < cpus.size() && cpus[end] == cpus[end - 1] + 1) ++end;
    absl::StrAppend(&text, text.empty() ? "" : ",", cpus[i]);
    if (end - i > 1) absl::StrAppend(&text, "-", cpus[end - 1]);
    i = end;
  }
  return text;
}

}  // namespace rollcall
