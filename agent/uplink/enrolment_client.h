// How the agent gets its certificates: over HTTPS, from the collector.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/id.h"

namespace rollcall::agent {

// What the collector issued.
struct IssuedCertificate {
  // The certificate, then its intermediates, PEM.
  std::string certificate_pem;
  // The roots to trust from now on, PEM.
  std::string ca_pem;
};

// A key and the certificate for it, PEM.
struct KeyAndCertificate {
  std::string key_pem;
  std::string certificate_pem;
};

// Not thread-safe but for Interrupt. Blocking. Errors of both calls:
// UNAVAILABLE or DEADLINE_EXCEEDED where no collector was reached;
// UNAUTHENTICATED, PERMISSION_DENIED or INVALID_ARGUMENT where it refused,
// which to repeat is of no use; CANCELLED after Interrupt.
class EnrolmentClient {
 public:
  virtual ~EnrolmentClient() = default;

  // A certificate for `key_pem`, for a token. `parent`: the agent that this one
  // was copied from, if any. `ca_pem`: the roots that the collector's own
  // certificate must lead to.
  virtual absl::StatusOr<IssuedCertificate> Enrol(
      absl::string_view token, absl::string_view key_pem,
      const std::optional<AgentId>& parent, const std::string& ca_pem) = 0;
  // A certificate for `key_pem`, which may be the old key, for an older
  // certificate.
  virtual absl::StatusOr<IssuedCertificate> Renew(
      const KeyAndCertificate& old, absl::string_view key_pem,
      const std::string& ca_pem) = 0;
  // Ends the call under way, and every later one. For use from another thread.
  virtual void Interrupt() = 0;
};

struct EnrolmentClientOptions {
  // HOST:PORT of collectors' HTTPS ports; tried in turn until one answers.
  std::vector<std::string> servers;
  // "http://HOST:PORT" or empty.
  std::string proxy;
  // For each of them.
  absl::Duration timeout = absl::Seconds(30);
};

std::unique_ptr<EnrolmentClient> MakeEnrolmentClient(
    const EnrolmentClientOptions& options);

}  // namespace rollcall::agent
