// The questions of IdentityService, without gRPC.
#pragma once

#include "absl/status/statusor.h"
#include "collector/identity/contact_times.h"
#include "collector/storage/engine.h"
#include "rollcall/v1/identity_service.pb.h"

namespace rollcall::collector {

// Answers each request as identity_service.proto says. Thread-safe. Blocking.
class IdentityQueries {
 public:
  // Both outlive this.
  IdentityQueries(const Engine& engine, const ContactTimes& times)
      : engine_(engine), times_(times) {}

  absl::StatusOr<v1::GetDeviceIdentityResponse> GetDeviceIdentity(
      const v1::GetDeviceIdentityRequest& request) const;
  absl::StatusOr<v1::ListPossibleDuplicatesResponse> ListPossibleDuplicates(
      const v1::ListPossibleDuplicatesRequest& request) const;

 private:
  const Engine& engine_;
  const ContactTimes& times_;
};

}  // namespace rollcall::collector
