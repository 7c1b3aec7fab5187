#include "common/tls.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/file.h"
#include "common/hash.h"
#include "common/openssl_ptr.h"
#include "common/status.h"
#include "common/text.h"

namespace rollcall {
namespace {

constexpr absl::string_view kAgentPrefix = "rollcall://agent/";
constexpr absl::string_view kPrincipalPrefix = "rollcall://principal/";
constexpr size_t kMaxPemBytes = 1 << 20;

std::vector<std::string> UrisOf(X509* certificate) {
  std::vector<std::string> uris;
  const OpenSslPtr<GENERAL_NAMES> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get());
       ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_URI) continue;
    const ASN1_IA5STRING* uri = name->d.uniformResourceIdentifier;
    uris.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                      ASN1_STRING_length(uri));
  }
  return uris;
}

absl::Time TimeOf(const ASN1_TIME* time) {
  tm fields = {};
  ASN1_TIME_to_tm(time, &fields);
  return absl::FromTM(fields, absl::UTCTimeZone());
}

// 32 digits, as ours have, or more.
std::string SerialOf(X509* certificate) {
  const OpenSslPtr<BIGNUM> number(
      ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
  if (number == nullptr) return "";
  std::string bytes(std::max(BN_num_bytes(number.get()), 16), '\0');
  BN_bn2binpad(number.get(), reinterpret_cast<unsigned char*>(bytes.data()),
               static_cast<int>(bytes.size()));
  return absl::BytesToHexString(bytes);
}

std::string Sha256Of(X509* certificate) {
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (X509_digest(certificate, EVP_sha256(), hash, &size) != 1) return "";
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(hash), size));
}

// What follows `prefix` in the only URI that has it, else UNAUTHENTICATED.
absl::StatusOr<std::string> OnlyUriAfter(const CertificateInfo& certificate,
                                         absl::string_view prefix) {
  std::vector<std::string> found;
  for (const std::string& uri : certificate.uris) {
    if (absl::StartsWith(uri, prefix))
      found.push_back(uri.substr(prefix.size()));
  }
  if (found.size() != 1) {
    return absl::UnauthenticatedError(
        absl::StrCat("the certificate has ", found.size(), " URI names ",
                     prefix, "...; exactly one is needed"));
  }
  return found[0];
}

}  // namespace

std::string AgentUri(AgentId agent) {
  return absl::StrCat(kAgentPrefix, agent.ToHex());
}

std::string PrincipalUri(absl::string_view name) {
  return absl::StrCat(kPrincipalPrefix, name);
}

bool IsPrincipalName(absl::string_view name) {
  if (name.empty() || name.size() > 64) return false;
  for (const char c : name) {
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                         c == '.' || c == '_' || c == '-';
    if (!allowed) return false;
  }
  return true;
}

AgentId KeyFingerprint(absl::string_view public_key_der) {
  return Sha256().Update(public_key_der).FinishAs<AgentId>();
}

absl::StatusOr<TlsCredentials> LoadTlsCredentials(absl::string_view ca_path,
                                                  absl::string_view cert_path,
                                                  absl::string_view key_path,
                                                  absl::Time now) {
  TlsCredentials result;
  ROLLCALL_ASSIGN_OR_RETURN(result.ca_pem, ReadFile(ca_path, kMaxPemBytes));
  ROLLCALL_ASSIGN_OR_RETURN(result.certificate_pem,
                            ReadFile(cert_path, kMaxPemBytes));
  ROLLCALL_ASSIGN_OR_RETURN(result.private_key_pem,
                            ReadFile(key_path, kMaxPemBytes));
  if (ParseCertificate(result.ca_pem) == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(ca_path, ": no PEM certificate in this file"));
  }
  const auto certificate = ParseCertificate(result.certificate_pem);
  if (certificate == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(cert_path, ": no PEM certificate in this file"));
  }
  const auto key = ParsePrivateKey(result.private_key_pem);
  if (key == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        key_path, ": no unencrypted PEM private key in this file"));
  }
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        key_path, ": this key does not belong to the certificate in ",
        cert_path));
  }
  const absl::Time not_after = TimeOf(X509_get0_notAfter(certificate.get()));
  if (not_after < now) {
    return absl::FailedPreconditionError(
        absl::StrCat(cert_path, ": this certificate expired on ",
                     absl::FormatTime(not_after, absl::UTCTimeZone())));
  }
  return result;
}

absl::StatusOr<CertificateInfo> ReadCertificate(absl::string_view pem) {
  const auto certificate = ParseCertificate(pem);
  if (certificate == nullptr) {
    return absl::InvalidArgumentError("no PEM certificate");
  }
  return CertificateInfo{
      UrisOf(certificate.get()),
      TimeOf(X509_get0_notBefore(certificate.get())),
      TimeOf(X509_get0_notAfter(certificate.get())),
      KeyFingerprint(PublicKeyDer(X509_get_X509_PUBKEY(certificate.get()))),
      SerialOf(certificate.get()),
      Sha256Of(certificate.get())};
}

absl::StatusOr<AgentId> AgentOf(const CertificateInfo& certificate) {
  ROLLCALL_ASSIGN_OR_RETURN(const std::string name,
                            OnlyUriAfter(certificate, kAgentPrefix));
  const auto id = AgentId::FromHex(name);
  if (!id.has_value() || *id != certificate.key_fingerprint) {
    return absl::UnauthenticatedError(
        absl::StrCat("the certificate names agent \"", EscapeForTerminal(name),
                     "\", which is not the fingerprint of its key (",
                     certificate.key_fingerprint.ToHex(), ")"));
  }
  return *id;
}

absl::StatusOr<std::string> PrincipalOf(const CertificateInfo& certificate) {
  ROLLCALL_ASSIGN_OR_RETURN(std::string name,
                            OnlyUriAfter(certificate, kPrincipalPrefix));
  if (!IsPrincipalName(name)) {
    return absl::UnauthenticatedError(absl::StrCat(
        "the certificate names principal \"", EscapeForTerminal(name),
        "\"; a name is 1 to 64 of a-z, 0-9, \".\", \"_\", \"-\""));
  }
  return name;
}

}  // namespace rollcall
