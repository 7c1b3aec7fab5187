// A machine over runs: what was acknowledged stands in for what cannot be seen.
#include "agent/app/machine.h"

#include "agent/app/kept_facts.h"
#include "agent/host/host_probe.h"
#include "common/clock.h"
#include "common/rows.h"
#include "gmock/gmock.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace rollcall::agent {
namespace {

using ::rollcall::testing::TempDir;
using ::testing::Contains;
using ::testing::Eq;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::SizeIs;

constexpr char kStatus[] =
    "Package: nginx\nStatus: install ok installed\nVersion: 1.22\n"
    "Architecture: amd64\n\n";

class MachineTest : public ::testing::Test {
 protected:
  // Facts of a new run over what the root holds now.
  Facts Run(std::optional<rollcall::Scan> earlier) {
    auto fs = HostFs::Create(root_.path());
    EXPECT_OK(fs);
    const SystemHostProbe probe;
    const SystemClock clock;
    const Scanner scanner(**fs, probe, clock);
    SourceSelection selection;
    selection.only = {"software"};
    Machine machine(scanner, **fs, selection);
    machine.GoOnFrom(std::move(earlier));
    return machine.Scan({});
  }

  const TempDir root_;
};

TEST_F(MachineTest, KeptFactsReadBackWhole) {
  root_.Write("var/lib/dpkg/status", kStatus);
  const Facts facts = Run(std::nullopt);
  stored::v1::AgentState state;
  KeepSections(facts, state);
  const auto scan = KeptScan(state);
  ASSERT_TRUE(scan.has_value());
  EXPECT_EQ(scan->subject_root, facts.subject_root);
  const Facts again = ToFacts(*scan);
  ASSERT_THAT(again.sections, SizeIs(facts.sections.size()));
  for (const auto& [name, section] : facts.sections) {
    EXPECT_EQ(again.sections.at(name).root, section.root) << name;
  }
  EXPECT_THAT(KeptSets(state), Contains(Key("software")));
}

TEST_F(MachineTest, ASourceThatFailsAtTheFirstScanKeepsTheRowsOfTheRunBefore) {
  root_.Write("var/lib/dpkg/status", kStatus);
  const Facts facts = Run(std::nullopt);
  ASSERT_THAT(facts.sections.at("software").rows, SizeIs(1));
  stored::v1::AgentState state;
  KeepSections(facts, state);
  // A folder where the file should be: the source fails.
  ASSERT_EQ(std::remove(root_.File("var/lib/dpkg/status").c_str()), 0);
  root_.Write("var/lib/dpkg/status/file", "");
  EXPECT_THAT(Run(std::nullopt).sections.at("software").rows, IsEmpty());
  const Facts after = Run(KeptScan(state));
  EXPECT_EQ(after.sections.at("software").root,
            facts.sections.at("software").root);
}

TEST_F(MachineTest, DamagedKeptFactsAreAsNone) {
  root_.Write("var/lib/dpkg/status", kStatus);
  stored::v1::AgentState state;
  KeepSections(Run(std::nullopt), state);
  stored::v1::AgentState damaged = state;
  for (auto& section : *damaged.mutable_sections()) {
    if (section.frames_size() > 0) section.set_frames(0, "not a frame");
  }
  EXPECT_THAT(KeptScan(damaged), Eq(std::nullopt));
  stored::v1::AgentState other_level = state;
  other_level.set_row_level(kRowLevel + 1);
  EXPECT_THAT(KeptScan(other_level), Eq(std::nullopt));
  EXPECT_THAT(KeptScan({}), Eq(std::nullopt));
}

TEST_F(MachineTest, FactsKeptAtALowerLevelStandInAtTheNewest) {
  root_.Write("var/lib/dpkg/status", kStatus);
  const Facts facts = Run(std::nullopt);
  const Facts lower = FactsAtLevel(facts, 1);
  stored::v1::AgentState state;
  KeepSections(lower, state);
  EXPECT_EQ(KeptLevel(state), 1);
  // What the collector has is known at the level at which it has it.
  EXPECT_EQ(KeptSets(state).at("software").root,
            lower.sections.at("software").root);
  const auto scan = KeptScan(state);
  ASSERT_TRUE(scan.has_value());
  EXPECT_EQ(ToFacts(*scan).sections.at("software").root,
            facts.sections.at("software").root);
}

TEST(KeptLevel, IsTheNewestWhereNothingReadableIsKept) {
  EXPECT_EQ(KeptLevel({}), kRowLevel);
  stored::v1::AgentState state;
  state.add_sections();
  state.set_row_level(kRowLevel + 1);
  EXPECT_EQ(KeptLevel(state), kRowLevel);
}

}  // namespace
}  // namespace rollcall::agent
