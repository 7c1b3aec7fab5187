// Grants that take two people, as change-sets.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "collector/changes/change_content.h"
#include "collector/changes/change_sets.h"
#include "collector/identity/certificate_revocations.h"
#include "collector/identity/guarded_grants.h"
#include "collector/identity/principal_store.h"
#include "collector/storage/engine.h"

namespace rollcall::collector {

// Understands change-sets of KIND_ROLE_GRANT: each has one grant. Thread-safe;
// the arguments outlive it.
class RoleGrantContent final : public ChangeContent {
 public:
  RoleGrantContent(const Engine& engine, const LedgerWriter& ledger,
                   PrincipalStore& principals,
                   CertificateRevocations& certificates)
      : engine_(engine),
        ledger_(ledger),
        principals_(principals),
        certificates_(certificates) {}

  std::vector<std::string> Names() const override;
  absl::StatusOr<std::string> ThingOf(absl::string_view item) const override;
  absl::StatusOr<ComparedItem> Compare(absl::string_view item,
                                       absl::string_view next,
                                       const Reader& reader,
                                       KnownStamp as_of) const override;
  absl::Status Write(const std::vector<std::string>& items,
                     const v1::ChangeSet& change_set, KnownStamp stamp,
                     const Reader& reader, Batch& batch) const override;
  void TookEffect(const std::vector<std::string>& items) const override;

 private:
  const Engine& engine_;
  const LedgerWriter& ledger_;
  PrincipalStore& principals_;
  CertificateRevocations& certificates_;
};

// Proposes them. Thread-safe; the arguments outlive it. Blocking.
class RoleGrants final : public GuardedGrants {
 public:
  RoleGrants(const Engine& engine, ChangeSets& change_sets)
      : engine_(engine), change_sets_(change_sets) {}

  absl::StatusOr<std::string> Propose(const GuardedGrant& grant) override;

 private:
  const Engine& engine_;
  ChangeSets& change_sets_;
};

}  // namespace rollcall::collector
