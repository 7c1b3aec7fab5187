// Sets as sorted vectors, beside what the standard library makes of them.
#include "collector/inventory/sorted_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

#include "tests/support/fake_random.h"
#include "tests/unit/collector/inventory/random_set.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::DrawSet;
using ::rollcall::testing::FakeRandom;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Numbers = std::vector<uint32_t>;

TEST(SortedSet, DifferenceAndUnionOfAnySizesAreThoseOfTheStandardLibrary) {
  FakeRandom random;
  for (const uint64_t a_size : {0, 1, 3, 40, 1'000}) {
    for (const uint64_t b_size : {0, 1, 3, 40, 1'000}) {
      for (const uint64_t below : {4, 100, 100'000}) {
        const Numbers a = DrawSet(random, a_size, below);
        const Numbers b = DrawSet(random, b_size, below);
        Numbers difference;
        std::set_difference(a.begin(), a.end(), b.begin(), b.end(),
                            std::back_inserter(difference));
        Numbers all;
        std::set_union(a.begin(), a.end(), b.begin(), b.end(),
                       std::back_inserter(all));
        EXPECT_EQ(Minus(a, b), difference);
        EXPECT_EQ(Union(a, b), all);
        const auto change = ChangeBetween(b, a);
        EXPECT_EQ(change.added, difference);
        EXPECT_EQ(change.removed, Minus(b, a));
      }
    }
  }
}

TEST(SortedSet, NothingIsLeftOfASetWithoutItself) {
  const Numbers set = {1, 5, 9};
  EXPECT_THAT(Minus(set, set), IsEmpty());
  EXPECT_THAT(Union(set, set), ElementsAre(1u, 5u, 9u));
}

TEST(SortedSet, TheFirstNotBelowAValueIsFoundFromAnyPlace) {
  Numbers set;
  for (uint32_t i = 0; i < 100; ++i) set.push_back(2 * i);
  for (uint32_t from = 0; from < 100; ++from) {
    for (uint32_t value = 2 * from; value < 210; ++value) {
      const auto begin = set.begin() + from;
      EXPECT_EQ(FindNear(begin, set.end(), value),
                std::lower_bound(begin, set.end(), value));
    }
  }
}

}  // namespace
}  // namespace rollcall::collector
