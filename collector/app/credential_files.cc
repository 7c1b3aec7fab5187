#include "collector/app/credential_files.h"

#include <utility>

#include "common/file.h"
#include "common/hash.h"
#include "common/log.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {
constexpr size_t kMaxPemBytes = 1 << 20;
}  // namespace

absl::StatusOr<std::string> CredentialFiles::Digest() const {
  Sha256 hash;
  for (const std::string* path :
       {&options_.ca_file, &options_.cert_file, &options_.key_file,
        &options_.issuer_cert_file, &options_.issuer_key_file}) {
    if (path->empty()) continue;
    ROLLCALL_ASSIGN_OR_RETURN(const std::string content,
                              ReadFile(*path, kMaxPemBytes));
    hash.UpdateSized(content);
  }
  return hash.Finish();
}

absl::StatusOr<Credentials> CredentialFiles::Read(absl::Time now) const {
  Credentials result;
  ROLLCALL_ASSIGN_OR_RETURN(
      result.listener, LoadTlsCredentials(options_.ca_file, options_.cert_file,
                                          options_.key_file, now));
  if (options_.issuer_cert_file.empty()) return result;
  ROLLCALL_ASSIGN_OR_RETURN(const std::string certificate,
                            ReadFile(options_.issuer_cert_file, kMaxPemBytes));
  ROLLCALL_ASSIGN_OR_RETURN(const std::string key,
                            ReadFile(options_.issuer_key_file, kMaxPemBytes));
  auto authority = CertificateAuthority::Create(certificate, key,
                                                result.listener.ca_pem, now);
  if (!authority.ok()) {
    return Annotate(authority.status(), options_.issuer_cert_file);
  }
  result.authority = *std::move(authority);
  return result;
}

absl::StatusOr<Credentials> CredentialFiles::Load(absl::Time now) {
  ROLLCALL_ASSIGN_OR_RETURN(digest_, Digest());
  return Read(now);
}

std::optional<Credentials> CredentialFiles::Reload(absl::Time now) {
  const auto digest = Digest();
  // A file that is missing for a moment is being replaced.
  if (!digest.ok()) return std::nullopt;
  if (*digest == digest_) {
    reported_.clear();
    return std::nullopt;
  }
  auto credentials = Read(now);
  if (!credentials.ok()) {
    // What is wrong may be so for a moment, as where the clock jumped.
    const std::string error(credentials.status().message());
    if (error == reported_) return std::nullopt;
    Log(LogLevel::kError,
        "changed certificates are unusable; the old ones stay until these are "
        "good",
        {{"error", error}});
    reported_ = error;
    return std::nullopt;
  }
  digest_ = *digest;
  reported_.clear();
  Log(LogLevel::kInfo, "certificates read again");
  return *std::move(credentials);
}

}  // namespace rollcall::collector
