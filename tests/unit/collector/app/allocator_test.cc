// The allocator that the collector is linked with.
#include <gmock/gmock.h>
#include <jemalloc/jemalloc.h>

#include <cstdint>
#include <vector>

namespace rollcall::collector {
namespace {

using ::testing::Ge;

template <typename T>
T Setting(const char* name) {
  T value = {};
  size_t size = sizeof(value);
  EXPECT_EQ(mallctl(name, &value, &size, nullptr, 0), 0) << name;
  return value;
}

// Of all threads, as it is now.
uint64_t AllocatedBytes() {
  uint64_t epoch = 1;
  EXPECT_EQ(mallctl("epoch", nullptr, nullptr, &epoch, sizeof(epoch)), 0);
  return Setting<size_t>("stats.allocated");
}

TEST(Allocator, IsTheOneThatTheProgramAllocatesFrom) {
  const uint64_t before = AllocatedBytes();
  const std::vector<char> large(64 << 20);
  EXPECT_THAT(AllocatedBytes(), Ge(before + large.size()));
}

TEST(Allocator, GivesBackOnAThreadOfItsOwn) {
  EXPECT_TRUE(Setting<bool>("opt.background_thread"));
}

}  // namespace
}  // namespace rollcall::collector
