// Who calls.
#pragma once

#include <grpcpp/server_context.h>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "collector/rpc/access.h"
#include "common/id.h"

namespace rollcall::collector {

// The principal that the call's client certificate speaks for, without its
// roles. UNAUTHENTICATED if there is none (an agent's certificate names no
// principal), or if the certificate was revoked, or has expired by `now`: a
// connection, and a TLS session that is taken up again, outlive it.
absl::StatusOr<Caller> AdminCaller(const grpc::ServerContextBase& context,
                                   const RevokedCertificates& revoked,
                                   absl::Time now);

// The agent of a stream.
struct CallingAgent {
  AgentId agent;
  // The stream must not outlive it.
  absl::Time certificate_ends;
};

// The agent that the call's client certificate speaks for. UNAUTHENTICATED if
// there is none (an admin's certificate names no agent).
absl::StatusOr<CallingAgent> AgentCaller(
    const grpc::ServerContextBase& context);

}  // namespace rollcall::collector
