#include "collector/identity/principal_certificates.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/proto_time.h"
#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::IsOkAndHolds;
using ::rollcall::testing::StatusIs;
using ::testing::HasSubstr;

const absl::Time kNoon = absl::FromUnixSeconds(1'770'000'000);

KnownStamp StampAt(absl::Time time) { return KnownStamp::AtEndOf(time); }

std::string SerialNumber(int number) {
  return absl::StrFormat("%032x", number);
}

v1::Certificate IssuedAt(absl::Time time, int number,
                         const std::string& token = "t1") {
  v1::Certificate certificate;
  certificate.set_serial_number(SerialNumber(number));
  certificate.set_token_id(token);
  *certificate.mutable_issue_time() = ToProto(time);
  *certificate.mutable_not_after() = ToProto(time + absl::Hours(1));
  return certificate;
}

CertificateInfo Beginning(absl::Time time, int number = 1) {
  CertificateInfo info;
  info.not_before = time;
  info.serial_number = SerialNumber(number);
  info.sha256 = std::string(64, 'f');
  return info;
}

class PrincipalCertificatesTest : public ::testing::Test {
 protected:
  bool Counts(const CertificateInfo& certificate) const {
    return !IsRevoked(of_.revocations(), certificate);
  }

  stored::v1::PrincipalCertificates of_;
};

TEST_F(PrincipalCertificatesTest, AllThatBeganBeforeCountNoMore) {
  const absl::Time now = kNoon + absl::Milliseconds(700);
  EXPECT_TRUE(Counts(Beginning(kNoon - absl::Hours(1))));
  RevokeAllCertificates(now, StampAt(now), of_);
  EXPECT_FALSE(Counts(Beginning(kNoon - absl::Hours(1))));
  EXPECT_FALSE(Counts(Beginning(kNoon - absl::Seconds(1))));
  EXPECT_TRUE(Counts(Beginning(ValidFrom(of_.revocations()))));
  EXPECT_LE(ValidFrom(of_.revocations()), now);
}

TEST_F(PrincipalCertificatesTest, AllAreRevokedTwiceInOneSecond) {
  RevokeAllCertificates(kNoon, StampAt(kNoon), of_);
  const absl::Time between = ValidFrom(of_.revocations());
  RevokeAllCertificates(kNoon + absl::Milliseconds(1),
                        StampAt(kNoon + absl::Milliseconds(1)), of_);
  EXPECT_FALSE(Counts(Beginning(between)));
  // Nor does a clock that is set back let any of them count again.
  RevokeAllCertificates(kNoon - absl::Hours(1), StampAt(kNoon - absl::Hours(1)),
                        of_);
  EXPECT_FALSE(Counts(Beginning(between)));
}

TEST_F(PrincipalCertificatesTest, OneIsNamedByItsNumberOrItsHash) {
  EXPECT_THAT(CertificateNameOf("AB:" + std::string(62, 'f')),
              IsOkAndHolds("ab" + std::string(62, 'f')));
  EXPECT_THAT(CertificateNameOf(std::string(33, 'a')),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(CertificateNameOf(std::string(32, 'g')),
              StatusIs(absl::StatusCode::kInvalidArgument));
  ASSERT_OK(RevokeCertificate(SerialNumber(1), kNoon, StampAt(kNoon), of_));
  EXPECT_FALSE(Counts(Beginning(kNoon, 1)));
  EXPECT_TRUE(Counts(Beginning(kNoon, 2)));
  ASSERT_OK(
      RevokeCertificate(std::string(64, 'f'), kNoon, StampAt(kNoon), of_));
  EXPECT_FALSE(Counts(Beginning(kNoon, 2)));
}

TEST_F(PrincipalCertificatesTest, OneThatWasRevokedIsSinceThen) {
  ASSERT_OK(RevokeCertificate(SerialNumber(1), kNoon, StampAt(kNoon), of_));
  EXPECT_THAT(RevokeCertificate(SerialNumber(1), kNoon + absl::Hours(1),
                                StampAt(kNoon + absl::Hours(1)), of_),
              IsOkAndHolds(StampAt(kNoon).time()));
  EXPECT_EQ(of_.revocations().certificates_size(), 1);
}

TEST_F(PrincipalCertificatesTest,
       NamedOnesAreBoundedAndThoseThatEndedForgotten) {
  for (int i = 0; i < 100; ++i) {
    ASSERT_OK(RevokeCertificate(SerialNumber(i), kNoon, StampAt(kNoon), of_));
  }
  EXPECT_THAT(RevokeCertificate(SerialNumber(100), kNoon, StampAt(kNoon), of_),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("revoke all of them")));
  // Of those that were issued here the end is known.
  AddCertificate(IssuedAt(kNoon, 200), kNoon, of_);
  EXPECT_EQ(RevokeGoodCertificates([](const auto&) { return true; }, kNoon,
                                   StampAt(kNoon), of_),
            1);
  EXPECT_EQ(of_.revocations().certificates_size(), 101);
  AddCertificate(IssuedAt(kNoon + absl::Hours(2), 201), kNoon + absl::Hours(2),
                 of_);
  EXPECT_EQ(RevokeGoodCertificates([](const auto&) { return true; },
                                   kNoon + absl::Hours(2),
                                   StampAt(kNoon + absl::Hours(2)), of_),
            1);
  EXPECT_EQ(of_.revocations().certificates_size(), 101);
  EXPECT_FALSE(Counts(Beginning(kNoon, 201)));
}

TEST_F(PrincipalCertificatesTest, ThoseOfOneTokenEndAndOthersDoNot) {
  AddCertificate(IssuedAt(kNoon, 1, "t1"), kNoon, of_);
  AddCertificate(IssuedAt(kNoon, 2, "t2"), kNoon, of_);
  const auto is_of_first = [](const v1::Certificate& certificate) {
    return certificate.token_id() == "t1";
  };
  EXPECT_EQ(RevokeGoodCertificates(is_of_first, kNoon, StampAt(kNoon), of_), 1);
  EXPECT_FALSE(Counts(Beginning(kNoon, 1)));
  EXPECT_TRUE(Counts(Beginning(kNoon, 2)));
  // Again changes nothing.
  EXPECT_EQ(RevokeGoodCertificates(is_of_first, kNoon, StampAt(kNoon), of_), 0);
}

TEST_F(PrincipalCertificatesTest, GoodOnesAreKeptAndWhereSomeAreNotAllEnd) {
  for (int i = 0; i < 10; ++i) AddCertificate(IssuedAt(kNoon, i), kNoon, of_);
  EXPECT_EQ(of_.certificates_size(), 10);
  const absl::Time later = kNoon + absl::Hours(2);
  AddCertificate(IssuedAt(later, 10), later, of_);
  EXPECT_EQ(of_.certificates_size(), kShownCertificates);
  for (int i = 11; i < 111; ++i) AddCertificate(IssuedAt(later, i), later, of_);
  EXPECT_EQ(of_.certificates_size(), kKeptCertificates);
  // 10 is good and not kept.
  EXPECT_GT(RevokeGoodCertificates([](const auto&) { return false; }, later,
                                   StampAt(later), of_),
            0);
  EXPECT_FALSE(Counts(Beginning(later - absl::Minutes(5), 10)));
}

TEST_F(PrincipalCertificatesTest, StampsThatAreAheadOfTheClockLockNobodyOut) {
  const KnownStamp ahead = StampAt(kNoon + absl::Hours(24 * 365));
  AddCertificate(IssuedAt(kNoon, 1), kNoon, of_);
  RevokeAllCertificates(kNoon, ahead, of_);
  EXPECT_LE(ValidFrom(of_.revocations()), kNoon);
  // Nor is one that was revoked, or is to be, taken to have ended.
  AddCertificate(IssuedAt(kNoon, 2), kNoon, of_);
  const auto is_second = [](const v1::Certificate& certificate) {
    return certificate.serial_number() == SerialNumber(2);
  };
  EXPECT_EQ(RevokeGoodCertificates(is_second, absl::InfinitePast(), ahead, of_),
            1);
  ASSERT_OK(RevokeCertificate(SerialNumber(3), kNoon, ahead, of_));
  EXPECT_FALSE(Counts(Beginning(kNoon, 2)));
}

TEST_F(PrincipalCertificatesTest, OfIssuedOnesItIsKnownSinceWhen) {
  const v1::Certificate certificate = IssuedAt(kNoon, 1);
  EXPECT_EQ(RevokedSince(of_.revocations(), certificate),
            absl::InfiniteFuture());
  const absl::Time then = kNoon + absl::Minutes(1);
  RevokeAllCertificates(then, StampAt(then), of_);
  EXPECT_EQ(RevokedSince(of_.revocations(), certificate), then);
  EXPECT_EQ(
      RevokedSince(of_.revocations(), IssuedAt(then + absl::Seconds(1), 2)),
      absl::InfiniteFuture());
}

}  // namespace
}  // namespace rollcall::collector
