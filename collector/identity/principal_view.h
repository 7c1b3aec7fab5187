// A stored principal as it is shown. Pure.
#pragma once

#include "collector/identity/principal_tables.h"
#include "rollcall/v1/principal_service.pb.h"

namespace rollcall::collector {

// Without tokens and certificates.
inline v1::Principal PrincipalOf(const StoredPrincipal& stored) {
  v1::Principal principal;
  principal.set_name(stored.name);
  *principal.mutable_grants() = stored.record.grants();
  *principal.mutable_create_time() = stored.record.create_time();
  principal.set_created_by(stored.record.created_by());
  return principal;
}

}  // namespace rollcall::collector
