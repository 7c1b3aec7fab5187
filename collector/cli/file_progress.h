// Files that take a while to send.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "collector/cli/progress.h"
#include "collector/cli/session.h"

namespace rollcall::cli {

// Shows on a terminal that a file of so many bytes is on its way, if it is a
// large one. `doing` is the first word, for example "Importing". The session
// outlives what is returned.
ProgressLine ShowFileProgress(const Session& session, absl::string_view doing,
                              const std::string& path, size_t bytes);

}  // namespace rollcall::cli
