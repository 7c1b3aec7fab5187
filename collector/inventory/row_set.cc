#include "collector/inventory/row_set.h"

#include "absl/status/status.h"
#include "common/rows.h"

namespace rollcall::collector {

std::string PackIds(absl::Span<const RowId> ids) {
  std::string bytes;
  bytes.reserve(ids.size() * RowId::kSize);
  for (const RowId& id : ids) {
    bytes.append(id.bytes().data(), id.bytes().size());
  }
  return bytes;
}

absl::StatusOr<RowSet> UnpackIds(absl::string_view bytes) {
  if (bytes.size() % RowId::kSize != 0) {
    return absl::InvalidArgumentError("row ids are not whole: 16 bytes each");
  }
  RowSet ids;
  ids.reserve(bytes.size() / RowId::kSize);
  for (size_t i = 0; i < bytes.size(); i += RowId::kSize) {
    const RowId id = *RowId::FromBytes(bytes.substr(i, RowId::kSize));
    if (!ids.empty() && !(ids.back() < id)) {
      return absl::InvalidArgumentError(
          "row ids are not in ascending order without repetition");
    }
    ids.push_back(id);
  }
  return ids;
}

RootId SectionRootOf(const BasedSet<RowId>& ids) {
  if (!IsMuchSmaller(ids.differences(), ids.size())) {
    return ComputeSectionRoot(ids.All());
  }
  SectionRootBuilder root;
  ids.VisitRuns([&](absl::Span<const RowId> run) { root.Add(run); });
  return root.Finish();
}

}  // namespace rollcall::collector
