#include "rollcall/v1/device_service.grpc.pb.h"
#include "tests/support/proto_matchers.h"
#include "tests/unit/collector/cli/command_fixture.h"

namespace rollcall::cli {
namespace {

using ::rollcall::testing::EqualsText;
using ::rollcall::testing::FromText;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kHold[] =
    "hold_id: 'h1' device_id: '4f1c' held_by: 'ada' reason: '=case()\\033[2J'";

class FakeHoldService final : public v1::DeviceService::Service {
 public:
  grpc::Status GetDevice(grpc::ServerContext*, const v1::GetDeviceRequest*,
                         v1::GetDeviceResponse* response) override {
    response->mutable_device()->set_device_id("4f1c");
    response->mutable_device()->set_device_class("laptop");
    *response->mutable_device()->add_holds() = hold;
    return grpc::Status::OK;
  }
  grpc::Status HoldDevice(grpc::ServerContext*,
                          const v1::HoldDeviceRequest* request,
                          v1::HoldDeviceResponse* response) override {
    ++calls;
    held = *request;
    *response->mutable_hold() = hold;
    return grpc::Status::OK;
  }
  grpc::Status ReleaseDevice(grpc::ServerContext*,
                             const v1::ReleaseDeviceRequest* request,
                             v1::ReleaseDeviceResponse* response) override {
    ++calls;
    released = *request;
    *response->mutable_hold() = hold;
    response->mutable_hold()->set_released_by("bea");
    response->mutable_hold()->set_release_reason("closed");
    response->mutable_hold()->mutable_release_time()->set_seconds(1);
    return grpc::Status::OK;
  }
  grpc::Status ListHolds(grpc::ServerContext*,
                         const v1::ListHoldsRequest* request,
                         v1::ListHoldsResponse* response) override {
    listed = *request;
    if (any) *response->add_holds() = hold;
    if (moved) response->mutable_holds(0)->add_current_device_ids("77aa");
    if (any && request->with_released()) {
      *response->add_holds() = FromText<v1::DeviceHold>(
          "hold_id: 'h0' device_id: '5a00' held_by: 'ada' reason: 'audit' "
          "release_time { seconds: 1 } released_by: 'bea' "
          "release_reason: 'closed'");
    }
    return grpc::Status::OK;
  }

  const v1::DeviceHold hold = FromText<v1::DeviceHold>(kHold);
  bool any = false;
  bool moved = false;
  int calls = 0;
  v1::HoldDeviceRequest held;
  v1::ReleaseDeviceRequest released;
  v1::ListHoldsRequest listed;
};

using HoldCommandsTest = CommandTest<FakeHoldService>;

TEST_F(HoldCommandsTest, AHoldNeedsAReason) {
  EXPECT_NE(Run({"device", "hold", "4f1c"}), ExitCode::kOk);
  EXPECT_THAT(err_.str(), HasSubstr("--reason is needed"));
  EXPECT_NE(Run({"device", "release", "4f1c"}), ExitCode::kOk);
  EXPECT_EQ(service_.calls, 0);
}

TEST_F(HoldCommandsTest, HoldsADeviceAndSaysSo) {
  EXPECT_EQ(Run({"device", "hold", "4f1c", "--reason=case", "--request-id=r"}),
            ExitCode::kOk);
  EXPECT_THAT(service_.held,
              EqualsText("device_id: '4f1c' reason: 'case' request_id: 'r'"));
  EXPECT_THAT(out_.str(), AllOf(StartsWith("Device 4f1c is held since"),
                                HasSubstr("by ada"), HasSubstr("hold h1"),
                                Not(HasSubstr("\x1b"))));
}

TEST_F(HoldCommandsTest, ReleasesTheHoldThatIsNamed) {
  EXPECT_EQ(Run({"device", "release", "4f1c", "--reason=closed", "--hold=h1"}),
            ExitCode::kOk);
  EXPECT_THAT(service_.released,
              EqualsText("device_id: '4f1c' reason: 'closed' hold_id: 'h1'"));
  EXPECT_THAT(out_.str(),
              AllOf(StartsWith("Device 4f1c was held since"),
                    HasSubstr("by bea: closed"), Not(HasSubstr("\x1b"))));
}

TEST_F(HoldCommandsTest, ListsHolds) {
  EXPECT_EQ(Run({"holds"}), ExitCode::kOk);
  EXPECT_EQ(out_.str(), "No device is held.\n");
  EXPECT_FALSE(service_.listed.with_released());
  service_.any = true;
  EXPECT_EQ(Run({"holds"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("4f1c"), HasSubstr("ada"),
                    Not(HasSubstr("RELEASED")), Not(HasSubstr("\x1b"))));
  EXPECT_EQ(Run({"holds", "--output=csv"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), HasSubstr("'=case()"));
}

TEST_F(HoldCommandsTest, SaysWhoReleasedAHoldAndWhy) {
  service_.any = true;
  EXPECT_EQ(Run({"holds", "--released"}), ExitCode::kOk);
  EXPECT_TRUE(service_.listed.with_released());
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("RELEASED"), HasSubstr("RELEASED BY"),
                                HasSubstr("RELEASED, WHY"), HasSubstr("bea"),
                                HasSubstr("closed"), HasSubstr("4f1c")));
}

TEST_F(HoldCommandsTest, AHoldIsListedWithTheDeviceThatItIsOnNow) {
  service_.any = true;
  service_.moved = true;
  EXPECT_EQ(Run({"holds"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("77aa"), Not(HasSubstr("4f1c"))));
  EXPECT_EQ(Run({"holds", "--output=csv"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("device_id,current_device_ids"),
                                HasSubstr("4f1c,77aa")));
}

TEST_F(HoldCommandsTest, ADeviceIsShownWithItsClassAndItsHolds) {
  EXPECT_EQ(Run({"device", "show", "4f1c"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("laptop"), HasSubstr("by ada"),
                                HasSubstr("h1"), Not(HasSubstr("\x1b"))));
  EXPECT_EQ(Run({"device", "show", "4f1c", "--output=csv"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("device_class,hold_ids"),
                                HasSubstr("laptop,h1")));
}

}  // namespace
}  // namespace rollcall::cli
