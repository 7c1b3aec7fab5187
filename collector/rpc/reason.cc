#include "collector/rpc/reason.h"

#include "absl/strings/str_cat.h"

namespace rollcall::collector {

absl::Status CheckReason(absl::string_view reason) {
  constexpr size_t kMaxBytes = 1'024;
  if (!reason.empty() && reason.size() <= kMaxBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("reason must have 1 to ", kMaxBytes,
                   " bytes: say why, for those who look later"));
}

}  // namespace rollcall::collector
