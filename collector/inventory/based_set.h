// Sets told by how they differ from a large one that others have too.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "collector/inventory/sorted_set.h"

namespace rollcall::collector {

// A set of elements that ascend without repetition. To change it takes as long
// as what changes, not as the set. Copyable; thread-compatible. What it holds
// of the base stays as long as it.
template <typename T>
class BasedSet {
 public:
  using Elements = std::vector<T>;

  // The empty set.
  BasedSet() = default;
  // The same as `base`; null: the empty set.
  explicit BasedSet(std::shared_ptr<const Elements> base)
      : base_(std::move(base)) {}
  // `base` without `removed`, all of which it has, with `added`, none of which
  // it has.
  BasedSet(std::shared_ptr<const Elements> base, Elements added,
           Elements removed)
      : base_(std::move(base)),
        added_(std::move(added)),
        removed_(std::move(removed)) {}
  // A set without a base.
  explicit BasedSet(Elements elements) : added_(std::move(elements)) {}

  // Null: none, which is the empty set.
  const std::shared_ptr<const Elements>& base() const { return base_; }
  // What is not of the base, and what is of the base only.
  const Elements& added() const { return added_; }
  const Elements& removed() const { return removed_; }

  size_t size() const {
    return Base().size() + added_.size() - removed_.size();
  }
  size_t differences() const { return added_.size() + removed_.size(); }

  void Add(const Elements& elements) {
    removed_ = Minus(removed_, elements);
    added_ = Union(added_, Minus(elements, Base()));
  }
  void Remove(const Elements& elements) {
    added_ = Minus(added_, elements);
    removed_ = Union(removed_, Common(elements, Base()));
  }

  Elements All() const {
    if (base_ == nullptr) return added_;
    return Union(Minus(Base(), removed_), added_);
  }

  // Calls `visit` with spans that make up the whole in ascending order. Few and
  // long where little differs.
  template <typename Visit>
  void VisitRuns(const Visit& visit) const {
    VisitRuns(WholeOf(Base()), WholeOf(removed_), WholeOf(added_), visit);
  }
  // The same of what is not below `from`, but below `to`, if that is given.
  template <typename Visit>
  void VisitRuns(const T& from, const std::optional<T>& to,
                 const Visit& visit) const {
    VisitRuns(PartOf(Base(), from, to), PartOf(removed_, from, to),
              PartOf(added_, from, to), visit);
  }

 private:
  using Iterator = typename Elements::const_iterator;
  struct Range {
    Iterator begin;
    Iterator end;
  };

  static Range WholeOf(const Elements& elements) {
    return {elements.begin(), elements.end()};
  }
  static Range PartOf(const Elements& elements, const T& from,
                      const std::optional<T>& to) {
    const Iterator begin = FindNear(elements.begin(), elements.end(), from);
    return {begin, to.has_value() ? FindNear(begin, elements.end(), *to)
                                  : elements.end()};
  }

  template <typename Visit>
  static void VisitRuns(const Range& base, const Range& removed, Range adding,
                        const Visit& visit) {
    Walk walk{base, removed};
    Iterator& added = adding.begin;
    while (added != adding.end) {
      walk.UpTo(*added, visit);
      const auto next =
          walk.AtEnd() ? adding.end : FindNear(added, adding.end, walk.Here());
      if (next == added) {
        // The base has it as well, as a damaged set may say.
        ++added;
        continue;
      }
      visit(absl::MakeConstSpan(&*added, static_cast<size_t>(next - added)));
      added = next;
    }
    walk.ToEnd(visit);
  }

  // Goes over the base without what was removed.
  class Walk {
   public:
    Walk(const Range& base, const Range& removed)
        : at_(base.begin),
          end_(base.end),
          removed_(removed.begin),
          removed_end_(removed.end) {}

    bool AtEnd() const { return at_ == end_; }
    const T& Here() const { return *at_; }
    // Visits what is below `bound`.
    template <typename Visit>
    void UpTo(const T& bound, const Visit& visit) {
      WalkTo(FindNear(at_, end_, bound), visit);
    }
    template <typename Visit>
    void ToEnd(const Visit& visit) {
      WalkTo(end_, visit);
    }

   private:
    template <typename Visit>
    void WalkTo(Iterator end, const Visit& visit) {
      for (; removed_ != removed_end_; ++removed_) {
        const Iterator gone = FindNear(at_, end, *removed_);
        if (gone == end) break;
        VisitTo(gone, visit);
        if (*at_ == *removed_) ++at_;
      }
      VisitTo(end, visit);
    }
    template <typename Visit>
    void VisitTo(Iterator end, const Visit& visit) {
      if (at_ == end) return;
      visit(absl::MakeConstSpan(&*at_, static_cast<size_t>(end - at_)));
      at_ = end;
    }

    Iterator at_;
    const Iterator end_;
    Iterator removed_;
    const Iterator removed_end_;
  };

  const Elements& Base() const {
    static const Elements* const kEmpty = new Elements;
    return base_ == nullptr ? *kEmpty : *base_;
  }

  std::shared_ptr<const Elements> base_;
  Elements added_;
  Elements removed_;
};

// How `after` differs from `before`: quick where they have the same base.
template <typename T>
SetChange<T> ChangeBetween(const BasedSet<T>& before,
                           const BasedSet<T>& after) {
  if (before.base() != after.base()) {
    return ChangeBetween(before.All(), after.All());
  }
  const SetChange<T> added = ChangeBetween(before.added(), after.added());
  const SetChange<T> removed = ChangeBetween(before.removed(), after.removed());
  return {Union(added.added, removed.removed),
          Union(added.removed, removed.added)};
}

}  // namespace rollcall::collector
