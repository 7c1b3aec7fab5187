#include "collector/rpc/status_mapping.h"

#include "gmock/gmock.h"

namespace rollcall::collector {
namespace {

using ::testing::Le;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST(ToGrpcStatus, KeepsEveryCodeAndTheMessage) {
  for (int code = 1; code <= 16; ++code) {
    const grpc::Status status =
        ToGrpcStatus(absl::Status(static_cast<absl::StatusCode>(code), "why"));
    EXPECT_EQ(status.error_code(), code);
    EXPECT_EQ(status.error_message(), "why");
  }
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
}

TEST(ToGrpcStatus, CutsAMessageThatNoClientWouldTake) {
  const grpc::Status status =
      ToGrpcStatus(absl::NotFoundError("no " + std::string(100'000, 'x')));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(status.error_message(), StartsWith("no x"));
  EXPECT_THAT(status.error_message(), SizeIs(Le(2'100u)));
}

}  // namespace
}  // namespace rollcall::collector
