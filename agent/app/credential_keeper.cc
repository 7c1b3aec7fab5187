#include "agent/app/credential_keeper.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/certificate_chain.h"
#include "common/file.h"
#include "common/log.h"
#include "common/status.h"

namespace rollcall::agent {
namespace {

constexpr size_t kMaxTokenBytes = 1 << 10;
constexpr int kJitterPercent = 10;

// Whether another way to a certificate may be tried.
bool IsRefusal(const absl::Status& status) {
  return absl::IsUnauthenticated(status) || absl::IsPermissionDenied(status) ||
         absl::IsInvalidArgument(status);
}

// Whether any certificate is in both.
bool HaveOneInCommon(absl::string_view some_pem, absl::string_view others_pem) {
  const auto some = ParseCertificates(some_pem);
  const auto others = ParseCertificates(others_pem);
  if (!some.ok() || !others.ok()) return false;
  for (const auto& one : *some) {
    for (const auto& other : *others) {
      if (X509_cmp(one.get(), other.get()) == 0) return true;
    }
  }
  return false;
}

}  // namespace

CredentialKeeper::CredentialKeeper(AgentKey& key, EnrolmentClient& client,
                                   const Clock& clock, Random& random,
                                   CredentialKeeperOptions options)
    : clock_(clock),
      random_(random),
      options_(std::move(options)),
      key_(key),
      client_(client) {
  MutexLock lock(&mutex_);
  PlanRenewal();
}

void CredentialKeeper::PlanRenewal() {
  ends_ = renew_at_ = absl::InfinitePast();
  const auto certificate = ReadCertificate(key_.certificate_pem());
  if (!certificate.ok()) return;
  ends_ = certificate->not_after;
  const absl::Duration half =
      (certificate->not_after - certificate->not_before) / 2;
  renew_at_ = certificate->not_before + random_.Jitter(half, kJitterPercent);
}

std::string CredentialKeeper::TrustedRoots() const {
  if (absl::StrContains(options_.ca_pem, key_.ca_pem())) return options_.ca_pem;
  return absl::StrCat(options_.ca_pem, "\n", key_.ca_pem());
}

TlsCredentials CredentialKeeper::Current() const {
  return {TrustedRoots(), key_.certificate_pem(), key_.key_pem()};
}

absl::Status CredentialKeeper::Keep(
    const absl::StatusOr<IssuedCertificate>& issued) {
  if (!issued.ok()) return issued.status();
  ROLLCALL_RETURN_IF_ERROR(
      key_.KeepCertificate(issued->certificate_pem, issued->ca_pem));
  PlanRenewal();
  Log(LogLevel::kInfo, "got a certificate",
      {{"ends", absl::FormatTime(ends_, absl::UTCTimeZone())}});
  return absl::OkStatus();
}

absl::StatusOr<std::string> CredentialKeeper::ReadToken() const {
  if (options_.token_file.empty()) {
    return absl::FailedPreconditionError(
        "this agent has no certificate; give it a token with --token-file");
  }
  ROLLCALL_ASSIGN_OR_RETURN(const std::string content,
                            ReadFile(options_.token_file, kMaxTokenBytes));
  return std::string(absl::StripAsciiWhitespace(content));
}

bool CredentialKeeper::LeadsToAGivenRoot() const {
  const auto chain = ParseCertificates(key_.certificate_pem());
  if (!chain.ok()) return false;
  // Roots that came with one of those given are what these change to.
  const std::string roots = HaveOneInCommon(options_.ca_pem, key_.ca_pem())
                                ? TrustedRoots()
                                : options_.ca_pem;
  return CheckChain(*chain, roots, CertificateUse::kClient, clock_.Now()).ok();
}

absl::StatusOr<TlsCredentials> CredentialKeeper::Obtain() {
  MutexLock lock(&mutex_);
  const bool alive = clock_.Now() < ends_;
  if (alive && (LeadsToAGivenRoot() || !ReadToken().ok())) return Current();
  const absl::Status replaced = ReplaceCertificate();
  if (replaced.ok()) return Current();
  if (!alive) return replaced;
  Log(LogLevel::kWarning,
      "the certificate leads to no authority of --ca and is not replaced yet; "
      "going on with it",
      {{"error", replaced.message()}});
  renew_at_ = clock_.Now();
  return Current();
}

absl::Status CredentialKeeper::ReplaceCertificate() {
  absl::Status refused;
  const KeyAndCertificate ways[] = {
      {key_.key_pem(), key_.certificate_pem()},
      {key_.previous_key_pem(), key_.previous_certificate_pem()}};
  for (const KeyAndCertificate& old : ways) {
    if (old.certificate_pem.empty()) continue;
    const absl::Status status =
        Keep(client_.Renew(old, key_.key_pem(), TrustedRoots()));
    if (status.ok() || !IsRefusal(status)) return status;
    Log(LogLevel::kWarning, "the collector does not renew a certificate",
        {{"error", status.message()}});
    refused = status;
  }
  const absl::StatusOr<std::string> token = ReadToken();
  if (!token.ok()) return refused.ok() ? token.status() : refused;
  return Keep(client_.Enrol(*token, key_.key_pem(), key_.previous_agent(),
                            TrustedRoots()));
}

absl::Duration CredentialKeeper::UntilRenewal() const {
  MutexLock lock(&mutex_);
  return renew_at_ - clock_.Now();
}

absl::Status CredentialKeeper::ReplaceKey(
    AgentId agent, const std::function<absl::Status(AgentKey&)>& bind) {
  MutexLock lock(&mutex_);
  if (key_.agent() != agent) return absl::OkStatus();
  ROLLCALL_RETURN_IF_ERROR(key_.ReplaceKey());
  PlanRenewal();
  return bind(key_);
}

absl::StatusOr<TlsCredentials> CredentialKeeper::Renew() {
  MutexLock lock(&mutex_);
  ROLLCALL_RETURN_IF_ERROR(ReplaceCertificate());
  return Current();
}

}  // namespace rollcall::agent
