// The certificates of principals that count no more, in memory.
#pragma once

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "collector/rpc/access.h"
#include "collector/storage/engine.h"
#include "common/sync.h"
#include "rollcall/stored/v1/principals.pb.h"

namespace rollcall::collector {

// What is learnt was stored before, so that a certificate that was revoked does
// not count from the next call on. Thread-safe; the engine outlives it.
class CertificateRevocations final : public RevokedCertificates {
 public:
  explicit CertificateRevocations(const Engine& engine) : engine_(engine) {}

  // Reads what is stored; called once, before anybody asks. Blocking.
  absl::Status Load();
  // Takes in what a change that was stored made of a principal's.
  void Learn(absl::string_view principal,
             const stored::v1::CertificateRevocations& revocations);
  // Reads what is stored of one, and takes it in. Blocking.
  void LearnStored(absl::string_view principal);

  bool IsRevoked(absl::string_view principal,
                 const CertificateInfo& certificate) const override;
  // Since when one that was issued here counts no more; InfiniteFuture: it
  // does. Does not block.
  absl::Time Since(const v1::Certificate& certificate) const;

 private:
  const Engine& engine_;
  mutable Mutex mutex_;
  absl::flat_hash_map<std::string, stored::v1::CertificateRevocations> known_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace rollcall::collector
