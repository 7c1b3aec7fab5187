#include "agent/state/agent_state.h"

#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/fake_random.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace rollcall::agent {
namespace {

using ::rollcall::testing::EqualsProto;
using ::rollcall::testing::FakeRandom;
using ::rollcall::testing::StatusIs;
using ::rollcall::testing::TempDir;
using ::testing::HasSubstr;

stored::v1::AgentState SomeState(int64_t incarnation = 3) {
  stored::v1::AgentState state;
  state.set_store_incarnation(incarnation);
  state.set_acknowledged_root(std::string(16, 'r'));
  return state;
}

TEST(StateFile, RemembersFromRunToRun) {
  const TempDir dir;
  const std::string folder = dir.File("state");  // is made
  {
    ASSERT_OK_AND_ASSIGN(StateFile file, StateFile::Open(folder));
    EXPECT_THAT(file.state(), EqualsProto(stored::v1::AgentState()));
    ASSERT_OK(file.Keep(SomeState()));
  }
  ASSERT_OK_AND_ASSIGN(const StateFile file, StateFile::Open(folder));
  EXPECT_THAT(file.state(), EqualsProto(SomeState()));
}

TEST(StateFile, IsReadableByItsOwnerOnly) {
  const TempDir dir;
  const std::string folder = dir.File("state");
  ASSERT_OK_AND_ASSIGN(StateFile file, StateFile::Open(folder));
  ASSERT_OK(file.Keep(SomeState()));
  struct stat info = {};
  ASSERT_EQ(stat(folder.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
  ASSERT_EQ(stat((folder + "/agent-state.pb").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST(StateFile, OfWhatAnotherAgentLeftNothingStays) {
  const TempDir dir;
  FakeRandom random;
  const AgentId agent = AgentId::Generate(random);
  auto own = SomeState();
  own.set_agent_id(agent.ToBytes());
  ASSERT_OK_AND_ASSIGN(StateFile file, StateFile::Open(dir.path()));
  // Of nobody in particular, it is the one's who comes first.
  ASSERT_OK(file.Keep(SomeState()));
  ASSERT_OK(file.BelongTo(agent));
  EXPECT_THAT(file.state(), EqualsProto(own));
  ASSERT_OK(file.BelongTo(agent));
  EXPECT_THAT(StateFile::Open(dir.path())->state(), EqualsProto(own));
  const AgentId other = AgentId::Generate(random);
  stored::v1::AgentState empty;
  empty.set_agent_id(other.ToBytes());
  ASSERT_OK(file.BelongTo(other));
  EXPECT_THAT(file.state(), EqualsProto(empty));
  EXPECT_THAT(StateFile::Open(dir.path())->state(), EqualsProto(empty));
}

TEST(StateFile, WithoutAFolderRemembersAsLongAsItRuns) {
  ASSERT_OK_AND_ASSIGN(StateFile file, StateFile::Open(""));
  ASSERT_OK(file.Keep(SomeState()));
  EXPECT_THAT(file.state(), EqualsProto(SomeState()));
}

TEST(StateFile, DoesNotWriteWhatItHasWrittenAlready) {
  const TempDir dir;
  ASSERT_OK_AND_ASSIGN(StateFile file, StateFile::Open(dir.path()));
  ASSERT_OK(file.Keep(SomeState()));
  ASSERT_EQ(unlink(dir.File("agent-state.pb").c_str()), 0);
  ASSERT_OK(file.Keep(SomeState()));
  EXPECT_NE(access(dir.File("agent-state.pb").c_str(), F_OK), 0);
  ASSERT_OK(file.Keep(SomeState(4)));
  EXPECT_EQ(access(dir.File("agent-state.pb").c_str(), F_OK), 0);
}

TEST(StateFile, StartsAfreshOverDamage) {
  for (const std::string& damage :
       {std::string("\xff\xff\xff"), std::string("\x12\x7f"),
        std::string((1 << 20) + 1, 'x') + "\x12\x7f"}) {
    const TempDir dir;
    dir.Write("agent-state.pb", damage);
    ASSERT_OK_AND_ASSIGN(StateFile file, StateFile::Open(dir.path()));
    EXPECT_THAT(file.state(), EqualsProto(stored::v1::AgentState()));
    EXPECT_OK(file.Keep(SomeState()));
    ASSERT_OK_AND_ASSIGN(const StateFile again, StateFile::Open(dir.path()));
    EXPECT_THAT(again.state(), EqualsProto(SomeState()));
  }
}

TEST(StateFile, SaysAtOnceThatAFolderCannotBeOne) {
  const TempDir dir;
  const std::string file = dir.Write("file", "x");
  EXPECT_THAT(StateFile::Open(file),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(file)));
  EXPECT_THAT(StateFile::Open(file + "/below"),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(file)));
  EXPECT_THAT(StateFile::Open(dir.File("no/such")),
              StatusIs(absl::StatusCode::kNotFound,
                       HasSubstr("cannot make the state folder")));
}

TEST(StateFile, WhatCannotBeWrittenIsTriedAgain) {
  const TempDir dir;
  const std::string folder = dir.File("state");
  ASSERT_OK_AND_ASSIGN(StateFile file, StateFile::Open(folder));
  ASSERT_EQ(rmdir(folder.c_str()), 0);
  EXPECT_THAT(file.Keep(SomeState()),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr(folder)));
  ASSERT_EQ(mkdir(folder.c_str(), 0700), 0);
  ASSERT_OK(file.Keep(SomeState()));
  ASSERT_OK_AND_ASSIGN(const StateFile again, StateFile::Open(folder));
  EXPECT_THAT(again.state(), EqualsProto(SomeState()));
}

}  // namespace
}  // namespace rollcall::agent
