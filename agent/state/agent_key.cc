#include "agent/state/agent_key.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

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

bool IsCertificateOf(absl::string_view certificate_pem, AgentId agent) {
  const auto certificate = ReadCertificate(certificate_pem);
  return certificate.ok() && certificate->key_fingerprint == agent;
}

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
  ROLLCALL_RETURN_IF_ERROR(key.ReadIfThere(kCertificate, key.certificate_pem_));
  ROLLCALL_RETURN_IF_ERROR(key.ReadIfThere(kCa, key.ca_pem_));
  ROLLCALL_RETURN_IF_ERROR(
      key.ReadIfThere(kPreviousKey, key.previous_key_pem_));
  ROLLCALL_RETURN_IF_ERROR(
      key.ReadIfThere(kPreviousCertificate, key.previous_certificate_pem_));
  auto stored = ReadFile(key.Path(kKey), kMaxPemBytes);
  if (absl::IsNotFound(stored.status())) {
    ROLLCALL_RETURN_IF_ERROR(key.MakeKey());
  } else {
    ROLLCALL_ASSIGN_OR_RETURN(key.key_pem_, std::move(stored));
    const auto agent = FingerprintOf(key.key_pem_);
    if (!agent.ok()) return Annotate(agent.status(), key.Path(kKey));
    key.agent_ = *agent;
  }
  key.PassOverWhatDoesNotFit();
  return key;
}

// What crashes between two files left, and what somebody put there.
void AgentKey::PassOverWhatDoesNotFit() {
  if (!IsCertificateOf(certificate_pem_, agent_)) certificate_pem_.clear();
  const auto previous = FingerprintOf(previous_key_pem_);
  if (previous.ok() && *previous != agent_ &&
      IsCertificateOf(previous_certificate_pem_, *previous)) {
    previous_agent_ = *previous;
    return;
  }
  previous_key_pem_.clear();
  previous_certificate_pem_.clear();
}

absl::Status AgentKey::MakeKey() {
  ROLLCALL_ASSIGN_OR_RETURN(std::string made, MakePrivateKey());
  ROLLCALL_ASSIGN_OR_RETURN(const AgentId agent, FingerprintOf(made));
  ROLLCALL_RETURN_IF_ERROR(WriteFileAtomically(Path(kKey), made, 0600));
  key_pem_ = std::move(made);
  agent_ = agent;
  return absl::OkStatus();
}

absl::Status AgentKey::KeepCertificate(absl::string_view certificate_pem,
                                       absl::string_view ca_pem) {
  ROLLCALL_ASSIGN_OR_RETURN(const CertificateInfo info,
                            ReadCertificate(certificate_pem));
  if (info.key_fingerprint != agent_) {
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
  previous_agent_.reset();
  return absl::OkStatus();
}

absl::Status AgentKey::ReplaceKey() {
  const std::string old_key = key_pem_;
  const AgentId old_agent = agent_;
  const bool was_agent = !certificate_pem_.empty();
  if (was_agent) {
    ROLLCALL_RETURN_IF_ERROR(
        WriteFileAtomically(Path(kPreviousKey), key_pem_, 0600));
    ROLLCALL_RETURN_IF_ERROR(WriteFileAtomically(Path(kPreviousCertificate),
                                                 certificate_pem_, 0644));
  }
  // With this one file the old agent becomes the new one.
  ROLLCALL_RETURN_IF_ERROR(MakeKey());
  if (was_agent) {
    previous_key_pem_ = old_key;
    previous_agent_ = old_agent;
    previous_certificate_pem_ = std::move(certificate_pem_);
  }
  certificate_pem_.clear();
  return absl::OkStatus();
}

}  // namespace rollcall::agent
