// Certificates that a test revokes.
#pragma once

#include <set>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "collector/rpc/access.h"
#include "common/sync.h"

namespace rollcall::testing {

// Thread-safe.
class FakeRevoked final : public collector::RevokedCertificates {
 public:
  void Revoke(const std::string& principal, const std::string& sha256) {
    MutexLock lock(&mutex_);
    revoked_.emplace(principal, sha256);
  }

  bool IsRevoked(absl::string_view principal,
                 const CertificateInfo& certificate) const override {
    MutexLock lock(&mutex_);
    return revoked_.count({std::string(principal), certificate.sha256}) > 0;
  }

 private:
  mutable Mutex mutex_;
  std::set<std::pair<std::string, std::string>> revoked_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace rollcall::testing
