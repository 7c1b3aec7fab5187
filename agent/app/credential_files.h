// Credentials in files that others keep, and renew.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "agent/uplink/grpc_stream.h"
#include "common/clock.h"
#include "common/id.h"
#include "common/tls.h"

namespace rollcall::agent {

struct CredentialPaths {
  std::string ca;
  std::string certificate;
  std::string key;
};

// Not thread-safe. `clock` outlives it.
class CredentialFiles {
 public:
  // Reads the files; errors as LoadTlsCredentials. Blocking.
  static absl::StatusOr<CredentialFiles> Open(CredentialPaths paths,
                                              const Clock& clock);

  const TlsCredentials& current() const { return current_; }
  // Reads the files again, and returns what they hold if that is not current(),
  // which it is from then on. What cannot be used is logged and passed over:
  // it may be half of a change, so it is worth another look. So is another
  // agent's, which this one cannot become while it runs. Blocking.
  std::optional<TlsCredentials> Renewed();

 private:
  CredentialFiles(CredentialPaths paths, const Clock& clock,
                  TlsCredentials current)
      : paths_(std::move(paths)), clock_(clock), current_(std::move(current)) {}

  CredentialPaths paths_;
  const Clock& clock_;
  TlsCredentials current_;
};

// An uplink that looks at the files before each stream: those who renew a
// certificate need not start the agent anew. `files` outlives it.
class FileUplink final : public Uplink {
 public:
  FileUplink(CredentialFiles& files, std::unique_ptr<Uplink> uplink)
      : files_(files), uplink_(std::move(uplink)) {}

  std::unique_ptr<MessageStream> Open() override {
    const auto renewed = files_.Renewed();
    if (renewed.has_value()) uplink_->UseCredentials(*renewed);
    return uplink_->Open();
  }
  void UseCredentials(const TlsCredentials& credentials) override {
    uplink_->UseCredentials(credentials);
  }
  void HangUp() override { uplink_->HangUp(); }
  void Interrupt() override { uplink_->Interrupt(); }

 private:
  CredentialFiles& files_;
  const std::unique_ptr<Uplink> uplink_;
};

}  // namespace rollcall::agent
