// The files that certificates and keys come from, read again when they change.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "collector/app/options.h"
#include "collector/identity/certificate_authority.h"
#include "common/tls.h"

namespace rollcall::collector {

// What the files hold.
struct Credentials {
  // Of all three listeners.
  TlsCredentials listener;
  // Nothing where no issuer is named.
  std::shared_ptr<const CertificateAuthority> authority;
};

// Not thread-safe.
class CredentialFiles {
 public:
  explicit CredentialFiles(const CollectorOptions& options)
      : options_(options) {}

  // Reads and checks all files. Fails, and names the file, if one is unusable.
  absl::StatusOr<Credentials> Load(absl::Time now);

  // As Load, if a file differs from those that are in use; else nothing. Files
  // that are unusable, perhaps since they are being replaced, change nothing
  // and are tried again; what is wrong is logged once.
  std::optional<Credentials> Reload(absl::Time now);

 private:
  // A hash over all files.
  absl::StatusOr<std::string> Digest() const;
  absl::StatusOr<Credentials> Read(absl::Time now) const;

  const CollectorOptions options_;
  // Of the files that are in use.
  std::string digest_;
  // What was logged last of files that are not.
  std::string reported_;
};

}  // namespace rollcall::collector
