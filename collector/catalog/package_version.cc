#include "collector/catalog/package_version.h"

#include "absl/strings/ascii.h"

namespace rollcall::collector {
namespace {

// Words that packaging adds, each behind "+", "~" or ".", with digits and what
// follows.
constexpr absl::string_view kPackagingWords[] = {
    "dfsg", "ds", "repack", "deb", "maria", "bpo", "ubuntu", "commercial"};

bool IsDigit(char c) {
  return absl::ascii_isdigit(static_cast<unsigned char>(c));
}

// Whether `text`, which starts behind a separator, is a mark of packaging: a
// word, then neither a letter nor the text's own version.
bool IsPackagingMark(absl::string_view text) {
  for (const absl::string_view word : kPackagingWords) {
    if (text.substr(0, word.size()) != word) continue;
    const absl::string_view rest = text.substr(word.size());
    if (rest.empty() ||
        !absl::ascii_isalpha(static_cast<unsigned char>(rest.front()))) {
      return true;
    }
  }
  return false;
}

absl::string_view WithoutPackagingMarks(absl::string_view version) {
  for (size_t i = 1; i < version.size(); ++i) {
    const bool separator =
        version[i] == '+' || version[i] == '~' || version[i] == '.';
    if (separator && IsPackagingMark(version.substr(i + 1))) {
      return version.substr(0, i);
    }
  }
  return version;
}

}  // namespace

std::string UpstreamOfDebianVersion(absl::string_view version) {
  const size_t colon = version.find(':');
  if (colon != absl::string_view::npos && colon > 0 &&
      colon + 1 < version.size() &&
      version.substr(0, colon).find_first_not_of("0123456789") ==
          absl::string_view::npos) {
    version.remove_prefix(colon + 1);
  }
  const size_t hyphen = version.rfind('-');
  if (hyphen != absl::string_view::npos && hyphen > 0) {
    version = version.substr(0, hyphen);
  }
  constexpr absl::string_view kReally = "+really";
  const size_t really = version.find(kReally);
  if (really != absl::string_view::npos &&
      really + kReally.size() < version.size() &&
      IsDigit(version[really + kReally.size()])) {
    version.remove_prefix(really + kReally.size());
  }
  return std::string(WithoutPackagingMarks(version));
}

}  // namespace rollcall::collector
