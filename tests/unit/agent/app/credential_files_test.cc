#include "agent/app/credential_files.h"

#include <unistd.h>

#include <vector>

#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"

namespace rollcall::agent {
namespace {

using ::rollcall::testing::FakeClock;
using ::rollcall::testing::StatusIs;
using ::rollcall::testing::TempDir;
using ::rollcall::testing::TestPki;
using ::testing::ElementsAre;

// Remembers what certificates it was given.
class IdleUplink final : public Uplink {
 public:
  std::unique_ptr<MessageStream> Open() override { return nullptr; }
  void UseCredentials(const TlsCredentials& credentials) override {
    used.push_back(credentials.certificate_pem);
  }
  void Interrupt() override {}

  std::vector<std::string> used;
};

class CredentialFilesTest : public ::testing::Test {
 protected:
  void Write(const TlsCredentials& credentials) const {
    dir_.Write("ca.pem", credentials.ca_pem);
    dir_.Write("agent.pem", credentials.certificate_pem);
    dir_.Write("agent.key", credentials.private_key_pem);
  }
  absl::StatusOr<CredentialFiles> Open() const {
    return CredentialFiles::Open(
        {dir_.File("ca.pem"), dir_.File("agent.pem"), dir_.File("agent.key")},
        clock_);
  }

  const TempDir dir_;
  const TestPki pki_;
  const TlsCredentials first_ = pki_.Agent();
  const TlsCredentials renewed_ = pki_.Renew(first_, absl::Hours(2));
  FakeClock clock_{absl::Now()};
};

TEST_F(CredentialFilesTest, ARenewedCertificateIsUsedForTheNextStream) {
  Write(first_);
  ASSERT_OK_AND_ASSIGN(CredentialFiles files, Open());
  auto idle = std::make_unique<IdleUplink>();
  const std::vector<std::string>& used = idle->used;
  FileUplink uplink(files, std::move(idle));
  uplink.Open();
  EXPECT_THAT(used, ElementsAre());
  Write(renewed_);
  uplink.Open();
  uplink.Open();
  EXPECT_THAT(used, ElementsAre(renewed_.certificate_pem));
  EXPECT_EQ(files.current().certificate_pem, renewed_.certificate_pem);
}

TEST_F(CredentialFilesTest, NewRootsAreUsedToo) {
  Write(first_);
  ASSERT_OK_AND_ASSIGN(CredentialFiles files, Open());
  const std::string both = first_.ca_pem + TestPki().ca_pem();
  dir_.Write("ca.pem", both);
  const auto changed = files.Renewed();
  ASSERT_TRUE(changed.has_value());
  EXPECT_EQ(changed->ca_pem, both);
}

TEST_F(CredentialFilesTest, HalfAChangeIsPassedOverUntilItIsWhole) {
  Write(first_);
  ASSERT_OK_AND_ASSIGN(CredentialFiles files, Open());
  ASSERT_EQ(unlink(dir_.File("agent.key").c_str()), 0);
  EXPECT_FALSE(files.Renewed().has_value());
  Write(renewed_);
  dir_.Write("agent.pem", renewed_.certificate_pem.substr(0, 100));
  EXPECT_FALSE(files.Renewed().has_value());
  EXPECT_EQ(files.current().certificate_pem, first_.certificate_pem);
  Write(renewed_);
  EXPECT_TRUE(files.Renewed().has_value());
}

TEST_F(CredentialFilesTest, AnotherAgentsCertificateIsNotUsed) {
  Write(first_);
  ASSERT_OK_AND_ASSIGN(CredentialFiles files, Open());
  for (const TlsCredentials& other :
       {pki_.Agent(), pki_.Server(), pki_.Renew(first_, -absl::Hours(1))}) {
    Write(other);
    EXPECT_FALSE(files.Renewed().has_value());
  }
}

TEST_F(CredentialFilesTest, ToBeginWithTheyMustBeGood) {
  Write(pki_.Agent(-absl::Hours(1)));
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace rollcall::agent
