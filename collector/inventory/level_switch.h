// What a machine really changed where its report switched the row schema level:
// every row has another id then, but says the same as before if it does so as
// the lower of both levels has it.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/inventory/own_rows.h"
#include "collector/inventory/row_set.h"
#include "collector/inventory/subject_state.h"
#include "collector/storage/engine.h"

namespace rollcall::collector {

// A section on one side of the switch.
struct LevelledSection {
  const SectionState& rows;
  int row_level = 0;
};

struct SectionSwitch {
  // Rows that differ also at the lower level, by their own ids. What only the
  // higher level can say is not among them.
  RowSet fleet_added;
  RowSet fleet_removed;
  OwnRows own_added;
  OwnRows own_removed;
  // Other own rows from before that LowerOwnRows cannot make of those after:
  // all of them where the level fell, none where it rose.
  OwnRows own_lost;
};

// Compares a section before and after. `reader` has all its fleet rows.
// DATA_LOSS if it lacks one or one does not parse. Blocking; thread-safe.
absl::StatusOr<SectionSwitch> CompareLevels(const Reader& reader,
                                            absl::string_view section,
                                            const LevelledSection& before,
                                            const LevelledSection& after);

// Own rows of a section as a lower level has them. DATA_LOSS if one does not
// parse. Pure; thread-safe.
absl::StatusOr<OwnRows> LowerOwnRows(absl::string_view section,
                                     const OwnRows& rows, int level);

}  // namespace rollcall::collector
