// The allocator that the collector is linked with.
#include <gmock/gmock.h>
#include <jemalloc/jemalloc.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "absl/time/clock.h"

namespace rollcall::collector {
namespace {

using ::testing::Ge;

// A number of bytes that jemalloc knows of all threads, as it is now.
uint64_t Refreshed(const char* name) {
  uint64_t epoch = 1;
  EXPECT_EQ(mallctl("epoch", nullptr, nullptr, &epoch, sizeof(epoch)), 0);
  size_t bytes = 0;
  size_t size = sizeof(bytes);
  EXPECT_EQ(mallctl(name, &bytes, &size, nullptr, 0), 0) << name;
  return bytes;
}

TEST(Allocator, IsTheOneThatTheProgramAllocatesFrom) {
  const uint64_t before = Refreshed("stats.allocated");
  const std::vector<char> large(64 << 20);
  EXPECT_THAT(Refreshed("stats.allocated"), Ge(before + large.size()));
}

TEST(Allocator, GivesBackByItselfWhatIsFreeBetweenWhatIsInUse) {
  constexpr size_t kBlocks = 200'000;
  constexpr size_t kBlockBytes = 1'000;
  std::vector<std::unique_ptr<char[]>> blocks;
  blocks.reserve(kBlocks);
  for (size_t i = 0; i < kBlocks; ++i) {
    blocks.push_back(std::make_unique<char[]>(kBlockBytes));
    std::memset(blocks.back().get(), 1, kBlockBytes);
  }
  const uint64_t full = Refreshed("stats.resident");
  for (size_t i = 0; i < kBlocks; ++i) {
    if (i % 100 != 99) blocks[i].reset();
  }
  // Nothing is allocated meanwhile. It takes some ten seconds.
  const absl::Time end = absl::Now() + absl::Minutes(1);
  const auto is_given_back = [full] {
    return Refreshed("stats.resident") + (100 << 20) < full;
  };
  while (!is_given_back() && absl::Now() < end) {
    absl::SleepFor(absl::Milliseconds(100));
  }
  EXPECT_TRUE(is_given_back());
}

}  // namespace
}  // namespace rollcall::collector
