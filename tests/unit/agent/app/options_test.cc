#include "agent/app/options.h"

#include <utility>

#include "common/log.h"
#include "tests/support/command_line.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace rollcall::agent {
namespace {

using ::rollcall::testing::TempDir;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class AgentOptionsTest : public testing::CommandLineTest {
 protected:
  absl::StatusOr<AgentOptions> Parse(std::vector<std::string> arguments) {
    return ParseWith(ParseCommandLine, "rollcall-agent", std::move(arguments));
  }
  // Wrong usage that says `text`.
  void ExpectRefused(const std::vector<std::string>& arguments,
                     const std::string& text) {
    EXPECT_FALSE(Parse(arguments).ok());
    EXPECT_EQ(exit_code_, 2);
    EXPECT_THAT(errors_,
                AllOf(StartsWith("rollcall-agent: "), HasSubstr(text)));
  }

  const std::vector<std::string> send_ = {"--collector=c:7443", "--ca=ca.pem",
                                          "--cert=a.pem", "--key=a.key"};
};

TEST_F(AgentOptionsTest, IsADaemonUnlessToldOtherwise) {
  ASSERT_OK_AND_ASSIGN(const AgentOptions options, Parse(send_));
  EXPECT_EQ(options.mode, AgentOptions::Mode::kDaemon);
  EXPECT_THAT(options.collectors, ElementsAre("c:7443"));
  EXPECT_FALSE(options.enrols());
  EXPECT_EQ(options.ca_file, "ca.pem");
  EXPECT_EQ(options.cert_file, "a.pem");
  EXPECT_EQ(options.key_file, "a.key");
  EXPECT_EQ(options.state_dir, "");
  EXPECT_EQ(options.root, "/");
  EXPECT_THAT(options.sources, IsEmpty());
}

TEST_F(AgentOptionsTest, PrintingNeedsNothingElse) {
  ASSERT_OK_AND_ASSIGN(const AgentOptions options,
                       Parse({"--print", "--root=/mnt"}));
  EXPECT_EQ(options.mode, AgentOptions::Mode::kPrint);
  EXPECT_EQ(options.root, "/mnt");
}

TEST_F(AgentOptionsTest, SendingNeedsToKnowWhereAndAsWhom) {
  for (size_t missing = 0; missing < send_.size(); ++missing) {
    for (const bool once : {false, true}) {
      auto arguments = send_;
      const std::string option =
          arguments[missing].substr(0, arguments[missing].find('='));
      arguments.erase(arguments.begin() + static_cast<int>(missing));
      if (once) arguments.emplace_back("--once");
      ExpectRefused(arguments, option + " is needed");
    }
  }
}

TEST_F(AgentOptionsTest, WithoutACertificateItEnrolsBesideTheCollector) {
  ASSERT_OK_AND_ASSIGN(const AgentOptions options,
                       Parse({"--collector=a:1,[::1]:2", "--collector=b:3",
                              "--ca=ca.pem", "--token-file=t", "--state=/s"}));
  EXPECT_TRUE(options.enrols());
  EXPECT_THAT(options.collectors, ElementsAre("a:1", "[::1]:2", "b:3"));
  EXPECT_THAT(options.enrol_servers,
              ElementsAre("a:8443", "[::1]:8443", "b:8443"));
  EXPECT_EQ(options.token_file, "t");
  ASSERT_OK_AND_ASSIGN(const AgentOptions told,
                       Parse({"--collector=a:1", "--ca=ca.pem", "--state=/s",
                              "--enrol=h:4", "--proxy=http://p:8080"}));
  EXPECT_THAT(told.enrol_servers, ElementsAre("h:4"));
  EXPECT_EQ(told.proxy, "http://p:8080");
}

TEST_F(AgentOptionsTest, APortThatIsLeftOutIsTheAgents) {
  ASSERT_OK_AND_ASSIGN(
      const AgentOptions options,
      Parse({"--collector=a,[::1]", "--ca=ca.pem", "--state=/s"}));
  EXPECT_THAT(options.collectors, ElementsAre("a:7443", "[::1]:7443"));
  EXPECT_THAT(options.enrol_servers, ElementsAre("a:8443", "[::1]:8443"));
  auto arguments = send_;
  arguments[0] = "--collector=a:none";
  ExpectRefused(arguments, "--collector: \"a:none\" is not HOST:PORT");
}

TEST_F(AgentOptionsTest, EnrolmentNeedsAPlaceToKeepTheKey) {
  ExpectRefused({"--collector=a:1", "--ca=ca.pem", "--token-file=t"},
                "--state is needed");
}

TEST_F(AgentOptionsTest, ATokenIsOfNoUseToOneWhoHasACertificate) {
  auto arguments = send_;
  arguments.emplace_back("--token-file=t");
  ExpectRefused(arguments, "--token-file is for enrolment");
}

TEST_F(AgentOptionsTest, AProxyIsAnHttpUrl) {
  auto arguments = send_;
  arguments.emplace_back("--proxy=p:8080");
  ExpectRefused(arguments, "--proxy: a proxy is given as http://HOST:PORT");
  arguments.back() = "--proxy=http://jo:secret@p";
  ExpectRefused(arguments, "http://USER:PASSWORD@HOST:PORT");
  arguments.back() = "--proxy=http://jo:secret@p:8080";
  EXPECT_OK(Parse(arguments));
}

TEST_F(AgentOptionsTest, OnceAndPrintExcludeEachOther) {
  ExpectRefused({"--once", "--print"}, "--print");
}

TEST_F(AgentOptionsTest, SourcesAreSeparatedByCommas) {
  ASSERT_OK_AND_ASSIGN(const AgentOptions options,
                       Parse({"--print", "--sources=os,hardware.cpu"}));
  EXPECT_THAT(options.sources, ElementsAre("os", "hardware.cpu"));
}

TEST_F(AgentOptionsTest, ASourceThatDoesNotExistIsNamed) {
  ExpectRefused({"--print", "--sources=os,no.such"}, "no.such");
}

TEST_F(AgentOptionsTest, WhatIsUnknownIsRefused) {
  ExpectRefused({"--print", "--loud"}, "--loud");
  ExpectRefused({"--print", "--log-level=loud"}, "loud");
  ExpectRefused({"--print", "more"}, "more");
}

TEST_F(AgentOptionsTest, OptionsMayComeFromAFileAndTheCommandLineWins) {
  const TempDir dir;
  const std::string file = dir.Write("agent.conf",
                                     "collector=file:1\nca=ca.pem\n"
                                     "cert=a.pem\nkey=a.key\nstate=/s\n");
  ASSERT_OK_AND_ASSIGN(const AgentOptions options,
                       Parse({"--config=" + file, "--collector=line:2"}));
  EXPECT_THAT(options.collectors, ElementsAre("line:2"));
  EXPECT_EQ(options.state_dir, "/s");
  ExpectRefused({"--config=" + dir.File("none")}, "none");
}

TEST_F(AgentOptionsTest, AnOptionMayStandOnAnyLinesOfAFile) {
  const TempDir dir;
  const std::string file =
      dir.Write("agent.conf",
                "print=true\nsources=os\nlog-level=info\nsources=software\n");
  ASSERT_OK_AND_ASSIGN(const AgentOptions options, Parse({"--config=" + file}));
  EXPECT_THAT(options.sources, ElementsAre("os", "software"));
}

TEST_F(AgentOptionsTest, WhatIsUnknownInAFileIsRefused) {
  const TempDir dir;
  ExpectRefused(
      {"--print", "--config=" + dir.Write("agent.conf", "sourcse=os\n")},
      "sourcse");
}

TEST_F(AgentOptionsTest, HelpAndVersionAreNoErrors) {
  EXPECT_FALSE(Parse({"--help"}).ok());
  EXPECT_EQ(exit_code_, 0);
  EXPECT_THAT(output_, AllOf(HasSubstr("--collector"), HasSubstr("Sources: "),
                             HasSubstr("hardware.cpu")));
  EXPECT_FALSE(Parse({"--version"}).ok());
  EXPECT_EQ(exit_code_, 0);
  EXPECT_THAT(output_, HasSubstr("rollcall-agent "));
}

}  // namespace
}  // namespace rollcall::agent
