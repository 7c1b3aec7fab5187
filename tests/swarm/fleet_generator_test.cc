#include "tests/swarm/fleet_generator.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "common/rows.h"
#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"
#include "tests/swarm/machine_rows.h"

namespace rollcall::swarm {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::SizeIs;

constexpr uint32_t kHosts = 20'000;

// Made once: all rows of its images take seconds.
const FleetGenerator& Usual() {
  static const auto* const fleet = new FleetGenerator();
  return *fleet;
}

size_t Differing(std::vector<PackageVersion> a, std::vector<PackageVersion> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  std::vector<PackageVersion> both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(),
                        std::back_inserter(both));
  return a.size() + b.size() - 2 * both.size();
}

TEST(Zipf, CommonRanksAreAsCommonAsTheLawSays) {
  const Zipf zipf(30'000);
  Draws draws(1, Purpose::kDifferences);
  constexpr int kDraws = 200'000;
  int first = 0;
  int second_half = 0;
  for (int i = 0; i < kDraws; ++i) {
    const size_t rank = zipf.Draw(draws);
    ASSERT_LT(rank, 30'000u);
    if (rank == 0) ++first;
    if (rank >= 15'000) ++second_half;
  }
  // The sum of k^-1.1 over all ranks is 7.0; over the second half it is 0.26.
  EXPECT_THAT(first, AllOf(Ge(kDraws * 135 / 1000), Le(kDraws * 150 / 1000)));
  EXPECT_THAT(second_half,
              AllOf(Ge(kDraws * 33 / 1000), Le(kDraws * 40 / 1000)));
}

TEST(FleetGenerator, TheSameSeedGivesTheSameBytes) {
  const FleetGenerator& one = Usual();
  const FleetGenerator other;
  const HostTime time = {45, 2};
  // In another order, and after other hosts.
  const auto first = one.ReportOf(123, time);
  other.ReportOf(7, {});
  other.ReportOf(124, time);
  const auto second = other.ReportOf(123, time);
  EXPECT_EQ(first->subject_root, second->subject_root);
  EXPECT_EQ(first->evidence_hash, second->evidence_hash);
}

TEST(FleetGenerator, AnotherSeedGivesAnotherFleet) {
  FleetOptions options;
  options.seed = 8;
  EXPECT_NE(Usual().ReportOf(0, {})->subject_root,
            FleetGenerator(options).ReportOf(0, {})->subject_root);
}

TEST(FleetGenerator, HostsDifferFromTheirImageGeometricallyWithMean15) {
  const FleetGenerator& fleet = Usual();
  size_t total = 0;
  size_t equal = 0;
  size_t hundred = 0;
  for (uint32_t host = 0; host < kHosts; ++host) {
    const size_t rows =
        fleet.SoftwareOf(host, {}).size() - fleet.options().image_rows;
    total += rows;
    equal += rows == 0;
    hundred += rows >= 100;
  }
  EXPECT_THAT(total, AllOf(Ge(kHosts * 145 / 10), Le(kHosts * 155 / 10)));
  // 1/16 of the hosts, and (15/16)^100 of them.
  EXPECT_THAT(equal, AllOf(Ge(1'100u), Le(1'400u)));
  EXPECT_THAT(hundred, AllOf(Ge(12u), Le(60u)));
}

TEST(FleetGenerator, NoHostHasAPackageTwice) {
  const FleetGenerator& fleet = Usual();
  for (uint32_t host = 0; host < 200; ++host) {
    std::set<uint32_t> packages;
    for (const PackageVersion& version : fleet.SoftwareOf(host, {100, 5})) {
      EXPECT_TRUE(packages.insert(version.package).second) << host;
    }
  }
}

TEST(FleetGenerator, ImagesAreAllUsedAndShareRows) {
  const FleetGenerator& fleet = Usual();
  std::set<uint32_t> images;
  for (uint32_t host = 0; host < 1'000; ++host) {
    images.insert(fleet.ImageOf(host));
  }
  EXPECT_THAT(images, SizeIs(20));
  EXPECT_THAT(fleet.ImageOn(0, 0), SizeIs(1'000));
  EXPECT_EQ(Differing(fleet.ImageOn(0, 0), fleet.ImageOn(1, 0)), 600u);
  EXPECT_EQ(Differing(fleet.ImageOn(0, 0), fleet.ImageOn(4, 0)), 2'000u);
}

TEST(FleetGenerator, ADayChangesThreeRowsOnTwoPercentOfTheHosts) {
  const FleetGenerator& fleet = Usual();
  uint32_t changed = 0;
  for (uint32_t host = 0; host < kHosts; ++host) {
    const bool changes = fleet.ChangesOn(host, 5);
    changed += changes;
    if (host >= 500) continue;
    EXPECT_EQ(
        Differing(fleet.SoftwareOf(host, {4}), fleet.SoftwareOf(host, {5})),
        changes ? 6u : 0u)
        << host;
  }
  EXPECT_THAT(changed, AllOf(Ge(kHosts * 17 / 1000), Le(kHosts * 23 / 1000)));
}

TEST(FleetGenerator, AMonthChangesThirtyRowsOfEveryImage) {
  const FleetGenerator& fleet = Usual();
  for (uint32_t image = 0; image < 20; ++image) {
    EXPECT_EQ(Differing(fleet.ImageOn(image, 29), fleet.ImageOn(image, 30)),
              60u);
    EXPECT_EQ(Differing(fleet.ImageOn(image, 30), fleet.ImageOn(image, 59)),
              0u);
  }
}

TEST(FleetGenerator, RowsAreCanonicalAndOwnRowsAreOwn) {
  const FleetGenerator& fleet = Usual();
  const auto report = fleet.ReportOf(3, {31, 1});
  int own_hardware = 0;
  for (const auto& [name, section] : report->sections) {
    ASSERT_EQ(section->ids.size(), section->rows.size() * RowId::kSize);
    for (const EncodedRow* row : section->rows) {
      const auto decoded = DecodeRow(name, row->canonical);
      ASSERT_OK(decoded);
      EXPECT_EQ(ComputeRowId(name, kRowLevel, row->canonical), row->id);
      const bool own = FindRowKind(*decoded)->scope == v1::ROW_SCOPE_OWN;
      own_hardware += own && name != "os";
    }
  }
  EXPECT_EQ(own_hardware, kOwnHardwareRows);
}

TEST(FleetGenerator, MachinesAreToldApartByTheirEvidence) {
  std::set<std::string> serials;
  for (uint32_t host = 0; host < 2'000; ++host) {
    serials.insert(MakeMachine(7, host).evidence.system_serial());
  }
  EXPECT_THAT(serials, SizeIs(2'000));
}

TEST(Report, AnUpgradeIsOneRowForAnother) {
  const FleetGenerator& fleet = Usual();
  const auto before = fleet.ReportOf(1, {});
  const auto after = fleet.ReportAfter(*before, 1, {0, 1});
  const auto changes = ChangesBetween(*before, *after);
  ASSERT_THAT(changes, SizeIs(1));
  EXPECT_EQ(changes[0].section(), "software");
  EXPECT_THAT(changes[0].added_rows(), SizeIs(1));
  EXPECT_THAT(changes[0].removed_ids(), SizeIs(RowId::kSize));
  EXPECT_THAT(ChangesBetween(*after, *after), IsEmpty());
  EXPECT_NE(before->subject_root, after->subject_root);
}

TEST(Report, TheReportAfterIsTheReportOfThatTime) {
  const FleetGenerator& fleet = Usual();
  const auto before = fleet.ReportOf(1, {});
  EXPECT_EQ(fleet.ReportAfter(*before, 1, {40, 3})->subject_root,
            fleet.ReportOf(1, {40, 3})->subject_root);
}

TEST(Report, SaysWhichSectionsCameAndWent) {
  const FleetGenerator& fleet = Usual();
  const auto all = fleet.ReportOf(1, {});
  auto sections = all->sections;
  sections.erase("os");
  const auto less = MakeReport(sections, all->evidence);
  EXPECT_THAT(
      ChangesBetween(*all, *less),
      ElementsAre(AllOf(::testing::Property(&v1::SectionChange::section, "os"),
                        ::testing::Property(&v1::SectionChange::gone, true))));
  const auto back = ChangesBetween(*less, *all);
  ASSERT_THAT(back, SizeIs(1));
  EXPECT_THAT(back[0].added_rows(),
              SizeIs(all->sections.at("os")->rows.size()));
  EXPECT_THAT(back[0].removed_ids(), IsEmpty());
}

FleetOptions WithIncidents() {
  FleetOptions options;
  options.incidents = {.same_uuid = 20,
                       .imaged = 50,
                       .renamed = 100,
                       .board_swapped = 30,
                       .docked = 80,
                       .restored = 10,
                       .copied = 5};
  return options;
}

TEST(Incidents, HappenToTheirSharesOfAllHosts) {
  const FleetGenerator fleet(WithIncidents());
  std::map<Incident, int> count;
  for (uint32_t host = 0; host < kHosts; ++host) {
    ++count[fleet.IncidentOf(host)];
  }
  const auto share = [&](Incident incident, int of_thousand) {
    const int expected = static_cast<int>(kHosts) / 1'000 * of_thousand;
    EXPECT_THAT(count[incident],
                AllOf(Ge(expected * 7 / 10), Le(expected * 13 / 10)))
        << IncidentName(incident);
  };
  share(Incident::kSameUuid, 20);
  share(Incident::kImaged, 50);
  share(Incident::kRenamed, 100);
  share(Incident::kBoardSwapped, 30);
  share(Incident::kDocked, 80);
  share(Incident::kRestored, 10);
  share(Incident::kCopied, 5);
  share(Incident::kNone, 705);
}

TEST(Incidents, DoNotHappenUnlessToldSo) {
  const FleetGenerator& fleet = Usual();
  for (uint32_t host = 0; host < 1'000; ++host) {
    ASSERT_EQ(fleet.IncidentOf(host), Incident::kNone);
  }
  EXPECT_EQ(fleet.ReportOf(5, {.happened = true})->subject_root,
            fleet.ReportOf(5, {})->subject_root);
}

TEST(Incidents, ChangeWhatAMachineSaysOfItselfAsTheirNamesSay) {
  const FleetGenerator fleet(WithIncidents());
  std::map<Incident, v1::Evidence> before;
  std::map<Incident, v1::Evidence> after;
  for (uint32_t host = 0; host < 2'000; ++host) {
    const Incident incident = fleet.IncidentOf(host);
    if (before.contains(incident)) continue;
    before[incident] = fleet.ReportOf(host, {})->evidence;
    const auto report = fleet.ReportOf(host, {.happened = true});
    after[incident] = report->evidence;
    ASSERT_EQ(report->evidence_hash,
              fleet.ReportOf(host, {.happened = true})->evidence_hash);
  }
  for (const Incident same :
       {Incident::kNone, Incident::kSameUuid, Incident::kImaged,
        Incident::kRestored, Incident::kCopied}) {
    EXPECT_EQ(before[same].SerializeAsString(),
              after[same].SerializeAsString());
  }
  const auto& renamed = after[Incident::kRenamed];
  EXPECT_NE(renamed.hostname(), before[Incident::kRenamed].hostname());
  EXPECT_EQ(renamed.machine_id(), before[Incident::kRenamed].machine_id());
  const auto& swapped = after[Incident::kBoardSwapped];
  const auto& whole = before[Incident::kBoardSwapped];
  EXPECT_NE(swapped.system_uuid(), whole.system_uuid());
  EXPECT_NE(swapped.permanent_macs(0), whole.permanent_macs(0));
  EXPECT_EQ(swapped.system_serial(), whole.system_serial());
  EXPECT_EQ(swapped.disk_ids(0), whole.disk_ids(0));
  EXPECT_EQ(after[Incident::kDocked].permanent_macs_size(),
            before[Incident::kDocked].permanent_macs_size() + 1);
}

}  // namespace
}  // namespace rollcall::swarm
