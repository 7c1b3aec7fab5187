#include "agent/sources/cpu_topology.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "absl/strings/match.h"

namespace rollcall {
namespace {

// Which of n things belong together.
class Groups {
 public:
  explicit Groups(size_t size) : parent_(size) {
    std::iota(parent_.begin(), parent_.end(), size_t{0});
  }

  size_t Find(size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void Join(size_t a, size_t b) { parent_[Find(a)] = Find(b); }

  // The sizes of all groups.
  std::vector<int> Sizes() {
    std::map<size_t, int> sizes;
    for (size_t i = 0; i < parent_.size(); ++i) ++sizes[Find(i)];
    std::vector<int> result;
    result.reserve(sizes.size());
    for (const auto& [root, size] : sizes) result.push_back(size);
    return result;
  }

 private:
  std::vector<size_t> parent_;
};

// Ids of everything around a CPU; -1 where absent.
using PlaceKey = std::array<int, 4>;

PlaceKey PackageKey(const CpuPlace& place) {
  return {place.drawer_id.value_or(-1), place.book_id.value_or(-1),
          place.package_id.value_or(-1), 0};
}

// Joins each CPU with those of its list, and those without a list by key.
class Joiner {
 public:
  explicit Joiner(const std::vector<CpuPlace>& places)
      : groups(places.size()), index_(kMaxCpus, kOffline) {
    for (size_t i = 0; i < places.size(); ++i) {
      index_[static_cast<size_t>(places[i].cpu)] = i;
    }
  }

  void JoinList(size_t i, const CpuSet& cpus) {
    // CPUs that belong together have the same list; it is walked once.
    const auto [first, is_new] = first_of_list_.emplace(cpus, i);
    groups.Join(i, first->second);
    if (!is_new) return;
    for (const int cpu : cpus) {
      const size_t other = index_[static_cast<size_t>(cpu)];
      if (other != kOffline) groups.Join(i, other);
    }
  }
  void JoinKey(size_t i, const PlaceKey& key) {
    const auto [first, is_new] = first_of_key_.emplace(key, i);
    if (!is_new) groups.Join(i, first->second);
  }

  Groups groups;

 private:
  static constexpr size_t kOffline = SIZE_MAX;

  // Where each CPU is among the places.
  std::vector<size_t> index_;
  std::map<CpuSet, size_t> first_of_list_;
  std::map<PlaceKey, size_t> first_of_key_;
};

bool KnowsCore(const CpuPlace& place) {
  return place.core_cpus || (place.core_id && place.package_id);
}

bool KnowsPackage(const CpuPlace& place) {
  return place.package_cpus || place.package_id;
}

Groups GroupCores(const std::vector<CpuPlace>& places) {
  Joiner joiner(places);
  for (size_t i = 0; i < places.size(); ++i) {
    const CpuPlace& place = places[i];
    if (place.core_cpus) {
      joiner.JoinList(i, *place.core_cpus);
    } else if (KnowsCore(place)) {
      PlaceKey key = PackageKey(place);
      key[3] = *place.core_id;
      joiner.JoinKey(i, key);
    }
  }
  return joiner.groups;
}

Groups GroupPackages(const std::vector<CpuPlace>& places, Groups cores,
                     PackageTrust trust) {
  Joiner joiner(places);
  for (size_t i = 0; i < places.size(); ++i) {
    const CpuPlace& place = places[i];
    // The threads of a core share its package, whatever else is known.
    joiner.groups.Join(i, cores.Find(i));
    if (place.package_cpus) {
      joiner.JoinList(i, *place.package_cpus);
    } else if (place.package_id) {
      joiner.JoinKey(i, PackageKey(place));
    }
  }
  if (trust == PackageTrust::kTrusted) return joiner.groups;
  std::map<int, size_t> first_of_node;
  for (size_t i = 0; i < places.size(); ++i) {
    const int node = trust == PackageTrust::kMayBeClusters
                         ? places[i].node.value_or(-1)
                         : -1;
    const auto [first, is_new] = first_of_node.emplace(node, i);
    if (!is_new) joiner.groups.Join(i, first->second);
  }
  return joiner.groups;
}

// A core of which nothing is known but its threads is a group of its own, and
// may be in the package of any other.
std::optional<int> CountPackages(const std::vector<CpuPlace>& places,
                                 const Groups& cores, PackageTrust trust) {
  Groups packages = GroupPackages(places, cores, trust);
  const int count = static_cast<int>(packages.Sizes().size());
  if (count == 1) return count;
  std::set<size_t> known;
  for (size_t i = 0; i < places.size(); ++i) {
    if (KnowsPackage(places[i])) known.insert(packages.Find(i));
  }
  if (static_cast<int>(known.size()) < count) return std::nullopt;
  return count;
}

std::optional<int> CommonThreads(const std::vector<int>& core_sizes,
                                 bool all_online) {
  const auto [least, most] =
      std::minmax_element(core_sizes.begin(), core_sizes.end());
  if (least == core_sizes.end()) return std::nullopt;
  // Where siblings are offline, the fullest core shows what the hardware has.
  if (*least == *most || !all_online) return *most;
  return std::nullopt;
}

}  // namespace

CpuTopologyCounts CountTopology(const std::vector<CpuPlace>& places,
                                PackageTrust trust, bool all_online) {
  CpuTopologyCounts counts;
  if (places.empty()) return counts;
  Groups cores = GroupCores(places);
  counts.sockets = CountPackages(places, cores, trust);
  const bool all_known = std::all_of(places.begin(), places.end(), KnowsCore);
  if (!all_known && places.size() > 1) return counts;
  const std::vector<int> core_sizes = cores.Sizes();
  counts.cores = static_cast<int>(core_sizes.size());
  counts.threads_per_core = CommonThreads(core_sizes, all_online);
  return counts;
}

namespace {

// Whether every CPU stands for itself: an x86 kernel leaves "physical id" out
// where a package has neither several cores nor several threads.
bool IsEachAlone(const CpuInfo& info) {
  const bool is_x86 =
      info.architecture == "x86_64" || info.architecture == "i686";
  return is_x86 && !info.multithreading_flag;
}

// Architectures whose processors had one thread per core, all on one chip, as
// long as their kernels described no topology.
bool IsOneChipOfSingleThreads(const CpuInfo& info) {
  return absl::StartsWith(info.architecture, "armv") ||
         absl::StartsWith(info.architecture, "riscv");
}

CpuTopologyCounts CountIds(const std::vector<CpuInfoRecord>& records) {
  std::set<PlaceKey> packages;
  std::map<PlaceKey, int> threads_by_core;
  bool all_cores_known = true;
  for (const CpuInfoRecord& record : records) {
    PlaceKey key = {record.drawer_id.value_or(-1), record.book_id.value_or(-1),
                    *record.physical_id, 0};
    packages.insert(key);
    // Before there were several cores to a package, only packages were named.
    const bool single_core = !record.cpu_cores && !record.core_id;
    if (!record.core_id && !single_core && *record.cpu_cores != 1) {
      all_cores_known = false;
    }
    key[3] = record.core_id.value_or(0);
    ++threads_by_core[key];
  }
  CpuTopologyCounts counts;
  counts.sockets = static_cast<int>(packages.size());
  if (!all_cores_known) return counts;
  counts.cores = static_cast<int>(threads_by_core.size());
  std::vector<int> sizes;
  sizes.reserve(threads_by_core.size());
  for (const auto& [core, threads] : threads_by_core) sizes.push_back(threads);
  counts.threads_per_core = CommonThreads(sizes, /*all_online=*/true);
  return counts;
}

}  // namespace

CpuTopologyCounts CountTopologyFromCpuInfo(const CpuInfo& info, int online) {
  std::map<int, CpuInfoRecord> by_number;
  for (const CpuInfoRecord& record : info.processors) {
    CpuInfoRecord& known = by_number[*record.processor];
    // s390 describes a processor in two places.
    if (!known.physical_id) known = record;
  }
  std::vector<CpuInfoRecord> records;
  bool all_have_ids = !by_number.empty();
  for (const auto& [number, record] : by_number) {
    records.push_back(record);
    all_have_ids = all_have_ids && record.physical_id.has_value();
  }
  if (all_have_ids && records.size() == static_cast<size_t>(online)) {
    return CountIds(records);
  }
  CpuTopologyCounts counts;
  if (online < 1) return counts;
  if (online == 1 || IsEachAlone(info)) {
    counts.sockets = online;
  } else if (IsOneChipOfSingleThreads(info)) {
    counts.sockets = 1;
  } else {
    return counts;
  }
  counts.cores = online;
  counts.threads_per_core = 1;
  return counts;
}

}  // namespace rollcall
