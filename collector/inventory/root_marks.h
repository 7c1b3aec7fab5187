// The root of a set that changes again and again.
#pragma once

#include <cstddef>
#include <vector>

#include "collector/inventory/row_set.h"
#include "common/id.h"
#include "common/rows.h"

namespace rollcall::collector {

// A root hashes ids in ascending order, and of a set that changes a little most
// of the time goes there. What is below the first id that changes need not be
// hashed again: marks keep how far the hash was at fixed ids, which divide
// every set evenly since ids are spread evenly. Half a kilobyte. Movable; not
// thread-safe.
class RootMarks {
 public:
  // As SectionRootOf, with marks for the next call. REQUIRES: below `changed`
  // the ids are those of the call before.
  RootId RootOf(const BasedSet<RowId>& ids, const RowId& changed);

 private:
  // The hash of the ids of the first part, of the first two, and so on.
  std::vector<SectionRootBuilder> marks_;
};

}  // namespace rollcall::collector
