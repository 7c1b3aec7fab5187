#include "collector/identity/token_rules.h"

#include "common/proto_time.h"
#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::StatusIs;
using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1'770'000'000);
constexpr RoleSet kEnrolling = {v1::ROLE_ITAM, v1::ROLE_ADMIN};

v1::Token Enrolment() {
  v1::Token token;
  token.set_kind(v1::Token::KIND_ENROLMENT);
  token.set_max_uses(1);
  *token.mutable_expire_time() = ToProto(kNow + absl::Hours(1));
  return token;
}

v1::Token LoginOf(const std::string& principal, const std::string& by) {
  v1::Token token = Enrolment();
  token.set_kind(v1::Token::KIND_LOGIN);
  token.set_principal(principal);
  token.set_created_by(by);
  return token;
}

Caller As(const std::string& name, RoleSet roles) {
  return {name, kNow, roles};
}

TEST(TokenRules, ATokenEndsInThreeWays) {
  EXPECT_FALSE(HasEnded(Enrolment(), kNow));
  EXPECT_TRUE(HasEnded(Enrolment(), kNow + absl::Hours(1)));
  v1::Token used = Enrolment();
  used.set_use_count(1);
  EXPECT_TRUE(HasEnded(used, kNow));
  v1::Token revoked = Enrolment();
  *revoked.mutable_revoke_time() = ToProto(kNow);
  EXPECT_TRUE(HasEnded(revoked, kNow));
}

TEST(TokenRules, AgentsAreLetInByItamAndAdmins) {
  for (const v1::Role role : kAllRoles.List()) {
    const bool may = kEnrolling.Contains(role);
    const Caller caller = As("jo", {role});
    EXPECT_EQ(CheckMayMake(Enrolment(), caller, {}).ok(), may);
    EXPECT_EQ(CheckMayEnd(Enrolment(), caller).ok(), may);
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
