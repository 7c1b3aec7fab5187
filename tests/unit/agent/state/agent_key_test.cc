#include "agent/state/agent_key.h"

#include <sys/stat.h>

#include "common/file.h"
#include "common/key_pair.h"
#include "common/tls.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"

namespace rollcall::agent {
namespace {

using ::rollcall::testing::StatusIs;
using ::rollcall::testing::TempDir;
using ::rollcall::testing::TestPki;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class AgentKeyTest : public ::testing::Test {
 protected:
  absl::StatusOr<AgentKey> Open() const { return AgentKey::Open(folder_); }
  std::string File(const std::string& name) const {
    return dir_.File("state/" + name);
  }
  // Puts a certified agent into the folder.
  TlsCredentials Install() const {
    const TlsCredentials agent = pki_.Agent();
    dir_.Write("state/agent.key", agent.private_key_pem);
    dir_.Write("state/agent.pem", agent.certificate_pem);
    return agent;
  }

  const TempDir dir_;
  const std::string folder_ = dir_.File("state");
  const TestPki pki_;
};

TEST_F(AgentKeyTest, MakesAKeyThatOnlyItsOwnerReads) {
  ASSERT_OK_AND_ASSIGN(const AgentKey key, Open());
  EXPECT_OK(FingerprintOf(key.key_pem()));
  EXPECT_THAT(key.certificate_pem(), IsEmpty());
  struct stat status = {};
  ASSERT_EQ(stat(File("agent.key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
  ASSERT_EQ(stat(folder_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0700u);
}

TEST_F(AgentKeyTest, TheKeyStaysTheSame) {
  ASSERT_OK_AND_ASSIGN(const AgentKey first, Open());
  ASSERT_OK_AND_ASSIGN(const AgentKey second, Open());
  EXPECT_EQ(first.key_pem(), second.key_pem());
}

TEST_F(AgentKeyTest, ADamagedKeyIsNotReplacedByAnother) {
  dir_.Write("state/agent.key", "garbage");
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("agent.key")));
  EXPECT_EQ(ReadFile(File("agent.key"), 100).value(), "garbage");
}

TEST_F(AgentKeyTest, AnEmptyKeyFileIsNotTakenForAMissingOne) {
  dir_.Write("state/agent.key", "");
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("agent.key")));
  EXPECT_EQ(ReadFile(File("agent.key"), 100).value(), "");
}

TEST_F(AgentKeyTest, KeepsACertificateForItsKey) {
  const TlsCredentials agent = Install();
  ASSERT_OK_AND_ASSIGN(AgentKey key, Open());
  EXPECT_EQ(key.certificate_pem(), agent.certificate_pem);
  ASSERT_OK(key.KeepCertificate(agent.certificate_pem, pki_.ca_pem()));
  ASSERT_OK_AND_ASSIGN(const AgentKey again, Open());
  EXPECT_EQ(again.ca_pem(), pki_.ca_pem());
}

TEST_F(AgentKeyTest, ACertificateForAnotherKeyIsRefused) {
  ASSERT_OK_AND_ASSIGN(AgentKey key, Open());
  EXPECT_THAT(
      key.KeepCertificate(pki_.Agent().certificate_pem, pki_.ca_pem()),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("another key")));
  EXPECT_THAT(key.KeepCertificate("garbage", ""),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(key.certificate_pem(), IsEmpty());
}

TEST_F(AgentKeyTest, ACertificateThatDoesNotFitTheKeyIsPassedOver) {
  Install();
  dir_.Write("state/agent.pem", pki_.Agent().certificate_pem);
  EXPECT_THAT(Open()->certificate_pem(), IsEmpty());
  dir_.Write("state/agent.pem", "garbage");
  EXPECT_THAT(Open()->certificate_pem(), IsEmpty());
}

TEST_F(AgentKeyTest, ANewKeyRemembersTheOldOneUntilItIsCertified) {
  const TlsCredentials old = Install();
  ASSERT_OK_AND_ASSIGN(AgentKey key, Open());
  ASSERT_OK(key.ReplaceKey());
  ASSERT_OK_AND_ASSIGN(AgentKey reopened, Open());
  EXPECT_NE(reopened.key_pem(), old.private_key_pem);
  EXPECT_THAT(reopened.certificate_pem(), IsEmpty());
  EXPECT_EQ(reopened.previous_key_pem(), old.private_key_pem);
  EXPECT_EQ(reopened.previous_certificate_pem(), old.certificate_pem);
  EXPECT_EQ(reopened.previous_agent(),
            ReadCertificate(old.certificate_pem)->key_fingerprint);
  // With its certificate the old key is forgotten.
  const TlsCredentials next = pki_.Agent();
  dir_.Write("state/agent.key", next.private_key_pem);
  ASSERT_OK_AND_ASSIGN(AgentKey certified, Open());
  ASSERT_OK(certified.KeepCertificate(next.certificate_pem, ""));
  EXPECT_EQ(certified.previous_agent(), std::nullopt);
  EXPECT_THAT(Open()->previous_key_pem(), IsEmpty());
  EXPECT_THAT(ReadFile(File("previous.key"), 100),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace rollcall::agent
