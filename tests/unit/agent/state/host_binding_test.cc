// An agent's state folder, on the host where it was made and on others.
#include "agent/state/host_binding.h"

#include <sys/stat.h>

#include "agent/state/binding_record.h"
#include "common/file.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"

namespace rollcall::agent {
namespace {

using ::rollcall::testing::FromText;
using ::rollcall::testing::IsOkAndHolds;
using ::rollcall::testing::TempDir;
using ::rollcall::testing::TestPki;
using ::testing::Eq;
using ::testing::IsEmpty;
using ::testing::Ne;
using ::testing::Optional;

const v1::Evidence& Template() {
  static const auto* const kEvidence = new v1::Evidence(
      FromText<v1::Evidence>("machine_id: 'm1' system_uuid: 'u1' "
                             "permanent_macs: '00:00:5e:00:53:01'"));
  return *kEvidence;
}
const v1::Evidence& Clone() {
  static const auto* const kEvidence = new v1::Evidence(
      FromText<v1::Evidence>("machine_id: 'm1' system_uuid: 'u2' "
                             "permanent_macs: '00:00:5e:00:53:02'"));
  return *kEvidence;
}

class HostBindingTest : public ::testing::Test {
 protected:
  HostBindingTest() {
    dir_.Write("agent.key", old_.private_key_pem);
    dir_.Write("agent.pem", old_.certificate_pem);
  }

  AgentKey Start(const v1::Evidence& evidence) {
    auto key = AgentKey::Open(dir_.path());
    EXPECT_OK(key);
    EXPECT_OK(BindToHost(evidence, dir_.path(), *key));
    return *std::move(key);
  }
  AgentId OldAgent() const {
    return ReadCertificate(old_.certificate_pem)->key_fingerprint;
  }
  void ExpectOld(const AgentKey& key) const {
    EXPECT_EQ(key.agent(), OldAgent());
    EXPECT_EQ(key.certificate_pem(), old_.certificate_pem);
  }
  // As it is in memory and as the next start finds it.
  void ExpectChild(const AgentKey& key) {
    EXPECT_NE(key.agent(), OldAgent());
    EXPECT_THAT(key.certificate_pem(), IsEmpty());
    EXPECT_THAT(key.previous_agent(), Optional(Eq(OldAgent())));
    EXPECT_EQ(key.previous_certificate_pem(), old_.certificate_pem);
    EXPECT_EQ(key.previous_key_pem(), old_.private_key_pem);
    EXPECT_EQ(Start(Clone()).agent(), key.agent());
  }

  const TestPki pki_;
  const TlsCredentials old_ = pki_.Agent();
  const TempDir dir_;
};

TEST_F(HostBindingTest, OnItsOwnHostAnAgentStaysWhoItIs) {
  for (int start = 0; start < 3; ++start) ExpectOld(Start(Template()));
}

TEST_F(HostBindingTest, ACopyOnAnotherHostIsANewAgentThatKnowsItsParent) {
  Start(Template());
  ExpectChild(Start(Clone()));
}

TEST_F(HostBindingTest, ACopyOfACopyThatWasNeverCertifiedHasTheSameParent) {
  Start(Template());
  const AgentId child = Start(Clone()).agent();
  const AgentKey grandchild =
      Start(FromText<v1::Evidence>("machine_id: 'm1' system_uuid: 'u3' "
                                   "permanent_macs: '00:00:5e:00:53:03'"));
  EXPECT_THAT(grandchild.agent(), Ne(child));
  EXPECT_THAT(grandchild.previous_agent(), Optional(Eq(OldAgent())));
}

TEST_F(HostBindingTest, OneWithoutACertificateLeavesNoParent) {
  dir_.Write("agent.pem", "");
  const AgentId first = Start(Template()).agent();
  const AgentKey second = Start(Clone());
  EXPECT_NE(second.agent(), first);
  EXPECT_EQ(second.previous_agent(), std::nullopt);
}

TEST_F(HostBindingTest, ARepairIsNoOtherHost) {
  Start(Template());
  auto repaired = Template();
  repaired.set_permanent_macs(0, "00:00:5e:00:53:77");
  ExpectOld(Start(repaired));
  // Nor is the next one, since the first was taken over.
  repaired.set_system_uuid("u9");
  ExpectOld(Start(repaired));
}

TEST_F(HostBindingTest, WhereNothingCanBeReadNothingIsGuessed) {
  ExpectOld(Start({}));
  ASSERT_OK_AND_ASSIGN(const auto none, LoadBinding(dir_.path()));
  EXPECT_FALSE(none.has_value());
  // Nor is forgotten what was known.
  Start(Template());
  ExpectOld(Start({}));
  ExpectChild(Start(Clone()));
}

TEST_F(HostBindingTest, ADamagedRecordIsMadeAnew) {
  Start(Template());
  dir_.Write("agent-binding.pb", "\xff\xff");
  ExpectOld(Start(Template()));
  ExpectChild(Start(Clone()));
}

TEST_F(HostBindingTest, AKeyThatCannotBeReplacedIsNotUsed) {
  AgentKey key = Start(Template());
  // A folder is not replaced by a file.
  ASSERT_EQ(mkdir(dir_.File("previous.key").c_str(), 0700), 0);
  EXPECT_FALSE(BindToHost(Clone(), dir_.path(), key).ok());
  ExpectOld(key);
  EXPECT_THAT(ReadFile(dir_.File("agent.key"), 10'000),
              IsOkAndHolds(old_.private_key_pem));
}

// What a crash leaves between any two of the files that a rekey writes, in
// their order.
class CrashedRekeyTest : public HostBindingTest {
 protected:
  CrashedRekeyTest() { Start(Template()); }
  void LeavePreviousKey() { dir_.Write("previous.key", old_.private_key_pem); }
  void LeavePreviousCertificate() {
    dir_.Write("previous.pem", old_.certificate_pem);
  }
};

TEST_F(CrashedRekeyTest, AfterThePreviousKeyItIsStillTheOldAgent) {
  LeavePreviousKey();
  ExpectOld(Start(Template()));
  ExpectChild(Start(Clone()));
}

TEST_F(CrashedRekeyTest, AfterThePreviousCertificateItIsStillTheOldAgent) {
  LeavePreviousKey();
  LeavePreviousCertificate();
  const AgentKey key = Start(Template());
  ExpectOld(key);
  // It is not its own parent.
  EXPECT_EQ(key.previous_agent(), std::nullopt);
  ExpectChild(Start(Clone()));
}

TEST_F(CrashedRekeyTest, APairOfTwoRekeysIsNoPair) {
  const TlsCredentials older = pki_.Agent();
  dir_.Write("previous.pem", older.certificate_pem);
  dir_.Write("previous.key", old_.private_key_pem);
  const AgentKey key = Start(Template());
  ExpectOld(key);
  EXPECT_THAT(key.previous_certificate_pem(), IsEmpty());
  EXPECT_THAT(key.previous_key_pem(), IsEmpty());
}

TEST_F(CrashedRekeyTest, AfterTheKeyItIsTheNewAgentOnEitherHost) {
  LeavePreviousKey();
  LeavePreviousCertificate();
  const std::string next = pki_.Agent().private_key_pem;
  dir_.Write("agent.key", next);  // with the old certificate and record
  const AgentKey key = Start(Clone());
  EXPECT_EQ(key.key_pem(), next);
  ExpectChild(key);
  // It is bound to the host of its first start.
  EXPECT_NE(Start(Template()).agent(), key.agent());
}

}  // namespace
}  // namespace rollcall::agent
