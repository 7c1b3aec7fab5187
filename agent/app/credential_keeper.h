// Gets the agent its certificate and keeps it good.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/state/agent_key.h"
#include "agent/uplink/enrolment_client.h"
#include "common/clock.h"
#include "common/random.h"
#include "common/tls.h"

namespace rollcall::agent {

struct CredentialKeeperOptions {
  // The roots that are trusted from the start, PEM; those that the collector
  // names later are trusted beside them.
  std::string ca_pem;
  // A file with a token; empty: none. Read when it is needed.
  std::string token_file;
};

// Not thread-safe; all references outlive it.
class CredentialKeeper {
 public:
  CredentialKeeper(AgentKey& key, EnrolmentClient& client, const Clock& clock,
                   Random& random, CredentialKeeperOptions options);

  // What the agent has, if it has not expired; else what it gets, once, for the
  // expired certificate, the previous key's, or the token, whichever the
  // collector takes first. FAILED_PRECONDITION if there is none of these, else
  // as EnrolmentClient. Blocking.
  absl::StatusOr<TlsCredentials> Obtain();

  // Until the certificate is past half its life, give or take a tenth; zero or
  // less if it is, or there is none.
  absl::Duration UntilRenewal() const;
  // Gets the next certificate, once. Blocking.
  absl::StatusOr<TlsCredentials> Renew();

 private:
  TlsCredentials Current() const;
  // The roots of now, each once.
  std::string TrustedRoots() const;
  absl::Status Keep(const absl::StatusOr<IssuedCertificate>& issued);
  absl::Status EnrolWithToken();
  void PlanRenewal();

  AgentKey& key_;
  EnrolmentClient& client_;
  const Clock& clock_;
  Random& random_;
  const CredentialKeeperOptions options_;
  absl::Time ends_ = absl::InfinitePast();
  absl::Time renew_at_ = absl::InfinitePast();
};

}  // namespace rollcall::agent
