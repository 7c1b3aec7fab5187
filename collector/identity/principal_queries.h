// Questions about who may do what.
#pragma once

#include "absl/status/statusor.h"
#include "collector/rpc/access.h"
#include "collector/storage/engine.h"
#include "common/clock.h"
#include "rollcall/v1/principal_service.pb.h"

namespace rollcall::collector {

// Each method answers PrincipalService as the proto says. Thread-safe.
// Blocking. All references outlive it.
class PrincipalQueries {
 public:
  PrincipalQueries(const Engine& engine, const PrincipalRoles& roles,
                   const Clock& clock)
      : engine_(engine), roles_(roles), clock_(clock) {}

  absl::StatusOr<v1::ListPrincipalsResponse> List(
      const v1::ListPrincipalsRequest& request) const;
  absl::StatusOr<v1::GetPrincipalResponse> Get(
      const v1::GetPrincipalRequest& request) const;
  absl::StatusOr<v1::WhoAmIResponse> WhoAmI(const Caller& caller) const;

 private:
  const Engine& engine_;
  const PrincipalRoles& roles_;
  const Clock& clock_;
};

}  // namespace rollcall::collector
