// The authority that the collector issues certificates with: an intermediate
// whose key it holds, so that the root's key may stay elsewhere.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "collector/identity/certificate_request.h"
#include "common/id.h"
#include "common/openssl_ptr.h"

namespace rollcall::collector {

using CertificateSerial = Id<struct CertificateSerialTag>;

// What a certificate is to say.
struct CertificateContent {
  // The only subject alternative name: rollcall://agent/... or
  // rollcall://principal/...
  std::string uri;
  // For people who look at it; at most 64 bytes.
  std::string common_name;
  CertificateSerial serial;
  absl::Time now;
  absl::Duration life;
  // It does not begin before.
  absl::Time not_before = absl::InfinitePast();
};

struct IssuedCertificate {
  // It, then the intermediates up to the root, which is left out.
  std::string chain_pem;
  absl::Time not_after;
};

// Immutable, so thread-safe.
class CertificateAuthority {
 public:
  // `issuer_pem`: the issuer's certificate, then those above it. `roots_pem`:
  // what agents and administrators trust, and our listeners of them.
  // INVALID_ARGUMENT, and why, unless the issuer may sign certificates, the key
  // is its own, and it leads to one of the roots at `now`.
  static absl::StatusOr<std::unique_ptr<const CertificateAuthority>> Create(
      absl::string_view issuer_pem, absl::string_view key_pem,
      absl::string_view roots_pem, absl::Time now);

  // A certificate for clients, for the request's key; it starts 5 minutes ago,
  // for clocks that differ, or when the content says, and ends no later than
  // the issuer does. FAILED_PRECONDITION if the issuer has ended.
  absl::StatusOr<IssuedCertificate> Issue(
      const CertificateRequest& request,
      const CertificateContent& content) const;

  const std::string& roots_pem() const { return roots_pem_; }
  absl::Time not_after() const { return not_after_; }

 private:
  CertificateAuthority() = default;

  absl::StatusOr<OpenSslPtr<X509>> MakeCertificate(
      const CertificateRequest& request, const CertificateContent& content,
      absl::Time not_after) const;

  OpenSslPtr<X509> issuer_;
  OpenSslPtr<EVP_PKEY> key_;
  absl::Time not_before_;
  absl::Time not_after_;
  // The issuer's certificate and those above it, without a root.
  std::string chain_pem_;
  std::string roots_pem_;
};

}  // namespace rollcall::collector
