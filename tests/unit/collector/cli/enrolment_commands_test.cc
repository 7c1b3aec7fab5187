#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "common/file.h"
#include "rollcall/v1/enrolment_service.grpc.pb.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"
#include "tests/unit/collector/cli/command_fixture.h"

namespace rollcall::cli {
namespace {

using ::rollcall::testing::EqualsText;
using ::rollcall::testing::IsOkAndHolds;
using ::rollcall::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class FakeEnrolmentService final : public v1::EnrolmentService::Service {
 public:
  grpc::Status CreateToken(grpc::ServerContext*,
                           const v1::CreateTokenRequest* request,
                           v1::CreateTokenResponse* response) override {
    created = *request;
    response->set_text("rollcall-agent-text");
    response->mutable_token()->set_token_id("0123");
    response->mutable_token()->set_max_uses(request->max_uses());
    return grpc::Status::OK;
  }
  grpc::Status ListTokens(grpc::ServerContext*,
                          const v1::ListTokensRequest* request,
                          v1::ListTokensResponse* response) override {
    listed = *request;
    *response = tokens;
    return grpc::Status::OK;
  }
  grpc::Status RevokeToken(grpc::ServerContext*,
                           const v1::RevokeTokenRequest* request,
                           v1::RevokeTokenResponse* response) override {
    response->mutable_token()->set_token_id(request->token_id());
    response->mutable_token()->set_revoked_by("ada");
    return grpc::Status::OK;
  }
  grpc::Status RevokeAgent(grpc::ServerContext*,
                           const v1::RevokeAgentRequest* request,
                           v1::RevokeAgentResponse* response) override {
    revoked = *request;
    *response = revocation;
    response->set_revoked_by("ada");
    response->set_ended_stream_count(2);
    return grpc::Status::OK;
  }

  v1::CreateTokenRequest created;
  v1::ListTokensRequest listed;
  v1::ListTokensResponse tokens;
  v1::RevokeAgentRequest revoked;
  v1::RevokeAgentResponse revocation;
};

class EnrolmentCommandsTest : public CommandTest<FakeEnrolmentService> {
 protected:
  // With a token, to a collector that is not there.
  std::vector<std::string> Login(const std::string& cert,
                                 const std::string& key) const {
    return {"login",
            "--token-file=" + dir_.Write("token", "t"),
            "--server=127.0.0.1:1",
            "--ca=" + dir_.Write("ca.pem", testing::TestPki().ca_pem()),
            "--cert=" + cert,
            "--key=" + key};
  }

  const testing::TempDir dir_;
};

TEST_F(EnrolmentCommandsTest, ANewTokenIsAloneOnTheFirstLine) {
  EXPECT_EQ(Run({"token", "create", "--uses=3", "--days=2", "--class=laptop",
                 "--unit=Sales", "--note=n"}),
            ExitCode::kOk);
  EXPECT_THAT(service_.created,
              EqualsText("kind: KIND_ENROLMENT device_class: 'laptop' "
                         "organisation_unit: 'Sales' note: 'n' max_uses: 3 "
                         "life { seconds: 172800 }"));
  EXPECT_THAT(out_.str(), AllOf(StartsWith("rollcall-agent-text\n"),
                                HasSubstr("3 uses"), HasSubstr("not shown")));
  EXPECT_EQ(Run({"token", "create", "--output=csv"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), HasSubstr("\nrollcall-agent-text,0123,"));
}

TEST_F(EnrolmentCommandsTest, ATokenForAPersonNamesThem) {
  EXPECT_EQ(Run({"token", "create", "--principal=jo"}), ExitCode::kOk);
  EXPECT_THAT(service_.created,
              EqualsText("kind: KIND_LOGIN principal: 'jo' max_uses: 1 "
                         "life { seconds: 604800 }"));
}

TEST_F(EnrolmentCommandsTest, ListsTokens) {
  EXPECT_EQ(Run({"token", "list"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), StartsWith("There is no token that you may see."));
  EXPECT_FALSE(service_.listed.include_ended());
  v1::Token& token = *service_.tokens.add_tokens();
  token.set_token_id("abcd");
  token.set_kind(v1::Token::KIND_ENROLMENT);
  token.set_max_uses(5);
  token.set_use_count(2);
  token.set_note("=evil()\x1b[2J");
  EXPECT_EQ(Run({"token", "list", "--all"}), ExitCode::kOk);
  EXPECT_TRUE(service_.listed.include_ended());
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("abcd"), HasSubstr("enrolment"),
                                HasSubstr("2 of 5"), Not(HasSubstr("\x1b"))));
  EXPECT_EQ(Run({"token", "list", "--principal=jo", "--output=csv"}),
            ExitCode::kOk);
  EXPECT_EQ(service_.listed.principal(), "jo");
  EXPECT_THAT(out_.str(), HasSubstr("'=evil()"));
}

TEST_F(EnrolmentCommandsTest, RevokesTokensAndAgents) {
  EXPECT_EQ(Run({"token", "revoke", "abcd"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), StartsWith("Token abcd was revoked"));
  EXPECT_EQ(Run({"agent", "revoke", "ef01", "--reason=stolen"}), ExitCode::kOk);
  EXPECT_THAT(service_.revoked,
              EqualsText("agent_id: 'ef01' reason: 'stolen'"));
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("2 open streams of it ended"),
                                Not(HasSubstr("heard of"))));
}

TEST_F(EnrolmentCommandsTest, SaysThatARevokedAgentWasNeverHeardOf) {
  service_.revocation.set_never_heard_of(true);
  EXPECT_EQ(Run({"agent", "revoke", "ef01"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(),
              HasSubstr("\nNo agent of this id was ever heard of; it will be "
                        "refused should it appear.\n"));
}

TEST_F(EnrolmentCommandsTest, SaysThatAnAgentWasRevokedBeforeAndWhy) {
  service_.revocation.set_already_revoked(true);
  service_.revocation.set_reason("stolen\x1b[2J");
  EXPECT_EQ(Run({"agent", "revoke", "ef01", "--reason=lost"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("revoked before"), HasSubstr("by ada: stolen"),
                    HasSubstr("nothing changed"), Not(HasSubstr("\x1b"))));
  EXPECT_EQ(Run({"agent", "revoke", "ef01", "--output=csv"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), HasSubstr("already_revoked,never_heard_of"));
}

TEST_F(EnrolmentCommandsTest, LoginTakesItsTokenFromAFile) {
  EXPECT_EQ(Run({"login"}), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--token-file is needed"));
  EXPECT_EQ(Run({"login", "--token-file=" + dir_.File("none")}),
            ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("none"));
}

TEST_F(EnrolmentCommandsTest, LoginReplacesNoCertificateThatWasMadeToLast) {
  const testing::TestPki pki;
  const std::string token = dir_.Write("token", "t");
  const std::string ca = dir_.Write("ca.pem", pki.ca_pem());
  const std::string cert =
      dir_.Write("jo.pem", pki.Admin("jo", absl::Hours(3)).certificate_pem);
  const std::vector<std::string> login = {
      "login",      "--token-file=" + token, "--server=127.0.0.1:1",
      "--ca=" + ca, "--cert=" + cert,        "--key=" + dir_.File("jo.key")};
  EXPECT_EQ(Run(login), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--force"));
  // Told to, it goes on, and finds that nobody is there.
  auto forced = login;
  forced.emplace_back("--force");
  EXPECT_EQ(Run(forced), ExitCode::kUnreachable);
  // One that was got by logging in is replaced.
  const TlsCredentials short_lived = pki.Admin("jo", absl::Hours(1));
  dir_.Write("jo.pem", short_lived.certificate_pem);
  EXPECT_EQ(Run(login), ExitCode::kUnreachable);
  dir_.Write("jo.key", short_lived.private_key_pem);
  EXPECT_EQ(Run(login), ExitCode::kUnreachable);
  EXPECT_THAT(out_.str(), IsEmpty());
}

TEST_F(EnrolmentCommandsTest, LoginReplacesNoKeyOfAnotherCertificate) {
  const testing::TestPki pki;
  const std::string key =
      dir_.Write("jo.key", pki.Admin("jo", absl::Hours(300)).private_key_pem);
  const std::vector<std::string> login = {
      "login",
      "--token-file=" + dir_.Write("token", "t"),
      "--server=127.0.0.1:1",
      "--ca=" + dir_.Write("ca.pem", pki.ca_pem()),
      "--cert=" + dir_.File("session.pem"),
      "--key=" + key};
  EXPECT_EQ(Run(login), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), AllOf(HasSubstr("jo.key"), HasSubstr("--force")));
  // Nor where the certificate is one that was got by logging in.
  dir_.Write("session.pem", pki.Admin("jo", absl::Hours(1)).certificate_pem);
  EXPECT_EQ(Run(login), ExitCode::kUsage);
}

TEST_F(EnrolmentCommandsTest, LoginReplacesNoFileThatIsNoCertificate) {
  const std::string cert = dir_.Write("id_ed25519", "a key of something else");
  std::vector<std::string> login = Login(cert, dir_.File("jo.key"));
  EXPECT_EQ(Run(login), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), AllOf(HasSubstr("something else than a certificate"),
                                HasSubstr("--force")));
  login.emplace_back("--force");
  EXPECT_EQ(Run(login), ExitCode::kUnreachable);
  EXPECT_THAT(ReadFile(cert, 1 << 20), IsOkAndHolds("a key of something else"));
}

TEST_F(EnrolmentCommandsTest, LoginWritesNoKeyAndCertificateToOneFile) {
  const std::string same = dir_.path() + "/./jo.pem";
  for (const std::string& key : {dir_.File("jo.pem"), same}) {
    std::vector<std::string> login = Login(dir_.File("jo.pem"), key);
    login.emplace_back("--force");
    EXPECT_EQ(Run(login), ExitCode::kUsage);
    EXPECT_THAT(err_.str(), HasSubstr("name two"));
  }
}

TEST_F(EnrolmentCommandsTest, LoginAsksForNothingThatItCannotWrite) {
  const std::string key = dir_.Write("jo.key", "old");
  for (const std::string& cert :
       {dir_.File("no/such/folder/jo.pem"), dir_.path()}) {
    std::vector<std::string> login = Login(cert, key);
    login.emplace_back("--force");
    // Nobody is there to ask, which would be another error.
    EXPECT_EQ(Run(login), ExitCode::kUsage);
    EXPECT_THAT(err_.str(), HasSubstr(cert));
    EXPECT_THAT(ReadFile(key, 1 << 20), IsOkAndHolds("old"));
  }
  const std::string temporary = absl::StrCat(key, ".", getpid());
  EXPECT_THAT(ReadFile(temporary, 1 << 20),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace rollcall::cli
