// Where the agent's certificate comes from: files that others keep, or
// enrolment with a key of the agent's own.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "agent/app/credential_files.h"
#include "agent/app/credential_keeper.h"
#include "agent/app/options.h"
#include "agent/app/stop_signal.h"
#include "agent/state/agent_key.h"
#include "agent/uplink/enrolment_client.h"
#include "common/clock.h"
#include "common/random.h"
#include "common/tls.h"
#include "rollcall/v1/inventory.pb.h"

namespace rollcall::agent {

// Not thread-safe but for Interrupt. `clock` and `random` outlive it.
class CredentialSource {
 public:
  // What is needed for `options`, without contacting anybody. A key of the
  // agent's own is bound to the host that `read_evidence` tells of; keys that
  // others keep are theirs to look after.
  static absl::StatusOr<CredentialSource> Open(
      const AgentOptions& options,
      const std::function<v1::Evidence()>& read_evidence, const Clock& clock,
      Random& random);

  // The credentials to begin with. Unless it is to be tried `once`, it tries
  // until a collector answers or `waiter` stops: CANCELLED.
  absl::StatusOr<TlsCredentials> Obtain(bool once, Waiter& waiter,
                                        Random& random);

  // Makes `agent` another one, and returns its credentials; or only those, if
  // it is another one already. FAILED_PRECONDITION where the key is not its
  // own, else as CredentialKeeper. Blocking.
  absl::StatusOr<TlsCredentials> Rekey(AgentId agent);

  // Files that others renew; nullptr if there are none.
  CredentialFiles* files() const { return files_.get(); }
  // nullptr if there is nothing to renew.
  CredentialKeeper* keeper() const { return keeper_.get(); }
  // Ends what is under way, for use from another thread.
  void Interrupt() const {
    if (client_ != nullptr) client_->Interrupt();
  }

 private:
  CredentialSource() = default;

  std::string folder_;
  std::function<v1::Evidence()> read_evidence_;
  // Either these, or what follows.
  std::unique_ptr<CredentialFiles> files_;
  std::unique_ptr<AgentKey> key_;
  std::unique_ptr<EnrolmentClient> client_;
  std::unique_ptr<CredentialKeeper> keeper_;
};

}  // namespace rollcall::agent
