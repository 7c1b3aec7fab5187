#include "collector/inventory/base_choice.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "common/rows.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// A base and how a set differs from it.
struct Candidate {
  RootId root;
  RowSet added;
  RowSet removed;

  size_t differences() const { return added.size() + removed.size(); }
};

absl::StatusOr<std::optional<Candidate>> Compare(const RowSet& rows,
                                                 std::optional<RootId> root,
                                                 const Content& content) {
  if (!root.has_value()) return std::optional<Candidate>();
  ROLLCALL_ASSIGN_OR_RETURN(const auto base, content.bases.Find(*root));
  if (base == nullptr) return std::optional<Candidate>();
  return std::optional<Candidate>(
      Candidate{*root, Minus(rows, *base), Minus(*base, rows)});
}

absl::Status Fill(const Candidate& candidate, const Content& content,
                  stored::v1::HeadSection& section) {
  if (!candidate.root.IsZero()) {
    section.set_base_root(candidate.root.ToBytes());
  }
  ROLLCALL_ASSIGN_OR_RETURN(const auto added,
                            content.rows.NumbersOf(candidate.added));
  ROLLCALL_ASSIGN_OR_RETURN(const auto removed,
                            content.rows.NumbersOf(candidate.removed));
  section.set_added_rows(PackNumbers(added));
  section.set_removed_rows(PackNumbers(removed));
  return absl::OkStatus();
}

}  // namespace

absl::Status ChooseBase(const RowSet& rows, std::optional<RootId> before,
                        const Content& content,
                        stored::v1::HeadSection& section) {
  if (rows.size() <= kMaxRowsWithoutBase) {
    return Fill({RootId(), rows, {}}, content, section);
  }
  ROLLCALL_ASSIGN_OR_RETURN(auto best, Compare(rows, before, content));
  if (!best.has_value() || best->differences() > kFewDifferences) {
    ROLLCALL_ASSIGN_OR_RETURN(
        auto nearest, Compare(rows, content.bases.Nearest(rows), content));
    const bool nearer =
        nearest.has_value() &&
        (!best.has_value() || nearest->differences() < best->differences());
    if (nearer) best = std::move(nearest);
  }
  const size_t most =
      std::max(kMaxRowsWithoutBase, rows.size() / kShareThatDiffers);
  if (best.has_value() && best->differences() <= most) {
    return Fill(*best, content, section);
  }
  const RootId root = ComputeSectionRoot(rows);
  ROLLCALL_RETURN_IF_ERROR(content.bases.Keep(root, rows));
  return Fill({root, {}, {}}, content, section);
}

}  // namespace rollcall::collector
