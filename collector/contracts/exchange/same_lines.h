// Lines of a file that turn out to be of the same.
#pragma once

#include "collector/contracts/exchange/import_target.h"

namespace rollcall::collector {

// Makes good lines of invoices bad that have the name of another one, or of one
// that is left out: a file may call one vendor by several names, so that this
// shows once vendors have theirs. Which of them holds is unknown. Pure.
void MarkSameLines(ImportedFile& file);

}  // namespace rollcall::collector
