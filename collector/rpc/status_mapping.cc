#include "collector/rpc/status_mapping.h"

#include <string>

namespace rollcall::collector {

grpc::Status ToGrpcStatus(const absl::Status& status) {
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()),
                      std::string(status.message()));
}

}  // namespace rollcall::collector
