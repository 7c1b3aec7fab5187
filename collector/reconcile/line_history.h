// An entitlement line on all days: as it is, and as it would be if what is
// proposed of it were in effect. Pure.
#pragma once

#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "collector/contracts/civil_date.h"
#include "collector/reconcile/product_use.h"
#include "collector/storage/known_stamp.h"
#include "rollcall/v1/contract.pb.h"

namespace rollcall::collector {

// Something that is said of a line from a day on.
struct LineSaying {
  // Nothing: it was always so.
  std::optional<CivilDate> effective;
  KnownStamp stamp;
  // It is known last of all that is said of its day.
  bool is_proposed = false;
  v1::ObjectChange::Action action = v1::ObjectChange::ACTION_UNSPECIFIED;
  // Where the action sets it.
  v1::Entitlement line;
  ProductKey product;
};

// Thread-safe once it is made.
class LineHistory {
 public:
  // What the line is from a day on, until the next stretch begins.
  struct Stretch {
    // Nothing: before all days.
    std::optional<CivilDate> from;
    // Without what is proposed, and with it. Null: the line is not there.
    const LineSaying* before = nullptr;
    const LineSaying* after = nullptr;

    // Whether what is proposed counts otherwise here.
    bool Differs() const;
  };

  // All that is said of one line, in any order. What it is on a day is what
  // StateChoice would choose.
  explicit LineHistory(std::vector<LineSaying> said);
  // Stretches point into it.
  LineHistory(const LineHistory&) = delete;
  LineHistory& operator=(const LineHistory&) = delete;
  LineHistory(LineHistory&&) = default;
  LineHistory& operator=(LineHistory&&) = default;

  absl::Span<const LineSaying> said() const { return said_; }
  // Ordered by day; the first begins before all days.
  absl::Span<const Stretch> stretches() const { return stretches_; }
  // The one that the day is in.
  const Stretch& On(const CivilDate& day) const;

 private:
  std::vector<LineSaying> said_;
  std::vector<Stretch> stretches_;
};

}  // namespace rollcall::collector
