#include "collector/identity/enrolment.h"

#include "absl/strings/str_cat.h"
#include "collector/identity/enrolment_tables.h"
#include "common/proto_time.h"
#include "tests/unit/collector/identity/enrolment_fixture.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::AgentIdOf;
using ::rollcall::testing::NewKeyPem;
using ::rollcall::testing::RequestFor;
using ::rollcall::testing::StatusIs;
using ::rollcall::testing::TestPki;
using ::testing::HasSubstr;
using ::testing::SizeIs;

using EnrolmentTest = EnrolmentFixture;

TEST_F(EnrolmentTest, AnEnrolledAgentIsNamedByItsKey) {
  const std::string key = NewKeyPem();
  ASSERT_OK_AND_ASSIGN(const auto answer, Enrol(MakeToken().text(), key));
  ASSERT_OK_AND_ASSIGN(const CertificateInfo certificate,
                       ReadCertificate(answer.certificate_pem()));
  ASSERT_OK_AND_ASSIGN(const AgentId agent, AgentOf(certificate));
  EXPECT_EQ(agent.ToHex(), answer.agent_id());
  EXPECT_EQ(agent, FingerprintOf(key).value());
  EXPECT_EQ(certificate.not_after, FromProto(answer.not_after()));
  EXPECT_EQ(absl::ToUnixSeconds(certificate.not_after),
            absl::ToUnixSeconds(clock_.Now() + options_.agent_life));
  EXPECT_EQ(certificate.not_before,
            absl::FromUnixSeconds(absl::ToUnixSeconds(clock_.Now())) -
                absl::Minutes(5));
  EXPECT_EQ(answer.ca_pem(), pki_.ca_pem());
}

TEST_F(EnrolmentTest, ATokenIsUsedAsOftenAsItSays) {
  v1::CreateTokenRequest request;
  request.set_max_uses(2);
  const std::string token = MakeToken(request).text();
  EXPECT_OK(Enrol(token, NewKeyPem()));
  EXPECT_OK(Enrol(token, NewKeyPem()));
  EXPECT_THAT(Enrol(token, NewKeyPem()),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("used")));
}

TEST_F(EnrolmentTest, TheSameKeyUsesATokenOnce) {
  const std::string token = MakeToken().text();
  const std::string key = NewKeyPem();
  for (int i = 0; i < 3; ++i) EXPECT_OK(Enrol(token, key));
  v1::ListTokensRequest all;
  all.set_include_ended(true);
  EXPECT_EQ(tokens_.List(all, ada_)->tokens(0).use_count(), 1);
}

TEST_F(EnrolmentTest, ABadRequestUsesNothingUp) {
  const std::string token = MakeToken().text();
  v1::EnrolRequest request;
  request.set_token(token);
  request.set_csr_pem("garbage");
  EXPECT_THAT(enrolment_.Enrol(request),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_OK(Enrol(token, NewKeyPem()));
}

TEST_F(EnrolmentTest, AnUnknownIdAndAWrongSecretAreToldAlike) {
  std::string wrong_secret = MakeToken().text();
  wrong_secret.back() = wrong_secret.back() == 'A' ? 'E' : 'A';
  const std::string unknown = absl::StrCat(
      "rollcall-agent-", std::string(32, '1'), "-", std::string(43, 'A'));
  const absl::Status first = Enrol(wrong_secret, NewKeyPem()).status();
  EXPECT_THAT(first, StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_EQ(first, Enrol(unknown, NewKeyPem()).status());
  EXPECT_THAT(Enrol("no token", NewKeyPem()),
              StatusIs(absl::StatusCode::kUnauthenticated));
}

TEST_F(EnrolmentTest, ATokenEndsWithItsTimeAndWhenItIsRevoked) {
  v1::CreateTokenRequest request;
  request.mutable_life()->set_seconds(3'600);
  const auto expiring = MakeToken(request);
  clock_.Advance(absl::Minutes(59));
  EXPECT_OK(Enrol(expiring.text(), NewKeyPem()));
  const auto revoked = MakeToken(request);
  clock_.Advance(absl::Minutes(1));
  EXPECT_THAT(
      Enrol(expiring.text(), NewKeyPem()),
      StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("expired")));
  v1::RevokeTokenRequest revoke;
  revoke.set_token_id(revoked.token().token_id());
  ASSERT_OK(tokens_.Revoke(revoke, ada_));
  EXPECT_THAT(
      Enrol(revoked.text(), NewKeyPem()),
      StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("revoked")));
}

TEST_F(EnrolmentTest, ATokenServesItsOwnPurposeAlone) {
  EXPECT_THAT(Enrol(MakeLogin("jo").text(), NewKeyPem()),
              StatusIs(absl::StatusCode::kPermissionDenied));
  v1::LoginRequest login;
  login.set_token(MakeToken().text());
  login.set_csr_pem(RequestFor(NewKeyPem()));
  EXPECT_THAT(enrolment_.Login(login),
              StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST_F(EnrolmentTest, ALoginIsForThePrincipalOfTheToken) {
  v1::LoginRequest request;
  request.set_token(MakeLogin("jo.smith").text());
  request.set_csr_pem(RequestFor(NewKeyPem()));
  ASSERT_OK_AND_ASSIGN(const auto answer, enrolment_.Login(request));
  EXPECT_EQ(answer.principal(), "jo.smith");
  ASSERT_OK_AND_ASSIGN(const CertificateInfo certificate,
                       ReadCertificate(answer.certificate_pem()));
  EXPECT_EQ(PrincipalOf(certificate).value(), "jo.smith");
  EXPECT_THAT(AgentOf(certificate),
              StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_EQ(absl::ToUnixSeconds(certificate.not_after),
            absl::ToUnixSeconds(clock_.Now() + absl::Hours(1)));
  EXPECT_THAT(
      enrolment_.Login(request),
      StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("used up")));
}

TEST_F(EnrolmentTest, NobodyLogsInAsWhoIsNotThere) {
  // Made before there were principals.
  const auto made = MakeLogin("jo");
  auto entries = kPrincipalTable.ScanPrefix(engine_, KeyWriter());
  ASSERT_OK_AND_ASSIGN(const auto entry, entries.Next());
  Batch batch;
  kPrincipalTable.Delete(batch, entry->key);
  ASSERT_OK(engine_.Write(batch, Durability::kBuffered));
  EXPECT_THAT(LogIn(made.text()), StatusIs(absl::StatusCode::kPermissionDenied,
                                           HasSubstr("knows no principal jo")));
}

TEST_F(EnrolmentTest, ATokenOfAnotherEndsOnceItsPrincipalHasARoleOfTwoPeople) {
  v1::CreateTokenRequest twice = LoginRequestFor("jo");
  twice.set_max_uses(9);
  Give("jo", {v1::ROLE_VIEWER});
  const auto by_ada = MakeToken(twice);
  const Caller jo = {"jo", clock_.Now(), {v1::ROLE_VIEWER}};
  ASSERT_OK_AND_ASSIGN(const auto by_jo, tokens_.Create(twice, jo));
  const auto for_others = MakeLogin("bea");
  ASSERT_OK(LogIn(by_ada.text()));
  Give("jo", {v1::ROLE_ITAM});
  EXPECT_THAT(
      LogIn(by_ada.text()),
      StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("revoked")));
  EXPECT_OK(LogIn(by_jo.text()));
  EXPECT_OK(LogIn(for_others.text()));
}

TEST_F(EnrolmentTest, TheLastCertificatesOfAPrincipalAreKept) {
  v1::CreateTokenRequest many = LoginRequestFor("jo");
  many.set_max_uses(9);
  Give("jo", {v1::ROLE_VIEWER});
  const auto token = MakeToken(many);
  for (int i = 0; i < 7; ++i) {
    // The one before has ended.
    clock_.Advance(absl::Hours(2));
    ASSERT_OK(LogIn(token.text()));
  }
  ASSERT_OK_AND_ASSIGN(const auto kept,
                       kPrincipalCertificatesTable.Get(engine_, {"jo"}));
  ASSERT_TRUE(kept.has_value());
  ASSERT_EQ(kept->certificates_size(), 5);
  EXPECT_EQ(FromProto(kept->certificates(0).issue_time()), clock_.Now());
  EXPECT_EQ(FromProto(kept->certificates(4).issue_time()),
            clock_.Now() - absl::Hours(8));
  EXPECT_EQ(kept->certificates(0).token_id(), token.token().token_id());
  EXPECT_EQ(kept->certificates(0).principal(), "jo");
}

TEST_F(EnrolmentTest, ACertificateBringsTheNext) {
  const std::string key = NewKeyPem();
  ASSERT_OK_AND_ASSIGN(const auto first, Enrol(MakeToken().text(), key));
  clock_.Advance(absl::Hours(2));
  ASSERT_OK_AND_ASSIGN(const auto next,
                       Renew(first.certificate_pem(), key, key));
  EXPECT_EQ(next.agent_id(), first.agent_id());
  EXPECT_EQ(FromProto(next.not_after()) - FromProto(first.not_after()),
            absl::Hours(2));
}

TEST_F(EnrolmentTest, AnAgentGetsSoManyCertificatesAtOnceAndNoMore) {
  const std::string token = MakeToken().text();
  const std::string key = NewKeyPem();
  ASSERT_OK_AND_ASSIGN(const auto first, Enrol(token, key));
  for (int i = 1; i < options_.certificate_burst; ++i) {
    EXPECT_OK(Renew(first.certificate_pem(), key, key));
  }
  const auto refused = StatusIs(absl::StatusCode::kResourceExhausted,
                                HasSubstr("try again in 10m"));
  EXPECT_THAT(Renew(first.certificate_pem(), key, key), refused);
  EXPECT_THAT(Enrol(token, key), refused);
  v1::ListCertificatesRequest request;
  request.set_agent_id(first.agent_id());
  EXPECT_THAT(certificates_.List(request)->certificates(),
              SizeIs(options_.certificate_burst));
  // Others are served, and so is it after a while.
  EXPECT_OK(Enrol(MakeToken().text(), NewKeyPem()));
  clock_.Advance(options_.per_certificate);
  EXPECT_OK(Renew(first.certificate_pem(), key, key));
  EXPECT_THAT(Renew(first.certificate_pem(), key, key), refused);
}

TEST_F(EnrolmentTest, AClockThatWasAheadKeepsNobodyFromACertificate) {
  const std::string key = NewKeyPem();
  ASSERT_OK_AND_ASSIGN(const auto first, Enrol(MakeToken().text(), key));
  clock_.Advance(absl::Hours(2));
  ASSERT_OK(Renew(first.certificate_pem(), key, key));
  clock_.Advance(-absl::Hours(2));
  clock_.Advance(options_.per_certificate);
  EXPECT_OK(Renew(first.certificate_pem(), key, key));
}

TEST_F(EnrolmentTest, OneThatExpiredIsRenewedForAWhile) {
  const std::string key = NewKeyPem();
  ASSERT_OK_AND_ASSIGN(const auto first, Enrol(MakeToken().text(), key));
  clock_.Advance(options_.agent_life + absl::Hours(1));
  EXPECT_OK(Renew(first.certificate_pem(), key, key));
  clock_.Advance(absl::Hours(1) + absl::Seconds(2));
  EXPECT_THAT(
      Renew(first.certificate_pem(), key, key),
      StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("too long ago")));
}

TEST_F(EnrolmentTest, ANewKeyIsANewAgentWithAParent) {
  const std::string old_key = NewKeyPem();
  ASSERT_OK_AND_ASSIGN(const auto old, Enrol(MakeToken().text(), old_key));
  ASSERT_OK_AND_ASSIGN(const auto answer,
                       Renew(old.certificate_pem(), old_key, NewKeyPem()));
  EXPECT_NE(answer.agent_id(), old.agent_id());
  v1::ListCertificatesRequest request;
  request.set_agent_id(answer.agent_id());
  ASSERT_OK_AND_ASSIGN(const auto listed, certificates_.List(request));
  ASSERT_THAT(listed.certificates(), SizeIs(1));
  EXPECT_EQ(listed.certificates(0).parent_agent_id(), old.agent_id());
}

TEST_F(EnrolmentTest, AChildHasTheClassAndTheUnitOfItsParent) {
  v1::CreateTokenRequest request;
  request.set_device_class("laptop");
  request.set_organisation_unit("sales");
  const std::string old_key = NewKeyPem();
  ASSERT_OK_AND_ASSIGN(const auto old,
                       Enrol(MakeToken(request).text(), old_key));
  ASSERT_OK_AND_ASSIGN(const auto answer,
                       Renew(old.certificate_pem(), old_key, NewKeyPem()));
  ASSERT_OK_AND_ASSIGN(
      const auto child,
      kEnrolledAgentTable.Get(engine_, {*AgentId::FromHex(answer.agent_id())}));
  ASSERT_TRUE(child.has_value());
  EXPECT_EQ(child->device_class(), "laptop");
  EXPECT_EQ(child->organisation_unit(), "sales");
}

TEST_F(EnrolmentTest, ACertificateBringsInSoManyAgentsAndNoMore) {
  const TlsCredentials image = pki_.Agent();
  const auto bring = [&](const std::string& key) {
    return Renew(image.certificate_pem, image.private_key_pem, key).status();
  };
  const std::string first = NewKeyPem();
  EXPECT_OK(bring(first));
  EXPECT_OK(bring(NewKeyPem()));
  EXPECT_THAT(bring(NewKeyPem()), StatusIs(absl::StatusCode::kPermissionDenied,
                                           HasSubstr("already")));
  // Those that are in stay in.
  EXPECT_OK(bring(first));
  EXPECT_OK(bring(image.private_key_pem));
}

TEST_F(EnrolmentTest, AChainOfNewKeysCountsForItsFirst) {
  const TlsCredentials image = pki_.Agent();
  std::string key = image.private_key_pem;
  std::string certificate = image.certificate_pem;
  for (int i = 0; i < 2; ++i) {
    const std::string next = NewKeyPem();
    ASSERT_OK_AND_ASSIGN(const auto answer, Renew(certificate, key, next));
    key = next;
    certificate = answer.certificate_pem();
  }
  EXPECT_THAT(Renew(certificate, key, NewKeyPem()),
              StatusIs(absl::StatusCode::kPermissionDenied,
                       HasSubstr(AgentIdOf(image).ToHex())));
  EXPECT_OK(Renew(certificate, key, key));
  // With a token it stands for itself.
  ASSERT_OK(Enrol(MakeToken().text(), key));
  EXPECT_OK(Renew(certificate, key, NewKeyPem()));
}

TEST_F(EnrolmentTest, WhatCameOfARevokedAgentBringsNobody) {
  const std::string stolen = NewKeyPem();
  ASSERT_OK_AND_ASSIGN(const auto first, Enrol(MakeToken().text(), stolen));
  const std::string key = NewKeyPem();
  ASSERT_OK_AND_ASSIGN(const auto child,
                       Renew(first.certificate_pem(), stolen, key));
  ASSERT_OK(Revoke(first.agent_id()));
  EXPECT_THAT(
      Renew(child.certificate_pem(), key, NewKeyPem()),
      StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("was revoked")));
  EXPECT_OK(Renew(child.certificate_pem(), key, key));
}

TEST_F(EnrolmentTest, AnAgentStoredWithoutARootIsTheRootOfItsChildren) {
  const std::string key = NewKeyPem();
  ASSERT_OK_AND_ASSIGN(const auto parent, Enrol(MakeToken().text(), key));
  const EnrolledAgentKey stored = {*AgentId::FromHex(parent.agent_id())};
  stored::v1::EnrolledAgent old;
  old.set_parent_agent_id(AgentIdOf(pki_.Agent()).ToBytes());
  old.set_child_count(1);
  Batch batch;
  kEnrolledAgentTable.Put(batch, stored, old);
  ASSERT_OK(engine_.Write(batch, Durability::kBuffered));
  EXPECT_OK(Renew(parent.certificate_pem(), key, NewKeyPem()));
  EXPECT_THAT(Renew(parent.certificate_pem(), key, NewKeyPem()),
              StatusIs(absl::StatusCode::kPermissionDenied,
                       HasSubstr(parent.agent_id())));
}

TEST_F(EnrolmentTest, ACertificateAloneBringsNothing) {
  const std::string key = NewKeyPem();
  const std::string thief = NewKeyPem();
  ASSERT_OK_AND_ASSIGN(const auto owner, Enrol(MakeToken().text(), key));
  EXPECT_THAT(Renew(owner.certificate_pem(), thief, thief),
              StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_THAT(Renew("", key, key),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(EnrolmentTest, ACertificateOfAnotherAuthorityBringsNothing) {
  const TestPki other;
  const TlsCredentials stranger = other.Agent();
  EXPECT_THAT(Renew(stranger.certificate_pem, stranger.private_key_pem,
                    stranger.private_key_pem),
              StatusIs(absl::StatusCode::kUnauthenticated,
                       HasSubstr("trusted authority")));
}

TEST_F(EnrolmentTest, OnlyAnAgentsCertificateIsRenewed) {
  for (const TlsCredentials& credentials :
       {pki_.Admin("jo"), pki_.Server(),
        pki_.Impostor(AgentIdOf(pki_.Agent()).ToHex())}) {
    EXPECT_THAT(Renew(credentials.certificate_pem, credentials.private_key_pem,
                      credentials.private_key_pem),
                StatusIs(absl::StatusCode::kUnauthenticated));
  }
  // One that was made by hand is.
  const TlsCredentials agent = pki_.Agent();
  EXPECT_OK(Renew(agent.certificate_pem, agent.private_key_pem,
                  agent.private_key_pem));
}

TEST_F(EnrolmentTest, ARevokedAgentGetsNothing) {
  const std::string key = NewKeyPem();
  v1::CreateTokenRequest many;
  many.set_max_uses(10);
  const std::string token = MakeToken(many).text();
  ASSERT_OK_AND_ASSIGN(const auto answer, Enrol(token, key));
  ASSERT_OK(Revoke(answer.agent_id()));
  const auto denied =
      StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("was revoked"));
  EXPECT_THAT(Enrol(token, key), denied);
  EXPECT_THAT(Renew(answer.certificate_pem(), key, key), denied);
  EXPECT_THAT(Renew(answer.certificate_pem(), key, NewKeyPem()), denied);
  // Nor does another agent get a certificate for its key.
  const std::string other = NewKeyPem();
  ASSERT_OK_AND_ASSIGN(const auto good, Enrol(token, other));
  EXPECT_THAT(Renew(good.certificate_pem(), other, key), denied);
}

TEST_F(EnrolmentTest, AParentIsAnAgentAndNotOneself) {
  v1::EnrolRequest request;
  request.set_token(MakeToken().text());
  const std::string key = NewKeyPem();
  request.set_csr_pem(RequestFor(key));
  for (const std::string& parent :
       {std::string("x"), FingerprintOf(key)->ToHex()}) {
    request.set_parent_agent_id(parent);
    EXPECT_THAT(enrolment_.Enrol(request),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

TEST_F(EnrolmentTest, WithoutAnAuthorityItSaysWhatIsMissing) {
  enrolment_.UseAuthority(nullptr);
  EXPECT_THAT(Enrol(MakeToken().text(), NewKeyPem()),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("--issuer-cert")));
}

TEST_F(EnrolmentTest, NoCertificateOutlivesItsIssuer) {
  clock_.Advance(absl::Hours(22));
  ASSERT_OK_AND_ASSIGN(const auto answer,
                       Enrol(MakeToken().text(), NewKeyPem()));
  EXPECT_LT(FromProto(answer.not_after()), clock_.Now() + options_.agent_life);
  clock_.Advance(absl::Hours(3));
  EXPECT_THAT(
      Enrol(MakeToken().text(), NewKeyPem()),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("ended on")));
}

TEST_F(EnrolmentTest, CertificatesAreListedAndForgottenAfterTheirEnd) {
  ASSERT_OK_AND_ASSIGN(const auto answer,
                       Enrol(MakeToken().text(), NewKeyPem()));
  v1::ListCertificatesRequest request;
  ASSERT_OK_AND_ASSIGN(auto listed, certificates_.List(request));
  ASSERT_THAT(listed.certificates(), SizeIs(1));
  EXPECT_EQ(listed.certificates(0).agent_id(), answer.agent_id());
  EXPECT_FALSE(listed.certificates(0).has_revoke_time());
  ASSERT_OK(Revoke(answer.agent_id()));
  listed = certificates_.List(request).value();
  EXPECT_TRUE(listed.certificates(0).has_revoke_time());
  clock_.Advance(options_.agent_life + absl::Hours(24 * 89));
  ASSERT_OK(certificates_.Forget());
  EXPECT_THAT(certificates_.List(request)->certificates(), SizeIs(0));
  request.set_include_ended(true);
  EXPECT_THAT(certificates_.List(request)->certificates(), SizeIs(1));
  clock_.Advance(absl::Hours(48));
  ASSERT_OK(certificates_.Forget());
  EXPECT_THAT(certificates_.List(request)->certificates(), SizeIs(0));
}

}  // namespace
}  // namespace rollcall::collector
