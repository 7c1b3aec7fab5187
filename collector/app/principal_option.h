// The first principals, as they are said on the command line.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "collector/identity/principal_store.h"

namespace rollcall::collector {

// Each argument is "NAME:ROLE[,ROLE...]", at most 16 of them; a name has 1 to
// 64 of a-z, 0-9, ".", "_", "-". INVALID_ARGUMENT, with the argument named, if
// one is malformed, or anything is said twice; and if there are any and none
// has the role admin, since nobody could grant roles then. Pure; thread-safe.
absl::StatusOr<std::vector<FirstPrincipal>> ParseFirstPrincipals(
    const std::vector<std::string>& arguments);

}  // namespace rollcall::collector
