// The agent's own key and certificate, in files of its state folder:
//
//   agent.key      the key, for its owner alone
//   agent.pem      the certificate for it, then its intermediates
//   ca.pem         the roots that came with it
//   previous.key   the key and certificate that the agent had before it was
//   previous.pem   given a new key, until that has a certificate
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/id.h"

namespace rollcall::agent {

// Not thread-safe. Blocking. Errors name the file. A crash at any moment leaves
// one agent whole: that of agent.key, with a certificate for it or none. What
// else it leaves does not fit together, and is passed over.
class AgentKey {
 public:
  // Reads what is there; makes the folder, and a P-256 key, if missing. A key
  // file that holds no key is an error: to make another would make another
  // agent of this one.
  static absl::StatusOr<AgentKey> Open(const std::string& folder);

  const std::string& key_pem() const { return key_pem_; }
  // The agent that the key makes this: its fingerprint.
  AgentId agent() const { return agent_; }
  // Empty if there is none yet.
  const std::string& certificate_pem() const { return certificate_pem_; }
  const std::string& ca_pem() const { return ca_pem_; }
  // All three empty if there is none.
  const std::optional<AgentId>& previous_agent() const {
    return previous_agent_;
  }
  const std::string& previous_key_pem() const { return previous_key_pem_; }
  const std::string& previous_certificate_pem() const {
    return previous_certificate_pem_;
  }

  // Keeps a new certificate for the key, durably. INVALID_ARGUMENT if it is for
  // another key.
  absl::Status KeepCertificate(absl::string_view certificate_pem,
                               absl::string_view ca_pem);
  // Makes a new key: a new agent. The old one, if it has a certificate, becomes
  // the previous one. For a machine that was copied from another. On an error
  // this stays the old agent.
  absl::Status ReplaceKey();

 private:
  explicit AgentKey(std::string folder) : folder_(std::move(folder)) {}

  std::string Path(absl::string_view name) const;
  absl::Status ReadIfThere(absl::string_view name, std::string& content) const;
  absl::Status MakeKey();
  void PassOverWhatDoesNotFit();

  std::string folder_;
  std::string key_pem_;
  AgentId agent_;
  std::string certificate_pem_;
  std::string ca_pem_;
  std::string previous_key_pem_;
  std::string previous_certificate_pem_;
  std::optional<AgentId> previous_agent_;
};

}  // namespace rollcall::agent
