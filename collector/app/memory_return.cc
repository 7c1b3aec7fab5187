#include "collector/app/memory_return.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace rollcall::collector {
namespace {

// Less is soon used again.
constexpr int64_t kMuch = 64 << 20;

// Bytes of the process in memory that are no file's, from proc(5); 0 if they
// cannot be told.
int64_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  int64_t size = 0;
  int64_t resident = 0;
  int64_t shared = 0;
  if (!(file >> size >> resident >> shared)) return 0;
  return (resident - shared) * sysconf(_SC_PAGESIZE);
}

int64_t AllocatedBytes() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<int64_t>(info.uordblks + info.hblkhd);
}

}  // namespace

int64_t ReturnFreeMemory() {
  const int64_t before = ResidentBytes();
  if (before - AllocatedBytes() < kMuch) return 0;
  malloc_trim(0);
  return std::max<int64_t>(0, before - ResidentBytes());
}

}  // namespace rollcall::collector
