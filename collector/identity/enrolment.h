// How strangers become agents and administrators: a token or an older
// certificate against a certificate.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "collector/identity/certificate_authority.h"
#include "collector/identity/revocations.h"
#include "collector/identity/token_store.h"
#include "common/clock.h"
#include "common/random.h"
#include "common/sync.h"
#include "rollcall/stored/v1/enrolment.pb.h"
#include "rollcall/v1/enrolment.pb.h"

namespace rollcall::collector {

struct EnrolmentOptions {
  // Agents renew at half of it.
  absl::Duration agent_life = absl::Hours(14 * 24);
  absl::Duration admin_life = absl::Hours(1);
  // How long after its end an agent's certificate can still be renewed, for
  // machines that were switched off: their key proves who they are.
  absl::Duration renewal_grace = absl::Hours(30 * 24);
  // New agents that may come of one agent's certificate, for it or for that of
  // one that came of it, so that a key that was stolen does not fill the store:
  // copies of one image.
  int max_children = 1'000;
  // Certificates that one agent may get at once, and how long until each counts
  // no more: answers are lost on the way and asked for again, but what is given
  // is kept until long after its end.
  int certificate_burst = 6;
  absl::Duration per_certificate = absl::Minutes(10);
};

// Thread-safe; all references outlive it. Blocking but for UseAuthority.
//
// Errors of all three: INVALID_ARGUMENT (malformed), UNAUTHENTICATED (no such
// token; no certificate of ours, or a wrong signature), PERMISSION_DENIED (the
// token has ended, or the agent is revoked), RESOURCE_EXHAUSTED (the agent got
// too many certificates of late), FAILED_PRECONDITION (the collector has no
// authority to issue with).
class Enrolment {
 public:
  Enrolment(const Engine& engine, Committer& committer,
            const TokenStore& tokens, const Revocations& revocations,
            const Clock& clock, Random& random, EnrolmentOptions options = {})
      : engine_(engine),
        committer_(committer),
        tokens_(tokens),
        revocations_(revocations),
        clock_(clock),
        random_(random),
        options_(options) {}

  // Issues with it from now on; nothing: issues no more.
  void UseAuthority(std::shared_ptr<const CertificateAuthority> authority);

  // The same key with the same token gets another certificate without using the
  // token again: an answer that was lost on the way can be asked for again.
  absl::StatusOr<v1::EnrolResponse> Enrol(const v1::EnrolRequest& request);
  absl::StatusOr<v1::RenewResponse> Renew(const v1::RenewRequest& request);
  absl::StatusOr<v1::LoginResponse> Login(const v1::LoginRequest& request);

 private:
  struct Issue;

  absl::StatusOr<std::shared_ptr<const CertificateAuthority>> Authority() const;
  absl::StatusOr<AgentId> CheckOldCertificate(
      const v1::RenewRequest& request,
      const CertificateAuthority& authority) const;
  absl::StatusOr<Issue> IssueFor(const CertificateAuthority& authority,
                                 const CertificateRequest& csr,
                                 absl::string_view principal) const;
  absl::Status StoreAgent(const v1::Token* token, const Issue& issue,
                          AgentId agent);
  absl::Status CountCertificate(stored::v1::EnrolledAgent& agent) const;
  // Lets a new agent in for the certificate of `issue`'s parent, whose class
  // and unit it has.
  absl::Status TakeFromParent(const Issue& issue, KnownStamp stamp,
                              const Reader& reader, Batch& batch,
                              stored::v1::EnrolledAgent& child) const;
  absl::Status CountChild(AgentId root, KnownStamp stamp, const Reader& reader,
                          Batch& batch) const;

  const Engine& engine_;
  Committer& committer_;
  const TokenStore& tokens_;
  const Revocations& revocations_;
  const Clock& clock_;
  Random& random_;
  const EnrolmentOptions options_;
  mutable Mutex mutex_;
  std::shared_ptr<const CertificateAuthority> authority_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace rollcall::collector
