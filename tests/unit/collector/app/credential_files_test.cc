#include "collector/app/credential_files.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "common/log.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::StatusIs;
using ::rollcall::testing::TempDir;
using ::rollcall::testing::TestPki;
using ::testing::HasSubstr;
using ::testing::NotNull;

class CredentialFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    SetLogLevel(LogLevel::kOff);
    const TlsCredentials server = pki_.Server();
    options_.ca_file = dir_.Write("ca.pem", pki_.ca_pem());
    options_.cert_file = dir_.Write("server.pem", server.certificate_pem);
    options_.key_file = dir_.Write("server.key", server.private_key_pem);
  }
  void TearDown() override { SetLogLevel(LogLevel::kError); }
  void NameAnIssuer() {
    options_.issuer_cert_file = dir_.Write("issuer.pem", pki_.ca_pem());
    options_.issuer_key_file = dir_.Write("issuer.key", pki_.ca_key_pem());
  }

  const TempDir dir_;
  const TestPki pki_;
  CollectorOptions options_;
};

TEST_F(CredentialFilesTest, LoadsWhatIsNamed) {
  CredentialFiles files(options_);
  ASSERT_OK_AND_ASSIGN(const Credentials none, files.Load(absl::Now()));
  EXPECT_EQ(none.listener.ca_pem, pki_.ca_pem());
  EXPECT_EQ(none.authority, nullptr);
  NameAnIssuer();
  CredentialFiles more(options_);
  EXPECT_THAT(more.Load(absl::Now())->authority, NotNull());
}

TEST_F(CredentialFilesTest, SaysWhichIssuerIsUnusable) {
  NameAnIssuer();
  // Another's key; then one that leads to no root of ours; then no authority.
  const TestPki other;
  dir_.Write("issuer.key", other.ca_key_pem());
  const auto refused =
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("issuer.pem"));
  EXPECT_THAT(CredentialFiles(options_).Load(absl::Now()), refused);
  dir_.Write("issuer.pem", other.ca_pem());
  EXPECT_THAT(
      CredentialFiles(options_).Load(absl::Now()),
      StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("issuer.pem")));
  const TlsCredentials leaf = pki_.Server();
  dir_.Write("issuer.pem", leaf.certificate_pem);
  dir_.Write("issuer.key", leaf.private_key_pem);
  EXPECT_THAT(CredentialFiles(options_).Load(absl::Now()), refused);
}

TEST_F(CredentialFilesTest, ReadsAgainOnlyWhatChanged) {
  CredentialFiles files(options_);
  ASSERT_OK(files.Load(absl::Now()));
  EXPECT_FALSE(files.Reload(absl::Now()).has_value());
  const TlsCredentials next = pki_.Server();
  dir_.Write("server.pem", next.certificate_pem);
  // The key is still the old one: a change half done changes nothing.
  EXPECT_FALSE(files.Reload(absl::Now()).has_value());
  dir_.Write("server.key", next.private_key_pem);
  const auto changed = files.Reload(absl::Now());
  ASSERT_TRUE(changed.has_value());
  EXPECT_EQ(changed->listener.certificate_pem, next.certificate_pem);
  EXPECT_FALSE(files.Reload(absl::Now()).has_value());
}

TEST_F(CredentialFilesTest, TriesAgainWhatWasUnusableForAMoment) {
  SetLogLevel(LogLevel::kError);
  CredentialFiles files(options_);
  const absl::Time now = absl::Now();
  ASSERT_OK(files.Load(now));
  const TlsCredentials next = pki_.Server();
  dir_.Write("server.pem", next.certificate_pem);
  dir_.Write("server.key", next.private_key_pem);
  ::testing::internal::CaptureStderr();
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(files.Reload(now + absl::Hours(2)).has_value());
  }
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("expired"));
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1);
  const auto changed = files.Reload(now);
  ASSERT_TRUE(changed.has_value());
  EXPECT_EQ(changed->listener.certificate_pem, next.certificate_pem);
}

TEST_F(CredentialFilesTest, TakesASecondRoot) {
  CredentialFiles files(options_);
  ASSERT_OK(files.Load(absl::Now()));
  const TestPki other;
  dir_.Write("ca.pem", pki_.ca_pem() + other.ca_pem());
  EXPECT_TRUE(files.Reload(absl::Now()).has_value());
}

}  // namespace
}  // namespace rollcall::collector
