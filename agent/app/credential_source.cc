#include "agent/app/credential_source.h"

#include <algorithm>
#include <utility>

#include "agent/state/host_binding.h"
#include "common/file.h"
#include "common/log.h"
#include "common/status.h"

namespace rollcall::agent {
namespace {

constexpr size_t kMaxPemBytes = 1 << 20;

}  // namespace

absl::StatusOr<CredentialSource> CredentialSource::Open(
    const AgentOptions& options,
    const std::function<v1::Evidence()>& read_evidence, const Clock& clock,
    Random& random) {
  CredentialSource source;
  if (!options.enrols()) {
    ROLLCALL_ASSIGN_OR_RETURN(
        CredentialFiles files,
        CredentialFiles::Open(
            {options.ca_file, options.cert_file, options.key_file}, clock));
    source.files_ = std::make_unique<CredentialFiles>(std::move(files));
    return source;
  }
  source.folder_ = options.state_dir;
  source.read_evidence_ = read_evidence;
  CredentialKeeperOptions keeper;
  ROLLCALL_ASSIGN_OR_RETURN(keeper.ca_pem,
                            ReadFile(options.ca_file, kMaxPemBytes));
  keeper.token_file = options.token_file;
  ROLLCALL_ASSIGN_OR_RETURN(AgentKey key, AgentKey::Open(options.state_dir));
  ROLLCALL_RETURN_IF_ERROR(BindToHost(read_evidence(), options.state_dir, key));
  source.key_ = std::make_unique<AgentKey>(std::move(key));
  source.client_ = MakeEnrolmentClient({options.enrol_servers, options.proxy});
  source.keeper_ = std::make_unique<CredentialKeeper>(
      *source.key_, *source.client_, clock, random, std::move(keeper));
  return source;
}

absl::StatusOr<TlsCredentials> CredentialSource::Obtain(bool once,
                                                        Waiter& waiter,
                                                        Random& random) {
  if (keeper_ == nullptr) return files_->current();
  absl::Duration backoff = absl::Seconds(1);
  while (true) {
    auto credentials = keeper_->Obtain();
    const bool worth_a_wait = absl::IsUnavailable(credentials.status()) ||
                              absl::IsDeadlineExceeded(credentials.status()) ||
                              absl::IsResourceExhausted(credentials.status());
    if (once || !worth_a_wait) return credentials;
    const absl::Duration wait = random.Jitter(backoff, 30);
    backoff = std::min(2 * backoff, absl::Minutes(5));
    Log(LogLevel::kWarning, "not enrolled yet; trying again",
        {{"error", credentials.status().message()},
         {"after", absl::FormatDuration(wait)}});
    if (!waiter.WaitFor(wait)) return absl::CancelledError("stopped");
  }
}

absl::StatusOr<TlsCredentials> CredentialSource::Rekey(AgentId agent) {
  if (keeper_ == nullptr) {
    return absl::FailedPreconditionError(
        "this agent's key is kept by others; give it a new one with a "
        "certificate");
  }
  ROLLCALL_RETURN_IF_ERROR(keeper_->ReplaceKey(agent, [this](AgentKey& key) {
    return BindToHost(read_evidence_(), folder_, key);
  }));
  return keeper_->Obtain();
}

}  // namespace rollcall::agent
