#include "agent/sources/os_release.h"
#include "gmock/gmock.h"
#include "tests/fixtures/fake_host.h"
#include "tests/support/proto_matchers.h"

namespace rollcall {
namespace {

using ::rollcall::testing::EqualsText;
using ::rollcall::testing::FactsOf;
using ::rollcall::testing::FakeHost;
using ::rollcall::testing::FakeHostProbe;
using ::rollcall::testing::FaultyHostFs;
using ::rollcall::testing::RunSource;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::Optional;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

TEST(OsRelease, ReadsAssignmentsAsAShellWould) {
  int malformed = 0;
  EXPECT_THAT(ParseOsRelease("# comment\n\nID=debian\n"
                             "PRETTY_NAME=\"A \\\"B\\\" \\$C\"\n"
                             "NAME='x \"y\"'\nEMPTY=\n",
                             &malformed),
              UnorderedElementsAre(Pair("ID", "debian"),
                                   Pair("PRETTY_NAME", "A \"B\" $C"),
                                   Pair("NAME", "x \"y\"")));
  EXPECT_EQ(malformed, 0);
}

TEST(OsRelease, CountsLinesThatAreNoAssignment) {
  int malformed = 0;
  EXPECT_THAT(
      ParseOsRelease("nothing\nA B=c\nID=\"open\nVERSION_ID=1\n", &malformed),
      ElementsAre(Pair("VERSION_ID", "1")));
  EXPECT_EQ(malformed, 3);
}

TEST(MachineId, IsThirtyTwoHexDigits) {
  EXPECT_THAT(ParseMachineId("3D1219c7c4c5404aaa1f6d2a48adfda4\n"),
              Optional(Eq("3d1219c7c4c5404aaa1f6d2a48adfda4")));
  for (const std::string& text :
       {std::string("uninitialized"), std::string(32, '0'),
        std::string(31, 'a'), std::string(32, 'g'), std::string()}) {
    EXPECT_EQ(ParseMachineId(text), std::nullopt) << text;
  }
}

TEST(PointRelease, IsTakenFromEachDistributionsFile) {
  EXPECT_THAT(ParsePointRelease("12.7\n"), Optional(Eq("12.7")));
  EXPECT_THAT(ParsePointRelease("CentOS Linux release 7.9.2009 (Core)\n"),
              Optional(Eq("7.9.2009")));
  EXPECT_EQ(ParsePointRelease("trixie/sid\n"), std::nullopt);
  EXPECT_EQ(ParsePointRelease(""), std::nullopt);
}

TEST(SupportEnd, IsADay) {
  EXPECT_THAT(ParseSupportEnd("2025-11-19"), Optional(Eq("2025-11-19")));
  for (const char* text :
       {"2025-11-31", "2025-13-01", "2025-1-1", " 2025-11-19",
        "2025-11-19T00:00", "20251119", "soon", "", "-"}) {
    EXPECT_EQ(ParseSupportEnd(text), std::nullopt) << text;
  }
}

TEST(OsSource, SaysUntilWhenTheReleaseIsSupported) {
  FakeHost host;
  host.File("/etc/os-release", "ID=fedora\nSUPPORT_END=2025-11-19\n");
  const auto result = RunSource("os", host.fs());
  const auto releases =
      FactsOf(result.rows, &v1::Row::has_os_release, &v1::Row::os_release);
  ASSERT_EQ(releases.size(), 1u);
  EXPECT_EQ(releases[0].support_end(), "2025-11-19");
}

TEST(OsSource, ADayThatCannotBeIsAbsentAndCounted) {
  FakeHost host;
  host.File("/etc/os-release", "ID=fedora\nSUPPORT_END=2025-02-30\n");
  const auto result = RunSource("os", host.fs());
  const auto releases =
      FactsOf(result.rows, &v1::Row::has_os_release, &v1::Row::os_release);
  ASSERT_EQ(releases.size(), 1u);
  EXPECT_FALSE(releases[0].has_support_end());
  EXPECT_EQ(result.statuses.at("os").malformed_count(), 1);
}

TEST(Hostname, IsTheFirstLineThatIsNoComment) {
  EXPECT_THAT(ParseHostname("# mine\n\n web1 \n"), Optional(Eq("web1")));
  EXPECT_EQ(ParseHostname("(none)\n"), std::nullopt);
  EXPECT_EQ(ParseHostname(std::string(300, 'x')), std::nullopt);
}

void AddDebian(FakeHost* host) {
  host->File("/usr/lib/os-release",
             "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\n"
             "VERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n");
  host->Link("/etc/os-release", "../usr/lib/os-release");
  host->File("/etc/debian_version", "12.7\n");
  host->File("/etc/hostname", "web1.example.com\n");
  host->File("/etc/machine-id", "3d1219c7c4c5404aaa1f6d2a48adfda4\n");
}

TEST(OsSource, DescribesADebianInstallation) {
  FakeHost host;
  AddDebian(&host);
  host.Folder("/var/log/installer");
  host.ModifiedAt("/var/log/installer", 1'700'000'000);
  const auto result = RunSource("os", host.fs());
  EXPECT_THAT(
      result.rows,
      ElementsAre(EqualsText(R"pb(
                    os_release {
                      id: "debian"
                      pretty_name: "Debian GNU/Linux 12 (bookworm)"
                      version_id: "12"
                      version_codename: "bookworm"
                      point_release: "12.7"
                    }
                  )pb"),
                  EqualsText(R"pb(
                    os_instance {
                      hostname: "web1.example.com"
                      domain: "example.com"
                      machine_id: "3d1219c7c4c5404aaa1f6d2a48adfda4"
                      install_time { seconds: 1700000000 }
                      install_evidence: "modification of /var/log/installer"
                    }
                  )pb")));
  EXPECT_THAT(result.evidence, EqualsText(R"pb(
                machine_id: "3d1219c7c4c5404aaa1f6d2a48adfda4"
                hostname: "web1.example.com"
              )pb"));
  EXPECT_EQ(result.statuses.at("os").outcome(),
            v1::SourceStatus::OUTCOME_COMPLETE);
}

TEST(OsSource, DoesNotTakeTheBirthOfACopyForAnInstallation) {
  FakeHost host;
  AddDebian(&host);
  const auto rows = RunSource("os", host.fs()).rows;
  const auto instances =
      FactsOf(rows, &v1::Row::has_os_instance, &v1::Row::os_instance);
  ASSERT_EQ(instances.size(), 1);
  EXPECT_FALSE(instances[0].has_install_time());
}

TEST(OsSource, DoesNotStateATimeBeforeClocksWereSet) {
  FakeHost host;
  host.Folder("/var/log/installer").ModifiedAt("/var/log/installer", 0);
  host.File("/etc/hostname", "a\n");
  EXPECT_THAT(RunSource("os", host.fs()).rows,
              ElementsAre(EqualsText("os_instance { hostname: 'a' }")));
}

TEST(OsSource, TakesTheArchitectureFromTheRootNotFromTheRunningKernel) {
  FakeHost host;
  std::string header(64, '\0');
  header.replace(0, 6,
                 "\x7f"
                 "ELF\x02\x02");
  header[19] = 22;  // s390, most significant byte first
  host.File("/usr/bin/dash", header).Link("/bin/sh", "/usr/bin/dash");
  FakeHostProbe probe;
  probe.kernel = KernelName{"Linux", "9.9", "x86_64"};
  EXPECT_THAT(RunSource("os", host.fs(), &probe).rows,
              ElementsAre(EqualsText("os_release { architecture: 's390x' }")));
}

TEST(OsSource, AsksTheKernelOfALiveMachine) {
  FakeHost host;
  FaultyHostFs live(host.fs());
  live.PassForLive();
  FakeHostProbe probe;
  probe.kernel = KernelName{"Linux", "6.1.0-18-amd64", "x86_64"};
  const auto rows = RunSource("os", live, &probe).rows;
  ASSERT_FALSE(rows.empty());
  EXPECT_THAT(rows[0].os_release(), EqualsText(R"pb(
                kernel_name: "Linux"
                kernel_release: "6.1.0-18-amd64"
                architecture: "x86_64"
              )pb"));
}

TEST(OsSource, CountsAMalformedMachineId) {
  FakeHost host;
  AddDebian(&host);
  host.File("/etc/machine-id", "not an id\n");
  const auto status = RunSource("os", host.fs()).statuses.at("os");
  EXPECT_THAT(status, EqualsText(R"pb(
                source: "os"
                outcome: OUTCOME_MALFORMED
                notes: "/etc/machine-id: 1 malformed"
                malformed_count: 1
              )pb"));
}

TEST(OsSource, SaysThatARootNamesNoSystem) {
  const FakeHost host;
  const auto status = RunSource("os", host.fs()).statuses.at("os");
  EXPECT_EQ(status.outcome(), v1::SourceStatus::OUTCOME_PARTIAL);
  EXPECT_THAT(status.notes(), ElementsAre("/etc/os-release: not present"));
}

}  // namespace
}  // namespace rollcall
