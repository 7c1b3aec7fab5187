#include "common/id.h"

#include "absl/container/flat_hash_set.h"
#include "gmock/gmock.h"
#include "tests/support/fake_random.h"

namespace rollcall {
namespace {

using ::rollcall::testing::FakeRandom;
using ::testing::Eq;
using ::testing::Optional;

constexpr char kHex[] = "00112233445566778899aabbccddeeff";

TEST(Id, ComesBackFromItsBytesAndItsDigits) {
  const auto id = RowId::FromHex(kHex);
  ASSERT_TRUE(id.has_value());
  EXPECT_EQ(id->ToHex(), kHex);
  EXPECT_THAT(RowId::FromBytes(id->ToBytes()), Optional(Eq(*id)));
  EXPECT_THAT(RowId::FromHex("00112233445566778899AABBCCDDEEFF"),
              Optional(Eq(*id)));
}

TEST(Id, RefusesEveryOtherLength) {
  for (const size_t size : {0, 1, 15, 17, 32}) {
    EXPECT_EQ(RowId::FromBytes(std::string(size, 'x')), std::nullopt) << size;
  }
  for (const size_t size : {0, 16, 31, 33, 64}) {
    EXPECT_EQ(RowId::FromHex(std::string(size, 'a')), std::nullopt) << size;
  }
}

TEST(Id, RefusesWhatIsNoHexDigit) {
  for (const char wrong : {'g', ' ', '-', '\0', '\xff'}) {
    std::string hex = kHex;
    hex[13] = wrong;
    EXPECT_EQ(RowId::FromHex(hex), std::nullopt) << hex;
  }
}

TEST(Id, IsOrderedAsUnsignedBytes) {
  EXPECT_LT(*RowId::FromHex("7f000000000000000000000000000000"),
            *RowId::FromHex("80000000000000000000000000000000"));
  EXPECT_LT(*RowId::FromHex("00000000000000000000000000000001"),
            *RowId::FromHex("00000000000000000000000000000100"));
}

TEST(Id, IsZeroOnlyBeforeItIsGiven) {
  EXPECT_TRUE(RowId().IsZero());
  EXPECT_FALSE(RowId::FromHex("00000000000000000000000000000001")->IsZero());
}

TEST(Id, UsesEveryByteOfRandomness) {
  FakeRandom random;
  absl::flat_hash_set<RowId> ids;
  std::array<unsigned char, RowId::kSize> seen = {};
  for (int i = 0; i < 1'000; ++i) {
    const RowId id = RowId::Generate(random);
    EXPECT_TRUE(ids.insert(id).second);
    for (size_t at = 0; at < seen.size(); ++at) {
      seen[at] |= static_cast<unsigned char>(id.bytes()[at]);
    }
  }
  EXPECT_THAT(seen, ::testing::Each(0xff));
}

}  // namespace
}  // namespace rollcall
