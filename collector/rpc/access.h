// Who may call what.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "collector/rpc/role_set.h"
#include "common/tls.h"

namespace rollcall::collector {

// The principal of an admin call.
struct Caller {
  std::string principal;
  // When the certificate of the call ends.
  absl::Time certificate_end;
  // What it may be, as of when the call's turn came.
  RoleSet roles;
};

// Whom a method is for.
enum class Audience {
  // Principals with one of the rule's roles.
  kRoles,
  // Everybody with a principal's certificate, also without a role.
  kPrincipals,
  // Agents, on a port of their own; no principal.
  kAgents,
};

struct AccessRule {
  // The method's full name, for example
  // "rollcall.v1.ContractService.ImportEntitlements".
  absl::string_view method;
  // Who may call it; empty unless the audience is kRoles.
  RoleSet roles;
  Audience audience = Audience::kRoles;
};

// Every method of package rollcall.v1, once each.
absl::Span<const AccessRule> AccessRules();

// Tells what a principal may be. Thread-safe.
class PrincipalRoles {
 public:
  virtual ~PrincipalRoles() = default;

  // The roles that it has now; none where it is not known. PERMISSION_DENIED,
  // with what to do, where nobody has any. Does not block.
  virtual absl::StatusOr<RoleSet> RolesOf(
      absl::string_view principal) const = 0;
};

// Tells which certificates of principals end before their time. Thread-safe.
class RevokedCertificates {
 public:
  virtual ~RevokedCertificates() = default;

  // Whether this one of the principal's counts no more. Does not block.
  virtual bool IsRevoked(absl::string_view principal,
                         const CertificateInfo& certificate) const = 0;
};

}  // namespace rollcall::collector
