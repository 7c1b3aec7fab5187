#include "common/tls.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/file.h"
#include "common/hash.h"
#include "common/status.h"
#include "common/text.h"

namespace rollcall {
namespace {

constexpr absl::string_view kAgentPrefix = "rollcall://agent/";
constexpr absl::string_view kPrincipalPrefix = "rollcall://principal/";
constexpr size_t kMaxPemBytes = 1 << 20;

struct OpenSslDeleter {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* x509) const { X509_free(x509); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};
template <typename T>
using OpenSslPtr = std::unique_ptr<T, OpenSslDeleter>;

OpenSslPtr<BIO> MemoryBio(absl::string_view text) {
  return OpenSslPtr<BIO>(
      BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

OpenSslPtr<X509> ParseCertificate(absl::string_view pem) {
  const auto bio = MemoryBio(pem);
  return OpenSslPtr<X509>(
      PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

OpenSslPtr<EVP_PKEY> ParseKey(absl::string_view pem) {
  const auto bio = MemoryBio(pem);
  // An empty passphrase: an encrypted key is an error, not a prompt.
  return OpenSslPtr<EVP_PKEY>(PEM_read_bio_PrivateKey(
      bio.get(), nullptr, nullptr, const_cast<char*>("")));
}

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

absl::Time NotAfterOf(X509* certificate) {
  tm fields = {};
  ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &fields);
  return absl::FromTM(fields, absl::UTCTimeZone());
}

AgentId FingerprintOf(X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  AgentId id;
  if (size > 0) {
    id = Sha256()
             .Update(absl::string_view(reinterpret_cast<char*>(der), size))
             .FinishAs<AgentId>();
  }
  OPENSSL_free(der);
  return id;
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

bool IsPrincipalName(absl::string_view name) {
  if (name.empty() || name.size() > 64) return false;
  for (const char c : name) {
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                         c == '.' || c == '_' || c == '-';
    if (!allowed) return false;
  }
  return true;
}

}  // namespace

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
  const auto key = ParseKey(result.private_key_pem);
  if (key == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        key_path, ": no unencrypted PEM private key in this file"));
  }
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        key_path, ": this key does not belong to the certificate in ",
        cert_path));
  }
  const absl::Time not_after = NotAfterOf(certificate.get());
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
  return CertificateInfo{UrisOf(certificate.get()),
                         NotAfterOf(certificate.get()),
                         FingerprintOf(certificate.get())};
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
