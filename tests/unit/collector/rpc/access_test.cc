// The table of who may call what, against the protos that are served.
#include "collector/rpc/access.h"

#include <map>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/support/served_methods.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::ServedMethod;
using ::rollcall::testing::ServedMethods;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::SizeIs;

std::map<std::string, AccessRule> RulesByMethod() {
  std::map<std::string, AccessRule> rules;
  for (const AccessRule& rule : AccessRules()) {
    EXPECT_TRUE(rules.emplace(std::string(rule.method), rule).second)
        << rule.method << " has two rules";
  }
  return rules;
}

TEST(Access, EveryMethodHasARuleAndEveryRuleAMethod) {
  const auto rules = RulesByMethod();
  std::set<std::string> methods;
  for (const ServedMethod& method : ServedMethods()) {
    methods.insert(method.name);
    EXPECT_TRUE(rules.contains(method.name))
        << method.name << " has no rule: add it to "
        << "collector/rpc/access_table.cc";
  }
  for (const auto& [method, rule] : rules) {
    EXPECT_THAT(methods, Contains(method)) << "there is no such method";
  }
  EXPECT_THAT(methods, SizeIs(::testing::Gt(30u)));
}

TEST(Access, EveryMethodHasARequestOfItsOwn) {
  std::map<std::string, std::string> method_of;
  for (const ServedMethod& method : ServedMethods()) {
    const auto [place, is_new] = method_of.emplace(method.request, method.name);
    EXPECT_TRUE(is_new) << method.name << " and " << place->second
                        << " both take a " << method.request
                        << ", so that a request does not tell which is called";
  }
}

TEST(Access, ARuleNamesRolesOrAnotherAudience) {
  for (const AccessRule& rule : AccessRules()) {
    EXPECT_EQ(rule.roles.empty(), rule.audience != Audience::kRoles)
        << rule.method;
  }
}

// Whether a method only answers, by its name.
bool OnlyReads(const ServedMethod& method) {
  const std::string word = method.name.substr(method.name.rfind('.') + 1);
  for (const char* verb : {"List", "Get", "Explain", "Check", "Compare",
                           "Export", "Preview", "Watch"}) {
    if (absl::StartsWith(word, verb)) return true;
  }
  return false;
}

TEST(Access, AnAuditorReadsEverythingAndChangesNothing) {
  // What anybody may do for himself.
  const std::set<std::string> own = {"rollcall.v1.EnrolmentService.CreateToken",
                                     "rollcall.v1.EnrolmentService.RevokeToken",
                                     "rollcall.v1.PrincipalService.RevokeRole",
                                     "rollcall.v1.PrincipalService."
                                     "RevokeCertificates"};
  const auto rules = RulesByMethod();
  for (const ServedMethod& method : ServedMethods()) {
    const auto rule = rules.find(method.name);
    ASSERT_NE(rule, rules.end());
    if (rule->second.audience != Audience::kRoles ||
        own.contains(method.name)) {
      continue;
    }
    for (const v1::Role role : {v1::ROLE_AUDITOR, v1::ROLE_VIEWER}) {
      if (!OnlyReads(method)) {
        EXPECT_FALSE(rule->second.roles.Contains(role)) << method.name;
      }
    }
    if (OnlyReads(method)) {
      EXPECT_TRUE(rule->second.roles.Contains(v1::ROLE_AUDITOR)) << method.name;
      EXPECT_TRUE(rule->second.roles.Contains(v1::ROLE_ADMIN)) << method.name;
    }
  }
}

TEST(Access, AMereAdminChangesNothingThatMovesAPosition) {
  const auto rules = RulesByMethod();
  for (const char* method :
       {"rollcall.v1.ContractService.ImportEntitlements",
        "rollcall.v1.RegisterService.ImportExpectedDevices",
        "rollcall.v1.IdentityService.MergeDevices",
        "rollcall.v1.IdentityService.SplitDevice",
        "rollcall.v1.IdentityService.UndoIdentityEvent",
        "rollcall.v1.DeviceService.HoldDevice",
        "rollcall.v1.DeviceService.ReleaseDevice"}) {
    EXPECT_FALSE(rules.at(method).roles.Contains(v1::ROLE_ADMIN)) << method;
  }
}

TEST(Access, OnlyAnAdminGrantsRoles) {
  EXPECT_THAT(
      RulesByMethod().at("rollcall.v1.PrincipalService.GrantRole").roles.List(),
      ElementsAre(v1::ROLE_ADMIN));
}

TEST(Access, AgentsCallOneMethod) {
  for (const AccessRule& rule : AccessRules()) {
    EXPECT_EQ(rule.audience == Audience::kAgents,
              rule.method == "rollcall.v1.SyncService.Sync")
        << rule.method;
  }
}

}  // namespace
}  // namespace rollcall::collector
