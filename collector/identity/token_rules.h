// Whose tokens one may make, see and end. Functions of values.
#pragma once

#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "collector/rpc/access.h"
#include "collector/rpc/role_set.h"
#include "rollcall/v1/enrolment_service.pb.h"

namespace rollcall::collector {

// Whether the token cannot be used any more: revoked, used up or expired.
bool HasEnded(const v1::Token& token, absl::Time now);

// Whether the caller may make `token`, whose kind and principal are said.
// `owner` has the roles of that principal; nothing: there is none. NOT_FOUND if
// there is none; PERMISSION_DENIED if the caller may not: of a principal with a
// role of kGuardedRoles nobody else makes tokens, since whoever has one can act
// as that principal.
absl::Status CheckMayMake(const v1::Token& token, const Caller& caller,
                          std::optional<RoleSet> owner);

// PERMISSION_DENIED unless the caller may end the token.
absl::Status CheckMayEnd(const v1::Token& token, const Caller& caller);

// Whether the caller sees the token in lists.
bool MaySee(const v1::Token& token, const Caller& caller);

// Whether the token still logs its principal in. PERMISSION_DENIED if the
// principal is not known, or has a role of kGuardedRoles and another made the
// token.
absl::Status CheckLogin(const v1::Token& token, std::optional<RoleSet> owner);

}  // namespace rollcall::collector
