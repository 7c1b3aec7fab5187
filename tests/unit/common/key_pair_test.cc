#include "common/key_pair.h"

#include "common/tls.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_pki.h"

namespace rollcall {
namespace {

using ::rollcall::testing::AgentIdOf;
using ::rollcall::testing::StatusIs;
using ::rollcall::testing::TestPki;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(KeyPair, EachKeyIsItsOwn) {
  ASSERT_OK_AND_ASSIGN(const std::string one, MakePrivateKey());
  ASSERT_OK_AND_ASSIGN(const std::string two, MakePrivateKey());
  EXPECT_THAT(one, StartsWith("-----BEGIN PRIVATE KEY-----"));
  EXPECT_NE(FingerprintOf(one).value(), FingerprintOf(two).value());
}

TEST(KeyPair, AKeyHasTheFingerprintOfItsCertificate) {
  const TestPki pki;
  const TlsCredentials agent = pki.Agent();
  EXPECT_EQ(FingerprintOf(agent.private_key_pem).value(), AgentIdOf(agent));
}

TEST(KeyPair, ASignatureIsCheckedByTheCertificate) {
  const TestPki pki;
  const TlsCredentials agent = pki.Agent();
  ASSERT_OK_AND_ASSIGN(const std::string signature,
                       SignText(agent.private_key_pem, "text"));
  EXPECT_OK(CheckSignature(agent.certificate_pem, "text", signature));
  const auto wrong = StatusIs(absl::StatusCode::kUnauthenticated);
  EXPECT_THAT(CheckSignature(agent.certificate_pem, "texts", signature), wrong);
  EXPECT_THAT(CheckSignature(agent.certificate_pem, "text", ""), wrong);
  EXPECT_THAT(CheckSignature(pki.Agent().certificate_pem, "text", signature),
              wrong);
}

TEST(KeyPair, WhatIsNoKeyIsRefused) {
  const auto refused = StatusIs(absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(FingerprintOf("garbage"), refused);
  EXPECT_THAT(MakeCertificateRequest(""), refused);
  EXPECT_THAT(SignText("garbage", "text"), refused);
  EXPECT_THAT(CheckSignature("garbage", "text", "x"), refused);
}

TEST(KeyPair, ARenewalsSignatureServesNothingElse) {
  EXPECT_THAT(RenewalText("csr"), HasSubstr("RenewRequest\ncsr"));
}

}  // namespace
}  // namespace rollcall
