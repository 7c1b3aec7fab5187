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

absl::StatusOr<std::optional<Candidate>> Compare(
    const BasedSet<RowNumber>& rows, std::optional<RootId> root,
    const Content& content) {
  if (!root.has_value()) return std::optional<Candidate>();
  ROLLCALL_ASSIGN_OR_RETURN(const auto base, content.bases.Find(*root));
  if (base == nullptr) return std::optional<Candidate>();
  const BasedSet<RowNumber> whole(NumbersOf(base));
  return std::optional<Candidate>(Candidate{*root, ChangeBetween(whole, rows)});
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

// As ChooseBase, where `best` is not near enough.
absl::Status LookFurther(const FleetRows& rows, std::optional<Candidate> best,
                         const Content& content,
                         stored::v1::HeadSection& section) {
  const BasedSet<RowNumber> numbers(rows.numbers.All());
  RowSet found;
  if (rows.ids == nullptr) {
    ROLLCALL_ASSIGN_OR_RETURN(found, content.rows.IdsOf(numbers.added()));
  }
  const RowSet& ids = rows.ids == nullptr ? found : *rows.ids;
  ROLLCALL_ASSIGN_OR_RETURN(
      auto nearest, Compare(numbers, content.bases.Nearest(ids), content));
  const bool nearer =
      nearest.has_value() &&
      (!best.has_value() || nearest->differences() < best->differences());
  if (nearer) best = std::move(nearest);
  if (best.has_value() && best->differences() <= MostDifferences(ids.size())) {
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
  ROLLCALL_ASSIGN_OR_RETURN(auto best,
                            Compare(rows.numbers, before.root, content));
  if (best.has_value() &&
      IsNearEnough(best->differences(), before, rows.numbers.size())) {
    Fill(*best, section);
    return absl::OkStatus();
  }
  return LookFurther(rows, std::move(best), content, section);
}

}  // namespace rollcall::collector
