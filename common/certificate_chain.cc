#include "common/certificate_chain.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status.h"

namespace rollcall {
namespace {
constexpr size_t kMaxCertificates = 16;
}  // namespace

absl::StatusOr<std::vector<OpenSslPtr<X509>>> ParseCertificates(
    absl::string_view pem) {
  std::vector<OpenSslPtr<X509>> certificates;
  const auto bio = MemoryBio(pem);
  while (true) {
    ERR_clear_error();
    OpenSslPtr<X509> certificate(
        PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (certificate == nullptr) break;
    certificates.push_back(std::move(certificate));
    if (certificates.size() > kMaxCertificates) {
      return absl::InvalidArgumentError(
          absl::StrCat("more than ", kMaxCertificates, " certificates"));
    }
  }
  const bool at_end =
      ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!at_end) return absl::InvalidArgumentError("a damaged PEM certificate");
  if (certificates.empty()) {
    return absl::InvalidArgumentError("no PEM certificate");
  }
  return certificates;
}

absl::Status CheckChain(const std::vector<OpenSslPtr<X509>>& chain,
                        absl::string_view roots_pem, CertificateUse use,
                        absl::Time at) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto roots, ParseCertificates(roots_pem));
  const OpenSslPtr<X509_STORE> store(X509_STORE_new());
  for (const auto& root : roots) X509_STORE_add_cert(store.get(), root.get());
  const OpenSslPtr<STACK_OF(X509)> others(sk_X509_new_null());
  for (size_t i = 1; i < chain.size(); ++i) {
    sk_X509_push(others.get(), chain[i].get());
  }
  const OpenSslPtr<X509_STORE_CTX> context(X509_STORE_CTX_new());
  if (X509_STORE_CTX_init(context.get(), store.get(), chain[0].get(),
                          others.get()) != 1) {
    return absl::InternalError("OpenSSL cannot verify certificates");
  }
  if (use == CertificateUse::kClient) {
    X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_CLIENT);
  }
  X509_STORE_CTX_set_time(context.get(), 0, absl::ToTimeT(at));
  if (X509_verify_cert(context.get()) == 1) return absl::OkStatus();
  return absl::UnauthenticatedError(absl::StrCat(
      "the certificate does not lead to a trusted authority: ",
      X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()))));
}

}  // namespace rollcall
