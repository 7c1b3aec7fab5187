// Certificates for tests, made in memory with OpenSSL: no scripts, no files.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/tls.h"

struct evp_pkey_st;
struct x509_st;

namespace rollcall::testing {

// What a certificate is to say.
struct CertificateSpec {
  // Subject alternative names, taken byte for byte.
  std::vector<std::string> uris;
  std::vector<std::string> hosts;
  std::vector<std::string> addresses;  // IPv4 or IPv6, as text
  // From now: both ends of its life.
  absl::Duration starts = -absl::Minutes(5);
  absl::Duration ends = absl::Hours(1);
};

// An authority of a test's own. Thread-compatible. Credentials it makes carry
// its root as ca_pem, so they work with each other.
class TestPki {
 public:
  TestPki();
  ~TestPki();
  TestPki(const TestPki&) = delete;
  TestPki& operator=(const TestPki&) = delete;

  const std::string& ca_pem() const { return ca_pem_; }
  // For a collector that issues certificates itself.
  std::string ca_key_pem() const;

  // A new key and a certificate for it.
  TlsCredentials Issue(const CertificateSpec& spec) const;
  // A server on this machine: localhost, 127.0.0.1 and ::1.
  TlsCredentials Server() const;
  // An agent, named by the fingerprint of its key as it should be.
  TlsCredentials Agent(absl::Duration ends = absl::Hours(1)) const;
  // A new certificate for the key of an agent.
  TlsCredentials Renew(const TlsCredentials& agent, absl::Duration ends) const;
  // An agent that claims an id that is not its key's.
  TlsCredentials Impostor(absl::string_view agent_hex) const;
  TlsCredentials Admin(absl::string_view principal,
                       absl::Duration ends = absl::Hours(1)) const;

 private:
  struct KeyDeleter {
    void operator()(evp_pkey_st* key) const;
  };
  struct CertificateDeleter {
    void operator()(x509_st* certificate) const;
  };
  using Key = std::unique_ptr<evp_pkey_st, KeyDeleter>;
  using Certificate = std::unique_ptr<x509_st, CertificateDeleter>;

  static Key MakeKey();
  Certificate Sign(const CertificateSpec& spec, evp_pkey_st* key) const;
  TlsCredentials Pack(const CertificateSpec& spec, evp_pkey_st* key) const;

  Key ca_key_;
  Certificate ca_;
  std::string ca_pem_;
};

// The agent that the credentials are for.
AgentId AgentIdOf(const TlsCredentials& credentials);

}  // namespace rollcall::testing
