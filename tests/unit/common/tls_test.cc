#include "common/tls.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"

namespace rollcall {
namespace {

using ::rollcall::testing::CertificateSpec;
using ::rollcall::testing::IsOkAndHolds;
using ::rollcall::testing::StatusIs;
using ::rollcall::testing::TempDir;
using ::rollcall::testing::TestPki;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class LoadTest : public ::testing::Test {
 protected:
  void Write(const TlsCredentials& credentials) {
    dir_.Write("ca.pem", credentials.ca_pem);
    dir_.Write("cert.pem", credentials.certificate_pem);
    dir_.Write("key.pem", credentials.private_key_pem);
  }
  absl::StatusOr<TlsCredentials> Load(absl::Time now = absl::Now()) {
    return LoadTlsCredentials(dir_.File("ca.pem"), dir_.File("cert.pem"),
                              dir_.File("key.pem"), now);
  }

  const TempDir dir_;
  const TestPki pki_;
};

TEST_F(LoadTest, GivesTheThreeTexts) {
  const TlsCredentials server = pki_.Server();
  Write(server);
  ASSERT_OK_AND_ASSIGN(const TlsCredentials loaded, Load());
  EXPECT_EQ(loaded.ca_pem, server.ca_pem);
  EXPECT_EQ(loaded.certificate_pem, server.certificate_pem);
  EXPECT_EQ(loaded.private_key_pem, server.private_key_pem);
}

TEST_F(LoadTest, NamesEachFileThatIsMissing) {
  for (const char* name : {"ca.pem", "cert.pem", "key.pem"}) {
    Write(pki_.Server());
    ASSERT_EQ(unlink(dir_.File(name).c_str()), 0);
    EXPECT_THAT(Load(), StatusIs(absl::StatusCode::kNotFound,
                                 HasSubstr(dir_.File(name))));
  }
}

TEST_F(LoadTest, NamesEachFileThatIsNotWhatItShouldBe) {
  for (const char* name : {"ca.pem", "cert.pem", "key.pem"}) {
    for (const char* content : {"", "garbage",
                                "-----BEGIN CERTIFICATE-----\nAAAA\n"
                                "-----END CERTIFICATE-----\n"}) {
      Write(pki_.Server());
      dir_.Write(name, content);
      EXPECT_THAT(Load(),
                  StatusIs(absl::StatusCode::kInvalidArgument,
                           AllOf(HasSubstr(dir_.File(name)), HasSubstr("PEM"))))
          << content;
    }
  }
}

TEST_F(LoadTest, NamesAKeyOfAnotherCertificate) {
  Write(pki_.Server());
  dir_.Write("key.pem", pki_.Server().private_key_pem);
  EXPECT_THAT(Load(), StatusIs(absl::StatusCode::kInvalidArgument,
                               AllOf(HasSubstr(dir_.File("key.pem")),
                                     HasSubstr(dir_.File("cert.pem")))));
}

TEST_F(LoadTest, SaysSinceWhenACertificateIsExpired) {
  Write(pki_.Agent(absl::Hours(1)));
  EXPECT_OK(Load(absl::Now() + absl::Minutes(59)));
  EXPECT_THAT(Load(absl::Now() + absl::Minutes(61)),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr(dir_.File("cert.pem")),
                             HasSubstr("expired on 20"))));
}

TEST_F(LoadTest, AFileWithoutEndIsRefused) {
  Write(pki_.Server());
  EXPECT_THAT(
      LoadTlsCredentials("/dev/zero", dir_.File("cert.pem"),
                         dir_.File("key.pem"), absl::Now()),
      StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("/dev/zero")));
}

CertificateInfo Read(const TlsCredentials& credentials) {
  const auto info = ReadCertificate(credentials.certificate_pem);
  EXPECT_OK(info);
  return info.value_or(CertificateInfo());
}

CertificateInfo WithUris(const TestPki& pki, std::vector<std::string> uris) {
  CertificateSpec spec;
  spec.uris = std::move(uris);
  return Read(pki.Issue(spec));
}

TEST(ReadCertificate, GivesUrisInOrderTheEndAndTheKeysFingerprint) {
  const TestPki pki;
  CertificateSpec spec;
  spec.uris = {"b://2", "a://1"};
  spec.hosts = {"not.a.uri"};
  spec.ends = absl::Hours(2);
  const CertificateInfo info = Read(pki.Issue(spec));
  EXPECT_THAT(info.uris, ElementsAre("b://2", "a://1"));
  EXPECT_LE(absl::AbsDuration(info.not_after - absl::Now() - absl::Hours(2)),
            absl::Minutes(1));
  EXPECT_FALSE(info.key_fingerprint.IsZero());
  EXPECT_NE(info.key_fingerprint, Read(pki.Issue(spec)).key_fingerprint);
}

TEST(ReadCertificate, RefusesWhatIsNone) {
  for (const char* text : {"", "garbage", "-----BEGIN CERTIFICATE-----\n"}) {
    EXPECT_THAT(ReadCertificate(text),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

TEST(AgentOf, IsTheFingerprintOfTheKey) {
  const TestPki pki;
  const CertificateInfo info = Read(pki.Agent());
  EXPECT_THAT(AgentOf(info), IsOkAndHolds(info.key_fingerprint));
}

TEST(AgentOf, RefusesAnIdThatIsAnotherKeys) {
  const TestPki pki;
  const AgentId other = Read(pki.Agent()).key_fingerprint;
  EXPECT_THAT(AgentOf(Read(pki.Impostor(other.ToHex()))),
              StatusIs(absl::StatusCode::kUnauthenticated,
                       AllOf(HasSubstr(other.ToHex()),
                             HasSubstr("not the fingerprint of its key"))));
}

TEST(AgentOf, RefusesIdsThatAreNoIds) {
  const TestPki pki;
  for (const std::string name :
       {"", "short", "zz112233445566778899aabbccddeeff", "../x"}) {
    EXPECT_THAT(AgentOf(Read(pki.Impostor(name))),
                StatusIs(absl::StatusCode::kUnauthenticated));
  }
}

TEST(AgentOf, EscapesWhatTheCertificateSays) {
  const TestPki pki;
  EXPECT_THAT(AgentOf(Read(pki.Impostor("\x1b[31m"))),
              StatusIs(absl::StatusCode::kUnauthenticated,
                       AllOf(HasSubstr("\\x1b"), Not(HasSubstr("\x1b")))));
}

TEST(AgentOf, NeedsExactlyOneName) {
  const TestPki pki;
  const std::string uri =
      absl::StrCat("rollcall://agent/", std::string(32, 'a'));
  EXPECT_THAT(AgentOf(WithUris(pki, {})),
              StatusIs(absl::StatusCode::kUnauthenticated,
                       HasSubstr("has 0 URI names")));
  EXPECT_THAT(AgentOf(WithUris(pki, {uri, uri})),
              StatusIs(absl::StatusCode::kUnauthenticated,
                       HasSubstr("has 2 URI names")));
  EXPECT_THAT(AgentOf(Read(pki.Admin("jo"))),
              StatusIs(absl::StatusCode::kUnauthenticated));
}

TEST(PrincipalOf, IsTheNameInTheOnlyUri) {
  const TestPki pki;
  EXPECT_THAT(PrincipalOf(Read(pki.Admin("jo.b-2_x"))),
              IsOkAndHolds("jo.b-2_x"));
  EXPECT_THAT(PrincipalOf(Read(pki.Admin(std::string(64, 'a')))),
              IsOkAndHolds(std::string(64, 'a')));
}

TEST(PrincipalOf, RefusesNamesThatCouldBeTakenForOthers) {
  const TestPki pki;
  for (const std::string& name :
       {std::string(), std::string(65, 'a'), std::string("Jo"),
        std::string("jo "), std::string("jo/admin"), std::string("j\xc3\xb6"),
        std::string("jo\0admin", 8), std::string("jo\n")}) {
    EXPECT_THAT(PrincipalOf(Read(pki.Admin(name))),
                StatusIs(absl::StatusCode::kUnauthenticated))
        << name;
  }
}

TEST(PrincipalOf, RefusesAnAgent) {
  const TestPki pki;
  EXPECT_THAT(PrincipalOf(Read(pki.Agent())),
              StatusIs(absl::StatusCode::kUnauthenticated,
                       HasSubstr("rollcall://principal/")));
}

}  // namespace
}  // namespace rollcall
