// The certificates that were issued.
#pragma once

#include "absl/status/statusor.h"
#include "collector/identity/certificate_revocations.h"
#include "collector/identity/revocations.h"
#include "collector/storage/committer.h"
#include "common/clock.h"
#include "rollcall/v1/enrolment_service.pb.h"

namespace rollcall::collector {

// Thread-safe; all arguments outlive it. Blocking.
class CertificateList {
 public:
  CertificateList(const Engine& engine, Committer& committer,
                  const Revocations& revocations,
                  const CertificateRevocations& of_principals,
                  const Clock& clock)
      : engine_(engine),
        committer_(committer),
        revocations_(revocations),
        of_principals_(of_principals),
        clock_(clock) {}

  // Answers EnrolmentService.ListCertificates.
  absl::StatusOr<v1::ListCertificatesResponse> List(
      const v1::ListCertificatesRequest& request) const;

  // Forgets some of those that ended more than 90 days ago; called at
  // intervals.
  absl::Status Forget();

 private:
  const Engine& engine_;
  Committer& committer_;
  const Revocations& revocations_;
  const CertificateRevocations& of_principals_;
  const Clock& clock_;
};

}  // namespace rollcall::collector
