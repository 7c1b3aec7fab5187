// Lets principals in, or not: the one place where that is done.
#pragma once

#include <grpcpp/server_context.h>

#include <atomic>
#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "collector/rpc/access.h"
#include "common/clock.h"
#include "google/protobuf/message.h"

namespace rollcall::collector {

// Finds the method by the type of the request, since each method has one of its
// own, so that no service can name the wrong one. Thread-safe. All arguments
// outlive it.
class AccessControl {
 public:
  AccessControl(const PrincipalRoles& roles, const RevokedCertificates& revoked,
                const Clock& clock,
                absl::Span<const AccessRule> rules = AccessRules());

  // Who calls, if he may. UNAUTHENTICATED as AdminCaller; PERMISSION_DENIED if
  // he has no role that may, with what to do; INTERNAL if no rule, or more than
  // one, is about such a request. Does not block.
  absl::StatusOr<Caller> Admit(const grpc::ServerContextBase& context,
                               const google::protobuf::Message& request) const;

  // Calls that were refused for want of a role, since the start.
  int64_t refused() const { return refused_; }

 private:
  // The rule about requests of this type.
  absl::StatusOr<const AccessRule*> RuleOf(
      const google::protobuf::Descriptor* request) const;
  absl::Status Refuse(const Caller& caller, const AccessRule& rule,
                      absl::Status why) const;

  const PrincipalRoles& roles_;
  const RevokedCertificates& revoked_;
  const Clock& clock_;
  // By the type of the request; nullptr where several methods take it.
  absl::flat_hash_map<const google::protobuf::Descriptor*, const AccessRule*>
      rules_;
  mutable std::atomic<int64_t> refused_{0};
};

}  // namespace rollcall::collector
