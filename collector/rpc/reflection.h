// Server reflection with comments: gRPC's own serves descriptors without them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor_database.h"
#include "grpc/reflection/v1/reflection.grpc.pb.h"
#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"

namespace rollcall::collector {

// Answers questions about a fixed set of files. Thread-safe after Create.
class ReflectionAnswers {
 public:
  // `services` are the fully-qualified names of what this server serves; each
  // must be declared in the embedded descriptors.
  static absl::StatusOr<std::unique_ptr<ReflectionAnswers>> Create(
      std::vector<std::string> services);

  grpc::reflection::v1::ServerReflectionResponse Answer(
      const grpc::reflection::v1::ServerReflectionRequest& request) const;

 private:
  ReflectionAnswers() = default;

  std::vector<std::string> services_;
  google::protobuf::SimpleDescriptorDatabase database_;
  std::unique_ptr<google::protobuf::DescriptorPool> pool_;
};

// Both names of the reflection service; `answers` outlives them.
std::vector<std::unique_ptr<grpc::Service>> MakeReflectionServices(
    const ReflectionAnswers& answers);

}  // namespace rollcall::collector
