// From absl::Status to what goes over the wire.
#pragma once

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace rollcall::collector {

// Same code, same message, which is cut where it is longer than clients take.
// The canonical codes of both are the same numbers.
grpc::Status ToGrpcStatus(const absl::Status& status);

}  // namespace rollcall::collector
