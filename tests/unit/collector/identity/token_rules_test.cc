#include "collector/identity/token_rules.h"

#include "common/proto_time.h"
#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::StatusIs;
using ::testing::HasSubstr;

const absl::Time kAsked = absl::FromUnixSeconds(1'770'000'000);
constexpr RoleSet kLettingIn = {v1::ROLE_ITAM, v1::ROLE_ADMIN};

v1::Token EnrolmentToken() {
  v1::Token token;
  token.set_kind(v1::Token::KIND_ENROLMENT);
  token.set_max_uses(1);
  *token.mutable_expire_time() = ToProto(kAsked + absl::Hours(1));
  return token;
}

v1::Token LoginOf(const std::string& principal, const std::string& by) {
  v1::Token token = EnrolmentToken();
  token.set_kind(v1::Token::KIND_LOGIN);
  token.set_principal(principal);
  token.set_created_by(by);
  return token;
}

Caller As(const std::string& name, RoleSet roles) {
  return {name, kAsked, roles};
}

TEST(TokenRules, ATokenEndsInThreeWays) {
  EXPECT_FALSE(HasEnded(EnrolmentToken(), kAsked));
  EXPECT_TRUE(HasEnded(EnrolmentToken(), kAsked + absl::Hours(1)));
  v1::Token used = EnrolmentToken();
  used.set_use_count(1);
  EXPECT_TRUE(HasEnded(used, kAsked));
  v1::Token revoked = EnrolmentToken();
  *revoked.mutable_revoke_time() = ToProto(kAsked);
  EXPECT_TRUE(HasEnded(revoked, kAsked));
}

TEST(TokenRules, AgentsAreLetInByItamAndAdmins) {
  for (const v1::Role role : kAllRoles.List()) {
    const bool may = kLettingIn.Contains(role);
    const Caller caller = As("jo", {role});
    EXPECT_EQ(CheckMayMake(EnrolmentToken(), caller, {}).ok(), may);
    EXPECT_EQ(CheckMayEnd(EnrolmentToken(), caller).ok(), may);
  }
}

TEST(TokenRules, AnAdminMakesTokensForThoseWithoutARoleOfTwoPeople) {
  const Caller ada = As("ada", {v1::ROLE_ADMIN});
  for (const v1::Role role : kAllRoles.List()) {
    const absl::Status made =
        CheckMayMake(LoginOf("jo", "ada"), ada, RoleSet({role}));
    if (kGuardedRoles.Contains(role)) {
      EXPECT_THAT(made, StatusIs(absl::StatusCode::kPermissionDenied,
                                 HasSubstr("nobody else")));
    } else {
      EXPECT_OK(made);
    }
  }
  EXPECT_OK(CheckMayMake(LoginOf("jo", "ada"), ada, RoleSet()));
  EXPECT_THAT(CheckMayMake(LoginOf("jo", "ada"), ada, std::nullopt),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST(TokenRules, EverybodyMakesTokensForHimself) {
  for (const v1::Role role : kAllRoles.List()) {
    EXPECT_OK(
        CheckMayMake(LoginOf("jo", "jo"), As("jo", {role}), RoleSet({role})));
  }
}

TEST(TokenRules, NobodyButAnAdminMakesTokensForOthers) {
  for (const v1::Role role : kAllRoles.List()) {
    if (role == v1::ROLE_ADMIN) continue;
    for (const auto& owner :
         {std::optional<RoleSet>(RoleSet()), std::optional<RoleSet>()}) {
      EXPECT_THAT(CheckMayMake(LoginOf("jo", "pam"), As("pam", {role}), owner),
                  StatusIs(absl::StatusCode::kPermissionDenied));
    }
  }
}

TEST(TokenRules, OfWhoHasARoleOfTwoPeopleOnlyItsOwnTokensCount) {
  for (const v1::Role role : kAllRoles.List()) {
    EXPECT_OK(CheckLogin(LoginOf("jo", "jo"), RoleSet({role})));
    EXPECT_EQ(CheckLogin(LoginOf("jo", "ada"), RoleSet({role})).ok(),
              !kGuardedRoles.Contains(role));
  }
  EXPECT_THAT(CheckLogin(LoginOf("jo", "jo"), std::nullopt),
              StatusIs(absl::StatusCode::kPermissionDenied));
}

}  // namespace
}  // namespace rollcall::collector
