#include "collector/changes/change_policy.h"

#include <string>

#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace rollcall::collector {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;
using testing::IsOkAndHolds;
using testing::StatusIs;

const ChangePolicy& Contracts() {
  return PolicyOf(v1::ChangeSet::KIND_CONTRACTS);
}

v1::Approval By(const std::string& principal, v1::Role role) {
  v1::Approval approval;
  approval.set_principal(principal);
  approval.set_role(role);
  return approval;
}

TEST(ChangePolicy, EveryKindHasOne) {
  for (int number = 1; number < v1::ChangeSet::Kind_ARRAYSIZE; ++number) {
    if (!v1::ChangeSet::Kind_IsValid(number)) continue;
    EXPECT_EQ(PolicyOf(static_cast<v1::ChangeSet::Kind>(number)).kind, number);
  }
}

TEST(ChangePolicy, AKindOfANewerVersionTakesBothSides) {
  EXPECT_EQ(PolicyOf(static_cast<v1::ChangeSet::Kind>(99)).seats.size(), 2u);
}

TEST(ChangePolicy, WhoHasBothRolesTakesTheOneThatIsAwaited) {
  v1::ChangeSet change_set;
  const RoleSet both = {v1::ROLE_ITAM, v1::ROLE_PROCUREMENT};
  *change_set.add_approvals() = By("pat", v1::ROLE_ITAM);
  EXPECT_THAT(RoleToApproveIn(Contracts(), change_set, "una", both,
                              v1::ROLE_UNSPECIFIED),
              IsOkAndHolds(v1::ROLE_PROCUREMENT));
  EXPECT_THAT(
      RoleToApproveIn(Contracts(), change_set, "una", both, v1::ROLE_ITAM),
      StatusIs(StatusCode::kPermissionDenied, HasSubstr("procurement")));
  EXPECT_THAT(RoleToApproveIn(Contracts(), change_set, "una",
                              {v1::ROLE_PROCUREMENT}, v1::ROLE_ITAM),
              StatusIs(StatusCode::kPermissionDenied, HasSubstr("itam")));
}

TEST(ChangePolicy, ALapsedApprovalTakesNoSeat) {
  v1::ChangeSet change_set;
  *change_set.add_approvals() = By("pat", v1::ROLE_PROCUREMENT);
  EXPECT_NE(SeatsTaken(Contracts(), change_set)[0], nullptr);
  change_set.mutable_approvals(0)->set_lapse_reason("moved");
  EXPECT_EQ(SeatsTaken(Contracts(), change_set)[0], nullptr);
  // Whose approval lapsed may approve again.
  EXPECT_OK(RoleToApproveIn(Contracts(), change_set, "pat",
                            {v1::ROLE_PROCUREMENT}, v1::ROLE_UNSPECIFIED));
}

TEST(ChangePolicy, ARoleIsGrantedByASecondPersonWhoHasSuchARole) {
  const ChangePolicy& policy = PolicyOf(v1::ChangeSet::KIND_ROLE_GRANT);
  v1::ChangeSet change_set;
  change_set.set_proposed_by("ada");
  EXPECT_THAT(
      RoleToApproveIn(policy, change_set, "ada",
                      {v1::ROLE_ADMIN, v1::ROLE_ITAM}, v1::ROLE_UNSPECIFIED),
      StatusIs(StatusCode::kPermissionDenied, HasSubstr("proposed")));
  EXPECT_THAT(RoleToApproveIn(policy, change_set, "bob", {v1::ROLE_ADMIN},
                              v1::ROLE_UNSPECIFIED),
              StatusIs(StatusCode::kPermissionDenied));
  EXPECT_THAT(RoleToApproveIn(policy, change_set, "ina", {v1::ROLE_ITAM},
                              v1::ROLE_UNSPECIFIED),
              IsOkAndHolds(v1::ROLE_ITAM));
}

}  // namespace
}  // namespace rollcall::collector
