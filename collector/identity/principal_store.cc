#include "collector/identity/principal_store.h"

#include <utility>

#include "common/log.h"
#include "common/proto_time.h"
#include "common/status.h"

namespace rollcall::collector {

absl::Status PrincipalStore::Load() {
  ROLLCALL_ASSIGN_OR_RETURN(const auto stored, ReadPrincipals(engine_));
  for (const StoredPrincipal& one : stored) Learn(one);
  return absl::OkStatus();
}

void PrincipalStore::Learn(const StoredPrincipal& principal) {
  MutexLock lock(&mutex_);
  Known& known = known_[principal.name];
  // Of two changes the later may be heard of first.
  if (principal.since < known.since) return;
  known = {principal.since, RolesIn(principal.record)};
}

absl::StatusOr<RoleSet> PrincipalStore::RolesOf(
    absl::string_view principal) const {
  MutexLock lock(&mutex_);
  if (known_.empty()) {
    return absl::PermissionDeniedError(
        "nobody has a role on this collector yet: start it once with "
        "--first-principal=NAME:ROLE[,ROLE...], where one has the role admin");
  }
  const auto found = known_.find(principal);
  return found == known_.end() ? RoleSet() : found->second.roles;
}

absl::StatusOr<bool> PrincipalStore::Holds(const Reader& reader,
                                           absl::string_view principal,
                                           v1::Role role,
                                           absl::Time since) const {
  ROLLCALL_ASSIGN_OR_RETURN(const auto stored,
                            ReadPrincipal(reader, principal));
  if (!stored.has_value()) return false;
  for (const v1::RoleGrant& grant : stored->record.grants()) {
    if (grant.role() == role) return FromProto(grant.grant_time()) <= since;
  }
  return false;
}

absl::Status PrincipalStore::StoreFirst(
    const std::vector<FirstPrincipal>& first) {
  std::vector<StoredPrincipal> made;
  const auto build = [&](KnownStamp stamp, const Reader& reader,
                         Writes& writes) -> absl::Status {
    for (const FirstPrincipal& one : first) {
      RoleChange change;
      change.principal = one.name;
      change.roles = one.roles;
      change.by = std::string(kByInstallation);
      change.reason = "named by --first-principal when the store was new";
      ROLLCALL_ASSIGN_OR_RETURN(
          auto principal,
          PutRoleChange(change, ledger_, stamp, reader, writes.head));
      made.push_back(std::move(principal));
    }
    return absl::OkStatus();
  };
  ROLLCALL_RETURN_IF_ERROR(
      committer_.Commit({kPrincipalsName, LedgerWriter::kName}, build)
          .status());
  for (const StoredPrincipal& one : made) {
    Learn(one);
    Log(LogLevel::kInfo, "first principal made",
        {{"principal", one.name}, {"roles", RolesText(RolesIn(one.record))}});
  }
  return absl::OkStatus();
}

void PrincipalStore::LogIfDifferent(
    const std::vector<FirstPrincipal>& first) const {
  for (const FirstPrincipal& one : first) {
    const auto roles = RolesOf(one.name);
    if (roles.ok() && *roles == one.roles) continue;
    Log(LogLevel::kInfo,
        "--first-principal says other than the store, which counts",
        {{"principal", one.name},
         {"said", RolesText(one.roles)},
         {"stored", RolesText(roles.value_or(RoleSet()), "none")}});
  }
}

absl::Status PrincipalStore::Install(const std::vector<FirstPrincipal>& first) {
  bool is_new = false;
  {
    MutexLock lock(&mutex_);
    is_new = known_.empty();
  }
  if (!is_new) {
    LogIfDifferent(first);
    return absl::OkStatus();
  }
  if (!first.empty()) return StoreFirst(first);
  Log(LogLevel::kWarning,
      "nobody has a role, so every admin call is refused: start the collector "
      "once with --first-principal=NAME:ROLE[,ROLE...]");
  return absl::OkStatus();
}

}  // namespace rollcall::collector
