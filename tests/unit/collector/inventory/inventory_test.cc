// What a subject reported can be read back: now, as of any past stamp, and as a
// history in words.
#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "collector/inventory/fleet.h"
#include "collector/inventory/history.h"
#include "collector/inventory/row_words.h"
#include "collector/inventory/subject_state.h"
#include "collector/inventory/subject_update.h"
#include "collector/inventory/tables.h"
#include "common/rows.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_device_directory.h"
#include "tests/support/fake_random.h"
#include "tests/support/memory_store.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"
#include "tests/support/subject_report.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::FakeClock;
using ::rollcall::testing::FakeRandom;
using ::rollcall::testing::FromText;
using ::rollcall::testing::IsOkAndHolds;
using ::rollcall::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::SizeIs;

v1::Row Package(int number, int version) {
  v1::Row row;
  auto& package = *row.mutable_software_package();
  package.set_ecosystem("deb");
  package.set_name("package-" + std::to_string(number));
  package.set_version(std::to_string(version));
  package.set_architecture("amd64");
  return row;
}

v1::Row Serial(const std::string& serial) {
  v1::Row row;
  row.mutable_system_identity()->set_serial_number(serial);
  return row;
}

class InventoryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    committer_ = std::make_unique<Committer>(engine_, hybrid_);
    directory_.Add(device_, subject_, absl::UnixEpoch());
  }

  // Reports exactly these rows, as an agent would that the collector knows
  // nothing of.
  absl::StatusOr<KnownStamp> Report(const std::vector<v1::Row>& rows) {
    clock_.Advance(absl::Seconds(1));
    return Write(testing::UpdateOf(subject_, rows));
  }

  absl::StatusOr<KnownStamp> Write(const SubjectUpdate& update) {
    return testing::Store(*committer_, engine_, content_, update);
  }

  Fleet MakeFleet(KnownStamp as_of = KnownStamp::Max()) {
    return Fleet({engine_, content_, directory_, last_seen_}, as_of);
  }

  // All rows as of a stamp, as canonical bytes by section.
  std::map<std::string, std::set<std::string>> RowsAsOf(KnownStamp as_of) {
    std::map<std::string, std::set<std::string>> result;
    Fleet fleet = MakeFleet(as_of);
    const auto sections = fleet.Sections(entry_);
    EXPECT_OK(sections);
    for (const std::string& section : *sections) {
      const auto rows = fleet.Rows(entry_, section);
      EXPECT_OK(rows);
      for (const FleetRowRef& row : *rows) {
        result[section].insert(EncodeRow(*row.row));
      }
    }
    return result;
  }

  FakeClock clock_;
  FakeRandom random_;
  HybridClock hybrid_{clock_};
  Engine& engine_ = testing::EmptyStore();
  testing::SharedContent shared_{engine_};
  const Content& content_ = shared_.content;
  std::unique_ptr<Committer> committer_;
  const SubjectId subject_ = SubjectId::Generate(random_);
  const DeviceId device_ = DeviceId::Generate(random_);
  testing::FakeDeviceDirectory directory_;
  LastSeenTracker last_seen_;
  const DeviceEntry entry_{device_, {{subject_, {}, absl::UnixEpoch()}}};
};

TEST_F(InventoryTest, ReadsBackEveryPastStateOfManyRandomChanges) {
  std::mt19937 generator(7);
  std::vector<
      std::pair<KnownStamp, std::map<std::string, std::set<std::string>>>>
      expected;
  std::map<int, int> packages;
  for (int i = 0; i < 120; ++i) packages[i] = 1;
  for (int step = 0; step < 60; ++step) {
    // Mostly small changes; now and then so large a one that the base changes.
    const int changes =
        step % 9 == 8 ? 90 : 1 + static_cast<int>(generator() % 4);
    for (int i = 0; i < changes; ++i) {
      const int number = static_cast<int>(generator() % 150);
      if (generator() % 5 == 0) {
        packages.erase(number);
      } else {
        ++packages[number];
      }
    }
    std::vector<v1::Row> rows;
    rows.reserve(packages.size() + 1);
    for (const auto& [number, version] : packages) {
      rows.push_back(Package(number, version));
    }
    if (step % 7 != 3)
      rows.push_back(Serial("serial-" + std::to_string(step / 10)));
    std::map<std::string, std::set<std::string>> state;
    for (const v1::Row& row : rows) {
      state[FindRowKind(row)->section].insert(EncodeRow(row));
    }
    ASSERT_OK_AND_ASSIGN(const KnownStamp stamp, Report(rows));
    expected.emplace_back(stamp, state);
  }
  for (const auto& [stamp, state] : expected) {
    EXPECT_THAT(RowsAsOf(stamp), Eq(state)) << stamp.raw();
  }
}

TEST_F(InventoryTest, KnowsNothingBeforeTheFirstReport) {
  const KnownStamp before = KnownStamp::AtEndOf(clock_.Now());
  ASSERT_OK(Report({Package(1, 1)}));
  EXPECT_THAT(RowsAsOf(before), SizeIs(0));
  EXPECT_THAT(RowsAsOf(KnownStamp::Max()), SizeIs(1));
}

TEST_F(InventoryTest, AnUnchangedReportWritesNothing) {
  ASSERT_OK(Report({Package(1, 1)}));
  ASSERT_OK(Report({Package(1, 1)}));
  Fleet fleet = MakeFleet();
  ASSERT_OK_AND_ASSIGN(const HistoryPage page,
                       ReadHistory(fleet, entry_, {}, {}, 10));
  EXPECT_THAT(page.changes, SizeIs(1));
}

TEST_F(InventoryTest, ASmallChangeKeepsTheBaseSet) {
  std::vector<v1::Row> rows;
  rows.reserve(100);
  for (int i = 0; i < 100; ++i) rows.push_back(Package(i, 1));
  ASSERT_OK(Report(rows));
  ASSERT_OK_AND_ASSIGN(const auto before, ReadHead(engine_, subject_));
  rows[5] = Package(5, 2);
  ASSERT_OK(Report(rows));
  ASSERT_OK_AND_ASSIGN(const auto after, ReadHead(engine_, subject_));
  EXPECT_EQ(before->sections(0).base_root(), after->sections(0).base_root());
  EXPECT_THAT(UnpackNumbers(after->sections(0).added_rows()),
              IsOkAndHolds(SizeIs(1)));
  EXPECT_THAT(UnpackNumbers(after->sections(0).removed_rows()),
              IsOkAndHolds(SizeIs(1)));
}

TEST_F(InventoryTest, HistorySaysUpgradedAndNotRemovedAndAdded) {
  ASSERT_OK(Report({Package(1, 1), Package(2, 1), Serial("A")}));
  ASSERT_OK(Report({Package(1, 2), Package(3, 1), Serial("B")}));
  Fleet fleet = MakeFleet();
  ASSERT_OK_AND_ASSIGN(const HistoryPage page,
                       ReadHistory(fleet, entry_, {}, {}, 10));
  std::vector<std::string> summaries;
  summaries.reserve(page.changes.size());
  for (const auto& change : page.changes) summaries.push_back(change.summary());
  EXPECT_THAT(summaries,
              ElementsAre("system identity: serial number A -> B",
                          "software package package-1 amd64: version 1 -> 2",
                          "software package package-2 amd64 removed",
                          "software package package-3 amd64 added",
                          "first report, with 2 sections"));
}

TEST_F(InventoryTest, HistoryPagesJoinWithoutGapOrRepetition) {
  for (int step = 1; step <= 7; ++step) {
    ASSERT_OK(Report({Package(1, step), Package(2, step), Package(3, step)}));
  }
  Fleet fleet = MakeFleet();
  ASSERT_OK_AND_ASSIGN(const HistoryPage whole,
                       ReadHistory(fleet, entry_, {}, {}, 100));
  ASSERT_THAT(whole.changes, SizeIs(19));
  std::vector<std::string> joined;
  HistoryCursor cursor;
  while (true) {
    ASSERT_OK_AND_ASSIGN(HistoryPage page,
                         ReadHistory(fleet, entry_, {}, cursor, 2));
    for (const auto& change : page.changes) {
      joined.push_back(change.SerializeAsString());
    }
    if (!page.next.has_value()) break;
    cursor = *page.next;
  }
  std::vector<std::string> expected;
  for (const auto& change : whole.changes) {
    expected.push_back(change.SerializeAsString());
  }
  EXPECT_EQ(joined, expected);
}

TEST_F(InventoryTest, ARowThatIsNeitherKnownNorSentIsRefused) {
  SubjectUpdate update;
  update.subject = subject_;
  update.row_level = kRowLevel;
  update.sections["software"].added = {RowId::Generate(random_)};
  EXPECT_THAT(Write(update), StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(InventoryTest, AMissingRowIsDataLossAndNotAnEmptyAnswer) {
  ASSERT_OK(Report({Package(1, 1)}));
  Batch batch;
  kRowTable.Delete(
      batch, {ComputeRowId("software", kRowLevel, EncodeRow(Package(1, 1)))});
  ASSERT_OK(engine_.Write(batch, Durability::kBuffered));
  Fleet fleet = MakeFleet();
  EXPECT_THAT(fleet.Rows(entry_, "software"),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(InventoryTest, ADeviceIsFoundByIdPrefixAndHostName) {
  ASSERT_OK(Report({FromText<v1::Row>("os_instance { hostname: 'Alpha' }")}));
  Fleet fleet = MakeFleet();
  const std::string id = device_.ToHex();
  for (const std::string& name : {id, id.substr(0, 6), std::string("alpha")}) {
    ASSERT_OK_AND_ASSIGN(const DeviceEntry found, fleet.Resolve(name));
    EXPECT_EQ(found.device, device_);
  }
  EXPECT_THAT(fleet.Resolve("beta"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(fleet.Resolve(""), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(InventoryTest, UnknownFactsStayAbsentInADevice) {
  ASSERT_OK(Report({FromText<v1::Row>("cpu_topology { online_cpus: 4 }")}));
  Fleet fleet = MakeFleet();
  ASSERT_OK_AND_ASSIGN(const v1::Device device, fleet.Describe(entry_));
  EXPECT_EQ(device.cpu().online_cpus(), 4);
  EXPECT_FALSE(device.cpu().has_sockets());
  EXPECT_FALSE(device.has_memory_bytes());
  EXPECT_FALSE(device.has_software_count());
  EXPECT_FALSE(device.has_hostname());
}

TEST_F(InventoryTest, LastSeenSurvivesAFlushAndALoad) {
  last_seen_.Note(subject_, clock_.Now(), v1::Vitals());
  ASSERT_OK(last_seen_.Flush(*committer_));
  LastSeenTracker reloaded;
  ASSERT_OK(reloaded.Load(engine_));
  ASSERT_TRUE(reloaded.Get(subject_).has_value());
  EXPECT_EQ(reloaded.Get(subject_)->time, clock_.Now());
  EXPECT_FALSE(reloaded.Get(subject_)->vitals.has_value());
}

}  // namespace
}  // namespace rollcall::collector
