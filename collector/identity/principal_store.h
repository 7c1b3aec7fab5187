// Who has which role now.
#pragma once

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/changes/role_holders.h"
#include "collector/identity/principal_changes.h"
#include "collector/ledger/ledger_writer.h"
#include "collector/rpc/access.h"
#include "collector/storage/committer.h"
#include "common/sync.h"

namespace rollcall::collector {

// A principal of a new store, as --first-principal says.
struct FirstPrincipal {
  std::string name;
  RoleSet roles;
};

// The roles in memory, as they are stored: what is learnt was stored before, so
// that a role that was revoked does not count from the next call on.
// Thread-safe; all arguments outlive it.
class PrincipalStore final : public PrincipalRoles, public RoleHolders {
 public:
  PrincipalStore(const Engine& engine, Committer& committer,
                 const LedgerWriter& ledger)
      : engine_(engine), committer_(committer), ledger_(ledger) {}

  // Reads what is stored; called once, before anybody asks. Blocking.
  absl::Status Load();
  // In a store without principals makes these, in one change, as granted by
  // kByInstallation; else changes nothing, and logs if they differ from what is
  // stored. Logs a warning if there is nobody then. After Load. Blocking.
  absl::Status Install(const std::vector<FirstPrincipal>& first);
  // Takes in what a change that was stored made of a principal.
  void Learn(const StoredPrincipal& principal);

  absl::StatusOr<RoleSet> RolesOf(absl::string_view principal) const override;
  absl::StatusOr<bool> Holds(const Reader& reader, absl::string_view principal,
                             v1::Role role, absl::Time since) const override;

 private:
  struct Known {
    KnownStamp since;
    RoleSet roles;
  };

  absl::Status StoreFirst(const std::vector<FirstPrincipal>& first);
  void LogIfDifferent(const std::vector<FirstPrincipal>& first) const;

  const Engine& engine_;
  Committer& committer_;
  const LedgerWriter& ledger_;
  mutable Mutex mutex_;
  absl::flat_hash_map<std::string, Known> known_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rollcall::collector
