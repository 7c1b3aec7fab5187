// On which days proposed changes to lines show in positions. Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "absl/types/span.h"
#include "collector/contracts/civil_date.h"
#include "collector/reconcile/line_history.h"

namespace rollcall::collector {

struct BorderDays {
  // Ordered; today is one of them.
  std::vector<CivilDate> compared;
  // Those that were too many. Ordered.
  std::vector<CivilDate> left_out;
};

// Today, and of what differs on other days and not as it does today the first
// day: that from when on something is said, on which a line's term begins, or
// the one after which it ends. So whatever the changes do to a line that counts
// shows on one of the days. Of a line that is out of term what shows is whether
// it is there, of which product and under which metric: from the day on from
// which that is said. That a new line is over one day is no day by itself.
//
// At most `most` are compared, which is 1 or more: of the others those on which
// most lines begin to differ, of equal ones the nearest to today, of these the
// later.
BorderDays BorderDaysOf(absl::Span<const LineHistory> lines,
                        const CivilDate& today, size_t most);

}  // namespace rollcall::collector
