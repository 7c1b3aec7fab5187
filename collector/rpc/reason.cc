#include "collector/rpc/reason.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/text.h"

namespace rollcall::collector {
namespace {

constexpr size_t kMaxRemarkBytes = 1'024;

bool HoldsControls(absl::string_view text) {
  return HoldsHiddenCharacters(text) ||
         std::any_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_iscntrl(static_cast<unsigned char>(c));
         });
}

}  // namespace

absl::Status CheckReason(absl::string_view reason) {
  if (reason.empty() || reason.size() > kMaxRemarkBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("reason must have 1 to ", kMaxRemarkBytes,
                     " bytes: say why, for those who look later"));
  }
  return CheckRemark("reason", reason);
}

absl::Status CheckRemark(absl::string_view field, absl::string_view text) {
  if (text.size() > kMaxRemarkBytes || !IsValidUtf8(text)) {
    return absl::InvalidArgumentError(absl::StrCat(
        field, " must be at most ", kMaxRemarkBytes, " bytes of UTF-8"));
  }
  if (HoldsControls(text)) {
    return absl::InvalidArgumentError(absl::StrCat(
        field, " has a line break, or a character that nobody sees: ",
        EscapeForTerminal(text), "; write it on one line, in plain text"));
  }
  return absl::OkStatus();
}

}  // namespace rollcall::collector
