// Principals and their roles put together.
#pragma once

#include "collector/identity/guarded_grants.h"
#include "collector/identity/principal_queries.h"
#include "collector/identity/principal_store.h"
#include "collector/identity/role_edits.h"
#include "collector/rpc/access_control.h"

namespace rollcall::collector {

// In order of their making. Thread-safe; all arguments outlive it.
struct PrincipalParts {
  // Without `guarded` no role that takes two people is granted.
  PrincipalParts(const Engine& engine, Committer& committer, const Clock& clock,
                 GuardedGrants* guarded = nullptr)
      : store(engine, committer),
        access(store, clock),
        queries(engine, store, clock),
        edits(engine, committer, store, guarded) {}

  PrincipalStore store;
  AccessControl access;
  PrincipalQueries queries;
  RoleEdits edits;
};

}  // namespace rollcall::collector
