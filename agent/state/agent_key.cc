#include "agent/state/agent_key.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "common/file.h"
#include "common/key_pair.h"
#include "common/status.h"
#include "common/tls.h"

namespace rollcall::agent {
namespace {

constexpr size_t kMaxPemBytes = 256 << 10;
constexpr char kKey[] = "agent.key";
constexpr char kCertificate[] = "agent.pem";
constexpr char kCa[] = "ca.pem";
constexpr char kPreviousKey[] = "previous.key";
constexpr char kPreviousCertificate[] = "previous.pem";

}  // namespace

std::string AgentKey::Path(absl::string_view name) const {
  return absl::StrCat(folder_, "/", name);
}

absl::Status AgentKey::ReadIfThere(absl::string_view name,
                                   std::string& content) const {
  auto read = ReadFile(Path(name), kMaxPemBytes);
  if (absl::IsNotFound(read.status())) return absl::OkStatus();
  if (!read.ok()) return read.status();
  content = *std::move(read);
  return absl::OkStatus();
}

absl::StatusOr<AgentKey> AgentKey::Open(const std::string& folder) {
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return FileError(folder, "cannot make the state folder", errno);
  }
  AgentKey key(folder);
  ROLLCALL_RETURN_IF_ERROR(key.ReadIfThere(kKey, key.key_pem_));
  ROLLCALL_RETURN_IF_ERROR(key.ReadIfThere(kCertificate, key.certificate_pem_));
  ROLLCALL_RETURN_IF_ERROR(key.ReadIfThere(kCa, key.ca_pem_));
  ROLLCALL_RETURN_IF_ERROR(
      key.ReadIfThere(kPreviousKey, key.previous_key_pem_));
  ROLLCALL_RETURN_IF_ERROR(
      key.ReadIfThere(kPreviousCertificate, key.previous_certificate_pem_));
  if (key.key_pem_.empty()) {
    // A certificate without its key is of no use.
    key.certificate_pem_.clear();
    ROLLCALL_RETURN_IF_ERROR(key.MakeKey());
    return key;
  }
  const auto agent = FingerprintOf(key.key_pem_);
  if (!agent.ok()) return Annotate(agent.status(), key.Path(kKey));
  if (key.certificate_pem_.empty()) return key;
  const auto certificate = ReadCertificate(key.certificate_pem_);
  // Left over from the key before, by a crash in between.
  if (!certificate.ok() || certificate->key_fingerprint != *agent) {
    key.certificate_pem_.clear();
  }
  return key;
}

absl::Status AgentKey::MakeKey() {
  ROLLCALL_ASSIGN_OR_RETURN(std::string made, MakePrivateKey());
  ROLLCALL_RETURN_IF_ERROR(WriteFileAtomically(Path(kKey), made, 0600));
  key_pem_ = std::move(made);
  return absl::OkStatus();
}

absl::Status AgentKey::KeepCertificate(absl::string_view certificate_pem,
                                       absl::string_view ca_pem) {
  ROLLCALL_ASSIGN_OR_RETURN(const CertificateInfo info,
                            ReadCertificate(certificate_pem));
  ROLLCALL_ASSIGN_OR_RETURN(const AgentId agent, FingerprintOf(key_pem_));
  if (info.key_fingerprint != agent) {
    return absl::InvalidArgumentError(
        "the collector issued a certificate for another key");
  }
  if (!ca_pem.empty()) {
    ROLLCALL_RETURN_IF_ERROR(WriteFileAtomically(Path(kCa), ca_pem, 0644));
    ca_pem_ = std::string(ca_pem);
  }
  ROLLCALL_RETURN_IF_ERROR(
      WriteFileAtomically(Path(kCertificate), certificate_pem, 0644));
  certificate_pem_ = std::string(certificate_pem);
  for (const char* name : {kPreviousKey, kPreviousCertificate}) {
    if (unlink(Path(name).c_str()) != 0 && errno != ENOENT) {
      return FileError(Path(name), "cannot remove", errno);
    }
  }
  previous_key_pem_.clear();
  previous_certificate_pem_.clear();
  return absl::OkStatus();
}

absl::Status AgentKey::ReplaceKey() {
  if (!certificate_pem_.empty()) {
    ROLLCALL_RETURN_IF_ERROR(
        WriteFileAtomically(Path(kPreviousKey), key_pem_, 0600));
    ROLLCALL_RETURN_IF_ERROR(WriteFileAtomically(Path(kPreviousCertificate),
                                                 certificate_pem_, 0644));
    previous_key_pem_ = key_pem_;
    previous_certificate_pem_ = certificate_pem_;
  }
  certificate_pem_.clear();
  return MakeKey();
}

}  // namespace rollcall::agent
