// Certificates that end before their time: revoked by people, with their token,
// and with a role that takes two people.
#include "collector/identity/certificate_edits.h"

#include <vector>

#include "collector/identity/principal_queries.h"
#include "collector/identity/principal_store.h"
#include "collector/ledger/ledger_view.h"
#include "common/tls.h"
#include "tests/support/fake_roles.h"
#include "tests/unit/collector/identity/enrolment_fixture.h"

namespace rollcall::collector {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::SizeIs;
using testing::StatusIs;

class CertificateEditsTest : public EnrolmentFixture {
 protected:
  CertificateEditsTest() {
    Give("jo", {v1::ROLE_VIEWER});
    Give("sam", {v1::ROLE_SECURITY});
  }

  // A certificate of jo for a token that `by` makes.
  CertificateInfo LogInWithTokenOf(const Caller& by) {
    const auto token = tokens_.Create(LoginRequestFor("jo"), by);
    EXPECT_OK(token);
    token_id_ = token->token().token_id();
    const auto answer = LogIn(token->text());
    EXPECT_OK(answer);
    return answer.ok() ? *ReadCertificate(answer->certificate_pem())
                       : CertificateInfo();
  }

  absl::StatusOr<v1::RevokeCertificatesResponse> RevokeFor(
      const Caller& by, const std::string& certificate = "") {
    v1::RevokeCertificatesRequest request;
    request.set_principal("jo");
    request.set_certificate(certificate);
    request.set_reason("stolen");
    return edits_.Revoke(request, by);
  }

  // What the ledger says of certificates that ended.
  std::vector<LedgerEntry> EntriesOfRevocations() const {
    const LedgerView view(engine_);
    std::vector<LedgerEntry> entries;
    const uint64_t size = view.Size().value_or(0);
    for (uint64_t i = 0; i < size; ++i) {
      const auto stored = view.Entry(i);
      EXPECT_OK(stored);
      if (stored.ok() && stored->line.entry.kind == "certificates-revoked") {
        entries.push_back(stored->line.entry);
      }
    }
    return entries;
  }

  bool Counts(const CertificateInfo& certificate) {
    return !revoked_.IsRevoked("jo", certificate);
  }

  const Caller jo_{"jo", absl::InfiniteFuture(), {v1::ROLE_VIEWER}};
  const Caller sam_{"sam", absl::InfiniteFuture(), {v1::ROLE_SECURITY}};
  CertificateEdits edits_{committer_, ledger_.writer(), revoked_, clock_};
  std::string token_id_;
};

TEST_F(CertificateEditsTest, AllEndAndWhoHasATokenLogsInAgain) {
  const CertificateInfo first = LogInWithTokenOf(jo_);
  const CertificateInfo second = LogInWithTokenOf(ada_);
  const CertificateInfo by_hand =
      *ReadCertificate(pki_.Admin("jo").certificate_pem);
  EXPECT_TRUE(Counts(first) && Counts(second) && Counts(by_hand));
  ASSERT_OK(RevokeFor(sam_));
  EXPECT_FALSE(Counts(first) || Counts(second) || Counts(by_hand));
  // In the same second, though certificates begin minutes back.
  EXPECT_TRUE(Counts(LogInWithTokenOf(jo_)));
  clock_.Advance(absl::Minutes(1));
  const CertificateInfo later = LogInWithTokenOf(jo_);
  EXPECT_TRUE(Counts(later));
  EXPECT_LE(later.not_before, clock_.Now());
}

TEST_F(CertificateEditsTest, OneEndsAndTheOthersDoNot) {
  const CertificateInfo first = LogInWithTokenOf(jo_);
  const CertificateInfo second = LogInWithTokenOf(jo_);
  ASSERT_OK_AND_ASSIGN(const auto done, RevokeFor(jo_, first.serial_number));
  EXPECT_FALSE(done.already_revoked());
  EXPECT_FALSE(Counts(first));
  EXPECT_TRUE(Counts(second));
  ASSERT_OK(RevokeFor(jo_, second.sha256));
  EXPECT_FALSE(Counts(second));
  ASSERT_OK_AND_ASSIGN(const auto again, RevokeFor(jo_, first.serial_number));
  EXPECT_TRUE(again.already_revoked());
  EXPECT_EQ(again.revoke_time().nanos(), done.revoke_time().nanos());
}

TEST_F(CertificateEditsTest, OthersAreRevokedByWhoGuardsAndBySelfAlone) {
  for (const v1::Role role : kAllRoles.List()) {
    const Caller caller{"pam", absl::InfiniteFuture(), {role}};
    const bool may = role == v1::ROLE_SECURITY || role == v1::ROLE_ADMIN;
    EXPECT_EQ(RevokeFor(caller).ok(), may) << RoleWord(role);
  }
  EXPECT_OK(RevokeFor(jo_));
  v1::RevokeCertificatesRequest request;
  request.set_principal("nil");
  request.set_reason("test");
  EXPECT_THAT(edits_.Revoke(request, jo_),
              StatusIs(StatusCode::kPermissionDenied));
  EXPECT_THAT(edits_.Revoke(request, sam_), StatusIs(StatusCode::kNotFound));
  request.set_principal("jo");
  request.set_certificate("zz");
  EXPECT_THAT(edits_.Revoke(request, sam_),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("hex digits")));
  request.clear_certificate();
  request.clear_reason();
  EXPECT_THAT(edits_.Revoke(request, sam_),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("reason")));
}

TEST_F(CertificateEditsTest, ARevocationOutlivesTheProcessAndIsShown) {
  const CertificateInfo first = LogInWithTokenOf(jo_);
  const CertificateInfo second = LogInWithTokenOf(jo_);
  ASSERT_OK(RevokeFor(sam_, first.serial_number));
  CertificateRevocations next(engine_);
  ASSERT_OK(next.Load());
  EXPECT_TRUE(next.IsRevoked("jo", first));
  EXPECT_FALSE(next.IsRevoked("jo", second));
  ASSERT_OK_AND_ASSIGN(const auto listed, certificates_.List({}));
  for (const v1::Certificate& certificate : listed.certificates()) {
    EXPECT_EQ(certificate.has_revoke_time(),
              certificate.serial_number() == first.serial_number);
  }
  testing::FakeRoles roles;
  v1::GetPrincipalRequest request;
  request.set_principal("jo");
  ASSERT_OK_AND_ASSIGN(const auto jo,
                       PrincipalQueries(engine_, roles, clock_).Get(request));
  ASSERT_EQ(jo.principal().last_certificates_size(), 2);
  EXPECT_FALSE(jo.principal().last_certificates(0).has_revoke_time());
  EXPECT_TRUE(jo.principal().last_certificates(1).has_revoke_time());
}

TEST_F(CertificateEditsTest, ATokenThatIsRevokedTakesItsCertificatesAlong) {
  const CertificateInfo other = LogInWithTokenOf(jo_);
  const CertificateInfo certificate = LogInWithTokenOf(jo_);
  v1::RevokeTokenRequest request;
  request.set_token_id(token_id_);
  // It is used up, which ends no certificate.
  EXPECT_TRUE(Counts(certificate));
  ASSERT_OK_AND_ASSIGN(const auto done, tokens_.Revoke(request, jo_));
  EXPECT_EQ(done.revoked_certificate_count(), 1);
  EXPECT_FALSE(Counts(certificate));
  EXPECT_TRUE(Counts(other));
}

TEST_F(CertificateEditsTest, TheLedgerSaysWhoseCertificatesEndedWithAToken) {
  LogInWithTokenOf(jo_);
  v1::RevokeTokenRequest request;
  request.set_token_id(token_id_);
  ASSERT_OK(tokens_.Revoke(request, ada_));
  const auto entries = EntriesOfRevocations();
  ASSERT_THAT(entries, SizeIs(1));
  EXPECT_EQ(entries[0].actor, "ada");
  EXPECT_THAT(entries[0].facts,
              ElementsAre(Pair("principal", "jo"), Pair("token", token_id_)));
  // Where none ends there is nothing to say.
  ASSERT_OK(tokens_.Revoke(request, ada_));
  request.set_token_id(MakeLogin("jo").token().token_id());
  ASSERT_OK(tokens_.Revoke(request, ada_));
  EXPECT_THAT(EntriesOfRevocations(), SizeIs(1));
}

TEST_F(CertificateEditsTest, WhatOthersLoggedInEndsWithARoleOfTwoPeople) {
  const CertificateInfo of_admin = LogInWithTokenOf(ada_);
  const CertificateInfo own = LogInWithTokenOf(jo_);
  Give("jo", {v1::ROLE_ITAM});
  revoked_.LearnStored("jo");
  EXPECT_FALSE(Counts(of_admin));
  EXPECT_TRUE(Counts(own));
}

TEST_F(CertificateEditsTest, ARepeatedRequestRevokesOnce) {
  v1::RevokeCertificatesRequest request;
  request.set_principal("jo");
  request.set_reason("stolen");
  request.set_request_id("r1");
  ASSERT_OK(edits_.Revoke(request, sam_));
  const CertificateInfo since = LogInWithTokenOf(jo_);
  ASSERT_OK(edits_.Revoke(request, sam_));
  EXPECT_TRUE(Counts(since));
}

}  // namespace
}  // namespace rollcall::collector
