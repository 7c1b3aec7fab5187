#include "collector/app/memory_return.h"

#include <gmock/gmock.h>

#include <cstring>
#include <memory>
#include <vector>

namespace rollcall::collector {
namespace {

using ::testing::Gt;

TEST(MemoryReturn, GivesBackWhatIsFreeBetweenWhatIsInUse) {
  constexpr size_t kBlocks = 200'000;
  constexpr size_t kBlockBytes = 1'000;
  std::vector<std::unique_ptr<char[]>> blocks;
  blocks.reserve(kBlocks);
  for (size_t i = 0; i < kBlocks; ++i) {
    blocks.push_back(std::make_unique<char[]>(kBlockBytes));
    std::memset(blocks.back().get(), 1, kBlockBytes);
  }
  // The last of them keeps the heap's end where it is.
  for (size_t i = 0; i < kBlocks; ++i) {
    if (i % 100 != 99) blocks[i].reset();
  }
  EXPECT_THAT(ReturnFreeMemory(), Gt(100 << 20));
  EXPECT_EQ(ReturnFreeMemory(), 0);
}

}  // namespace
}  // namespace rollcall::collector
