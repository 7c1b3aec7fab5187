// What agents' messages must hold: checks and readings without any state. Pure;
// thread-safe.
//
// Errors are INVALID_ARGUMENT and name the field and the limit, where nothing
// else is said.
#pragma once

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/id.h"
#include "rollcall/v1/sync.pb.h"

namespace rollcall::collector {

// The root in these bytes of a field.
absl::StatusOr<RootId> RootFrom(absl::string_view field,
                                absl::string_view bytes);

// Whether a Hello is within its limits.
absl::Status ValidateHello(const v1::Hello& hello);

// The highest row schema level that the agent encodes and this collector knows,
// up to `wanted`. FAILED_PRECONDITION if there is none.
absl::StatusOr<int> ChooseRowLevel(const v1::Hello& hello, int wanted);

// The level of the root that a Hello names; 0 if it names no levels.
int RootLevelOf(const v1::Hello& hello);

// Section roots by name, of sections that the level has, checked for order.
absl::StatusOr<std::map<std::string, RootId>> ReadRoots(const v1::Roots& roots,
                                                        int row_level);

}  // namespace rollcall::collector
