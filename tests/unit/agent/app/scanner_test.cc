#include "agent/app/scanner.h"

#include "common/rows.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "tests/fixtures/fake_host.h"
#include "tests/support/fake_clock.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"

namespace rollcall {
namespace {

using ::rollcall::testing::EqualsProto;
using ::rollcall::testing::EqualsText;
using ::rollcall::testing::FakeClock;
using ::rollcall::testing::FakeHost;
using ::rollcall::testing::FakeHostProbe;
using ::rollcall::testing::FaultyHostFs;
using ::rollcall::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr char kStatus[] = "/var/lib/dpkg/status";

std::string Record(const std::string& name) {
  return "Package: " + name +
         "\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n\n";
}

class ScannerTest : public ::testing::Test {
 protected:
  ScannerTest() {
    host_.File(kStatus, Record("b") + Record("a"));
    host_.File("/etc/os-release", "ID=debian\n");
    host_.File("/etc/hostname", "web1\n");
  }

  Scan Run(const SourceSelection& selection = {}) {
    return Run(host_.fs(), selection);
  }
  Scan Run(const HostFs& fs, const SourceSelection& selection) {
    auto scan = Scanner(fs, probe_, clock_).Run({.sources = selection});
    EXPECT_OK(scan);
    return scan.ok() ? *std::move(scan) : Scan();
  }
  static std::vector<std::string> Names(const Scan& scan) {
    std::vector<std::string> names;
    for (const ScannedSection& section : scan.sections) {
      names.push_back(section.name);
    }
    return names;
  }
  static const ScannedSection& Section(const Scan& scan,
                                       const std::string& name) {
    for (const ScannedSection& section : scan.sections) {
      if (section.name == name) return section;
    }
    ADD_FAILURE() << "no section " << name;
    return scan.sections.at(0);
  }

  FakeHost host_;
  FakeHostProbe probe_;
  FakeClock clock_;
};

TEST_F(ScannerTest, HasEverySectionInOrderEvenWithoutRows) {
  const Scan scan = Run();
  std::vector<std::string> all(AllSections().begin(), AllSections().end());
  EXPECT_EQ(Names(scan), all);
  EXPECT_THAT(Section(scan, "hardware.disk").rows, IsEmpty());
}

TEST_F(ScannerTest, RunsOnlyWhatIsSelected) {
  EXPECT_THAT(Names(Run({.only = {"os"}})), ElementsAre("os", "source_status"));
  EXPECT_THAT(Names(Run({.only = {"os"}, .disabled = {"os"}})),
              ElementsAre("source_status"));
}

TEST_F(ScannerTest, RefusesASourceThatDoesNotExist) {
  EXPECT_THAT(
      Scanner(host_.fs(), probe_, clock_)
          .Run({.sources = {.only = {"hardwear"}}}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("hardwear")));
}

TEST_F(ScannerTest, OrdersRowsByIdAndComputesRootsOverThem) {
  const Scan scan = Run();
  std::map<std::string, RootId> roots;
  for (const ScannedSection& section : scan.sections) {
    std::vector<RowId> ids;
    for (const EncodedRow& row : section.rows) {
      EXPECT_EQ(row.id, ComputeRowId(section.name, kRowLevel, row.bytes));
      ids.push_back(row.id);
    }
    EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end())) << section.name;
    EXPECT_EQ(section.root, ComputeSectionRoot(ids)) << section.name;
    roots[section.name] = section.root;
  }
  EXPECT_EQ(scan.subject_root, ComputeSubjectRoot(roots));
}

TEST_F(ScannerTest, StatesARowOnceHoweverOftenItIsFound) {
  host_.File(kStatus, Record("a") + Record("a"));
  EXPECT_THAT(Section(Run(), "software").rows, SizeIs(1));
}

TEST_F(ScannerTest, FindsTheSameWhileNothingChanges) {
  const Scan first = Run();
  clock_.Advance(absl::Hours(5));
  EXPECT_EQ(Run().subject_root, first.subject_root);
  host_.File(kStatus, Record("a") + Record("b") + Record("c"));
  EXPECT_NE(Run().subject_root, first.subject_root);
}

TEST_F(ScannerTest, StatesForEverySourceWhetherItLookedOrWasSwitchedOff) {
  const Scan scan = Run({.only = {"software"}});
  std::vector<std::string> looked;
  std::vector<std::string> switched_off;
  for (const EncodedRow& row : Section(scan, "source_status").rows) {
    const auto decoded = DecodeRow("source_status", row.bytes);
    ASSERT_OK(decoded);
    const v1::SourceStatus& status = decoded->source_status();
    const bool is_off = status.outcome() == v1::SourceStatus::OUTCOME_DISABLED;
    (is_off ? switched_off : looked).push_back(status.source());
  }
  EXPECT_THAT(looked, UnorderedElementsAre("software", "software.install"));
  EXPECT_EQ(looked.size() + switched_off.size(), SourceNames().size());
}

TEST_F(ScannerTest, GathersEvidenceAndVitals) {
  host_.File("/proc/uptime", "3509.55 6900.12\n");
  host_.File("/proc/meminfo", "MemTotal: 2048 kB\nMemAvailable: 1024 kB\n");
  host_.File("/proc/sys/kernel/random/boot_id",
             "00112233-4455-6677-8899-aabbccddeeff\n");
  const Scan scan = Run();
  EXPECT_THAT(scan.evidence, EqualsText("hostname: 'web1'"));
  EXPECT_EQ(scan.vitals.uptime_seconds(), 3509);
  EXPECT_EQ(scan.vitals.memory_available_bytes(), 1024 * 1024);
  EXPECT_GT(scan.vitals.scan_cost().peak_rss_bytes(), 0);
  EXPECT_EQ(scan.boot_id.size(), 16);
}

TEST_F(ScannerTest, DoesNotStateVitalsItCannotRead) {
  host_.File("/proc/uptime", "garbage\n");
  const Scan scan = Run();
  EXPECT_FALSE(scan.vitals.has_uptime_seconds());
  EXPECT_FALSE(scan.vitals.has_memory_available_bytes());
  EXPECT_EQ(scan.boot_id, "");
}

TEST_F(ScannerTest, AsksTheRunningKernelOnlyAboutALiveRoot) {
  probe_.kernel = KernelName{"Linux", "6.1.0", "x86_64"};
  const Scan foreign = Run({.only = {"os"}});
  FaultyHostFs live(host_.fs());
  live.PassForLive();
  const Scan own = Run(live, {.only = {"os"}});
  EXPECT_NE(Section(foreign, "os").root, Section(own, "os").root);
}

TEST_F(ScannerTest, DoesNotBeginSourcesAfterItsTimeLimit) {
  const auto scan =
      Scanner(host_.fs(), probe_, clock_)
          .Run({.sources = {.only = {"os"}}, .time_limit = -absl::Seconds(1)});
  ASSERT_OK(scan);
  EXPECT_THAT(Section(*scan, "os").rows, IsEmpty());
  EXPECT_THAT(scan->failed_sections, ElementsAre("os"));
}

TEST_F(ScannerTest, GoesOnWithEarlierRowsOfSectionsThatFail) {
  const Scan good = Run();
  FaultyHostFs fs(host_.fs());
  fs.Fail(kStatus, absl::UnavailableError("cannot be read (error 5)"));
  Scan bad = Run(fs, {});
  EXPECT_THAT(bad.failed_sections, ElementsAre("software", "software.install"));
  const RootId without = bad.subject_root;
  const Scan joined = WithSectionsOf(good, std::move(bad));
  EXPECT_EQ(Section(joined, "software").root, Section(good, "software").root);
  EXPECT_NE(Section(joined, "source_status").root,
            Section(good, "source_status").root);
  EXPECT_NE(joined.subject_root, without);
}

TEST_F(ScannerTest, MakesADocumentOfExactlyItsRows) {
  const Scan scan = Run({.only = {"software"}});
  const v1::InventoryDocument document = ToDocument(scan);
  EXPECT_EQ(document.row_level(), kRowLevel);
  EXPECT_EQ(document.subject_root(), scan.subject_root.ToBytes());
  ASSERT_EQ(document.sections_size(), 3);
  EXPECT_EQ(document.sections(0).section(), "software");
  ASSERT_EQ(document.sections(0).rows_size(), 2);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(EncodeRow(document.sections(0).rows(i)),
              Section(scan, "software").rows[i].bytes);
  }
}

TEST_F(ScannerTest, PrintsJsonWithDefaultNamesThatReadsBack) {
  const v1::InventoryDocument document = ToDocument(Run());
  const auto json = InventoryDocumentToJson(document);
  ASSERT_OK(json);
  EXPECT_THAT(*json, HasSubstr("\"rowLevel\": 2"));
  EXPECT_THAT(*json, HasSubstr("\"osRelease\": {"));
  v1::InventoryDocument read_back;
  ASSERT_TRUE(
      google::protobuf::util::JsonStringToMessage(*json, &read_back).ok());
  EXPECT_THAT(read_back, EqualsProto(document));
}

}  // namespace
}  // namespace rollcall
