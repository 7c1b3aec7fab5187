#include "collector/contracts/documents/document_rules.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "collector/contracts/field_check.h"

namespace rollcall::collector {
namespace {

constexpr size_t kMaxTitleBytes = 256;
constexpr size_t kMaxMediaTypeBytes = 127;

// A restricted-name of RFC 6838.
bool IsMediaName(absl::string_view name) {
  if (name.empty() || !absl::ascii_isalnum(static_cast<unsigned char>(name[0])))
    return false;
  for (const char c : name) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) &&
        absl::string_view("!#$&-^_.+").find(c) == absl::string_view::npos) {
      return false;
    }
  }
  return true;
}

}  // namespace

absl::Status CheckDocumentTitle(absl::string_view title) {
  FieldCheck check;
  return check.Title("title", !title.empty(), title, kMaxTitleBytes).status();
}

absl::StatusOr<std::string> ParseMediaType(absl::string_view text) {
  if (text.empty()) return std::string("application/octet-stream");
  const size_t slash = text.find('/');
  if (text.size() > kMaxMediaTypeBytes || slash == absl::string_view::npos ||
      !IsMediaName(text.substr(0, slash)) ||
      !IsMediaName(text.substr(slash + 1))) {
    return absl::InvalidArgumentError(absl::StrCat(
        "media_type must be a type and a subtype of at most ",
        kMaxMediaTypeBytes, " bytes, for example application/pdf"));
  }
  return absl::AsciiStrToLower(text);
}

absl::Status CheckDocumentHash(absl::string_view sha256) {
  constexpr size_t kDigits = 64;
  if (sha256.size() == kDigits &&
      sha256.find_first_not_of("0123456789abcdef") == absl::string_view::npos) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      "sha256 must be 64 hex digits in lower case");
}

}  // namespace rollcall::collector
