#include "collector/identity/role_edits.h"

#include <optional>

#include "gmock/gmock.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_store.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_ledger.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::EmptyStore;
using ::rollcall::testing::FakeClock;
using ::rollcall::testing::FromText;
using ::rollcall::testing::IsOkAndHolds;
using ::rollcall::testing::StatusIs;
using ::testing::HasSubstr;

// Keeps what it is asked, and answers with an id.
class FakeGuardedGrants final : public GuardedGrants {
 public:
  absl::StatusOr<std::string> Propose(const GuardedGrant& grant) override {
    asked = grant;
    return std::string(32, 'c');
  }
  std::optional<GuardedGrant> asked;
};

class RoleEditsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK(store_.Load());
    ASSERT_OK(store_.Install(
        {{"ada", {v1::ROLE_ADMIN}}, {"vic", {v1::ROLE_VIEWER}}}));
  }

  absl::StatusOr<v1::GrantRoleResponse> Grant(const std::string& text,
                                              const Caller& caller) {
    return edits_.Grant(FromText<v1::GrantRoleRequest>(text), caller);
  }
  absl::StatusOr<v1::RevokeRoleResponse> Revoke(const std::string& text,
                                                const Caller& caller) {
    return edits_.Revoke(FromText<v1::RevokeRoleRequest>(text), caller);
  }

  FakeClock clock_;
  HybridClock hybrid_{clock_};
  Engine& engine_ = EmptyStore();
  Committer committer_{engine_, hybrid_};
  const testing::TestLedger ledger_{engine_, committer_};
  PrincipalStore store_{engine_, committer_, ledger_.writer()};
  FakeGuardedGrants guarded_;
  RoleEdits edits_{engine_, committer_, ledger_.writer(), store_, &guarded_};
  const Caller ada_{"ada", absl::InfiniteFuture(), {v1::ROLE_ADMIN}};
  const Caller vic_{"vic", absl::InfiniteFuture(), {v1::ROLE_VIEWER}};
};

TEST_F(RoleEditsTest, ARoleCountsAtOnce) {
  ASSERT_OK_AND_ASSIGN(
      const auto granted,
      Grant("principal: 'jo' role: ROLE_SECURITY reason: 'r'", ada_));
  EXPECT_TRUE(granted.created_principal());
  EXPECT_EQ(granted.principal().grants(0).role(), v1::ROLE_SECURITY);
  EXPECT_EQ(granted.principal().grants(0).granted_by(), "ada");
  EXPECT_THAT(store_.RolesOf("jo"), IsOkAndHolds(RoleSet({v1::ROLE_SECURITY})));
  clock_.Advance(absl::Seconds(1));
  ASSERT_OK_AND_ASSIGN(
      const auto more,
      Grant("principal: 'jo' role: ROLE_VIEWER reason: 'r'", ada_));
  EXPECT_FALSE(more.created_principal());
  ASSERT_OK_AND_ASSIGN(
      const auto revoked,
      Revoke("principal: 'jo' role: ROLE_SECURITY reason: 'r'", ada_));
  ASSERT_EQ(revoked.principal().grants_size(), 1);
  EXPECT_THAT(store_.RolesOf("jo"), IsOkAndHolds(RoleSet({v1::ROLE_VIEWER})));
}

TEST_F(RoleEditsTest, ARepeatedRequestChangesNothingAndGetsTheSameAnswer) {
  const std::string text =
      "principal: 'jo' role: ROLE_VIEWER reason: 'r' request_id: '1'";
  ASSERT_OK_AND_ASSIGN(const auto first, Grant(text, ada_));
  ASSERT_OK(Revoke("principal: 'jo' role: ROLE_VIEWER reason: 'r'", ada_));
  ASSERT_OK_AND_ASSIGN(const auto again, Grant(text, ada_));
  EXPECT_EQ(again.SerializeAsString(), first.SerializeAsString());
  // The role is not back.
  EXPECT_THAT(store_.RolesOf("jo"), IsOkAndHolds(RoleSet()));
  EXPECT_THAT(
      Grant("principal: 'jo' role: ROLE_AUDITOR reason: 'r' request_id: '1'",
            ada_),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("request_id")));
}

TEST_F(RoleEditsTest, ARoleOfTwoPeopleWaitsForTheSecond) {
  ASSERT_OK_AND_ASSIGN(
      const auto proposed,
      Grant("principal: 'jo' role: ROLE_ITAM reason: 'r' request_id: '1'",
            ada_));
  EXPECT_EQ(proposed.change_set_id(), std::string(32, 'c'));
  EXPECT_FALSE(proposed.has_principal());
  ASSERT_TRUE(guarded_.asked.has_value());
  EXPECT_EQ(guarded_.asked->principal, "jo");
  EXPECT_EQ(guarded_.asked->role, v1::ROLE_ITAM);
  EXPECT_EQ(guarded_.asked->by, "ada");
  EXPECT_EQ(guarded_.asked->reason, "r");
  EXPECT_EQ(guarded_.asked->request_id, "1");
  EXPECT_THAT(store_.RolesOf("jo"), IsOkAndHolds(RoleSet()));
}

TEST_F(RoleEditsTest, WhatCannotBeGrantedIsNotProposedEither) {
  EXPECT_THAT(Grant("principal: 'ada' role: ROLE_ITAM reason: 'r'", ada_),
              StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(Grant("principal: 'jo' role: ROLE_ITAM", ada_),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_FALSE(guarded_.asked.has_value());
}

TEST_F(RoleEditsTest, WithoutAWayToAskASecondPersonThatIsSaid) {
  RoleEdits alone(engine_, committer_, ledger_.writer(), store_);
  EXPECT_THAT(
      alone.Grant(FromText<v1::GrantRoleRequest>(
                      "principal: 'jo' role: ROLE_PROCUREMENT reason: 'r'"),
                  ada_),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("two people")));
}

TEST_F(RoleEditsTest, EverybodyGivesUpRolesOfHisOwnAndOfNobodyElse) {
  EXPECT_THAT(Revoke("principal: 'ada' role: ROLE_ADMIN reason: 'r'", vic_),
              StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_OK(Revoke("principal: 'vic' role: ROLE_VIEWER reason: 'r'", vic_));
  EXPECT_THAT(store_.RolesOf("vic"), IsOkAndHolds(RoleSet()));
  EXPECT_THAT(Revoke("principal: 'ada' role: ROLE_ADMIN reason: 'r'", ada_),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(store_.RolesOf("ada"), IsOkAndHolds(RoleSet({v1::ROLE_ADMIN})));
}

TEST_F(RoleEditsTest, WhatIsNoRoleIsRefused) {
  for (const int number : {-1, 0, 99}) {
    v1::GrantRoleRequest request;
    request.set_principal("jo");
    request.set_reason("r");
    request.set_role(static_cast<v1::Role>(number));
    EXPECT_THAT(edits_.Grant(request, ada_),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << number;
  }
}

}  // namespace
}  // namespace rollcall::collector
