// The ids of a section that a conversation changed last.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "collector/inventory/root_marks.h"
#include "collector/inventory/row_set.h"
#include "common/id.h"

namespace rollcall::collector {

// Changes follow each other: of a section that changed, the next change needs
// the ids again, and to work them out from what is stored takes longer than all
// else. Holds how they differ from the base, a few hundred bytes, with what was
// hashed of them, and the base only while others keep it, so that ten thousand
// idle streams keep nothing.
//
// What it tells is never old: a root is that of one set only. Not thread-safe.
class HeldIds {
 public:
  // With more differences a set is not held.
  static constexpr size_t kMostDifferences = 128;

  // The ids that make the root; nothing if they are not held.
  std::optional<BasedSet<RowId>> Find(RootId root) const {
    if (root.IsZero() || root != root_) return std::nullopt;
    auto base = base_.lock();
    if (has_base_ && base == nullptr) return std::nullopt;
    return BasedSet<RowId>(std::move(base), added_, removed_);
  }

  // Marks of the ids that make the root, which are then held no more; new ones
  // if they are not held.
  RootMarks TakeMarks(RootId root) {
    return root == root_ ? std::exchange(marks_, {}) : RootMarks();
  }

  // REQUIRES: the ids make the root, and the marks are of them.
  void Hold(RootId root, const BasedSet<RowId>& ids, RootMarks marks) {
    if (ids.differences() > kMostDifferences) return;
    marks_ = std::move(marks);
    root_ = root;
    has_base_ = ids.base() != nullptr;
    base_ = ids.base();
    added_ = ids.added();
    removed_ = ids.removed();
  }

 private:
  // Zero: none.
  RootId root_;
  bool has_base_ = false;
  std::weak_ptr<const RowSet> base_;
  RowSet added_;
  RowSet removed_;
  RootMarks marks_;
};

}  // namespace rollcall::collector
