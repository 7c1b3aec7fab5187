// What one object was on all days, as known at one time. Pure values.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "collector/contracts/civil_date.h"

namespace rollcall::collector {

// States of one object, each from a day on until the next. Immutable and
// thread-safe.
template <typename T>
class Timeline {
 public:
  struct Span {
    // Nothing: it was always so.
    std::optional<CivilDate> from;
    // Nothing: from this day on it is not there.
    std::optional<T> state;
  };

  // It was never there.
  Timeline() = default;
  // REQUIRES: ordered by day, each day once.
  explicit Timeline(std::vector<Span> spans) : spans_(std::move(spans)) {}

  const std::vector<Span>& spans() const { return spans_; }

  // What it was on a day; where it was not there: what it was last before, else
  // what it was first after. Null: it was never there.
  const T* Nearest(const CivilDate& day) const {
    const T* found = nullptr;
    for (const Span& span : spans_) {
      const bool is_after = span.from.has_value() && *span.from > day;
      if (is_after && found != nullptr) break;
      if (span.state.has_value()) found = &*span.state;
    }
    return found;
  }

  // The day from which on it is not there, if it is not there on `day` and was
  // before.
  std::optional<CivilDate> GoneSince(const CivilDate& day) const {
    std::optional<CivilDate> gone;
    bool was_there = false;
    for (const Span& span : spans_) {
      if (span.from.has_value() && *span.from > day) break;
      if (span.state.has_value()) {
        was_there = true;
        gone.reset();
      } else if (was_there && !gone.has_value()) {
        gone = span.from;
      }
    }
    return gone;
  }

  // The first day on which it was there, if that is after `day`.
  std::optional<CivilDate> ThereOnlyFrom(const CivilDate& day) const {
    for (const Span& span : spans_) {
      if (!span.state.has_value()) continue;
      if (span.from.has_value() && *span.from > day) return span.from;
      return std::nullopt;
    }
    return std::nullopt;
  }

 private:
  std::vector<Span> spans_;
};

}  // namespace rollcall::collector
