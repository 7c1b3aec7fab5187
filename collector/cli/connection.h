// The way to the collector, and what to tell when it fails.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "collector/cli/environment.h"

namespace rollcall::cli {

// A channel with mutual TLS. Contacts nothing yet. INVALID_ARGUMENT, saying
// which file and what to do, if the certificates cannot be used at `now`.
absl::StatusOr<std::shared_ptr<grpc::Channel>> Connect(
    const GlobalOptions& options, absl::Time now);

// Whether the collector itself answered a call that has ended: without, gRPC
// said that the call failed.
bool IsOfCollector(const grpc::ClientContext& ended);

// The status of a call, with advice where its failure has a usual cause. Pure.
absl::Status ExplainFailure(const grpc::Status& status, bool is_of_collector,
                            const GlobalOptions& options);

}  // namespace rollcall::cli
