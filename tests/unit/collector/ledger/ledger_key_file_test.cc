#include "collector/ledger/ledger_key_file.h"

#include <sys/stat.h>

#include "absl/strings/str_cat.h"
#include "common/file.h"
#include "common/key_pair.h"
#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/collector/ledger/ledger_fixture.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::IsOkAndHolds;
using ::rollcall::testing::StatusIs;
using ::rollcall::testing::TempDir;
using ::testing::AllOf;
using ::testing::HasSubstr;

class LedgerKeyFileTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& content, mode_t mode = 0600) {
    const std::string path = folder_.Write("key.pem", content);
    EXPECT_EQ(chmod(path.c_str(), mode), 0);
    return path;
  }
  static mode_t ModeOf(const std::string& path) {
    struct stat about = {};
    EXPECT_EQ(stat(path.c_str(), &about), 0) << path;
    return about.st_mode & 0777;
  }

  TempDir folder_;
};

TEST_F(LedgerKeyFileTest, AKeyIsMadeOnceForItsOwnerAlone) {
  ASSERT_OK_AND_ASSIGN(const LedgerSigner made,
                       OwnLedgerKey(folder_.path(), /*may_make=*/true));
  EXPECT_EQ(ModeOf(folder_.File("ledger.key")), 0600);
  EXPECT_THAT(ReadFile(folder_.File("ledger.pub"), 1 << 20),
              IsOkAndHolds(made.public_key().pem()));
  for (const bool may_make : {true, false}) {
    ASSERT_OK_AND_ASSIGN(const LedgerSigner again,
                         OwnLedgerKey(folder_.path(), may_make));
    EXPECT_EQ(again.public_key().sha256(), made.public_key().sha256());
  }
}

TEST_F(LedgerKeyFileTest, ThePublicHalfIsPutRight) {
  ASSERT_OK(OwnLedgerKey(folder_.path(), true));
  folder_.Write("ledger.pub", "of another key");
  ASSERT_OK_AND_ASSIGN(const LedgerSigner signer,
                       OwnLedgerKey(folder_.path(), false));
  EXPECT_THAT(ReadFile(folder_.File("ledger.pub"), 1 << 20),
              IsOkAndHolds(signer.public_key().pem()));
}

// A ledger whose key is gone is not signed on with one that nobody knows.
TEST_F(LedgerKeyFileTest, NoKeyIsMadeForALedgerThatHasOne) {
  EXPECT_THAT(
      OwnLedgerKey(folder_.path(), /*may_make=*/false),
      StatusIs(absl::StatusCode::kNotFound,
               AllOf(HasSubstr("ledger.key"), HasSubstr("openssl genpkey"))));
  EXPECT_THAT(ReadLedgerKey(folder_.File("none")),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(LedgerKeyFileTest, AKeyThatOthersMayUseIsRefused) {
  ASSERT_OK_AND_ASSIGN(const std::string pem, LedgerSigner::MakePem());
  for (const mode_t mode : {0640, 0604, 0620, 0602, 0601, 0644}) {
    EXPECT_THAT(
        ReadLedgerKey(Write(pem, mode)),
        StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("chmod 600")))
        << mode;
  }
  for (const mode_t mode : {0600, 0400, 0700}) {
    EXPECT_OK(ReadLedgerKey(Write(pem, mode)));
  }
}

TEST_F(LedgerKeyFileTest, WhatIsNoEd25519KeyIsRefused) {
  ASSERT_OK_AND_ASSIGN(const std::string good, LedgerSigner::MakePem());
  ASSERT_OK_AND_ASSIGN(const std::string other, MakePrivateKey());
  ASSERT_OK_AND_ASSIGN(const LedgerSigner signer, LedgerSigner::FromPem(good));
  EXPECT_THAT(ReadLedgerKey(Write("")), StatusIs(kInvalid, HasSubstr("empty")));
  EXPECT_THAT(ReadLedgerKey(Write(other)),
              StatusIs(kInvalid, AllOf(HasSubstr("EC"), HasSubstr("Ed25519"))));
  std::string broken = good;
  broken[40] ^= 0x10;
  for (const std::string& text :
       {std::string("\n"), std::string("no key"), good.substr(0, 60), broken,
        signer.public_key().pem()}) {
    EXPECT_THAT(ReadLedgerKey(Write(text)),
                StatusIs(kInvalid, HasSubstr("key.pem")))
        << text;
  }
  EXPECT_THAT(ReadLedgerKey(folder_.path()),
              StatusIs(kInvalid, HasSubstr("no file")));
}

TEST(LedgerKey, OneTextMayHoldSeveral) {
  ASSERT_OK_AND_ASSIGN(const auto first,
                       LedgerSigner::FromPem(*LedgerSigner::MakePem()));
  ASSERT_OK_AND_ASSIGN(const auto second,
                       LedgerSigner::FromPem(*LedgerSigner::MakePem()));
  const std::string text = absl::StrCat("one\n", first.public_key().pem(),
                                        "two\n", second.public_key().pem());
  ASSERT_OK_AND_ASSIGN(const auto keys, ParseLedgerKeys(text));
  ASSERT_EQ(keys.size(), 2);
  EXPECT_EQ(keys[0].sha256(), first.public_key().sha256());
  EXPECT_EQ(keys[1].sha256(), second.public_key().sha256());
  for (const std::string& none : {std::string(), std::string("one\n"),
                                  text + "-----BEGIN PUBLIC KEY-----\n",
                                  text.substr(0, text.size() - 40)}) {
    EXPECT_THAT(ParseLedgerKeys(none), StatusIs(kInvalid)) << none;
  }
}

TEST(LedgerKey, SignsWhatItsPublicHalfChecks) {
  ASSERT_OK_AND_ASSIGN(const std::string pem, LedgerSigner::MakePem());
  ASSERT_OK_AND_ASSIGN(const LedgerSigner signer, LedgerSigner::FromPem(pem));
  ASSERT_OK_AND_ASSIGN(const std::string signature, signer.Sign("text"));
  const LedgerPublicKey& key = signer.public_key();
  EXPECT_TRUE(key.Signed("text", signature));
  EXPECT_FALSE(key.Signed("tex", signature));
  EXPECT_FALSE(key.Signed("text", ""));
  EXPECT_FALSE(key.Signed("text", signature + "x"));
  for (size_t i = 0; i < signature.size(); ++i) {
    std::string other = signature;
    other[i] ^= 1;
    EXPECT_FALSE(key.Signed("text", other)) << i;
  }
  ASSERT_OK_AND_ASSIGN(const auto from_pem,
                       LedgerPublicKey::FromPem(key.pem()));
  ASSERT_OK_AND_ASSIGN(const auto from_der,
                       LedgerPublicKey::FromDer(key.der()));
  EXPECT_EQ(from_pem.sha256(), key.sha256());
  EXPECT_TRUE(from_der.Signed("text", signature));
  EXPECT_THAT(LedgerPublicKey::FromDer(key.der() + "x"), StatusIs(kInvalid));
  EXPECT_THAT(LedgerPublicKey::FromPem(pem), StatusIs(kInvalid));
  ASSERT_OK_AND_ASSIGN(const std::string other, MakePrivateKey());
  EXPECT_THAT(LedgerSigner::FromPem(other), StatusIs(kInvalid));
}

}  // namespace
}  // namespace rollcall::collector
