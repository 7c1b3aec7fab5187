// Gets the agent its certificate and keeps it good.
#pragma once

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/state/agent_key.h"
#include "agent/uplink/enrolment_client.h"
#include "common/clock.h"
#include "common/random.h"
#include "common/sync.h"
#include "common/tls.h"

namespace rollcall::agent {

struct CredentialKeeperOptions {
  // The roots that are trusted from the start, PEM; those that the collector
  // names later are trusted beside them.
  std::string ca_pem;
  // A file with a token; empty: none. Read when it is needed.
  std::string token_file;
};

// Thread-safe: a thread that renews need not know of one that rekeys; of two
// calls one waits. All references outlive it, and are used by nobody else.
class CredentialKeeper {
 public:
  CredentialKeeper(AgentKey& key, EnrolmentClient& client, const Clock& clock,
                   Random& random, CredentialKeeperOptions options);

  // What the agent has, if it has not expired; else what it gets, once, as from
  // Renew. Where there is a token, and what the agent has leads to none of the
  // roots of the start, it may be of another collector: then, too, the agent
  // asks for another, and goes on with what it has if it gets none. Blocking.
  absl::StatusOr<TlsCredentials> Obtain();

  // Until the certificate is past half its life, give or take a tenth; zero or
  // less if it is, or there is none.
  absl::Duration UntilRenewal() const;
  // Gets the next certificate, once: for the one that the agent has, the
  // previous key's, or the token, whichever the collector takes first.
  // FAILED_PRECONDITION if there is none of these, else as EnrolmentClient;
  // where all are refused and there is no token, the last refusal. Blocking.
  absl::StatusOr<TlsCredentials> Renew();

  // Makes `agent` another one, with a new key, for which Obtain is due; nothing
  // if it is another one already. `bind` binds the new key to the host.
  // Blocking.
  absl::Status ReplaceKey(AgentId agent,
                          const std::function<absl::Status(AgentKey&)>& bind);

 private:
  TlsCredentials Current() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status ReplaceCertificate() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The roots of now, each once.
  std::string TrustedRoots() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Keep(const absl::StatusOr<IssuedCertificate>& issued)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether the certificate leads to a root that the agent was started with, or
  // to one that a collector named together with such a root.
  bool LeadsToAGivenRoot() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<std::string> ReadToken() const;
  void PlanRenewal() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Clock& clock_;
  Random& random_;
  const CredentialKeeperOptions options_;

  mutable Mutex mutex_;
  AgentKey& key_ ABSL_GUARDED_BY(mutex_);
  EnrolmentClient& client_ ABSL_GUARDED_BY(mutex_);
  absl::Time ends_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  absl::Time renew_at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace rollcall::agent
