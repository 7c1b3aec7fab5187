#include "collector/identity/principal_queries.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "collector/identity/enrolment_tables.h"
#include "collector/identity/principal_certificates.h"
#include "collector/identity/principal_tables.h"
#include "collector/identity/principal_view.h"
#include "collector/identity/role_change.h"
#include "collector/identity/token_rules.h"
#include "collector/rpc/paging.h"
#include "collector/storage/as_of.h"
#include "collector/storage/cursor.h"
#include "common/proto_time.h"
#include "common/status.h"
#include "common/tls.h"

namespace rollcall::collector {
namespace {

// Tokens that a principal can log in with.
struct OpenTokens {
  int all = 0;
  int by_others = 0;
};
using TokensByPrincipal = absl::flat_hash_map<std::string, OpenTokens>;

absl::StatusOr<TokensByPrincipal> CountOpenTokens(const Reader& reader,
                                                  absl::Time now) {
  TokensByPrincipal counts;
  auto entries = kTokenTable.ScanPrefix(reader, KeyWriter());
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, entries.Next());
    if (!entry.has_value()) return counts;
    const v1::Token& token = entry->value.token();
    if (token.principal().empty() || HasEnded(token, now)) continue;
    OpenTokens& count = counts[token.principal()];
    ++count.all;
    if (token.created_by() != token.principal()) ++count.by_others;
  }
}

// What is told of a principal as it is now.
absl::Status AddLogins(const Reader& reader, const TokensByPrincipal& tokens,
                       v1::Principal& principal) {
  const auto open = tokens.find(principal.name());
  if (open != tokens.end()) {
    principal.set_open_token_count(open->second.all);
    principal.set_open_token_by_others_count(open->second.by_others);
  }
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto of, ReadPrincipalCertificates(reader, principal.name()));
  for (const v1::Certificate& one : of.certificates()) {
    if (principal.last_certificates_size() == kShownCertificates) break;
    v1::Certificate& certificate = *principal.add_last_certificates();
    certificate = one;
    const absl::Time revoked = RevokedSince(of.revocations(), one);
    if (revoked == absl::InfiniteFuture()) continue;
    *certificate.mutable_revoke_time() = ToProto(revoked);
  }
  return absl::OkStatus();
}

absl::Status CheckRole(v1::Role role) {
  if (role == v1::ROLE_UNSPECIFIED || kAllRoles.Contains(role)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError("role is none of those there are");
}

// Where a page of a principal's events begins.
absl::StatusOr<PrincipalKey> EventsFrom(const Page& page,
                                        const std::string& name,
                                        KnownStamp as_of) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto after,
                            KeyOfCursor<PrincipalKey>(page.after));
  if (!after.has_value()) return PrincipalKey{name, as_of};
  if (after->name == name) return *after;
  return absl::InvalidArgumentError(
      "page_token is of another principal; use next_page_token as it was "
      "given");
}

absl::Status AddEvents(const Reader& reader, const Page& page,
                       const std::string& name, KnownStamp as_of,
                       v1::GetPrincipalResponse& response) {
  ROLLCALL_ASSIGN_OR_RETURN(const PrincipalKey from,
                            EventsFrom(page, name, as_of));
  KeyWriter prefix;
  prefix.Text(name);
  auto entries = kPrincipalTable.ScanFrom(reader, from, std::move(prefix));
  std::string cursor;
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto entry, entries.Next());
    if (!entry.has_value()) return absl::OkStatus();
    std::string place = CursorOf(entry->key);
    if (place == page.after) continue;
    if (response.events_size() == page.size) {
      response.set_next_page_token(page.TokenAfter(cursor));
      return absl::OkStatus();
    }
    cursor = std::move(place);
    response.add_events()->Swap(entry->value.mutable_event());
  }
}

}  // namespace

absl::StatusOr<v1::ListPrincipalsResponse> PrincipalQueries::List(
    const v1::ListPrincipalsRequest& request) const {
  ROLLCALL_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp as_of, AsOf(request));
  ROLLCALL_RETURN_IF_ERROR(CheckRole(request.role()));
  const auto snapshot = engine_.Snapshot();
  ROLLCALL_ASSIGN_OR_RETURN(const auto all, ReadPrincipals(*snapshot, as_of));
  TokensByPrincipal tokens;
  if (!request.has_as_of()) {
    ROLLCALL_ASSIGN_OR_RETURN(tokens, CountOpenTokens(*snapshot, clock_.Now()));
  }
  v1::ListPrincipalsResponse response;
  PageRoom room(page);
  for (const StoredPrincipal& one : all) {
    if (one.name <= page.after) continue;
    if (request.role() != v1::ROLE_UNSPECIFIED &&
        !RolesIn(one.record).Contains(request.role())) {
      continue;
    }
    v1::Principal principal = PrincipalOf(one);
    if (!request.has_as_of()) {
      ROLLCALL_RETURN_IF_ERROR(AddLogins(*snapshot, tokens, principal));
    }
    if (!room.Takes(principal.ByteSizeLong())) {
      const int last = response.principals_size() - 1;
      response.set_next_page_token(
          page.TokenAfter(response.principals(last).name()));
      return response;
    }
    *response.add_principals() = std::move(principal);
  }
  return response;
}

absl::StatusOr<v1::GetPrincipalResponse> PrincipalQueries::Get(
    const v1::GetPrincipalRequest& request) const {
  ROLLCALL_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp as_of, AsOf(request));
  if (!IsPrincipalName(request.principal())) {
    return absl::InvalidArgumentError(
        "principal must be 1 to 64 of a-z, 0-9, \".\", \"_\", \"-\"");
  }
  const auto snapshot = engine_.Snapshot();
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto stored, ReadPrincipal(*snapshot, request.principal(), as_of));
  if (!stored.has_value()) {
    return absl::NotFoundError(
        absl::StrCat("there is no principal ", request.principal(),
                     request.has_as_of() ? " as of then" : ""));
  }
  v1::GetPrincipalResponse response;
  v1::Principal& principal = *response.mutable_principal();
  principal = PrincipalOf(*stored);
  if (!request.has_as_of()) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto tokens,
                              CountOpenTokens(*snapshot, clock_.Now()));
    ROLLCALL_RETURN_IF_ERROR(AddLogins(*snapshot, tokens, principal));
  }
  ROLLCALL_RETURN_IF_ERROR(
      AddEvents(*snapshot, page, request.principal(), as_of, response));
  return response;
}

absl::StatusOr<v1::WhoAmIResponse> PrincipalQueries::WhoAmI(
    const Caller& caller) const {
  v1::WhoAmIResponse response;
  response.set_principal(caller.principal);
  *response.mutable_certificate_end() = ToProto(caller.certificate_end);
  ROLLCALL_ASSIGN_OR_RETURN(const auto stored,
                            ReadPrincipal(engine_, caller.principal));
  response.set_known(stored.has_value());
  if (stored.has_value()) *response.mutable_grants() = stored->record.grants();
  if (!response.grants().empty()) return response;
  const auto roles = roles_.RolesOf(caller.principal);
  response.set_advice(
      roles.ok() ? absl::StrCat("somebody with the role admin can grant one: "
                                "rollcall principal grant ",
                                caller.principal, " ROLE --reason=WHY")
                 : std::string(roles.status().message()));
  return response;
}

}  // namespace rollcall::collector
