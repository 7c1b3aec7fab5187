#include "agent/app/credential_keeper.h"

#include <deque>

#include "agent/app/renewal.h"
#include "common/key_pair.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"

namespace rollcall::agent {
namespace {

using ::rollcall::testing::FakeClock;
using ::rollcall::testing::FakeRandom;
using ::rollcall::testing::StatusIs;
using ::rollcall::testing::TempDir;
using ::rollcall::testing::TestPki;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::Not;
using ::testing::Optional;
using ::testing::SizeIs;

// Answers with what a test puts here, and remembers what it was asked.
class FakeClient final : public EnrolmentClient {
 public:
  absl::StatusOr<IssuedCertificate> Enrol(absl::string_view token,
                                          absl::string_view,
                                          const std::optional<AgentId>& parent,
                                          const std::string&) override {
    calls.push_back("enrol " + std::string(token));
    parents.push_back(parent);
    return Next();
  }
  absl::StatusOr<IssuedCertificate> Renew(const KeyAndCertificate& old,
                                          absl::string_view key_pem,
                                          const std::string&) override {
    calls.push_back(old.key_pem == key_pem ? "renew" : "renew from previous");
    return Next();
  }
  void Interrupt() override {}

  std::vector<std::string> calls;
  // Of each enrolment.
  std::vector<std::optional<AgentId>> parents;
  std::deque<absl::StatusOr<IssuedCertificate>> answers;

 private:
  absl::StatusOr<IssuedCertificate> Next() {
    if (answers.empty()) return absl::UnavailableError("away");
    auto answer = answers.front();
    answers.pop_front();
    return answer;
  }
};

// Lets time pass instead of waiting, and stops after a number of waits.
class FastWaiter final : public Waiter {
 public:
  FastWaiter(FakeClock& clock, int waits) : clock_(clock), left_(waits) {}
  bool WaitFor(absl::Duration duration) override {
    waited.push_back(duration);
    clock_.Advance(duration);
    return --left_ > 0;
  }
  bool stopped() const override { return left_ <= 0; }

  std::vector<absl::Duration> waited;

 private:
  FakeClock& clock_;
  int left_;
};

class CredentialKeeperTest : public ::testing::Test {
 protected:
  // An agent with a key, and a certificate of that life for it.
  void Install(absl::Duration ends) {
    const TlsCredentials agent = pki_.Agent(ends);
    dir_.Write("agent.key", agent.private_key_pem);
    dir_.Write("agent.pem", agent.certificate_pem);
    certificate_ = agent.certificate_pem;
  }
  void Open() {
    auto opened = AgentKey::Open(dir_.path());
    ASSERT_OK(opened);
    key_ = std::make_unique<AgentKey>(*std::move(opened));
    options_.ca_pem = root_;
    keeper_ = std::make_unique<CredentialKeeper>(*key_, client_, clock_,
                                                 random_, options_);
  }
  void AnswerWithCertificate() {
    client_.answers.push_back(IssuedCertificate{certificate_, pki_.ca_pem()});
  }
  static absl::Status Refused() {
    return absl::PermissionDeniedError("refused");
  }

  const TempDir dir_;
  const TestPki pki_;
  std::string root_ = pki_.ca_pem();
  FakeClock clock_{absl::Now()};
  FakeRandom random_;
  FakeClient client_;
  CredentialKeeperOptions options_;
  std::string certificate_;
  std::unique_ptr<AgentKey> key_;
  std::unique_ptr<CredentialKeeper> keeper_;
};

TEST_F(CredentialKeeperTest, AGoodCertificateNeedsNobody) {
  Install(absl::Hours(10));
  Open();
  ASSERT_OK_AND_ASSIGN(const TlsCredentials credentials, keeper_->Obtain());
  EXPECT_EQ(credentials.certificate_pem, certificate_);
  EXPECT_THAT(client_.calls, IsEmpty());
}

TEST_F(CredentialKeeperTest, OneWithoutACertificateUsesItsToken) {
  options_.token_file = dir_.Write("token", "  the-token\n");
  Open();
  EXPECT_THAT(keeper_->Obtain(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(client_.calls, ElementsAre("enrol the-token"));
}

TEST_F(CredentialKeeperTest, WithNeitherItSaysWhatIsMissing) {
  Open();
  EXPECT_THAT(keeper_->Obtain(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                          HasSubstr("--token-file")));
  options_.token_file = dir_.File("none");
  Open();
  EXPECT_THAT(keeper_->Obtain(),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("none")));
  EXPECT_THAT(client_.calls, IsEmpty());
}

TEST_F(CredentialKeeperTest, AnExpiredCertificateIsRenewedBeforeATokenIsUsed) {
  Install(-absl::Hours(1));
  options_.token_file = dir_.Write("token", "t");
  Open();
  client_.answers.push_back(Refused());
  EXPECT_FALSE(keeper_->Obtain().ok());
  EXPECT_THAT(client_.calls, ElementsAre("renew", "enrol t"));
  // Where nobody answers, the token is not tried either.
  client_.calls.clear();
  EXPECT_THAT(keeper_->Obtain(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(client_.calls, ElementsAre("renew"));
}

TEST_F(CredentialKeeperTest, ACertificateOfAnotherAuthorityIsReplaced) {
  Install(absl::Hours(10));
  dir_.Write("ca.pem", pki_.ca_pem());
  const TestPki next;
  root_ = next.ca_pem();
  options_.token_file = dir_.Write("token", "t");
  Open();
  client_.answers.push_back(Refused());
  client_.answers.push_back(IssuedCertificate{certificate_, next.ca_pem()});
  ASSERT_OK_AND_ASSIGN(const TlsCredentials credentials, keeper_->Obtain());
  EXPECT_THAT(client_.calls, ElementsAre("renew", "enrol t"));
  EXPECT_THAT(credentials.ca_pem, Not(HasSubstr(pki_.ca_pem())));
  // A collector that takes it keeps its agent.
  client_.calls.clear();
  AnswerWithCertificate();
  ASSERT_OK(keeper_->Obtain());
  EXPECT_THAT(client_.calls, ElementsAre("renew"));
}

TEST_F(CredentialKeeperTest, WhereItIsNotReplacedItServesAndIsTriedAgainSoon) {
  Install(absl::Hours(10));
  root_ = TestPki().ca_pem();
  options_.token_file = dir_.Write("token", "t");
  Open();
  EXPECT_EQ(keeper_->Obtain()->certificate_pem, certificate_);
  EXPECT_THAT(client_.calls, ElementsAre("renew"));
  EXPECT_THAT(keeper_->UntilRenewal(), Le(absl::ZeroDuration()));
}

TEST_F(CredentialKeeperTest,
       WithoutATokenACertificateOfAnotherAuthorityIsKept) {
  Install(absl::Hours(10));
  root_ = TestPki().ca_pem();
  options_.token_file = dir_.File("used up and removed");
  Open();
  EXPECT_EQ(keeper_->Obtain()->certificate_pem, certificate_);
  EXPECT_THAT(client_.calls, IsEmpty());
}

TEST_F(CredentialKeeperTest, ACertificateOfARootThatReplacesAGivenOneIsKept) {
  Install(absl::Hours(10));
  const TestPki before;
  root_ = before.ca_pem();
  dir_.Write("ca.pem", before.ca_pem() + pki_.ca_pem());
  options_.token_file = dir_.Write("token", "t");
  Open();
  EXPECT_EQ(keeper_->Obtain()->certificate_pem, certificate_);
  EXPECT_THAT(client_.calls, IsEmpty());
}

TEST_F(CredentialKeeperTest, ACertificateThatIsNotRenewedIsReplacedByTheToken) {
  Install(absl::Hours(10));
  options_.token_file = dir_.Write("token", "t");
  Open();
  client_.answers.push_back(Refused());
  AnswerWithCertificate();
  ASSERT_OK(keeper_->Renew());
  EXPECT_THAT(client_.calls, ElementsAre("renew", "enrol t"));
  // Without one the refusal is what is told.
  options_.token_file.clear();
  Open();
  client_.answers.push_back(Refused());
  EXPECT_THAT(keeper_->Renew(), StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST_F(CredentialKeeperTest, ANewKeyIsCertifiedByTheOldOne) {
  Install(absl::Hours(10));
  Open();
  ASSERT_OK(key_->ReplaceKey());
  Open();
  client_.answers.push_back(Refused());
  EXPECT_THAT(keeper_->Obtain(), StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(client_.calls, ElementsAre("renew from previous"));
}

TEST_F(CredentialKeeperTest, WithATokenANewKeyNamesTheOldOneItsParent) {
  Install(absl::Hours(10));
  options_.token_file = dir_.Write("token", "t");
  Open();
  const AgentId parent = key_->agent();
  ASSERT_OK(key_->ReplaceKey());
  Open();
  client_.answers.push_back(Refused());
  EXPECT_THAT(keeper_->Obtain(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(client_.calls, ElementsAre("renew from previous", "enrol t"));
  EXPECT_THAT(client_.parents, ElementsAre(Optional(Eq(parent))));
}

TEST_F(CredentialKeeperTest, ToldToItBecomesAnotherAgentOnce) {
  Install(absl::Hours(10));
  Open();
  const AgentId old = key_->agent();
  int bound = 0;
  const auto bind = [&](AgentKey& key) {
    ++bound;
    EXPECT_NE(key.agent(), old);
    return absl::OkStatus();
  };
  ASSERT_OK(keeper_->ReplaceKey(old, bind));
  const AgentId next = key_->agent();
  EXPECT_THAT(keeper_->UntilRenewal(), Le(absl::ZeroDuration()));
  // It is another one already, certified or not.
  ASSERT_OK(keeper_->ReplaceKey(old, bind));
  EXPECT_EQ(key_->agent(), next);
  EXPECT_EQ(bound, 1);
  EXPECT_FALSE(keeper_->Obtain().ok());
  EXPECT_THAT(client_.calls, ElementsAre("renew from previous"));
}

TEST_F(CredentialKeeperTest, ACertificateForAnotherKeyIsNotKept) {
  Install(absl::Hours(10));
  Open();
  client_.answers.push_back(
      IssuedCertificate{pki_.Agent().certificate_pem, pki_.ca_pem()});
  EXPECT_THAT(keeper_->Renew(), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(keeper_->Obtain()->certificate_pem, certificate_);
}

TEST_F(CredentialKeeperTest, TrustsTheRootsOfTheStartAndThoseNamedLater) {
  Install(absl::Hours(10));
  Open();
  const TestPki next;
  client_.answers.push_back(IssuedCertificate{certificate_, next.ca_pem()});
  ASSERT_OK_AND_ASSIGN(const TlsCredentials credentials, keeper_->Renew());
  EXPECT_THAT(credentials.ca_pem, HasSubstr(pki_.ca_pem()));
  EXPECT_THAT(credentials.ca_pem, HasSubstr(next.ca_pem()));
}

TEST_F(CredentialKeeperTest, RenewsAtAboutHalfItsLife) {
  Install(absl::Hours(10));
  absl::Duration least = absl::InfiniteDuration();
  absl::Duration most = absl::ZeroDuration();
  for (int i = 0; i < 50; ++i) {
    Open();
    least = std::min(least, keeper_->UntilRenewal());
    most = std::max(most, keeper_->UntilRenewal());
  }
  EXPECT_GE(least, absl::Hours(4.4));
  EXPECT_LE(most, absl::Hours(5.6));
  EXPECT_GT(most - least, absl::Minutes(20));
}

TEST_F(CredentialKeeperTest, RenewalGoesOnUntilItSucceeds) {
  Install(absl::Hours(10));
  Open();
  for (int i = 0; i < 3; ++i) {
    client_.answers.push_back(absl::UnavailableError("away"));
  }
  AnswerWithCertificate();
  int used = 0;
  FastWaiter waiter(clock_, 30);
  RunRenewal(*keeper_, waiter, random_, [&](const TlsCredentials&) { ++used; });
  EXPECT_EQ(used, 1);
  EXPECT_GE(client_.calls.size(), 4u);
  for (const absl::Duration wait : waiter.waited) {
    EXPECT_LE(wait, absl::Minutes(79));  // an hour and its jitter
    EXPECT_GT(wait, absl::ZeroDuration());
  }
}

TEST_F(CredentialKeeperTest, AStopEndsRenewalAtOnce) {
  Install(absl::Hours(10));
  Open();
  FastWaiter waiter(clock_, 1);
  RunRenewal(*keeper_, waiter, random_, [](const TlsCredentials&) {});
  EXPECT_THAT(waiter.waited, SizeIs(1));
  EXPECT_THAT(client_.calls, IsEmpty());
}

}  // namespace
}  // namespace rollcall::agent
