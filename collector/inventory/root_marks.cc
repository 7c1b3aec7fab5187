#include "collector/inventory/root_marks.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/types/span.h"

namespace rollcall::collector {
namespace {

// An id's part is told by its first bits.
constexpr int kPartBits = 2;
constexpr size_t kParts = size_t{1} << kPartBits;
// To hash a smaller set takes no longer than to keep marks.
constexpr size_t kFewestIds = 256;

size_t PartOf(const RowId& id) {
  return static_cast<size_t>(id.FirstBits() >> (64 - kPartBits));
}

// The lowest id of a part.
RowId BeginOf(size_t part) {
  std::string bytes(RowId::kSize, '\0');
  bytes[0] = static_cast<char>(part << (8 - kPartBits));
  return *RowId::FromBytes(bytes);
}

}  // namespace

RootId RootMarks::RootOf(const BasedSet<RowId>& ids, const RowId& changed) {
  const bool few = ids.size() < kFewestIds;
  if (few || !IsMuchSmaller(ids.differences(), ids.size())) {
    marks_.clear();
    return SectionRootOf(ids);
  }
  const size_t kept = std::min(marks_.size(), PartOf(changed));
  while (marks_.size() > kept) marks_.pop_back();
  SectionRootBuilder root =
      kept == 0 ? SectionRootBuilder() : SectionRootBuilder(marks_.back());
  marks_.reserve(kParts - 1);
  for (size_t part = kept; part < kParts; ++part) {
    std::optional<RowId> end;
    if (part + 1 < kParts) end = BeginOf(part + 1);
    ids.VisitRuns(BeginOf(part), end,
                  [&](absl::Span<const RowId> run) { root.Add(run); });
    if (end.has_value()) marks_.push_back(root);
  }
  return root.Finish();
}

}  // namespace rollcall::collector
