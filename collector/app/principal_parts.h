// Principals, their roles, and what takes several of them, put together.
#pragma once

#include "collector/changes/change_queries.h"
#include "collector/changes/change_sets.h"
#include "collector/contracts/contract_content.h"
#include "collector/identity/certificate_edits.h"
#include "collector/identity/certificate_revocations.h"
#include "collector/identity/principal_queries.h"
#include "collector/identity/principal_store.h"
#include "collector/identity/role_edits.h"
#include "collector/identity/role_grants.h"
#include "collector/ledger/ledger_writer.h"
#include "collector/rpc/access_control.h"

namespace rollcall::collector {

// In order of their making. Thread-safe; all arguments outlive it.
struct PrincipalParts {
  PrincipalParts(const Engine& engine, Committer& committer,
                 const LedgerWriter& ledger, const Clock& clock, Random& random)
      : store(engine, committer, ledger),
        revoked(engine),
        access(store, revoked, clock),
        queries(engine, store, clock),
        certificates(committer, ledger, revoked, clock),
        grants(engine, ledger, store, revoked),
        change_sets({engine, committer, ledger, random, store},
                    {{v1::ChangeSet::KIND_CONTRACTS, &contracts},
                     {v1::ChangeSet::KIND_RECORDS, &contracts},
                     {v1::ChangeSet::KIND_ROLE_GRANT, &grants}}),
        change_queries(engine, store, change_sets.contents()),
        role_grants(engine, change_sets),
        edits(engine, committer, ledger, store, &role_grants) {}

  PrincipalStore store;
  CertificateRevocations revoked;
  AccessControl access;
  PrincipalQueries queries;
  CertificateEdits certificates;
  // Who understands what change-sets hold.
  const ContractContent contracts;
  const RoleGrantContent grants;
  ChangeSets change_sets;
  const ChangeQueries change_queries;
  RoleGrants role_grants;
  RoleEdits edits;
};

}  // namespace rollcall::collector
