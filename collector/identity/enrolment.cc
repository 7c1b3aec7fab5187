#include "collector/identity/enrolment.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/identity/enrolment_tables.h"
#include "collector/identity/principal_certificates.h"
#include "collector/identity/principal_changes.h"
#include "collector/identity/token_rules.h"
#include "common/certificate_chain.h"
#include "common/key_pair.h"
#include "common/log.h"
#include "common/proto_time.h"
#include "common/status.h"
#include "common/tls.h"

namespace rollcall::collector {
namespace {

void PutCertificate(const v1::Certificate& certificate,
                    const CertificateSerial& serial, Batch& batch) {
  stored::v1::CertificateRecord record;
  *record.mutable_certificate() = certificate;
  const CertificateKey key = {
      static_cast<uint64_t>(certificate.not_after().seconds()), serial};
  kCertificateTable.Put(batch, key, record);
}

// The parent that an agent names; nothing where it names none.
absl::StatusOr<std::optional<AgentId>> ParentOf(absl::string_view hex,
                                                AgentId agent) {
  if (hex.empty()) return std::optional<AgentId>();
  const auto parent = AgentId::FromHex(hex);
  if (!parent.has_value()) {
    return absl::InvalidArgumentError(
        "parent_agent_id must be 32 hex digits, or nothing");
  }
  if (*parent == agent) {
    return absl::InvalidArgumentError("an agent is not its own parent");
  }
  return parent;
}

// Whether the token still logs in whom it names.
absl::Status CheckOwner(const v1::Token& token, const Reader& reader) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto owner,
                            ReadPrincipal(reader, token.principal()));
  if (!owner.has_value()) return CheckLogin(token, std::nullopt);
  return CheckLogin(token, RolesIn(owner->record));
}

// UNAVAILABLE if all certificates of the principal were revoked since this one
// was made.
absl::Status CheckValidFrom(absl::string_view principal, absl::Time valid_from,
                            const Reader& reader) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto now,
                            ReadPrincipalCertificates(reader, principal));
  if (ValidFrom(now.revocations()) == valid_from) return absl::OkStatus();
  return absl::UnavailableError(
      "the certificates of this principal were revoked meanwhile; log in "
      "again");
}

// The agent that all come of who come of this one: itself, unless it came for
// the certificate of another.
absl::StatusOr<AgentId> RootOf(const Reader& reader, AgentId agent) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto record,
                            kEnrolledAgentTable.Get(reader, {agent}));
  if (!record.has_value()) return agent;
  return AgentId::FromBytes(record->root_agent_id()).value_or(agent);
}

}  // namespace

// A certificate that was made and is not given out yet.
struct Enrolment::Issue {
  CertificateSerial serial;
  IssuedCertificate issued;
  // For the table.
  v1::Certificate record;
  std::optional<AgentId> parent;
  // The root of the parent, where that one's certificate is all that there is.
  std::optional<AgentId> root;
  // Of a principal: what begins before it was revoked.
  absl::Time valid_from = absl::InfinitePast();

  void SetParent(std::optional<AgentId> agent) {
    parent = agent;
    if (agent.has_value()) record.set_parent_agent_id(agent->ToHex());
  }

  template <typename Response>
  Response Answer(const CertificateAuthority& authority) const {
    Response response;
    response.set_certificate_pem(issued.chain_pem);
    response.set_ca_pem(authority.roots_pem());
    *response.mutable_not_after() = record.not_after();
    return response;
  }
};

void Enrolment::UseAuthority(
    std::shared_ptr<const CertificateAuthority> authority) {
  MutexLock lock(&mutex_);
  authority_ = std::move(authority);
}

absl::StatusOr<std::shared_ptr<const CertificateAuthority>>
Enrolment::Authority() const {
  MutexLock lock(&mutex_);
  if (authority_ != nullptr) return authority_;
  return absl::FailedPreconditionError(
      "this collector issues no certificates: it was started without "
      "--issuer-cert and --issuer-key");
}

// A certificate for the request's key: an agent's, or that of `principal` if
// one is named.
absl::StatusOr<Enrolment::Issue> Enrolment::IssueFor(
    const CertificateAuthority& authority, const CertificateRequest& csr,
    absl::string_view principal) const {
  const bool is_agent = principal.empty();
  Issue issue;
  issue.serial = CertificateSerial::Generate(random_);
  CertificateContent content;
  content.uri = is_agent ? AgentUri(csr.fingerprint) : PrincipalUri(principal);
  content.common_name =
      is_agent ? csr.fingerprint.ToHex() : std::string(principal);
  content.serial = issue.serial;
  content.now = clock_.Now();
  content.life = is_agent ? options_.agent_life : options_.admin_life;
  if (!is_agent) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto before,
                              ReadPrincipalCertificates(engine_, principal));
    content.not_before = ValidFrom(before.revocations());
    issue.valid_from = content.not_before;
  }
  ROLLCALL_ASSIGN_OR_RETURN(issue.issued, authority.Issue(csr, content));
  issue.record.set_serial_number(issue.serial.ToHex());
  if (is_agent) {
    issue.record.set_agent_id(csr.fingerprint.ToHex());
  } else {
    issue.record.set_principal(std::string(principal));
  }
  *issue.record.mutable_issue_time() = ToProto(content.now);
  *issue.record.mutable_not_after() = ToProto(issue.issued.not_after);
  return issue;
}

// Stores an agent's certificate and where it came from, in one change. With a
// token, that is used, unless the agent used it before.
absl::Status Enrolment::StoreAgent(const v1::Token* token, const Issue& issue,
                                   AgentId agent) {
  const auto build = [&](KnownStamp stamp, const Reader& reader,
                         Writes& writes) -> absl::Status {
    if (revocations_.IsRevoked(agent)) return Revocations::Refusal(agent);
    ROLLCALL_ASSIGN_OR_RETURN(auto known,
                              kEnrolledAgentTable.Get(reader, {agent}));
    const bool is_new = !known.has_value();
    if (is_new) {
      known.emplace();
      *known->mutable_first_time() = ToProto(stamp.time());
      if (issue.parent.has_value()) {
        known->set_parent_agent_id(issue.parent->ToBytes());
      }
    }
    ROLLCALL_RETURN_IF_ERROR(CountCertificate(*known));
    PutCertificate(issue.record, issue.serial, writes.head);
    if (is_new && issue.root.has_value()) {
      ROLLCALL_RETURN_IF_ERROR(
          TakeFromParent(issue, stamp, reader, writes.head, *known));
    }
    if (token != nullptr) {
      const std::string token_id =
          TokenId::FromHex(token->token_id())->ToBytes();
      if (is_new || known->token_id() != token_id) {
        ROLLCALL_RETURN_IF_ERROR(tokens_.Use(reader, *token, writes.head));
      }
      known->set_token_id(token_id);
      known->set_device_class(token->device_class());
      known->set_organisation_unit(token->organisation_unit());
      known->clear_root_agent_id();
    }
    kEnrolledAgentTable.Put(writes.head, {agent}, *known);
    return absl::OkStatus();
  };
  std::vector<std::string> names = {absl::StrCat("enrolled/", agent.ToHex())};
  if (token != nullptr) {
    for (std::string& name : TokenStore::NamesOf(*token)) {
      names.push_back(std::move(name));
    }
  }
  for (const auto& other : {issue.parent, issue.root}) {
    if (!other.has_value()) continue;
    names.push_back(absl::StrCat("enrolled/", other->ToHex()));
  }
  return committer_.Commit(std::move(names), build).status();
}

// Of one key: of new ones the token, or the parent, allows so many.
absl::Status Enrolment::CountCertificate(
    stored::v1::EnrolledAgent& agent) const {
  const absl::Time now = clock_.Now();
  const absl::Duration most =
      options_.certificate_burst * options_.per_certificate;
  absl::Time until = now;
  if (agent.has_certificates_count_until()) {
    const absl::Time counted = FromProto(agent.certificates_count_until());
    // More than may count is of a clock that was ahead.
    if (counted <= now + most) until = std::max(now, counted);
  }
  until += options_.per_certificate;
  if (until > now + most) {
    return absl::ResourceExhaustedError(
        absl::StrCat("this agent got ", options_.certificate_burst,
                     " certificates of late; use the last, or try again in ",
                     absl::FormatDuration(
                         absl::Ceil(until - now - most, absl::Seconds(1)))));
  }
  *agent.mutable_certificates_count_until() = ToProto(until);
  return absl::OkStatus();
}

absl::Status Enrolment::TakeFromParent(const Issue& issue, KnownStamp stamp,
                                       const Reader& reader, Batch& batch,
                                       stored::v1::EnrolledAgent& child) const {
  ROLLCALL_ASSIGN_OR_RETURN(const AgentId root, RootOf(reader, *issue.parent));
  if (root != *issue.root) {
    return absl::UnavailableError(
        "the agent of the old certificate enrolled meanwhile; try again");
  }
  ROLLCALL_RETURN_IF_ERROR(CountChild(root, stamp, reader, batch));
  child.set_root_agent_id(root.ToBytes());
  ROLLCALL_ASSIGN_OR_RETURN(const auto parent,
                            kEnrolledAgentTable.Get(reader, {*issue.parent}));
  if (!parent.has_value()) return absl::OkStatus();
  child.set_device_class(parent->device_class());
  child.set_organisation_unit(parent->organisation_unit());
  return absl::OkStatus();
}

absl::Status Enrolment::CountChild(AgentId root, KnownStamp stamp,
                                   const Reader& reader, Batch& batch) const {
  if (revocations_.IsRevoked(root)) {
    return absl::PermissionDeniedError(
        absl::StrCat("agent ", root.ToHex(),
                     ", of which this one came, was "
                     "revoked; enrol with a token"));
  }
  ROLLCALL_ASSIGN_OR_RETURN(auto record,
                            kEnrolledAgentTable.Get(reader, {root}));
  if (!record.has_value()) {
    // Its certificate was made by hand.
    record.emplace();
    *record->mutable_first_time() = ToProto(stamp.time());
  }
  if (record->child_count() >= options_.max_children) {
    return absl::PermissionDeniedError(absl::StrCat(
        record->child_count(), " agents came of the certificate of agent ",
        root.ToHex(), " already; enrol with a token"));
  }
  record->set_child_count(record->child_count() + 1);
  kEnrolledAgentTable.Put(batch, {root}, *record);
  return absl::OkStatus();
}

absl::StatusOr<v1::EnrolResponse> Enrolment::Enrol(
    const v1::EnrolRequest& request) {
  // The token first: nothing is done for those who have none.
  ROLLCALL_ASSIGN_OR_RETURN(
      const v1::Token token,
      tokens_.Find(engine_, request.token(), v1::Token::KIND_ENROLMENT));
  ROLLCALL_ASSIGN_OR_RETURN(const auto authority, Authority());
  ROLLCALL_ASSIGN_OR_RETURN(const CertificateRequest csr,
                            ParseCertificateRequest(request.csr_pem()));
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto parent, ParentOf(request.parent_agent_id(), csr.fingerprint));
  if (revocations_.IsRevoked(csr.fingerprint)) {
    return Revocations::Refusal(csr.fingerprint);
  }
  ROLLCALL_ASSIGN_OR_RETURN(Issue issue, IssueFor(*authority, csr, ""));
  issue.record.set_token_id(token.token_id());
  issue.SetParent(parent);
  ROLLCALL_RETURN_IF_ERROR(StoreAgent(&token, issue, csr.fingerprint));
  Log(LogLevel::kInfo, "agent enrolled",
      {{"agent", csr.fingerprint.ToHex()}, {"token", token.token_id()}});
  auto response = issue.Answer<v1::EnrolResponse>(*authority);
  response.set_agent_id(csr.fingerprint.ToHex());
  return response;
}

// The agent whose certificate authorises a renewal.
absl::StatusOr<AgentId> Enrolment::CheckOldCertificate(
    const v1::RenewRequest& request,
    const CertificateAuthority& authority) const {
  ROLLCALL_ASSIGN_OR_RETURN(const auto chain,
                            ParseCertificates(request.certificate_pem()));
  ROLLCALL_ASSIGN_OR_RETURN(const CertificateInfo info,
                            ReadCertificate(request.certificate_pem()));
  ROLLCALL_ASSIGN_OR_RETURN(const AgentId agent, AgentOf(info));
  const absl::Time now = clock_.Now();
  if (now > info.not_after + options_.renewal_grace) {
    return absl::UnauthenticatedError(
        "the certificate expired too long ago; enrol with a token");
  }
  // One that has just expired is looked at as of its last second.
  ROLLCALL_RETURN_IF_ERROR(
      CheckChain(chain, authority.roots_pem(), CertificateUse::kClient,
                 std::min(now, info.not_after - absl::Seconds(1))));
  ROLLCALL_RETURN_IF_ERROR(CheckSignature(request.certificate_pem(),
                                          RenewalText(request.csr_pem()),
                                          request.signature()));
  if (revocations_.IsRevoked(agent)) return Revocations::Refusal(agent);
  return agent;
}

absl::StatusOr<v1::RenewResponse> Enrolment::Renew(
    const v1::RenewRequest& request) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto authority, Authority());
  ROLLCALL_ASSIGN_OR_RETURN(const AgentId old,
                            CheckOldCertificate(request, *authority));
  ROLLCALL_ASSIGN_OR_RETURN(const CertificateRequest csr,
                            ParseCertificateRequest(request.csr_pem()));
  const AgentId agent = csr.fingerprint;
  if (revocations_.IsRevoked(agent)) return Revocations::Refusal(agent);
  ROLLCALL_ASSIGN_OR_RETURN(Issue issue, IssueFor(*authority, csr, ""));
  if (agent != old) {
    issue.SetParent(old);
    ROLLCALL_ASSIGN_OR_RETURN(issue.root, RootOf(engine_, old));
  }
  ROLLCALL_RETURN_IF_ERROR(StoreAgent(nullptr, issue, agent));
  Log(LogLevel::kInfo, "agent's certificate renewed",
      {{"agent", agent.ToHex()}, {"certificate_of", old.ToHex()}});
  auto response = issue.Answer<v1::RenewResponse>(*authority);
  response.set_agent_id(agent.ToHex());
  return response;
}

absl::StatusOr<v1::LoginResponse> Enrolment::Login(
    const v1::LoginRequest& request) {
  ROLLCALL_ASSIGN_OR_RETURN(
      const v1::Token token,
      tokens_.Find(engine_, request.token(), v1::Token::KIND_LOGIN));
  ROLLCALL_ASSIGN_OR_RETURN(const auto authority, Authority());
  ROLLCALL_ASSIGN_OR_RETURN(const CertificateRequest csr,
                            ParseCertificateRequest(request.csr_pem()));
  ROLLCALL_ASSIGN_OR_RETURN(Issue issue,
                            IssueFor(*authority, csr, token.principal()));
  issue.record.set_token_id(token.token_id());
  const auto build = [&](KnownStamp, const Reader& reader,
                         Writes& writes) -> absl::Status {
    ROLLCALL_RETURN_IF_ERROR(CheckOwner(token, reader));
    ROLLCALL_RETURN_IF_ERROR(
        CheckValidFrom(token.principal(), issue.valid_from, reader));
    ROLLCALL_RETURN_IF_ERROR(tokens_.Use(reader, token, writes.head));
    PutCertificate(issue.record, issue.serial, writes.head);
    return NoteCertificate(issue.record, clock_.Now(), reader, writes.head);
  };
  ROLLCALL_RETURN_IF_ERROR(
      committer_.Commit(TokenStore::NamesOf(token), build).status());
  Log(LogLevel::kInfo, "principal logged in",
      {{"principal", token.principal()}, {"token", token.token_id()}});
  auto response = issue.Answer<v1::LoginResponse>(*authority);
  response.set_principal(token.principal());
  return response;
}

}  // namespace rollcall::collector
