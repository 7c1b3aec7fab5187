#include "collector/identity/store_incarnation.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr absl::string_view kIncarnationKey = "store_incarnation";

}  // namespace

absl::StatusOr<int64_t> ReadStoreIncarnation(const Reader& reader) {
  ROLLCALL_ASSIGN_OR_RETURN(const std::optional<std::string> stored,
                            reader.Get(TableId::kMeta, kIncarnationKey));
  if (!stored.has_value()) return 1;
  int64_t incarnation = 0;
  if (absl::SimpleAtoi(*stored, &incarnation) && incarnation > 0) {
    return incarnation;
  }
  return absl::DataLossError(
      "table meta: the store's incarnation is unreadable; restore the store "
      "from a backup");
}

absl::StatusOr<int64_t> BeginStoreIncarnation(Engine& engine, absl::Time now) {
  ROLLCALL_ASSIGN_OR_RETURN(const int64_t before, ReadStoreIncarnation(engine));
  const int64_t incarnation = std::max(before + 1, absl::ToUnixSeconds(now));
  Batch batch;
  batch.Put(TableId::kMeta, std::string(kIncarnationKey),
            absl::StrCat(incarnation));
  ROLLCALL_RETURN_IF_ERROR(engine.Write(batch, Durability::kSynced));
  return incarnation;
}

}  // namespace rollcall::collector
