#include "collector/app/descriptor_limits.h"

#include <sys/resource.h>

#include <algorithm>

namespace rollcall::collector {
namespace {

// More are of no use, and the number stays an int.
constexpr rlim_t kMost = 1 << 20;
// A little more than storage takes for tables that are open.
constexpr int kFewestOfTheStore = 40;
constexpr int kMostOfTheStore = 576;
// Half for administrators, half for logs, listening sockets, polling, and files
// that are read for a moment.
constexpr int kFewestOthers = 16;
constexpr int kMostOthers = 512;

}  // namespace

int RaiseDescriptorLimit() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = std::max(before, std::min(limit.rlim_max, kMost));
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) limit.rlim_cur = before;
  return static_cast<int>(std::min(limit.rlim_cur, kMost));
}

DescriptorBounds ShareDescriptors(int limit) {
  const int store =
      std::clamp(limit * 5 / 16, kFewestOfTheStore, kMostOfTheStore);
  const int others = std::clamp(limit / 8, kFewestOthers, kMostOthers);
  DescriptorBounds bounds;
  bounds.agents = std::max(limit - store - others, 0);
  bounds.admin_connections = static_cast<size_t>(others / 2);
  bounds.admins = std::max(limit - others / 2, 0);
  return bounds;
}

}  // namespace rollcall::collector
