#include "collector/app/principal_option.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(FirstPrincipals, NoneAreNone) {
  ASSERT_OK_AND_ASSIGN(const auto none, ParseFirstPrincipals({}));
  EXPECT_THAT(none, IsEmpty());
}

TEST(FirstPrincipals, EachHasANameAndRoles) {
  ASSERT_OK_AND_ASSIGN(
      const auto principals,
      ParseFirstPrincipals({"jo.smith_1-x:admin,viewer", "bea:itam"}));
  ASSERT_EQ(principals.size(), 2u);
  EXPECT_EQ(principals[0].name, "jo.smith_1-x");
  EXPECT_EQ(principals[0].roles, RoleSet({v1::ROLE_ADMIN, v1::ROLE_VIEWER}));
  EXPECT_EQ(principals[1].name, "bea");
  EXPECT_EQ(principals[1].roles, RoleSet({v1::ROLE_ITAM}));
}

TEST(FirstPrincipals, WhatIsMalformedIsNamed) {
  const std::string long_name(65, 'a');
  for (const std::string& bad :
       {std::string("jo"), std::string("jo:"), std::string(":admin"),
        std::string("Jo:admin"), std::string("jo:king"),
        std::string("jo:admin,"), std::string("jo:,admin"),
        std::string("jo: admin"), std::string("jo:admin:viewer"),
        std::string("jo:ADMIN"), std::string("jo:admin,admin"),
        std::string("installation:admin"), long_name + ":admin"}) {
    EXPECT_THAT(ParseFirstPrincipals({"ada:admin", bad}),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(bad)));
  }
  EXPECT_THAT(ParseFirstPrincipals({"jo\x1b[2J:admin"}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("jo"), Not(HasSubstr("\x1b")))));
}

TEST(FirstPrincipals, NobodyComesTwice) {
  EXPECT_THAT(ParseFirstPrincipals({"jo:admin", "jo:viewer"}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("jo:viewer comes again")));
}

TEST(FirstPrincipals, OneOfThemCanGrantRoles) {
  EXPECT_THAT(ParseFirstPrincipals({"jo:viewer,itam"}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("needs the role admin")));
}

TEST(FirstPrincipals, ThereAreSixteenAtMost) {
  std::vector<std::string> arguments;
  for (int i = 0; i < 16; ++i)
    arguments.push_back(absl::StrCat("p", i, ":admin"));
  EXPECT_OK(ParseFirstPrincipals(arguments));
  arguments.push_back("one-more:admin");
  EXPECT_THAT(
      ParseFirstPrincipals(arguments),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("at most 16")));
}

}  // namespace
}  // namespace rollcall::collector
