#include "collector/rpc/role_set.h"

#include "gmock/gmock.h"

namespace rollcall::collector {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(RoleSet, HoldsWhatWasPutIn) {
  RoleSet roles = {v1::ROLE_ADMIN, v1::ROLE_VIEWER};
  EXPECT_TRUE(roles.Contains(v1::ROLE_VIEWER));
  EXPECT_FALSE(roles.Contains(v1::ROLE_ITAM));
  EXPECT_THAT(roles.List(), ElementsAre(v1::ROLE_VIEWER, v1::ROLE_ADMIN));
  roles.Erase(v1::ROLE_VIEWER);
  EXPECT_EQ(roles, RoleSet({v1::ROLE_ADMIN}));
  EXPECT_EQ(roles - RoleSet({v1::ROLE_ADMIN}), RoleSet());
  EXPECT_TRUE(roles.Meets(kAllRoles));
  EXPECT_FALSE(roles.Meets(kGuardedRoles));
}

TEST(RoleSet, WhatIsNoRoleIsNeverIn) {
  for (const int number : {-1, 0, 7, 31, 32, 64, 2'147'483'647}) {
    RoleSet roles;
    roles.Insert(static_cast<v1::Role>(number));
    EXPECT_TRUE(roles.empty()) << number;
    EXPECT_FALSE(kAllRoles.Contains(static_cast<v1::Role>(number))) << number;
  }
  EXPECT_THAT(RoleSet().List(), IsEmpty());
}

TEST(RoleSet, AllRolesAreThoseOfTheProto) {
  const auto* const type = v1::Role_descriptor();
  EXPECT_EQ(static_cast<int>(kAllRoles.List().size()), type->value_count() - 1);
  for (const v1::Role role : kAllRoles.List()) {
    EXPECT_TRUE(v1::Role_IsValid(role));
    EXPECT_EQ(RoleOfWord(RoleWord(role)), role);
  }
}

TEST(RoleSet, RolesHaveWords) {
  EXPECT_EQ(RoleWord(v1::ROLE_ITAM), "itam");
  EXPECT_EQ(RoleWord(static_cast<v1::Role>(99)), "99");
  for (const char* word : {"", "ITAM", "king", "unspecified", "role_itam"}) {
    EXPECT_EQ(RoleOfWord(word), std::nullopt) << word;
  }
  EXPECT_EQ(RolesText({}), "nobody");
  EXPECT_EQ(RolesText({v1::ROLE_ITAM}), "itam");
  EXPECT_EQ(RolesText(kGuardedRoles), "itam and procurement");
  EXPECT_EQ(RolesText({v1::ROLE_ADMIN, v1::ROLE_VIEWER, v1::ROLE_ITAM}),
            "viewer, itam and admin");
}

}  // namespace
}  // namespace rollcall::collector
