#include "collector/identity/role_change.h"

#include "common/proto_time.h"
#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const absl::Time kMade = absl::FromUnixSeconds(1'770'000'000);

RoleChange Grant(RoleSet roles, const std::string& principal = "jo") {
  RoleChange change;
  change.principal = principal;
  change.roles = roles;
  change.by = "ada";
  change.reason = "needs it";
  return change;
}

RoleChange Revoke(RoleSet roles) {
  RoleChange change = Grant(roles);
  change.kind = v1::RoleEvent::KIND_REVOKE;
  return change;
}

// jo, with these roles.
std::optional<stored::v1::PrincipalRecord> With(RoleSet roles) {
  RoleChange change = Grant(roles);
  change.by = std::string(kByInstallation);
  const auto record = ApplyRoleChange(std::nullopt, change, kMade, true);
  EXPECT_OK(record);
  return *record;
}

absl::StatusOr<stored::v1::PrincipalRecord> Apply(
    const std::optional<stored::v1::PrincipalRecord>& now,
    const RoleChange& change, bool other_admin = true) {
  return ApplyRoleChange(now, change, kMade + absl::Hours(1), other_admin);
}

TEST(RoleChange, TheFirstRoleMakesThePrincipal) {
  ASSERT_OK_AND_ASSIGN(const auto record,
                       Apply(std::nullopt, Grant({v1::ROLE_VIEWER})));
  EXPECT_EQ(RolesIn(record), RoleSet({v1::ROLE_VIEWER}));
  EXPECT_EQ(record.created_by(), "ada");
  EXPECT_EQ(FromProto(record.create_time()), kMade + absl::Hours(1));
  ASSERT_EQ(record.grants_size(), 1);
  EXPECT_EQ(record.grants(0).granted_by(), "ada");
  EXPECT_EQ(record.grants(0).reason(), "needs it");
  EXPECT_EQ(FromProto(record.grants(0).grant_time()), kMade + absl::Hours(1));
  EXPECT_EQ(record.event().kind(), v1::RoleEvent::KIND_GRANT);
  EXPECT_THAT(record.event().roles(), ElementsAre(v1::ROLE_VIEWER));
}

TEST(RoleChange, ARoleComesToThoseThatAreThereAndWhoGaveThemIsKept) {
  ASSERT_OK_AND_ASSIGN(const auto record, Apply(With({v1::ROLE_ADMIN}),
                                                Grant({v1::ROLE_AUDITOR})));
  ASSERT_EQ(record.grants_size(), 2);
  EXPECT_EQ(record.grants(0).role(), v1::ROLE_AUDITOR);
  EXPECT_EQ(record.grants(0).granted_by(), "ada");
  EXPECT_EQ(record.grants(1).role(), v1::ROLE_ADMIN);
  EXPECT_EQ(record.grants(1).granted_by(), kByInstallation);
  EXPECT_EQ(record.created_by(), kByInstallation);
}

TEST(RoleChange, ARevokedRoleIsGoneAndTheEventSaysWhoseWordItWas) {
  RoleChange change = Revoke({v1::ROLE_VIEWER});
  change.reason = "left";
  ASSERT_OK_AND_ASSIGN(
      const auto record,
      Apply(With({v1::ROLE_VIEWER, v1::ROLE_AUDITOR}), change));
  EXPECT_EQ(RolesIn(record), RoleSet({v1::ROLE_AUDITOR}));
  EXPECT_EQ(record.event().kind(), v1::RoleEvent::KIND_REVOKE);
  EXPECT_EQ(record.event().by(), "ada");
  EXPECT_EQ(record.event().reason(), "left");
  EXPECT_EQ(FromProto(record.create_time()), kMade);
}

TEST(RoleChange, NobodyGrantsHimselfARole) {
  RoleChange change = Grant({v1::ROLE_VIEWER}, "ada");
  EXPECT_THAT(
      Apply(std::nullopt, change),
      StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("to himself")));
  EXPECT_THAT(CheckGrant(std::nullopt, change),
              StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST(RoleChange, SomeRolesTakeTwoOtherPeople) {
  for (const v1::Role role : kGuardedRoles.List()) {
    RoleChange change = Grant({role});
    EXPECT_OK(CheckGrant(std::nullopt, change));
    EXPECT_THAT(Apply(std::nullopt, change),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         HasSubstr("two people")));
    change.approved_by = "ada";
    EXPECT_THAT(Apply(std::nullopt, change),
                StatusIs(absl::StatusCode::kPermissionDenied,
                         HasSubstr("both of the two")));
    change.approved_by = "jo";
    EXPECT_THAT(Apply(std::nullopt, change),
                StatusIs(absl::StatusCode::kPermissionDenied,
                         HasSubstr("jo cannot be one")));
    change.approved_by = "una";
    change.change_set_id = "c1";
    ASSERT_OK_AND_ASSIGN(const auto record, Apply(std::nullopt, change));
    EXPECT_EQ(record.grants(0).approved_by(), "una");
    EXPECT_EQ(record.grants(0).change_set_id(), "c1");
    EXPECT_EQ(record.event().approved_by(), "una");
  }
}

TEST(RoleChange, OnePersonIsEnoughForTheOthersAndToRevokeAny) {
  for (const v1::Role role : (kAllRoles - kGuardedRoles).List()) {
    EXPECT_OK(Apply(std::nullopt, Grant({role}))) << RoleWord(role);
  }
  for (const v1::Role role : kAllRoles.List()) {
    EXPECT_OK(Apply(With({role}), Revoke({role}))) << RoleWord(role);
  }
}

TEST(RoleChange, TheLastAdminStays) {
  EXPECT_THAT(
      Apply(With({v1::ROLE_ADMIN}), Revoke({v1::ROLE_ADMIN}), false),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("last one")));
  EXPECT_OK(Apply(With({v1::ROLE_ADMIN, v1::ROLE_VIEWER}),
                  Revoke({v1::ROLE_VIEWER}), false));
}

TEST(RoleChange, WhatChangesNothingIsRefused) {
  EXPECT_THAT(
      Apply(With({v1::ROLE_VIEWER}), Grant({v1::ROLE_VIEWER})),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("already")));
  EXPECT_THAT(Apply(With({v1::ROLE_VIEWER}), Revoke({v1::ROLE_AUDITOR})),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("does not have the role auditor")));
  EXPECT_THAT(Apply(std::nullopt, Revoke({v1::ROLE_AUDITOR})),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST(RoleChange, WhatIsMalformedIsRefused) {
  const auto code = [](const RoleChange& change) {
    return Apply(std::nullopt, change).status().code();
  };
  constexpr auto kBad = absl::StatusCode::kInvalidArgument;
  EXPECT_EQ(code(Grant({})), kBad);
  for (const std::string& name :
       {std::string(), std::string("Jo"), std::string("jo\n"),
        std::string(65, 'a'), std::string(kByInstallation)}) {
    EXPECT_EQ(code(Grant({v1::ROLE_VIEWER}, name)), kBad) << name;
  }
  RoleChange change = Grant({v1::ROLE_VIEWER});
  change.reason.clear();
  EXPECT_EQ(code(change), kBad);
  change.reason = std::string(1'025, 'x');
  EXPECT_EQ(code(change), kBad);
}

}  // namespace
}  // namespace rollcall::collector
