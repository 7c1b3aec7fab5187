#include "collector/rpc/kept_answers.h"

#include <string>

#include "gmock/gmock.h"

namespace rollcall::collector {
namespace {

using Kept = KeptAnswers<int, std::string>;
using ::testing::IsNull;
using ::testing::Pointee;

std::shared_ptr<const std::string> Text(const std::string& text) {
  return std::make_shared<const std::string>(text);
}

TEST(KeptAnswers, AreFoundByTheirKey) {
  Kept kept(1 << 20);
  EXPECT_THAT(kept.Find(1), IsNull());
  kept.Keep(1, Text("one"), 3);
  kept.Keep(2, Text("two"), 3);
  EXPECT_THAT(kept.Find(1), Pointee(std::string("one")));
  EXPECT_THAT(kept.Find(2), Pointee(std::string("two")));
  kept.Keep(1, Text("another"), 7);
  EXPECT_THAT(kept.Find(1), Pointee(std::string("another")));
}

TEST(KeptAnswers, ThoseThatNobodyAskedForTheLongestGoFirst) {
  Kept kept(1 << 20);
  kept.Keep(1, Text("one"), 400'000);
  kept.Keep(2, Text("two"), 400'000);
  EXPECT_NE(kept.Find(1), nullptr);
  kept.Keep(3, Text("three"), 400'000);
  EXPECT_THAT(kept.Find(2), IsNull());
  EXPECT_NE(kept.Find(1), nullptr);
  EXPECT_NE(kept.Find(3), nullptr);
}

TEST(KeptAnswers, OneThatIsTooLargeIsNotKeptAndDrivesNothingOut) {
  Kept kept(1 << 20);
  kept.Keep(1, Text("one"), 3);
  kept.Keep(2, Text("two"), 1 << 20);
  EXPECT_THAT(kept.Find(2), IsNull());
  EXPECT_NE(kept.Find(1), nullptr);
}

TEST(KeptAnswers, ManySmallOnesAreBounded) {
  Kept kept(1 << 20);
  for (int i = 0; i < 1'000; ++i) kept.Keep(i, Text("x"), 1);
  int found = 0;
  for (int i = 0; i < 1'000; ++i) found += kept.Find(i) == nullptr ? 0 : 1;
  EXPECT_LE(found, 16);
  EXPECT_NE(kept.Find(999), nullptr);
}

}  // namespace
}  // namespace rollcall::collector
