#include "collector/rpc/status_mapping.h"

#include <string>

#include "common/text.h"

namespace rollcall::collector {
namespace {
// A message travels in a header field, each byte beyond ASCII as three. Clients
// refuse headers over 8 KiB, and the caller would see that instead.
constexpr size_t kMaxMessageBytes = 2'048;
}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status) {
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()),
                      Abbreviate(status.message(), kMaxMessageBytes));
}

}  // namespace rollcall::collector
