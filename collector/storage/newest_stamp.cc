#include "collector/storage/newest_stamp.h"

#include "absl/strings/numbers.h"
#include "common/status.h"

namespace rollcall::collector {

absl::StatusOr<std::optional<KnownStamp>> NewestStamp(const Reader& reader) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto stored,
                            reader.Get(TableId::kMeta, kLastStampKey));
  if (!stored.has_value()) return std::optional<KnownStamp>();
  uint64_t raw = 0;
  if (!absl::SimpleAtoi(*stored, &raw)) {
    return absl::DataLossError(
        "the store's last_stamp is unreadable; restore it from a backup");
  }
  return std::optional(KnownStamp::FromRaw(raw));
}

}  // namespace rollcall::collector
