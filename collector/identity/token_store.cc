#include "collector/identity/token_store.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "collector/identity/principal_certificates.h"
#include "collector/identity/principal_tables.h"
#include "collector/identity/role_change.h"
#include "collector/identity/token_rules.h"
#include "collector/rpc/paging.h"
#include "common/log.h"
#include "common/proto_time.h"
#include "common/status.h"
#include "common/text.h"
#include "common/tls.h"

namespace rollcall::collector {
namespace {

constexpr int32_t kMostUses = 1'000'000;
constexpr absl::Duration kUsualLife = absl::Hours(7 * 24);
constexpr absl::Duration kLeastLife = absl::Minutes(1);
constexpr int kMostDays = 366;
constexpr absl::Duration kMostLife = absl::Hours(kMostDays * 24);
// Since they were made: none lasts longer than kMostLife, and their ids, which
// begin with that time, find them without a look at the others.
constexpr absl::Duration kTokensKept = absl::Hours((kMostDays + 90) * 24);
// Forgotten at once, so that it never takes long.
constexpr size_t kTokensForgottenAtOnce = 1'000;
// To log in as one principal, of one maker; so an admin can always make one for
// whoever has made too many.
constexpr int kMostOpenLogins = 100;
constexpr int kMostLoginsADay = 500;

absl::Status CheckText(absl::string_view name, absl::string_view text,
                       size_t max_bytes) {
  if (text.size() <= max_bytes && IsValidUtf8(text)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(name, " must be at most ", max_bytes, " bytes of UTF-8"));
}

absl::Status CheckKind(const v1::CreateTokenRequest& request) {
  switch (request.kind()) {
    case v1::Token::KIND_UNSPECIFIED:
    case v1::Token::KIND_ENROLMENT:
      if (request.principal().empty()) return absl::OkStatus();
      return absl::InvalidArgumentError(
          "principal is for a token to log in with; set kind KIND_LOGIN");
    case v1::Token::KIND_LOGIN:
      if (!IsPrincipalName(request.principal())) {
        return absl::InvalidArgumentError(
            "principal must be 1 to 64 of a-z, 0-9, \".\", \"_\", \"-\"");
      }
      if (request.device_class().empty() &&
          request.organisation_unit().empty()) {
        return absl::OkStatus();
      }
      return absl::InvalidArgumentError(
          "device_class and organisation_unit are for enrolment");
    default:
      return absl::InvalidArgumentError("kind is none of those there are");
  }
}

absl::StatusOr<absl::Duration> LifeOf(const v1::CreateTokenRequest& request) {
  if (!request.has_life()) return kUsualLife;
  const absl::Duration life = FromProto(request.life());
  if (life >= kLeastLife && life <= kMostLife) return life;
  return absl::InvalidArgumentError("life must be from a minute to 366 days");
}

absl::StatusOr<v1::Token> TokenOf(const v1::CreateTokenRequest& request,
                                  absl::Time now) {
  ROLLCALL_RETURN_IF_ERROR(CheckKind(request));
  ROLLCALL_RETURN_IF_ERROR(
      CheckText("device_class", request.device_class(), 64));
  ROLLCALL_RETURN_IF_ERROR(
      CheckText("organisation_unit", request.organisation_unit(), 256));
  ROLLCALL_RETURN_IF_ERROR(CheckText("note", request.note(), 256));
  if (request.max_uses() < 0 || request.max_uses() > kMostUses) {
    return absl::InvalidArgumentError(
        absl::StrCat("max_uses must be from 1 to ", kMostUses));
  }
  ROLLCALL_ASSIGN_OR_RETURN(const absl::Duration life, LifeOf(request));
  v1::Token token;
  token.set_kind(request.kind() == v1::Token::KIND_LOGIN
                     ? v1::Token::KIND_LOGIN
                     : v1::Token::KIND_ENROLMENT);
  token.set_principal(request.principal());
  token.set_device_class(request.device_class());
  token.set_organisation_unit(request.organisation_unit());
  token.set_note(request.note());
  token.set_max_uses(request.max_uses() == 0 ? 1 : request.max_uses());
  *token.mutable_create_time() = ToProto(now);
  *token.mutable_expire_time() = ToProto(now + life);
  return token;
}

absl::Status TooManyLogins(const v1::Token& token, int count,
                           absl::string_view which, absl::string_view remedy) {
  return absl::ResourceExhaustedError(absl::StrCat(
      token.created_by(), " has made ", count, " tokens to log in as ",
      token.principal(), " ", which, "; ", remedy));
}

// RESOURCE_EXHAUSTED if whoever makes the token has made too many like it.
// Calls at once do not see each other's: there may be some more.
absl::Status CheckRoomForLogin(const Reader& reader, const v1::Token& token,
                               absl::Time now) {
  int open = 0;
  int of_a_day = 0;
  auto entries = kTokenTable.ScanPrefix(reader, KeyWriter());
  while (open < kMostOpenLogins && of_a_day < kMostLoginsADay) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, entries.Next());
    if (!entry.has_value()) return absl::OkStatus();
    const v1::Token& other = entry->value.token();
    const absl::Time made = FromProto(other.create_time());
    // The newest come first, so that all others have ended.
    if (made < now - kMostLife) return absl::OkStatus();
    if (other.principal() != token.principal() ||
        other.created_by() != token.created_by()) {
      continue;
    }
    if (!HasEnded(other, now)) ++open;
    if (made > now - absl::Hours(24)) ++of_a_day;
  }
  if (open < kMostOpenLogins) {
    return TooManyLogins(token, of_a_day, "within a day",
                         "try again tomorrow, or make one that can be used "
                         "more often: rollcall token create --uses");
  }
  return TooManyLogins(
      token, open, "that can be used still",
      absl::StrCat("revoke some: rollcall token list --principal=",
                   token.principal(), ", rollcall token revoke ID"));
}

// The roles of whom the token logs in; nothing where that is nobody.
absl::StatusOr<std::optional<RoleSet>> OwnersRoles(const Reader& reader,
                                                   const v1::Token& token) {
  if (token.principal().empty()) return std::optional<RoleSet>();
  ROLLCALL_ASSIGN_OR_RETURN(const auto owner,
                            ReadPrincipal(reader, token.principal()));
  if (!owner.has_value()) return std::optional<RoleSet>();
  return std::optional<RoleSet>(RolesIn(owner->record));
}

// Adds that what the token brought to log in with counts no more; how many.
absl::StatusOr<int> RevokeCertificatesOf(const v1::Token& token, absl::Time now,
                                         KnownStamp stamp, const Reader& reader,
                                         Batch& batch) {
  if (token.principal().empty()) return 0;
  ROLLCALL_ASSIGN_OR_RETURN(
      auto of, ReadPrincipalCertificates(reader, token.principal()));
  const auto is_of_token = [&token](const v1::Certificate& certificate) {
    return certificate.token_id() == token.token_id();
  };
  const int revoked = RevokeGoodCertificates(is_of_token, now, stamp, of);
  if (revoked > 0) {
    kPrincipalCertificatesTable.Put(batch, {token.principal()}, of);
  }
  return revoked;
}

// Says that certificates of a principal ended with the token.
LedgerEntry EntryOf(const v1::Token& token, const Caller& caller) {
  LedgerEntry entry;
  entry.kind = "certificates-revoked";
  entry.actor = caller.principal;
  entry.AddFact("principal", token.principal());
  entry.AddFact("token", token.token_id());
  return entry;
}

absl::StatusOr<TokenId> IdOf(absl::string_view hex) {
  const auto id = TokenId::FromHex(hex);
  if (id.has_value()) return *id;
  return absl::InvalidArgumentError("token_id must be 32 hex digits");
}

absl::Status Unknown() {
  return absl::UnauthenticatedError(
      "the collector does not know this token; is it whole, and of this "
      "collector?");
}

}  // namespace

std::vector<std::string> TokenStore::NamesOf(const v1::Token& token) {
  std::vector<std::string> names = {absl::StrCat("token/", token.token_id())};
  // Changes of roles end tokens to log in with.
  if (token.kind() == v1::Token::KIND_LOGIN) names.push_back(kPrincipalsName);
  return names;
}

absl::StatusOr<v1::CreateTokenResponse> TokenStore::Create(
    const v1::CreateTokenRequest& request, const Caller& caller) {
  const absl::Time now = clock_.Now();
  ROLLCALL_ASSIGN_OR_RETURN(v1::Token token, TokenOf(request, now));
  const TokenId id = MakeTokenId(now, random_);
  token.set_token_id(id.ToHex());
  token.set_created_by(caller.principal);
  // Not in the change: it looks at many, and other changes would wait.
  if (token.kind() == v1::Token::KIND_LOGIN) {
    ROLLCALL_RETURN_IF_ERROR(CheckRoomForLogin(engine_, token, now));
  }
  v1::CreateTokenResponse response;
  response.set_text(MakeTokenText(token.kind(), id, random_));
  stored::v1::TokenRecord record;
  *record.mutable_token() = token;
  record.set_text_sha256(HashOfToken(response.text()));
  const auto build = [&](KnownStamp, const Reader& reader,
                         Writes& writes) -> absl::Status {
    ROLLCALL_ASSIGN_OR_RETURN(const auto owner, OwnersRoles(reader, token));
    ROLLCALL_RETURN_IF_ERROR(CheckMayMake(token, caller, owner));
    kTokenTable.Put(writes.head, {id}, record);
    return absl::OkStatus();
  };
  ROLLCALL_RETURN_IF_ERROR(committer_.Commit(NamesOf(token), build).status());
  Log(LogLevel::kInfo, "token made",
      {{"token", token.token_id()},
       {"kind", v1::Token::Kind_Name(token.kind())},
       {"by", caller.principal}});
  *response.mutable_token() = std::move(token);
  return response;
}

absl::StatusOr<v1::ListTokensResponse> TokenStore::List(
    const v1::ListTokensRequest& request, const Caller& caller) const {
  ROLLCALL_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  TokenKey from;
  if (!page.after.empty()) {
    ROLLCALL_ASSIGN_OR_RETURN(from.token, IdOf(page.after));
  }
  const absl::Time now = clock_.Now();
  auto entries = kTokenTable.ScanFrom(engine_, from, KeyWriter());
  v1::ListTokensResponse response;
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, entries.Next());
    if (!entry.has_value()) return response;
    const v1::Token& token = entry->value.token();
    if (token.token_id() == page.after || !MaySee(token, caller)) continue;
    if (!request.principal().empty() &&
        token.principal() != request.principal()) {
      continue;
    }
    if (!request.include_ended() && HasEnded(token, now)) continue;
    if (response.tokens_size() == page.size) {
      response.set_next_page_token(
          page.TokenAfter(response.tokens(page.size - 1).token_id()));
      return response;
    }
    *response.add_tokens() = token;
  }
}

absl::StatusOr<v1::RevokeTokenResponse> TokenStore::Revoke(
    const v1::RevokeTokenRequest& request, const Caller& caller) {
  ROLLCALL_ASSIGN_OR_RETURN(const TokenId id, IdOf(request.token_id()));
  v1::RevokeTokenResponse response;
  const auto build = [&](KnownStamp stamp, const Reader& reader,
                         Writes& writes) -> absl::Status {
    ROLLCALL_ASSIGN_OR_RETURN(auto record, kTokenTable.Get(reader, {id}));
    if (!record.has_value()) {
      return absl::NotFoundError(
          absl::StrCat("there is no token ", id.ToHex()));
    }
    v1::Token& token = *record->mutable_token();
    ROLLCALL_RETURN_IF_ERROR(CheckMayEnd(token, caller));
    if (!token.has_revoke_time()) {
      *token.mutable_revoke_time() = ToProto(stamp.time());
      token.set_revoked_by(caller.principal);
      kTokenTable.Put(writes.head, {id}, *record);
    }
    *response.mutable_token() = token;
    ROLLCALL_ASSIGN_OR_RETURN(
        const int revoked,
        RevokeCertificatesOf(token, clock_.Now(), stamp, reader, writes.head));
    response.set_revoked_certificate_count(revoked);
    if (revoked == 0) return absl::OkStatus();
    return ledger_.Append(EntryOf(token, caller), stamp, reader, writes.head);
  };
  // Its kind is not known yet, so that it may be one to log in with.
  v1::Token name;
  name.set_token_id(id.ToHex());
  name.set_kind(v1::Token::KIND_LOGIN);
  std::vector<std::string> names = NamesOf(name);
  names.push_back(LedgerWriter::kName);
  ROLLCALL_RETURN_IF_ERROR(committer_.Commit(std::move(names), build).status());
  if (!response.token().principal().empty()) {
    certificates_.LearnStored(response.token().principal());
  }
  Log(LogLevel::kInfo, "token revoked",
      {{"token", id.ToHex()}, {"by", caller.principal}});
  return response;
}

absl::Status TokenStore::Forget() {
  std::vector<TokenKey> old;
  const TokenKey from = {FirstTokenIdBy(clock_.Now() - kTokensKept)};
  auto entries = kTokenTable.ScanFrom(engine_, from, KeyWriter());
  while (old.size() < kTokensForgottenAtOnce) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, entries.Next());
    if (!entry.has_value()) break;
    old.push_back(entry->key);
  }
  if (old.empty()) return absl::OkStatus();
  const auto build = [&](KnownStamp, const Reader&, Writes& writes) {
    for (const TokenKey& key : old) kTokenTable.Delete(writes.head, key);
    return absl::OkStatus();
  };
  return committer_.Commit({"tokens/forget"}, build).status();
}

absl::StatusOr<v1::Token> TokenStore::Find(const Reader& reader,
                                           absl::string_view text,
                                           v1::Token::Kind kind) const {
  const auto parsed = ParseTokenText(text);
  if (!parsed.ok()) {
    return absl::UnauthenticatedError(parsed.status().message());
  }
  ROLLCALL_ASSIGN_OR_RETURN(const auto record,
                            kTokenTable.Get(reader, {parsed->id}));
  if (!record.has_value() || !IsTokenOf(text, record->text_sha256())) {
    return Unknown();
  }
  const v1::Token& token = record->token();
  if (token.kind() != kind) {
    return absl::PermissionDeniedError(
        kind == v1::Token::KIND_LOGIN
            ? "this token is for agents to enrol with, not to log in with"
            : "this token is for a person to log in with, not to enrol with");
  }
  if (token.has_revoke_time()) {
    return absl::PermissionDeniedError("the token was revoked");
  }
  if (FromProto(token.expire_time()) <= clock_.Now()) {
    return absl::PermissionDeniedError("the token has expired");
  }
  return token;
}

absl::Status TokenStore::Use(const Reader& reader, const v1::Token& token,
                             Batch& batch) const {
  ROLLCALL_ASSIGN_OR_RETURN(const TokenId id, IdOf(token.token_id()));
  ROLLCALL_ASSIGN_OR_RETURN(auto record, kTokenTable.Get(reader, {id}));
  if (!record.has_value() || record->token().has_revoke_time()) {
    return absl::PermissionDeniedError("the token was revoked");
  }
  v1::Token& current = *record->mutable_token();
  if (current.use_count() >= current.max_uses()) {
    return absl::PermissionDeniedError("the token is used up");
  }
  current.set_use_count(current.use_count() + 1);
  kTokenTable.Put(batch, {id}, *record);
  return absl::OkStatus();
}

}  // namespace rollcall::collector
