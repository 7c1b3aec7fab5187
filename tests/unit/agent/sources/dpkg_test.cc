#include <random>

#include "agent/sources/dpkg_status.h"
#include "common/text.h"
#include "gmock/gmock.h"
#include "tests/fixtures/fake_host.h"
#include "tests/support/proto_matchers.h"

namespace rollcall {
namespace {

using ::rollcall::testing::EqualsText;
using ::rollcall::testing::FactsOf;
using ::rollcall::testing::FakeHost;
using ::rollcall::testing::FaultyHostFs;
using ::rollcall::testing::RunSource;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kStatus[] = "/var/lib/dpkg/status";

// One record as dpkg writes it.
std::string Record(const std::string& name, const std::string& state,
                   const std::string& more = "") {
  return "Package: " + name + "\nStatus: " + state +
         "\nVersion: 1.0-1\nArchitecture: amd64\n" + more + "\n";
}

struct Parsed {
  std::vector<DpkgPackage> packages;
  int malformed = 0;
  bool is_cut_off = false;
};

Parsed ParseStatus(const std::string& content, size_t max_line_bytes = 4096) {
  Parsed parsed;
  const auto take = [&](const DpkgPackage& p) { parsed.packages.push_back(p); };
  DpkgStatusParser parser(/*status_optional=*/false, take);
  const auto add = [&](const Line& line) { parser.AddLine(line); };
  LineSplitter splitter(max_line_bytes, add);
  splitter.Add(content);
  splitter.Finish();
  parser.Finish();
  parsed.malformed = parser.malformed();
  parsed.is_cut_off = parser.is_cut_off();
  return parsed;
}

auto Named(const std::string& name) {
  return Field("name", &DpkgPackage::name, name);
}

TEST(DpkgStatus, FindsWhatIsInstalledOnly) {
  const Parsed parsed = ParseStatus(Record("a", "install ok installed") +
                                    Record("b", "deinstall ok config-files") +
                                    Record("c", "install ok half-installed") +
                                    Record("d", "install ok unpacked") +
                                    Record("e", "hold ok installed") +
                                    Record("f", "deinstall ok installed") +
                                    Record("g", "install ok half-configured") +
                                    Record("h", "install ok triggers-pending") +
                                    Record("i", "purge ok not-installed"));
  EXPECT_THAT(parsed.packages,
              ElementsAre(Named("a"), Named("e"), Named("f"), Named("h")));
  EXPECT_EQ(parsed.malformed, 0);
}

TEST(DpkgStatus, ReadsTheFieldsThatMatter) {
  const Parsed parsed = ParseStatus(
      "Package: libc6\nStatus: install ok installed\nPriority: optional\n"
      "Section: libs\nInstalled-Size: 12991\n"
      "Maintainer: GNU Libc Maintainers <glibc@example.org>\n"
      "Architecture: amd64\nMulti-Arch: same\nSource: glibc (2.36-9)\n"
      "version: 2.36-9+deb12u8\nConffiles:\n /etc/ld.so.conf.d/x abc\n"
      "Description: GNU C Library\n Package: not this\n .\n more\n\n");
  ASSERT_THAT(parsed.packages, SizeIs(1));
  const DpkgPackage& package = parsed.packages[0];
  EXPECT_EQ(package.name, "libc6");
  EXPECT_EQ(package.version, "2.36-9+deb12u8");
  EXPECT_EQ(package.architecture, "amd64");
  EXPECT_EQ(package.section, "libs");
  EXPECT_EQ(package.source, "glibc (2.36-9)");
  EXPECT_EQ(package.installed_kib, 12991);
  EXPECT_TRUE(package.multi_arch_same);
}

TEST(DpkgStatus, SkipsAndCountsRecordsThatAreMalformed) {
  const Parsed parsed = ParseStatus(
      "Status: install ok installed\nVersion: 1\n\n"
      "Package: no-version\nStatus: install ok installed\n\n"
      "Package: no-status\nVersion: 1\n\n"
      "Package: bad-status\nStatus: installed\nVersion: 1\n\n"
      "Package: twice\nPackage: twice\nStatus: install ok installed\n"
      "Version: 1\n\n"
      "Package: no-colon\nnothing\nStatus: install ok installed\n"
      "Version: 1\n\n" +
      Record("good", "install ok installed"));
  EXPECT_THAT(parsed.packages, ElementsAre(Named("good")));
  EXPECT_EQ(parsed.malformed, 6);
}

TEST(DpkgStatus, SaysThatAFileBreaksOff) {
  const std::string first = Record("a", "install ok installed");
  const std::string content = first + Record("b", "install ok installed");
  EXPECT_FALSE(ParseStatus(content).is_cut_off);
  for (size_t size = first.size() + 1; size < content.size(); ++size) {
    const Parsed parsed = ParseStatus(content.substr(0, size));
    EXPECT_TRUE(parsed.is_cut_off) << size;
    EXPECT_THAT(parsed.packages, SizeIs(::testing::Ge(1))) << size;
    // A version that may lack its end is not stated.
    for (const DpkgPackage& p : parsed.packages) EXPECT_EQ(p.version, "1.0-1");
  }
}

TEST(DpkgStatus, SurvivesALineOfTenMegabytes) {
  const std::string huge(10 << 20, 'x');
  const Parsed parsed = ParseStatus(
      Record("a", "install ok installed", "Description: " + huge + "\n") +
      "Package: b\nStatus: install ok installed\nVersion: " + huge + "\n\n" +
      Record("c", "install ok installed"));
  EXPECT_THAT(parsed.packages, ElementsAre(Named("a"), Named("c")));
  EXPECT_EQ(parsed.malformed, 1);
}

TEST(DpkgStatus, SurvivesRandomText) {
  std::mt19937 random(3);
  const std::vector<std::string> words = {
      "Package:",    "Status:",   "Version:", " ", "\n",   "\n\n",
      "install ok ", "installed", "a",        ":", "\xff", std::string(1, '\0'),
      "\t"};
  for (int i = 0; i < 5000; ++i) {
    std::string text;
    for (int j = 0; j < 40; ++j) text += words[random() % words.size()];
    for (const DpkgPackage& package : ParseStatus(text, 30).packages) {
      EXPECT_FALSE(package.name.empty());
      EXPECT_FALSE(package.version.empty());
    }
  }
}

TEST(Publisher, IsTheMaintainerWithoutTheAddress) {
  EXPECT_EQ(PublisherOf("Debian Bash <bash@example.org>"), "Debian Bash");
  EXPECT_EQ(PublisherOf("\"Quoted, Name\" <a@b>"), "Quoted, Name");
  EXPECT_EQ(PublisherOf("Somebody"), "Somebody");
  EXPECT_EQ(PublisherOf("a@example.org"), "");
  EXPECT_EQ(PublisherOf("<a@example.org>"), "");
  EXPECT_EQ(PublisherOf(""), "");
}

TEST(DpkgSource, StatesPackagesAndInstallsInSectionsOfTheirOwn) {
  FakeHost host;
  host.File(kStatus, Record("bash", "install ok installed",
                            "Installed-Size: 7000\nSection: shells\n"
                            "Maintainer: Matthias <m@example.org>\n") +
                         Record("libc6", "install ok installed",
                                "Source: glibc\nMulti-Arch: same\n"));
  host.File("/var/lib/dpkg/info/bash.list", "");
  host.ModifiedAt("/var/lib/dpkg/info/bash.list", 1'700'000'000);
  host.File("/var/lib/dpkg/info/libc6:amd64.list", "");
  host.ModifiedAt("/var/lib/dpkg/info/libc6:amd64.list", 1'700'000'001);
  const auto result = RunSource("software", host.fs());
  EXPECT_THAT(
      FactsOf(result.rows, &v1::Row::has_software_package,
              &v1::Row::software_package),
      ElementsAre(EqualsText("ecosystem: 'deb' name: 'bash' version: '1.0-1' "
                             "architecture: 'amd64' publisher: 'Matthias' "
                             "category: 'shells'"),
                  EqualsText("ecosystem: 'deb' name: 'libc6' version: '1.0-1' "
                             "architecture: 'amd64' source_name: 'glibc'")));
  EXPECT_THAT(
      FactsOf(result.rows, &v1::Row::has_software_install,
              &v1::Row::software_install),
      ElementsAre(
          EqualsText("ecosystem: 'deb' name: 'bash' architecture: 'amd64' "
                     "install_time { seconds: 1700000000 } "
                     "size_bytes: 7168000"),
          EqualsText("ecosystem: 'deb' name: 'libc6' architecture: 'amd64' "
                     "install_time { seconds: 1700000001 }")));
  EXPECT_EQ(result.statuses.at("software").outcome(),
            v1::SourceStatus::OUTCOME_COMPLETE);
  EXPECT_EQ(result.statuses.at("software.install").outcome(),
            v1::SourceStatus::OUTCOME_COMPLETE);
}

TEST(DpkgSource, StatesInstallsAloneIfAskedForThem) {
  FakeHost host;
  host.File(kStatus, Record("bash", "install ok installed"));
  const auto result = RunSource("software.install", host.fs());
  ASSERT_THAT(result.rows, SizeIs(1));
  EXPECT_TRUE(result.rows[0].has_software_install());
  EXPECT_THAT(result.statuses, SizeIs(1));
}

TEST(DpkgSource, ReadsAnImageThatHasAFileForEachPackage) {
  FakeHost host;
  host.File("/var/lib/dpkg/status.d/base",
            "Package: base-files\nVersion: 12\nArchitecture: amd64\n");
  host.File("/var/lib/dpkg/status.d/base.md5sums", "abc  usr/x\n");
  host.File("/var/lib/dpkg/status.d/tzdata",
            "Package: tzdata\nVersion: 2024a\nArchitecture: all\n\n");
  const auto result = RunSource("software", host.fs());
  EXPECT_THAT(FactsOf(result.rows, &v1::Row::has_software_package,
                      &v1::Row::software_package),
              SizeIs(2));
  EXPECT_EQ(result.statuses.at("software").outcome(),
            v1::SourceStatus::OUTCOME_COMPLETE);
}

TEST(DpkgSource, PassesOverWhatIsNoFileAmongTheFilesOfPackages) {
  FakeHost host;
  host.File(kStatus, Record("a", "install ok installed"));
  host.Folder("/var/lib/dpkg/status.d/sub");
  host.Fifo("/var/lib/dpkg/status.d/pipe");
  host.Link("/var/lib/dpkg/status.d/round", "round");
  const auto result = RunSource("software", host.fs());
  EXPECT_THAT(FactsOf(result.rows, &v1::Row::has_software_package,
                      &v1::Row::software_package),
              SizeIs(1));
  EXPECT_THAT(
      result.statuses.at("software"),
      EqualsText("source: 'software' outcome: OUTCOME_PARTIAL "
                 "notes: '/var/lib/dpkg/status.d/pipe: not a regular file' "
                 "notes: '/var/lib/dpkg/status.d/round: a symbolic link that "
                 "leads nowhere' "
                 "notes: '/var/lib/dpkg/status.d/sub: not a regular file'"));
  EXPECT_EQ(result.statuses.at("software.install").outcome(),
            v1::SourceStatus::OUTCOME_PARTIAL);
}

TEST(DpkgSource, FailsWhereAPackagesFileCannotBeRead) {
  FakeHost host;
  host.File(kStatus, Record("a", "install ok installed"));
  host.File("/var/lib/dpkg/status.d/b", "Package: b\nVersion: 1\n");
  FaultyHostFs fs(host.fs());
  fs.Fail("/var/lib/dpkg/status.d/b",
          absl::UnavailableError("cannot be read (error 5)"));
  EXPECT_EQ(RunSource("software", fs).statuses.at("software").outcome(),
            v1::SourceStatus::OUTCOME_FAILED);
}

TEST(DpkgSource, MakesNamesThatAreNotUtf8ValidAndCountsThem) {
  FakeHost host;
  host.File(kStatus, Record("b\xe4sh", "install ok installed",
                            "Maintainer: M\xfcller <m@example.org>\n"));
  const auto result = RunSource("software", host.fs());
  ASSERT_THAT(result.rows, SizeIs(2));
  EXPECT_EQ(result.rows[0].software_package().publisher(), "M\xef\xbf\xbdller");
  EXPECT_THAT(result.statuses.at("software"),
              EqualsText("source: 'software' outcome: OUTCOME_MALFORMED "
                         "notes: '/var/lib/dpkg/status: texts: 2 malformed' "
                         "malformed_count: 2"));
}

TEST(DpkgSource, StatesWhatItCouldReadOfATruncatedFile) {
  FakeHost host;
  host.File(kStatus, Record("a", "install ok installed") +
                         "Package: b\nStatus: install ok instal");
  const auto result = RunSource("software", host.fs());
  EXPECT_THAT(FactsOf(result.rows, &v1::Row::has_software_package,
                      &v1::Row::software_package),
              SizeIs(1));
  EXPECT_THAT(result.statuses.at("software"),
              EqualsText("source: 'software' outcome: OUTCOME_MALFORMED "
                         "notes: '/var/lib/dpkg/status: 1 malformed' "
                         "notes: '/var/lib/dpkg/status: ends inside a record' "
                         "malformed_count: 1"));
}

TEST(DpkgSource, FailsWhereTheDatabaseCannotBeReadToItsEnd) {
  FakeHost host;
  host.File(kStatus, Record("a", "install ok installed") +
                         Record("b", "install ok installed"));
  FaultyHostFs fs(host.fs());
  fs.Fail(kStatus, absl::UnavailableError("cannot be read (error 5)"));
  const auto result = RunSource("software", fs);
  EXPECT_EQ(result.statuses.at("software").outcome(),
            v1::SourceStatus::OUTCOME_FAILED);
  EXPECT_EQ(result.statuses.at("software.install").outcome(),
            v1::SourceStatus::OUTCOME_FAILED);
}

TEST(DpkgSource, SaysThatItMayNotReadTheDatabase) {
  FakeHost host;
  host.File(kStatus, Record("a", "install ok installed"));
  FaultyHostFs fs(host.fs());
  fs.Deny("/var/lib/dpkg");
  EXPECT_THAT(RunSource("software", fs).statuses.at("software"),
              EqualsText("source: 'software' "
                         "outcome: OUTCOME_PERMISSION_DENIED "
                         "notes: '/var/lib/dpkg/status.d: permission denied' "
                         "notes: '/var/lib/dpkg/status: permission denied'"));
}

TEST(DpkgSource, FailsWhereTheDatabaseIsAFifo) {
  FakeHost host;
  host.Fifo(kStatus);
  const auto status = RunSource("software", host.fs()).statuses.at("software");
  EXPECT_EQ(status.outcome(), v1::SourceStatus::OUTCOME_FAILED);
  EXPECT_THAT(status.notes(),
              ElementsAre("/var/lib/dpkg/status: not a regular file"));
}

TEST(DpkgSource, SaysHowManyInstallTimesAreUnknown) {
  FakeHost host;
  host.File(kStatus, Record("a", "install ok installed") +
                         Record("b", "install ok installed"));
  host.File("/var/lib/dpkg/info/a.list", "");
  const auto result = RunSource("software", host.fs());
  EXPECT_EQ(result.statuses.at("software").outcome(),
            v1::SourceStatus::OUTCOME_COMPLETE);
  EXPECT_THAT(result.statuses.at("software.install").notes(),
              ElementsAre(HasSubstr(
                  "install time is unknown, for want of a file list: 1")));
}

TEST(DpkgSource, DoesNotStateTheEpochAsAnInstallTime) {
  FakeHost host;
  host.File(kStatus, Record("a", "install ok installed"));
  host.File("/var/lib/dpkg/info/a.list", "");
  host.ModifiedAt("/var/lib/dpkg/info/a.list", 0);
  const auto result = RunSource("software.install", host.fs());
  ASSERT_THAT(result.rows, SizeIs(1));
  EXPECT_FALSE(result.rows[0].software_install().has_install_time());
}

TEST(DpkgSource, SaysThatAMachineHasNoDpkg) {
  const FakeHost host;
  const auto result = RunSource("software", host.fs());
  EXPECT_THAT(result.rows, IsEmpty());
  EXPECT_THAT(result.statuses.at("software"),
              EqualsText("source: 'software' outcome: OUTCOME_ABSENT "
                         "notes: '/var/lib/dpkg/status: not present'"));
}

TEST(DpkgSource, StopsAtTheLimitOfRowsAndSaysSo) {
  FakeHost host;
  std::string content;
  for (size_t i = 0; i < kMaxRowsPerSection + 5; ++i) {
    content += Record("p" + std::to_string(i), "install ok installed");
  }
  host.File(kStatus, content);
  const auto result = RunSource("software.install", host.fs());
  EXPECT_THAT(result.rows, SizeIs(kMaxRowsPerSection));
  EXPECT_EQ(result.statuses.at("software.install").outcome(),
            v1::SourceStatus::OUTCOME_PARTIAL);
}

}  // namespace
}  // namespace rollcall
