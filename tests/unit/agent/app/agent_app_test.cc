#include "agent/app/agent_app.h"

#include <unistd.h>

#include "agent/state/state_lock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace rollcall::agent {
namespace {

using ::rollcall::testing::StatusIs;
using ::rollcall::testing::TempDir;
using ::testing::HasSubstr;

AgentOptions OptionsWith(const TempDir& dir) {
  AgentOptions options;
  options.mode = AgentOptions::Mode::kOnce;
  options.collectors = {"127.0.0.1:1"};
  options.enrol_servers = {"127.0.0.1:1"};
  options.ca_file = dir.Write("ca.pem", "");
  options.state_dir = dir.File("state");
  options.root = dir.path();
  return options;
}

TEST(AgentApp, LeavesAFolderAloneThatAnotherAgentUses) {
  const TempDir dir;
  const AgentOptions options = OptionsWith(dir);
  ASSERT_OK_AND_ASSIGN(const StateLock lock,
                       StateLock::Take(options.state_dir));
  EXPECT_THAT(RunAgent(options), StatusIs(absl::StatusCode::kFailedPrecondition,
                                          HasSubstr(options.state_dir)));
  EXPECT_NE(access(dir.File("state/agent.key").c_str(), F_OK), 0);
}

TEST(AgentApp, PrintsWhileAnotherAgentUsesTheFolder) {
  const TempDir dir;
  AgentOptions options = OptionsWith(dir);
  options.mode = AgentOptions::Mode::kPrint;
  ASSERT_OK_AND_ASSIGN(const StateLock lock,
                       StateLock::Take(options.state_dir));
  ::testing::internal::CaptureStdout();
  EXPECT_OK(RunAgent(options));
  EXPECT_THAT(::testing::internal::GetCapturedStdout(), HasSubstr("{"));
}

}  // namespace
}  // namespace rollcall::agent
