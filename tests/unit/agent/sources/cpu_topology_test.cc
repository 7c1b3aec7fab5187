#include "agent/sources/cpu_topology.h"

#include "gmock/gmock.h"

namespace rollcall {
namespace {

constexpr auto kTrusted = PackageTrust::kTrusted;

MATCHER_P3(Counts, sockets, cores, threads, "") {
  const auto show = [](const std::optional<int>& value) {
    return value ? std::to_string(*value) : std::string("absent");
  };
  *result_listener << show(arg.sockets) << " sockets, " << show(arg.cores)
                   << " cores, " << show(arg.threads_per_core) << " threads";
  return arg.sockets == sockets && arg.cores == cores &&
         arg.threads_per_core == threads;
}

// A place described by lists of CPUs.
CpuPlace Listed(int cpu, CpuSet core, CpuSet package) {
  CpuPlace place;
  place.cpu = cpu;
  place.core_cpus = std::move(core);
  place.package_cpus = std::move(package);
  return place;
}

// A place described by ids alone.
CpuPlace Numbered(int cpu, int core, int package) {
  CpuPlace place;
  place.cpu = cpu;
  place.core_id = core;
  place.package_id = package;
  return place;
}

TEST(CountTopology, CountsListsOfSiblings) {
  EXPECT_THAT(
      CountTopology(
          {Listed(0, {0, 2}, {0, 1, 2, 3}), Listed(1, {1, 3}, {0, 1, 2, 3}),
           Listed(2, {0, 2}, {0, 1, 2, 3}), Listed(3, {1, 3}, {0, 1, 2, 3})},
          kTrusted, true),
      Counts(1, 2, 2));
}

TEST(CountTopology, CountsIdsWhereThereAreNoLists) {
  EXPECT_THAT(CountTopology({Numbered(0, 0, 0), Numbered(1, 1, 0),
                             Numbered(2, 0, 1), Numbered(3, 1, 1)},
                            kTrusted, true),
              Counts(2, 4, 1));
}

TEST(CountTopology, TellsPackagesOfOneNumberInTwoBooksApart) {
  CpuPlace a = Numbered(0, 0, 1);
  CpuPlace b = Numbered(1, 0, 1);
  a.book_id = 3;
  b.book_id = 4;
  EXPECT_THAT(CountTopology({a, b}, kTrusted, true), Counts(2, 2, 1));
  b.book_id = 3;
  b.drawer_id = 1;
  EXPECT_THAT(CountTopology({a, b}, kTrusted, true), Counts(2, 2, 1));
}

TEST(CountTopology, CountsOnlySocketsAndCoresWithACpuOnline) {
  // CPUs 2 to 7 are offline; their siblings still list them.
  EXPECT_THAT(CountTopology({Listed(0, {0, 4}, {0, 1, 4, 5}),
                             Listed(1, {1, 5}, {0, 1, 4, 5})},
                            kTrusted, false),
              Counts(1, 2, 1));
}

TEST(CountTopology, TakesThreadsFromTheFullestCoreWhereSomeAreOffline) {
  const std::vector<CpuPlace> places = {Listed(0, {0, 2}, {0, 1, 2}),
                                        Listed(1, {1}, {0, 1, 2}),
                                        Listed(2, {0, 2}, {0, 1, 2})};
  EXPECT_THAT(CountTopology(places, kTrusted, false), Counts(1, 2, 2));
}

TEST(CountTopology, DoesNotStateThreadsWhereCoresDiffer) {
  const std::vector<CpuPlace> places = {Listed(0, {0, 2}, {0, 1, 2}),
                                        Listed(1, {1}, {0, 1, 2}),
                                        Listed(2, {0, 2}, {0, 1, 2})};
  EXPECT_THAT(CountTopology(places, kTrusted, true),
              Counts(1, 2, std::nullopt));
}

TEST(CountTopology, PutsTheThreadsOfACoreInOneSocket) {
  // Package unknown (-1 on POWER partitions), cores known.
  CpuPlace a = Listed(0, {0, 1}, {});
  CpuPlace b = Listed(1, {0, 1}, {});
  a.package_cpus.reset();
  b.package_cpus.reset();
  EXPECT_THAT(CountTopology({a, b}, kTrusted, true), Counts(1, 1, 2));
}

TEST(CountTopology, CountsNoCpuOfWhichNothingIsKnown) {
  CpuPlace unknown;
  unknown.cpu = 3;
  const std::vector<CpuPlace> places = {Listed(0, {0, 2}, {0, 1, 2}),
                                        Listed(1, {1}, {0, 1, 2}),
                                        Listed(2, {0, 2}, {0, 1, 2}), unknown};
  EXPECT_THAT(CountTopology(places, kTrusted, true),
              Counts(std::nullopt, std::nullopt, std::nullopt));
  EXPECT_THAT(CountTopology({unknown}, kTrusted, true), Counts(1, 1, 1));
}

TEST(CountTopology, DoesNotTakeCoresOfUnknownPackagesForSockets) {
  std::vector<CpuPlace> places;
  for (int cpu = 0; cpu < 4; ++cpu) {
    const int first = cpu / 2 * 2;
    places.push_back(Listed(cpu, {first, first + 1}, {}));
    places.back().package_cpus.reset();
  }
  EXPECT_THAT(CountTopology(places, kTrusted, true),
              Counts(std::nullopt, 2, 2));
  // Those that are known do not tell of the others.
  places[0].package_id = 0;
  EXPECT_THAT(CountTopology(places, kTrusted, true),
              Counts(std::nullopt, 2, 2));
  EXPECT_THAT(CountTopology(places, PackageTrust::kOneChip, true),
              Counts(1, 2, 2));
}

TEST(CountTopology, MergesClustersThatShareANode) {
  std::vector<CpuPlace> places;
  for (int cpu = 0; cpu < 8; ++cpu) {
    const int first = cpu / 2 * 2;
    places.push_back(Listed(cpu, {cpu}, {first, first + 1}));
    places.back().node = cpu / 4;
  }
  EXPECT_THAT(CountTopology(places, kTrusted, true), Counts(4, 8, 1));
  EXPECT_THAT(CountTopology(places, PackageTrust::kMayBeClusters, true),
              Counts(2, 8, 1));
  EXPECT_THAT(CountTopology(places, PackageTrust::kOneChip, true),
              Counts(1, 8, 1));
}

TEST(CountTopology, CountsNothingWithoutCpus) {
  EXPECT_THAT(CountTopology({}, kTrusted, true),
              Counts(std::nullopt, std::nullopt, std::nullopt));
}

CpuInfo Info(const std::string& architecture, int processors) {
  CpuInfo info;
  info.architecture = architecture;
  for (int i = 0; i < processors; ++i) {
    info.processors.emplace_back().processor = i;
  }
  return info;
}

TEST(CountTopologyFromCpuInfo, CountsIds) {
  CpuInfo info = Info("x86_64", 4);
  for (int i = 0; i < 4; ++i) {
    info.processors[i].physical_id = i / 2 * 3;
    info.processors[i].core_id = 0;
    info.processors[i].cpu_cores = 1;
  }
  EXPECT_THAT(CountTopologyFromCpuInfo(info, 4), Counts(2, 2, 2));
}

TEST(CountTopologyFromCpuInfo, TakesAPackageForACoreBeforeCoresWereNamed) {
  CpuInfo info = Info("i686", 2);
  info.multithreading_flag = true;
  info.processors[0].physical_id = 0;
  info.processors[1].physical_id = 0;
  EXPECT_THAT(CountTopologyFromCpuInfo(info, 2), Counts(1, 1, 2));
}

TEST(CountTopologyFromCpuInfo, TakesX86ProcessorsWithoutIdsForSockets) {
  EXPECT_THAT(CountTopologyFromCpuInfo(Info("i686", 2), 2), Counts(2, 2, 1));
}

TEST(CountTopologyFromCpuInfo, DoesNotGuessWhereThreadsArePossible) {
  CpuInfo info = Info("x86_64", 4);
  info.multithreading_flag = true;
  EXPECT_THAT(CountTopologyFromCpuInfo(info, 4),
              Counts(std::nullopt, std::nullopt, std::nullopt));
  EXPECT_THAT(CountTopologyFromCpuInfo(Info("ppc64", 4), 4),
              Counts(std::nullopt, std::nullopt, std::nullopt));
}

TEST(CountTopologyFromCpuInfo, KnowsThatOneCpuIsOneOfEach) {
  EXPECT_THAT(CountTopologyFromCpuInfo(Info("", 0), 1), Counts(1, 1, 1));
}

TEST(CountTopologyFromCpuInfo, TakesEarlyArmAndRiscVForOneChip) {
  EXPECT_THAT(CountTopologyFromCpuInfo(Info("armv7l", 4), 4), Counts(1, 4, 1));
  EXPECT_THAT(CountTopologyFromCpuInfo(Info("riscv64", 4), 4), Counts(1, 4, 1));
}

}  // namespace
}  // namespace rollcall
