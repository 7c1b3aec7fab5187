// What a person is told who has just proposed something.
#pragma once

#include <string>

#include "collector/cli/session.h"

namespace rollcall::cli {

// Notes which other proposals are about the same objects, if any are. What
// cannot be asked is not an error: the proposal stands. Empty id: nothing.
void NoteOverlaps(Session& session, const std::string& change_set_id);

}  // namespace rollcall::cli
