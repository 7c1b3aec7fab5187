// Sets as sorted vectors, beside what the standard library makes of them.
#include "collector/inventory/sorted_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <string>

#include "collector/inventory/row_set.h"
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

// Ids are hashes, or what an agent makes up in their place.
TEST(SortedSet, TheFirstNotBelowAnIdIsFoundHoweverIdsAreSpread) {
  FakeRandom random;
  for (const uint64_t below : {uint64_t{3}, uint64_t{500}, UINT64_MAX}) {
    for (const int size : {0, 1, 2, 50, 1'000}) {
      const auto draw = [&] {
        std::string bytes(RowId::kSize, '\0');
        uint64_t high = random.Next64() % below;
        for (int i = 7; i >= 0; --i, high >>= 8) {
          bytes[static_cast<size_t>(i)] = static_cast<char>(high);
        }
        bytes.back() = static_cast<char>(random.Next64());
        return *RowId::FromBytes(bytes);
      };
      RowSet set;
      for (int i = 0; i < size; ++i) set.push_back(draw());
      std::sort(set.begin(), set.end());
      set.erase(std::unique(set.begin(), set.end()), set.end());
      for (int i = 0; i < 300; ++i) {
        const RowId id =
            i < size ? set[static_cast<size_t>(i) % set.size()] : draw();
        const auto from = set.begin() + static_cast<ptrdiff_t>(
                                            random.Next64() % (set.size() + 1));
        EXPECT_EQ(FindNear(from, set.end(), id),
                  std::lower_bound(from, set.end(), id));
      }
    }
  }
}

}  // namespace
}  // namespace rollcall::collector
