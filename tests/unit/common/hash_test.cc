#include "common/hash.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/escaping.h"

namespace rollcall {
namespace {

// FIPS 180-4, examples of NIST's "SHA256.pdf".
TEST(Sha256, MakesTheDigestsOfItsStandard) {
  EXPECT_EQ(Sha256Hex("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256Hex(""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha256, IsAsNewAfterADigest) {
  Sha256 hash;
  const std::string first = hash.Update("a").Update("bc").Finish();
  EXPECT_EQ(absl::BytesToHexString(first), Sha256Hex("abc"));
  EXPECT_EQ(absl::BytesToHexString(hash.Finish()), Sha256Hex(""));
  EXPECT_EQ(hash.Update("abc").Finish(), first);
}

TEST(Sha256, SizedStringsDoNotRunIntoEachOther) {
  EXPECT_NE(Sha256().UpdateSized("ab").UpdateSized("c").Finish(),
            Sha256().UpdateSized("a").UpdateSized("bc").Finish());
}

}  // namespace
}  // namespace rollcall
