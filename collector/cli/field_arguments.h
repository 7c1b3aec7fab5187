// A collector's words about a request as the words of who typed a command.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace rollcall::cli {

// `message`, an error of the collector, with the command's own options and
// arguments in place of the fields of the request that they fill. A name that
// is also a plain word counts only where the message begins with it. Pure.
std::string NameOptions(absl::string_view message);

}  // namespace rollcall::cli
