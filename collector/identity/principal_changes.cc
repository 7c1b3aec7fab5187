#include "collector/identity/principal_changes.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "collector/changes/change_set_table.h"
#include "collector/identity/enrolment_tables.h"
#include "collector/identity/principal_certificates.h"
#include "collector/identity/token_rules.h"
#include "common/proto_time.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr size_t kMostPrincipals = 10'000;

bool IsOtherAdmin(const StoredPrincipal& one, absl::string_view principal) {
  return one.name != principal && RolesIn(one.record).Contains(v1::ROLE_ADMIN);
}

LedgerEntry EntryOf(const RoleChange& change) {
  LedgerEntry entry;
  entry.kind = change.kind == v1::RoleEvent::KIND_GRANT ? "role-granted"
                                                        : "role-revoked";
  entry.actor = change.by;
  entry.AddFact("principal", change.principal);
  entry.AddFact("roles", RolesText(change.roles));
  entry.AddFact("approved_by", change.approved_by);
  entry.AddFact("reason", change.reason);
  entry.AddFact("change_set", change.change_set_id);
  return entry;
}

// The tokens that brought certificates of the principal and that others made;
// one that is not kept may have been anybody's.
absl::StatusOr<absl::flat_hash_set<std::string>> TokensOfOthers(
    absl::string_view principal, const stored::v1::PrincipalCertificates& of,
    const Reader& reader) {
  absl::flat_hash_set<std::string> tokens;
  for (const v1::Certificate& certificate : of.certificates()) {
    const auto id = TokenId::FromHex(certificate.token_id());
    if (!id.has_value()) continue;
    ROLLCALL_ASSIGN_OR_RETURN(const auto token, kTokenTable.Get(reader, {*id}));
    if (!token.has_value() || token->token().created_by() != principal) {
      tokens.insert(certificate.token_id());
    }
  }
  return tokens;
}

}  // namespace

absl::StatusOr<StoredPrincipal> PutRoleChange(const RoleChange& change,
                                              const LedgerWriter& ledger,
                                              KnownStamp stamp,
                                              const Reader& reader,
                                              Batch& batch) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto all, ReadPrincipals(reader));
  std::optional<stored::v1::PrincipalRecord> now;
  bool other_admin = false;
  for (const StoredPrincipal& one : all) {
    if (one.name == change.principal) now = one.record;
    other_admin |= IsOtherAdmin(one, change.principal);
  }
  if (!now.has_value() && all.size() >= kMostPrincipals) {
    return absl::FailedPreconditionError(
        absl::StrCat("there are ", all.size(),
                     " principals, and no more may "
                     "be made"));
  }
  StoredPrincipal then = {change.principal, stamp, {}};
  ROLLCALL_ASSIGN_OR_RETURN(
      then.record, ApplyRoleChange(now, change, stamp.time(), other_admin));
  kPrincipalTable.Put(batch, {then.name, stamp}, then.record);
  if (change.kind == v1::RoleEvent::KIND_GRANT &&
      change.roles.Meets(kGuardedRoles)) {
    ROLLCALL_RETURN_IF_ERROR(
        EndTokensOfOthers(then.name, change.by, stamp, reader, batch).status());
    ROLLCALL_RETURN_IF_ERROR(
        EndCertificatesOfOthers(then.name, stamp, reader, batch));
  }
  // A grant that two make was compared with roles, whoever changes them.
  PutNewestEffect(v1::ChangeSet::KIND_ROLE_GRANT, stamp, batch);
  ROLLCALL_RETURN_IF_ERROR(
      ledger.Append(EntryOf(change), stamp, reader, batch));
  return then;
}

absl::StatusOr<int> EndTokensOfOthers(absl::string_view principal,
                                      absl::string_view by, KnownStamp stamp,
                                      const Reader& reader, Batch& batch) {
  int ended = 0;
  auto entries = kTokenTable.ScanPrefix(reader, KeyWriter());
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto entry, entries.Next());
    if (!entry.has_value()) return ended;
    v1::Token& token = *entry->value.mutable_token();
    if (token.principal() != principal || token.created_by() == principal ||
        HasEnded(token, stamp.time())) {
      continue;
    }
    *token.mutable_revoke_time() = ToProto(stamp.time());
    token.set_revoked_by(std::string(by));
    kTokenTable.Put(batch, entry->key, entry->value);
    ++ended;
  }
}

absl::Status EndCertificatesOfOthers(absl::string_view principal,
                                     KnownStamp stamp, const Reader& reader,
                                     Batch& batch) {
  ROLLCALL_ASSIGN_OR_RETURN(auto of,
                            ReadPrincipalCertificates(reader, principal));
  ROLLCALL_ASSIGN_OR_RETURN(const auto tokens,
                            TokensOfOthers(principal, of, reader));
  const auto is_of_others = [&tokens](const v1::Certificate& certificate) {
    return tokens.contains(certificate.token_id());
  };
  if (RevokeGoodCertificates(is_of_others, absl::InfinitePast(), stamp, of) >
      0) {
    kPrincipalCertificatesTable.Put(batch, {std::string(principal)}, of);
  }
  return absl::OkStatus();
}

absl::Status NoteCertificate(const v1::Certificate& certificate, absl::Time now,
                             const Reader& reader, Batch& batch) {
  ROLLCALL_ASSIGN_OR_RETURN(
      auto of, ReadPrincipalCertificates(reader, certificate.principal()));
  AddCertificate(certificate, now, of);
  kPrincipalCertificatesTable.Put(batch, {certificate.principal()}, of);
  return absl::OkStatus();
}

}  // namespace rollcall::collector
