#include "collector/identity/certificate_authority.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/certificate_chain.h"
#include "common/status.h"
#include "common/tls.h"

namespace rollcall::collector {
namespace {

// Clocks of agents may be that far behind.
constexpr absl::Duration kSkew = absl::Minutes(5);
// A shorter life would be of no use.
constexpr absl::Duration kLeastLife = absl::Minutes(1);

absl::Status Internal() {
  return absl::InternalError("OpenSSL could not make the certificate");
}

bool AddExtension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const OpenSslPtr<X509_EXTENSION> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  return extension != nullptr &&
         X509_add_ext(certificate, extension.get(), -1) == 1;
}

// Byte for byte: nothing in the name is taken for a setting.
bool AddUri(X509* certificate, const std::string& uri) {
  const OpenSslPtr<GENERAL_NAMES> names(GENERAL_NAMES_new());
  ASN1_STRING* value = ASN1_STRING_type_new(V_ASN1_IA5STRING);
  GENERAL_NAME* name = GENERAL_NAME_new();
  ASN1_STRING_set(value, uri.data(), static_cast<int>(uri.size()));
  GENERAL_NAME_set0_value(name, GEN_URI, value);
  sk_GENERAL_NAME_push(names.get(), name);
  return X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0,
                           0) == 1;
}

bool SetSerial(X509* certificate, const CertificateSerial& serial) {
  const absl::string_view bytes = serial.bytes();
  const OpenSslPtr<BIGNUM> number(
      BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                static_cast<int>(bytes.size()), nullptr));
  return number != nullptr &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) !=
             nullptr;
}

bool SetKey(X509* certificate, const std::string& der) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  const OpenSslPtr<EVP_PKEY> key(
      d2i_PUBKEY(nullptr, &bytes, static_cast<long>(der.size())));
  return key != nullptr && X509_set_pubkey(certificate, key.get()) == 1;
}

const EVP_MD* DigestFor(EVP_PKEY* key) {
  const int kind = EVP_PKEY_get_base_id(key);
  if (kind == EVP_PKEY_ED25519 || kind == EVP_PKEY_ED448) return nullptr;
  return kind == EVP_PKEY_EC && EVP_PKEY_get_bits(key) > 256 ? EVP_sha384()
                                                             : EVP_sha256();
}

// All but a root: who trusts it has it.
std::string WithoutRoots(const std::vector<OpenSslPtr<X509>>& certificates) {
  std::string pem;
  for (const auto& certificate : certificates) {
    if ((X509_get_extension_flags(certificate.get()) & EXFLAG_SS) != 0) {
      continue;
    }
    pem += WrittenText(
        [&](BIO* bio) { return PEM_write_bio_X509(bio, certificate.get()); });
  }
  return pem;
}

}  // namespace

absl::StatusOr<std::unique_ptr<const CertificateAuthority>>
CertificateAuthority::Create(absl::string_view issuer_pem,
                             absl::string_view key_pem,
                             absl::string_view roots_pem, absl::Time now) {
  ROLLCALL_ASSIGN_OR_RETURN(auto chain, ParseCertificates(issuer_pem));
  auto authority =
      std::unique_ptr<CertificateAuthority>(new CertificateAuthority());
  authority->key_ = ParsePrivateKey(key_pem);
  if (authority->key_ == nullptr) {
    return absl::InvalidArgumentError(
        "the issuer's key is no unencrypted PEM private key");
  }
  X509* const issuer = chain[0].get();
  if (X509_check_private_key(issuer, authority->key_.get()) != 1) {
    return absl::InvalidArgumentError(
        "the issuer's key does not belong to its certificate");
  }
  if (X509_check_ca(issuer) != 1 ||
      (X509_get_key_usage(issuer) & KU_KEY_CERT_SIGN) == 0) {
    return absl::InvalidArgumentError(
        "the issuer's certificate may not sign certificates");
  }
  ROLLCALL_RETURN_IF_ERROR(
      Annotate(CheckChain(chain, roots_pem, CertificateUse::kIssuer, now),
               "the issuer's certificate"));
  ROLLCALL_ASSIGN_OR_RETURN(const CertificateInfo info,
                            ReadCertificate(issuer_pem));
  authority->not_before_ = info.not_before;
  authority->not_after_ = info.not_after;
  authority->chain_pem_ = WithoutRoots(chain);
  authority->roots_pem_ = std::string(roots_pem);
  authority->issuer_ = std::move(chain[0]);
  return authority;
}

absl::StatusOr<IssuedCertificate> CertificateAuthority::Issue(
    const CertificateRequest& request,
    const CertificateContent& content) const {
  // A certificate knows whole seconds.
  const absl::Time not_after = absl::FromUnixSeconds(
      absl::ToUnixSeconds(std::min(content.now + content.life, not_after_)));
  if (not_after < content.now + kLeastLife) {
    return absl::FailedPreconditionError(
        absl::StrCat("the collector's issuing certificate ended on ",
                     absl::FormatTime(not_after_, absl::UTCTimeZone()),
                     "; its administrator must give it a new one"));
  }
  ROLLCALL_ASSIGN_OR_RETURN(const auto certificate,
                            MakeCertificate(request, content, not_after));
  const std::string pem = WrittenText(
      [&](BIO* bio) { return PEM_write_bio_X509(bio, certificate.get()); });
  if (pem.empty()) return Internal();
  return IssuedCertificate{pem + chain_pem_, not_after};
}

absl::StatusOr<OpenSslPtr<X509>> CertificateAuthority::MakeCertificate(
    const CertificateRequest& request, const CertificateContent& content,
    absl::Time not_after) const {
  OpenSslPtr<X509> made(X509_new());
  X509* const certificate = made.get();
  X509* const issuer = issuer_.get();
  const absl::Time not_before =
      std::max({content.now - kSkew, not_before_, content.not_before});
  const bool ok =
      certificate != nullptr &&
      X509_set_version(certificate, X509_VERSION_3) == 1 &&
      SetSerial(certificate, content.serial) &&
      X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 &&
      X509_NAME_add_entry_by_txt(
          X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
          reinterpret_cast<const unsigned char*>(content.common_name.data()),
          static_cast<int>(content.common_name.size()), -1, 0) == 1 &&
      ASN1_TIME_set(X509_getm_notBefore(certificate),
                    absl::ToTimeT(not_before)) != nullptr &&
      ASN1_TIME_set(X509_getm_notAfter(certificate),
                    absl::ToTimeT(not_after)) != nullptr &&
      SetKey(certificate, request.public_key_der) &&
      AddExtension(certificate, issuer, NID_basic_constraints,
                   "critical,CA:FALSE") &&
      AddExtension(certificate, issuer, NID_key_usage,
                   "critical,digitalSignature") &&
      AddExtension(certificate, issuer, NID_ext_key_usage, "clientAuth") &&
      AddExtension(certificate, issuer, NID_subject_key_identifier, "hash") &&
      AddExtension(certificate, issuer, NID_authority_key_identifier,
                   "keyid") &&
      AddUri(certificate, content.uri) &&
      X509_sign(certificate, key_.get(), DigestFor(key_.get())) > 0;
  if (!ok) return Internal();
  return made;
}

}  // namespace rollcall::collector
