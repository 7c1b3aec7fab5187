#include "absl/strings/str_split.h"
#include "collector/cli/enums.h"
#include "rollcall/v1/principal_service.grpc.pb.h"
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

constexpr char kJo[] =
    "name: 'jo' created_by: 'ada' create_time { seconds: 1 } "
    "grants { role: ROLE_VIEWER granted_by: 'ada' grant_time { seconds: 1 } "
    "  reason: '=new()\\033[2J' } "
    "grants { role: ROLE_ITAM granted_by: 'ada' approved_by: 'una' "
    "  grant_time { seconds: 2 } change_set_id: 'c1' } "
    "open_token_count: 3 open_token_by_others_count: 1 "
    "last_certificates { issue_time { seconds: 90 } token_id: 't1' }";

class FakePrincipalService final : public v1::PrincipalService::Service {
 public:
  grpc::Status ListPrincipals(grpc::ServerContext*,
                              const v1::ListPrincipalsRequest* request,
                              v1::ListPrincipalsResponse* response) override {
    listed = *request;
    if (!any) return grpc::Status::OK;
    *response->add_principals() = jo;
    response->add_principals()->set_name("nil");
    return grpc::Status::OK;
  }
  grpc::Status GetPrincipal(grpc::ServerContext*,
                            const v1::GetPrincipalRequest* request,
                            v1::GetPrincipalResponse* response) override {
    shown = *request;
    if (request->principal() != "jo") {
      return grpc::Status(grpc::StatusCode::NOT_FOUND,
                          "there is no principal " + request->principal());
    }
    *response->mutable_principal() = jo;
    *response->add_events() = FromText<v1::RoleEvent>(
        "kind: KIND_REVOKE roles: ROLE_ADMIN by: 'ada' reason: 'left' "
        "time { seconds: 3 }");
    *response->add_events() = FromText<v1::RoleEvent>(
        "kind: KIND_GRANT roles: ROLE_ITAM by: 'ada' approved_by: 'una' "
        "reason: '=x()' time { seconds: 2 } change_set_id: 'c1'");
    return grpc::Status::OK;
  }
  grpc::Status GrantRole(grpc::ServerContext*,
                         const v1::GrantRoleRequest* request,
                         v1::GrantRoleResponse* response) override {
    ++calls;
    granted = *request;
    *response = answer;
    return status;
  }
  grpc::Status RevokeRole(grpc::ServerContext*,
                          const v1::RevokeRoleRequest* request,
                          v1::RevokeRoleResponse* response) override {
    ++calls;
    revoked = *request;
    response->mutable_principal()->set_name("jo");
    return status;
  }
  grpc::Status RevokeCertificates(
      grpc::ServerContext*, const v1::RevokeCertificatesRequest* request,
      v1::RevokeCertificatesResponse* response) override {
    revoked_certificates = *request;
    response->mutable_revoke_time()->set_seconds(90);
    response->set_already_revoked(again);
    return status;
  }
  grpc::Status WhoAmI(grpc::ServerContext*, const v1::WhoAmIRequest*,
                      v1::WhoAmIResponse* response) override {
    *response = me;
    return grpc::Status::OK;
  }

  const v1::Principal jo = FromText<v1::Principal>(kJo);
  bool any = true;
  int calls = 0;
  grpc::Status status;
  v1::ListPrincipalsRequest listed;
  v1::GetPrincipalRequest shown;
  v1::GrantRoleRequest granted;
  v1::GrantRoleResponse answer;
  v1::RevokeRoleRequest revoked;
  v1::RevokeCertificatesRequest revoked_certificates;
  bool again = false;
  v1::WhoAmIResponse me;
};

using PrincipalCommandsTest = CommandTest<FakePrincipalService>;

TEST_F(PrincipalCommandsTest, ListsWhoMayDoWhat) {
  EXPECT_EQ(Run({"principal", "list"}), ExitCode::kOk);
  EXPECT_THAT(
      out_.str(),
      AllOf(HasSubstr("viewer, itam"), HasSubstr("3 (1 by others)"),
            HasSubstr("itam by ada and una"), HasSubstr("1970-01-01 00:01Z"),
            HasSubstr("nil"), Not(HasSubstr("\x1b"))));
  service_.any = false;
  EXPECT_EQ(Run({"principal", "list", "--role=security", "--as-of=2026-01-31"}),
            ExitCode::kOk);
  EXPECT_EQ(service_.listed.role(), v1::ROLE_SECURITY);
  EXPECT_TRUE(service_.listed.has_as_of());
  EXPECT_EQ(out_.str(), "Nobody is there.\n");
}

TEST_F(PrincipalCommandsTest, TheListHasALineARoleForPrograms) {
  EXPECT_EQ(Run({"principal", "list", "--output=csv"}), ExitCode::kOk);
  EXPECT_THAT(
      out_.str(),
      AllOf(StartsWith("principal,role,granted_by,approved_by,grant_time,"),
            HasSubstr("\njo,viewer,ada,,1970-01-01T00:00:01Z,'=new()"),
            HasSubstr("\njo,itam,ada,una,"), HasSubstr("\nnil,,")));
  EXPECT_EQ(Run({"principal", "list", "--output=json"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), HasSubstr("\"ROLE_ITAM\""));
}

TEST_F(PrincipalCommandsTest, ShowsAPrincipalAndWhatBecameOfItsRoles) {
  EXPECT_EQ(Run({"principal", "show", "jo"}), ExitCode::kOk);
  EXPECT_EQ(service_.shown.principal(), "jo");
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("viewer, itam"), HasSubstr("with token t1"),
                    HasSubstr("revoke"), HasSubstr("ada and una"),
                    HasSubstr("left"), Not(HasSubstr("\x1b"))));
  EXPECT_EQ(Run({"principal", "show", "jo", "--output=csv"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), AllOf(StartsWith("time,kind,roles,by,approved_by,"),
                                HasSubstr(",'=x(),jo\n")));
  EXPECT_EQ(Run({"principal", "show", "nil"}), ExitCode::kNotFound);
  EXPECT_THAT(err_.str(), HasSubstr("there is no principal nil"));
}

TEST_F(PrincipalCommandsTest, RevokesCertificatesAndSaysWhich) {
  EXPECT_EQ(Run({"principal", "revoke-certificates", "jo", "--reason=stolen",
                 "--request-id=1"}),
            ExitCode::kOk);
  EXPECT_THAT(service_.revoked_certificates,
              EqualsText("principal: 'jo' reason: 'stolen' request_id: '1'"));
  EXPECT_EQ(out_.str(),
            "All certificates of jo that began before 1970-01-01 00:01Z count "
            "no more. Whoever has a token can log in again.\n");
  EXPECT_EQ(Run({"principal", "revoke-certificates", "jo", "--reason=stolen",
                 "--certificate=AB:CD"}),
            ExitCode::kOk);
  EXPECT_EQ(service_.revoked_certificates.certificate(), "AB:CD");
  EXPECT_THAT(out_.str(), HasSubstr("counts no more, since 1970"));
  service_.again = true;
  EXPECT_EQ(Run({"principal", "revoke-certificates", "jo", "--reason=stolen",
                 "--certificate=AB:CD", "--output=csv"}),
            ExitCode::kOk);
  EXPECT_EQ(out_.str(),
            "revoke_time,already_revoked\n1970-01-01T00:01:30Z,true\n");
  EXPECT_EQ(Run({"principal", "revoke-certificates", "jo"}), ExitCode::kUsage);
}

TEST_F(PrincipalCommandsTest, GrantsARoleAndSaysWhatThereIsThen) {
  *service_.answer.mutable_principal() = service_.jo;
  service_.answer.set_created_principal(true);
  EXPECT_EQ(
      Run({"principal", "grant", "jo", "itam", "--reason=r", "--request-id=1"}),
      ExitCode::kOk);
  EXPECT_THAT(service_.granted,
              EqualsText("principal: 'jo' role: ROLE_ITAM reason: 'r' "
                         "request_id: '1'"));
  EXPECT_EQ(out_.str(),
            "jo has the roles viewer, itam now. It was not there before.\n");
  EXPECT_EQ(
      Run({"principal", "grant", "jo", "itam", "--reason=r", "--output=csv"}),
      ExitCode::kOk);
  EXPECT_THAT(out_.str(), HasSubstr("\njo,viewer,ada,"));
}

TEST_F(PrincipalCommandsTest, SaysThatAGrantWaitsForASecondPerson) {
  service_.answer.set_change_set_id("c1");
  EXPECT_EQ(Run({"principal", "grant", "jo", "itam", "--reason=r"}),
            ExitCode::kOk);
  EXPECT_EQ(out_.str(),
            "Nothing is granted yet: change-set c1 waits for a second "
            "person, who has the role itam or procurement.\n"
            "That one looks at it with: rollcall changes show c1\n"
            "and agrees with: rollcall changes approve c1\n");
  EXPECT_EQ(
      Run({"principal", "grant", "jo", "itam", "--reason=r", "--output=csv"}),
      ExitCode::kOk);
  EXPECT_EQ(out_.str(), "change_set_id\nc1\n");
}

TEST_F(PrincipalCommandsTest, RevokesARole) {
  EXPECT_EQ(Run({"principal", "revoke", "jo", "admin", "--reason=left"}),
            ExitCode::kOk);
  EXPECT_THAT(service_.revoked,
              EqualsText("principal: 'jo' role: ROLE_ADMIN reason: 'left'"));
  EXPECT_EQ(out_.str(), "jo has no role now.\n");
}

TEST_F(PrincipalCommandsTest, WhatIsWrongIsSaidBeforeAnythingIsAsked) {
  const struct {
    std::vector<std::string> words;
    const char* text;
  } cases[] = {
      {{"principal", "grant", "jo", "viewer"}, "--reason is needed"},
      {{"principal", "grant", "jo", "king", "--reason=r"}, "viewer, itam"},
      {{"principal", "grant", "Jo", "viewer", "--reason=r"}, "NAME is"},
      {{"principal", "revoke", "jo", "", "--reason=r"}, "ROLE is"},
      {{"principal", "show", "Jo"}, "NAME is"},
      {{"principal", "list", "--role=king"}, "--role is"},
      {{"principal", "grant", "jo"}, "ROLE"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Run(c.words), ExitCode::kUsage);
    EXPECT_THAT(err_.str(), HasSubstr(c.text));
  }
  EXPECT_EQ(service_.calls, 0);
}

TEST_F(PrincipalCommandsTest, ARefusalHasItsExitCodeAndAHint) {
  service_.status = grpc::Status(grpc::StatusCode::PERMISSION_DENIED,
                                 "nobody grants a role to himself");
  EXPECT_EQ(Run({"principal", "grant", "jo", "viewer", "--reason=r",
                 "--cert=jo.pem"}),
            ExitCode::kRefused);
  EXPECT_THAT(err_.str(),
              AllOf(HasSubstr("nobody grants a role to himself"),
                    HasSubstr("jo.pem"), HasSubstr("rollcall whoami")));
  service_.status = grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, "two");
  EXPECT_EQ(Run({"principal", "grant", "jo", "itam", "--reason=r"}),
            ExitCode::kNotPossible);
}

TEST_F(PrincipalCommandsTest, TellsWhoOneIs) {
  service_.me = FromText<v1::WhoAmIResponse>(
      "principal: 'jo' known: true certificate_end { seconds: 90 } "
      "grants { role: ROLE_VIEWER } grants { role: ROLE_ADMIN }");
  EXPECT_EQ(Run({"whoami"}), ExitCode::kOk);
  EXPECT_EQ(out_.str(),
            "You are jo, with the roles viewer, admin.\n"
            "Your certificate ends at 1970-01-01 00:01Z.\n");
  EXPECT_EQ(Run({"whoami", "--output=csv"}), ExitCode::kOk);
  EXPECT_EQ(out_.str(),
            "principal,roles,certificate_end,known\n"
            "jo,viewer;admin,1970-01-01T00:01:30Z,true\n");
  service_.me = FromText<v1::WhoAmIResponse>(
      "principal: 'eve' advice: 'ask ada\\033[2J'");
  EXPECT_EQ(Run({"whoami"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), AllOf(StartsWith("You are eve, with no role.\n"),
                                HasSubstr("ask ada"), Not(HasSubstr("\x1b"))));
}

TEST_F(PrincipalCommandsTest, HelpNamesEveryRole) {
  const std::vector<std::vector<std::string>> commands = {
      {"principal", "grant"}, {"principal", "list"}, {"changes", "approve"}};
  for (std::vector<std::string> command : commands) {
    command.emplace_back("--help");
    EXPECT_EQ(Run(command), ExitCode::kOk);
    for (const absl::string_view role :
         absl::StrSplit(EnumWords(v1::Role_descriptor()), ", ")) {
      EXPECT_THAT(out_.str(), HasSubstr(std::string(role))) << command[1];
    }
  }
}

}  // namespace
}  // namespace rollcall::cli
