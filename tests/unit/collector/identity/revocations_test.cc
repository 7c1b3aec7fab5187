// Who may be turned away, and what is said of it.
#include "collector/identity/revocations.h"

#include "collector/identity/identity_edits.h"
#include "common/log.h"
#include "common/proto_time.h"
#include "tests/unit/collector/identity/identity_world.h"
#include "tests/unit/collector/identity/machines.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

class RevocationsTest : public ::testing::Test, protected IdentityWorld {
 protected:
  void SetUp() override {
    agent_ = NewAgent();
    SayHello(agent_, Laptop(1));
    revocations_.SetEnder([this](AgentId) { return ++ended_; });
  }
  absl::StatusOr<v1::RevokeAgentResponse> Revoke(
      const std::string& id, const std::string& reason = "stolen",
      const std::string& principal = "ada") {
    v1::RevokeAgentRequest request;
    request.set_agent_id(id);
    request.set_reason(reason);
    return revocations_.Revoke(request, principal);
  }
  // What is logged meanwhile.
  std::string LogOf(const std::function<void()>& work) {
    SetLogLevel(LogLevel::kInfo);
    ::testing::internal::CaptureStderr();
    work();
    SetLogLevel(LogLevel::kError);
    return ::testing::internal::GetCapturedStderr();
  }

  Revocations revocations_{engine_, committer_};
  FakeAgent agent_;
  int ended_ = 0;
};

TEST_F(RevocationsTest, AnAgentThatReportedIsTurnedAway) {
  ASSERT_OK_AND_ASSIGN(const auto answer, Revoke(agent_.id.ToHex()));
  EXPECT_TRUE(revocations_.IsRevoked(agent_.id));
  EXPECT_EQ(answer.revoked_by(), "ada");
  EXPECT_EQ(answer.reason(), "stolen");
  EXPECT_FALSE(answer.already_revoked());
  EXPECT_FALSE(answer.never_heard_of());
  EXPECT_EQ(answer.ended_stream_count(), 1);
}

TEST_F(RevocationsTest, ADeviceIsRefusedAndItsAgentsAreNamed) {
  FakeAgent other = NewAgent();
  SayHello(other, Laptop(2));
  const DeviceId device = DeviceOf(agent_);
  const auto refused =
      StatusIs(absl::StatusCode::kFailedPrecondition,
               AllOf(HasSubstr(device.ToHex() + " is a device"),
                     HasSubstr("its agent is " + agent_.id.ToHex())));
  EXPECT_THAT(Revoke(device.ToHex()), refused);
  v1::MergeDevicesRequest merge;
  merge.set_device_id(device.ToHex());
  merge.set_other_device_id(DeviceOf(other).ToHex());
  merge.set_reason("one");
  const DeviceId gone = DeviceOf(other);
  ASSERT_OK(
      IdentityEdits(engine_, committer_, random_).MergeDevices(merge, "ada"));
  EXPECT_THAT(
      Revoke(device.ToHex()),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               AllOf(HasSubstr("its agents are "), HasSubstr(agent_.id.ToHex()),
                     HasSubstr(other.id.ToHex()))));
  EXPECT_THAT(Revoke(gone.ToHex()),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("was merged"),
                             HasSubstr("device show " + device.ToHex()))));
  EXPECT_EQ(revocations_.count(), 0);
  EXPECT_EQ(ended_, 0);
}

TEST_F(RevocationsTest, ASubjectIsRefused) {
  EXPECT_THAT(
      Revoke(SubjectOf(agent_).ToHex()),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               AllOf(HasSubstr("is a subject"), HasSubstr(agent_.id.ToHex()))));
  EXPECT_EQ(revocations_.count(), 0);
}

TEST_F(RevocationsTest, AnAgentThatIsYetToAppearIsRevokedAndSaidToBeUnknown) {
  const FakeAgent expected = NewAgent();
  ASSERT_OK_AND_ASSIGN(const auto answer, Revoke(expected.id.ToHex()));
  EXPECT_TRUE(answer.never_heard_of());
  EXPECT_TRUE(revocations_.IsRevoked(expected.id));
}

TEST_F(RevocationsTest, ARevocationThatChangesNothingSaysSoAndIsNotLogged) {
  const std::string id = agent_.id.ToHex();
  absl::StatusOr<v1::RevokeAgentResponse> first;
  EXPECT_THAT(LogOf([&] { first = Revoke(id); }),
              AllOf(HasSubstr("agent revoked"), HasSubstr("stolen")));
  ASSERT_OK(first);
  clock_.Advance(absl::Hours(1));
  absl::StatusOr<v1::RevokeAgentResponse> again;
  EXPECT_EQ(LogOf([&] { again = Revoke(id, "", "bea"); }), "");
  ASSERT_OK(again);
  EXPECT_TRUE(again->already_revoked());
  EXPECT_EQ(again->revoked_by(), "ada");
  EXPECT_EQ(again->reason(), "stolen");
  EXPECT_EQ(FromProto(again->revoke_time()), FromProto(first->revoke_time()));
}

TEST_F(RevocationsTest, WhatIsNoIdIsRefusedWithWhereToFindOne) {
  for (const std::string& id :
       {std::string(), std::string("laptop-1"), std::string(33, '0')}) {
    EXPECT_THAT(Revoke(id), StatusIs(absl::StatusCode::kInvalidArgument,
                                     HasSubstr("rollcall device show")));
  }
}

}  // namespace
}  // namespace rollcall::collector
