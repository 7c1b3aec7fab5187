#include "collector/app/options.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/log.h"
#include "common/rows.h"
#include "tests/support/command_line.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::TempDir;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::StartsWith;

class CollectorOptionsTest : public testing::CommandLineTest {
 protected:
  absl::StatusOr<CollectorOptions> Parse(std::vector<std::string> arguments) {
    return ParseWith(ParseCommandLine, "rollcall-collector",
                     std::move(arguments));
  }
  // As Parse, with all that is required before it.
  absl::StatusOr<CollectorOptions> ParseMore(
      const std::vector<std::string>& more) {
    auto arguments = required_;
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Parse(arguments);
  }
  void ExpectRefused(const std::string& argument, const std::string& text) {
    EXPECT_FALSE(ParseMore({argument}).ok()) << argument;
    EXPECT_EQ(exit_code_, 2) << argument;
    EXPECT_THAT(errors_,
                AllOf(StartsWith("rollcall-collector: "), HasSubstr(text)))
        << argument;
  }

  const std::vector<std::string> required_ = {"--data=/d", "--ca=ca.pem",
                                              "--cert=s.pem", "--key=s.key"};
};

TEST_F(CollectorOptionsTest, BoundsDocuments) {
  ASSERT_OK_AND_ASSIGN(CollectorOptions options, Parse(required_));
  EXPECT_EQ(options.documents.max_total_bytes, int64_t{2} << 30);
  ASSERT_OK_AND_ASSIGN(options, ParseMore({"--max-documents-mib=5000"}));
  EXPECT_EQ(options.documents.max_total_bytes, int64_t{5000} << 20);
  ExpectRefused("--max-documents-mib=0", "--max-documents-mib");
}

TEST_F(CollectorOptionsTest, ListensOnItsThreePortsUnlessToldOtherwise) {
  ASSERT_OK_AND_ASSIGN(const CollectorOptions options, Parse(required_));
  EXPECT_EQ(options.data_dir, "/d");
  EXPECT_EQ(options.ca_file, "ca.pem");
  EXPECT_EQ(options.cert_file, "s.pem");
  EXPECT_EQ(options.key_file, "s.key");
  EXPECT_EQ(options.ledger_key_file, "");
  EXPECT_EQ(options.agent_listen, "0.0.0.0:7443");
  EXPECT_EQ(options.admin_listen, "0.0.0.0:7444");
  EXPECT_EQ(options.https_listen, "0.0.0.0:8443");
  const IngestOptions usual;
  EXPECT_EQ(options.ingest.check_in_interval, usual.check_in_interval);
  EXPECT_EQ(options.ingest.scan_interval, usual.scan_interval);
  EXPECT_EQ(options.ingest.max_streams, usual.max_streams);
  EXPECT_EQ(options.ingest.held_streams, usual.held_streams);
  EXPECT_EQ(options.ingest.call_back_after, usual.call_back_after);
  EXPECT_EQ(options.ingest.slow_start, usual.slow_start);
  EXPECT_EQ(options.ingest.slow_start_rate, usual.slow_start_rate);
  EXPECT_EQ(options.ingest.row_level, kRowLevel);
}

TEST_F(CollectorOptionsTest, TheKeyOfTheLedgerMayBeElsewhere) {
  ASSERT_OK_AND_ASSIGN(const CollectorOptions options,
                       ParseMore({"--ledger-key=/k.pem"}));
  EXPECT_EQ(options.ledger_key_file, "/k.pem");
}

TEST_F(CollectorOptionsTest, NamesWhatIsMissing) {
  for (size_t missing = 0; missing < required_.size(); ++missing) {
    auto arguments = required_;
    const std::string option =
        arguments[missing].substr(0, arguments[missing].find('='));
    arguments.erase(arguments.begin() + static_cast<int>(missing));
    EXPECT_FALSE(Parse(arguments).ok());
    EXPECT_EQ(exit_code_, 2);
    EXPECT_THAT(errors_, HasSubstr(option));
  }
}

TEST_F(CollectorOptionsTest, ToNoteARestoreTheStoreAloneIsNeeded) {
  ASSERT_OK_AND_ASSIGN(const CollectorOptions options,
                       Parse({"--data=/d", "--restored"}));
  EXPECT_TRUE(options.restored);
  EXPECT_FALSE(Parse(required_)->restored);
  EXPECT_FALSE(Parse({"--restored"}).ok());
  EXPECT_THAT(errors_, HasSubstr("--data"));
}

TEST_F(CollectorOptionsTest, TakesTimesInWholeSeconds) {
  ASSERT_OK_AND_ASSIGN(
      const CollectorOptions options,
      ParseMore({"--check-in-seconds=90", "--scan-seconds=604800"}));
  EXPECT_EQ(options.ingest.check_in_interval, absl::Seconds(90));
  EXPECT_EQ(options.ingest.scan_interval, absl::Hours(168));
}

TEST_F(CollectorOptionsTest, TakesHowAgentsAreLetIn) {
  ASSERT_OK_AND_ASSIGN(
      const CollectorOptions options,
      ParseMore({"--held-streams=10", "--call-back-seconds=600",
                 "--slow-start-seconds=0", "--slow-start-rate=20",
                 "--row-level=1"}));
  EXPECT_EQ(options.ingest.held_streams, 10);
  EXPECT_EQ(options.ingest.call_back_after, absl::Minutes(10));
  EXPECT_EQ(options.ingest.slow_start, absl::ZeroDuration());
  EXPECT_EQ(options.ingest.slow_start_rate, 20);
  EXPECT_EQ(options.ingest.row_level, 1);
  ASSERT_OK_AND_ASSIGN(const CollectorOptions small,
                       ParseMore({"--max-streams=100"}));
  EXPECT_EQ(small.ingest.held_streams, 80);
  ExpectRefused("--row-level=3", "--row-level");
  ExpectRefused("--slow-start-seconds=-1", "--slow-start-seconds");
}

TEST_F(CollectorOptionsTest, RefusesTimesAndNumbersThatCannotBe) {
  for (const char* option :
       {"--check-in-seconds", "--scan-seconds", "--max-streams",
        "--held-streams", "--call-back-seconds", "--slow-start-rate",
        "--row-level"}) {
    for (const char* value :
         {"0", "-1", "nan", "inf", "1e400", "99999999999999999999", "x", ""}) {
      ExpectRefused(std::string(option) + "=" + value, option);
    }
  }
  ExpectRefused("--check-in-seconds=86401", "--check-in-seconds");
  ExpectRefused("--max-streams=1000001", "--max-streams");
}

TEST_F(CollectorOptionsTest, RefusesWhatItDoesNotKnow) {
  ExpectRefused("--no-such", "--no-such");
  ExpectRefused("--log-level=loud", "loud");
  ExpectRefused("more", "more");
}

TEST_F(CollectorOptionsTest, OptionsMayComeFromAFileAndTheCommandLineWins) {
  const TempDir dir;
  const std::string file = dir.Write("collector.conf",
                                     "admin-listen=127.0.0.1:1\n"
                                     "https-listen=127.0.0.1:2\n");
  ASSERT_OK_AND_ASSIGN(
      const CollectorOptions options,
      ParseMore({"--config=" + file, "--https-listen=127.0.0.1:3"}));
  EXPECT_EQ(options.admin_listen, "127.0.0.1:1");
  EXPECT_EQ(options.https_listen, "127.0.0.1:3");
  ExpectRefused("--config=" + dir.File("none"), "none");
}

TEST_F(CollectorOptionsTest, WhatIsUnknownInAFileIsRefused) {
  const TempDir dir;
  ExpectRefused(
      "--config=" + dir.Write("collector.conf", "keep-history-day=30\n"),
      "keep-history-day");
}

TEST_F(CollectorOptionsTest, FirstPrincipalsMayBeGivenAgainAndComeFromAFile) {
  ASSERT_OK_AND_ASSIGN(const CollectorOptions none, Parse(required_));
  EXPECT_THAT(none.first_principals, IsEmpty());
  const RoleSet all = {v1::ROLE_ADMIN, v1::ROLE_VIEWER};
  const auto is_jo = AllOf(Field(&FirstPrincipal::name, "jo"),
                           Field(&FirstPrincipal::roles, all));
  const auto is_bea =
      AllOf(Field(&FirstPrincipal::name, "bea"),
            Field(&FirstPrincipal::roles, RoleSet({v1::ROLE_ITAM})));
  ASSERT_OK_AND_ASSIGN(const CollectorOptions given,
                       ParseMore({"--first-principal=jo:admin,viewer",
                                  "--first-principal=bea:itam"}));
  EXPECT_THAT(given.first_principals, ElementsAre(is_jo, is_bea));
  const TempDir dir;
  const std::string file = dir.Write("collector.conf",
                                     "first-principal=\"jo:admin,viewer\"\n"
                                     "log-level=info\n"
                                     "first-principal=bea:itam\n");
  ASSERT_OK_AND_ASSIGN(const CollectorOptions from_file,
                       ParseMore({"--config=" + file}));
  EXPECT_THAT(from_file.first_principals, ElementsAre(is_jo, is_bea));
  ExpectRefused("--first-principal=jo:king", "jo:king");
  ExpectRefused("--first-principal=jo:viewer", "--first-principal");
}

TEST_F(CollectorOptionsTest, HistoryIsKeptForEverUnlessToldOtherwise) {
  ASSERT_OK_AND_ASSIGN(const CollectorOptions usual, Parse(required_));
  EXPECT_FALSE(usual.housekeeping.keep_history.drops());
  ASSERT_OK_AND_ASSIGN(const CollectorOptions one,
                       ParseMore({"--keep-history-days=730"}));
  EXPECT_EQ(one.housekeeping.keep_history.usual, 730 * absl::Hours(24));
  EXPECT_THAT(one.housekeeping.keep_history.by_class, IsEmpty());
}

TEST_F(CollectorOptionsTest, ADeviceClassMayBeKeptForATimeOfItsOwn) {
  ASSERT_OK_AND_ASSIGN(
      const CollectorOptions options,
      ParseMore({"--keep-history-days=730", "--keep-history-days=server=3650",
                 "--keep-history-days=a=b=0"}));
  const HistoryKeeping& keeping = options.housekeeping.keep_history;
  EXPECT_EQ(keeping.usual, 730 * absl::Hours(24));
  EXPECT_THAT(keeping.by_class,
              ElementsAre(Pair("a=b", absl::ZeroDuration()),
                          Pair("server", 3'650 * absl::Hours(24))));
  const TempDir dir;
  const std::string file = dir.Write("collector.conf",
                                     "keep-history-days=30\n"
                                     "log-level=info\n"
                                     "keep-history-days=server=60\n");
  ASSERT_OK_AND_ASSIGN(const CollectorOptions from_file,
                       ParseMore({"--config=" + file}));
  EXPECT_EQ(from_file.housekeeping.keep_history.usual, 30 * absl::Hours(24));
  EXPECT_THAT(from_file.housekeeping.keep_history.by_class,
              ElementsAre(Pair("server", 60 * absl::Hours(24))));
}

TEST_F(CollectorOptionsTest, ATimeOfHistoryIsANumberOfDaysOfAClass) {
  for (const char* bad : {"x", "-1", "36501", "server=", "server=x", "1.5",
                          "server=-1", "99999999999999999999"}) {
    ExpectRefused(absl::StrCat("--keep-history-days=", bad),
                  "number of days from 0 to 36500");
  }
  ExpectRefused("--keep-history-days==5", "names no device class");
  ExpectRefused(
      absl::StrCat("--keep-history-days=", std::string(65, 'c'), "=5"),
      "names no device class");
  ExpectRefused("--keep-history-days=\xff=5", "names no device class");
  EXPECT_FALSE(
      ParseMore({"--keep-history-days=1", "--keep-history-days=2"}).ok());
  EXPECT_THAT(errors_, HasSubstr("without a device class"));
  EXPECT_FALSE(
      ParseMore({"--keep-history-days=a=1", "--keep-history-days=a=1"}).ok());
  EXPECT_THAT(errors_, HasSubstr("a=1 names a device class again"));
}

TEST_F(CollectorOptionsTest, HelpAndVersionAreNoErrors) {
  EXPECT_FALSE(Parse({"--help"}).ok());
  EXPECT_EQ(exit_code_, 0);
  EXPECT_THAT(output_, AllOf(HasSubstr("--agent-listen"),
                             HasSubstr("0.0.0.0:7443"), HasSubstr("Ports:")));
  EXPECT_FALSE(Parse({"--version"}).ok());
  EXPECT_EQ(exit_code_, 0);
  EXPECT_THAT(output_, HasSubstr("rollcall-collector "));
}

TEST_F(CollectorOptionsTest, TheTimeOfTheDailyCheckIsATimeOfDay) {
  ASSERT_OK_AND_ASSIGN(const CollectorOptions options,
                       ParseMore({"--check-at=23:05"}));
  EXPECT_EQ(options.check_at, absl::Hours(23) + absl::Minutes(5));
  ExpectRefused("--check-at=24:00", "24:00 is not a time");
  ExpectRefused("--check-at=9:5", "9:5 is not a time");
  ExpectRefused("--check-at=now", "now is not a time");
}

TEST_F(CollectorOptionsTest, IssuesNothingUnlessToldWithWhat) {
  ASSERT_OK_AND_ASSIGN(const CollectorOptions none, Parse(required_));
  EXPECT_EQ(none.issuer_cert_file, "");
  EXPECT_EQ(none.enrolment.agent_life, absl::Hours(14 * 24));
  ASSERT_OK_AND_ASSIGN(const CollectorOptions some,
                       ParseMore({"--issuer-cert=i.pem", "--issuer-key=i.key",
                                  "--agent-certificate-days=3"}));
  EXPECT_EQ(some.issuer_cert_file, "i.pem");
  EXPECT_EQ(some.issuer_key_file, "i.key");
  EXPECT_EQ(some.enrolment.agent_life, absl::Hours(3 * 24));
  ExpectRefused("--issuer-cert=i.pem", "--issuer-key");
  ExpectRefused("--issuer-key=i.key", "--issuer-cert");
  ExpectRefused("--agent-certificate-days=0", "--agent-certificate-days");
}

}  // namespace
}  // namespace rollcall::collector
