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
  SetChange<RowNumber> rows;

  size_t differences() const { return rows.added.size() + rows.removed.size(); }
};

std::optional<Candidate> Compare(const BasedSet<RowNumber>& rows, RootId root,
                                 const std::shared_ptr<const BaseRows>& base) {
  if (base == nullptr) return std::nullopt;
  const BasedSet<RowNumber> whole(NumbersOf(base));
  return Candidate{root, ChangeBetween(whole, rows)};
}

// By the base that it had.
absl::StatusOr<std::optional<Candidate>> CompareWithBefore(
    const BasedSet<RowNumber>& rows, const BaseBefore& before,
    const Content& content) {
  if (!before.root.has_value()) return std::optional<Candidate>();
  ROLLCALL_ASSIGN_OR_RETURN(const auto base, content.bases.Find(*before.root));
  return Compare(rows, *before.root, base);
}

// By the nearest base, which may go while nobody refers to it.
absl::StatusOr<std::optional<Candidate>> CompareWithNearest(
    const BasedSet<RowNumber>& rows, const RowSet& ids,
    const Content& content) {
  const auto root = content.bases.Nearest(ids);
  if (!root.has_value()) return std::optional<Candidate>();
  ROLLCALL_ASSIGN_OR_RETURN(const auto base, content.bases.Peek(*root));
  return Compare(rows, *root, base);
}

// With more differences a set of so many rows becomes a base itself.
size_t MostDifferences(size_t rows) {
  return std::max(kMaxRowsWithoutBase, rows / kShareThatDiffers);
}

// Whether it is not worth while to look for a nearer base.
bool IsNearEnough(size_t differences, const BaseBefore& before, size_t rows) {
  if (differences > MostDifferences(rows)) return false;
  return differences <= kFewDifferences ||
         differences / kMoreDifferences <=
             before.differences / kMoreDifferences;
}

void Fill(const Candidate& candidate, stored::v1::HeadSection& section) {
  if (!candidate.root.IsZero()) {
    section.set_base_root(candidate.root.ToBytes());
  }
  section.set_added_rows(PackNumbers(candidate.rows.added));
  section.set_removed_rows(PackNumbers(candidate.rows.removed));
}

// The ids of a set, by those of the base that it differs little from.
absl::StatusOr<RowSet> IdsOfSet(const BasedSet<RowNumber>& rows,
                                const std::optional<Candidate>& best,
                                const Content& content) {
  if (!best.has_value()) return content.rows.IdsOf(rows.All());
  ROLLCALL_ASSIGN_OR_RETURN(const auto base, content.bases.Find(best->root));
  if (base == nullptr) return content.rows.IdsOf(rows.All());
  ROLLCALL_ASSIGN_OR_RETURN(const RowSet added,
                            content.rows.IdsOf(best->rows.added));
  ROLLCALL_ASSIGN_OR_RETURN(const RowSet removed,
                            content.rows.IdsOf(best->rows.removed));
  return Union(Minus(base->ids, removed), added);
}

// As ChooseBase, where `best` is not near enough.
absl::Status LookFurther(const FleetRows& rows,
                         const std::optional<Candidate>& best,
                         const Content& content,
                         stored::v1::HeadSection& section) {
  const BasedSet<RowNumber> numbers(rows.numbers.All());
  RowSet found;
  if (rows.ids == nullptr) {
    ROLLCALL_ASSIGN_OR_RETURN(found, IdsOfSet(rows.numbers, best, content));
  }
  const RowSet& ids = rows.ids == nullptr ? found : *rows.ids;
  const size_t most = MostDifferences(ids.size());
  ROLLCALL_ASSIGN_OR_RETURN(const auto nearest,
                            CompareWithNearest(numbers, ids, content));
  const bool nearer =
      nearest.has_value() &&
      (!best.has_value() || nearest->differences() < best->differences());
  if (nearer && nearest->differences() <= most) {
    // From now on it stays, if it did not go meanwhile. One that came in its
    // place has the same rows under other numbers.
    ROLLCALL_ASSIGN_OR_RETURN(const auto base,
                              content.bases.Find(nearest->root));
    const auto kept = Compare(numbers, nearest->root, base);
    if (kept.has_value()) {
      Fill(*kept, section);
      return absl::OkStatus();
    }
  }
  if (best.has_value() && best->differences() <= most) {
    Fill(*best, section);
    return absl::OkStatus();
  }
  const RootId root = ComputeSectionRoot(ids);
  ROLLCALL_RETURN_IF_ERROR(content.bases.Keep(root, {ids, numbers.added()}));
  Fill({root, {}}, section);
  return absl::OkStatus();
}

}  // namespace

absl::Status ChooseBase(const FleetRows& rows, const BaseBefore& before,
                        const Content& content,
                        stored::v1::HeadSection& section) {
  if (rows.numbers.size() <= kMaxRowsWithoutBase) {
    Fill({RootId(), {rows.numbers.All(), {}}}, section);
    return absl::OkStatus();
  }
  ROLLCALL_ASSIGN_OR_RETURN(const auto best,
                            CompareWithBefore(rows.numbers, before, content));
  if (best.has_value() &&
      IsNearEnough(best->differences(), before, rows.numbers.size())) {
    Fill(*best, section);
    return absl::OkStatus();
  }
  return LookFurther(rows, best, content, section);
}

}  // namespace rollcall::collector
