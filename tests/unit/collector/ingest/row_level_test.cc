// Row schema levels between agents and collectors of different age, and what
// the history says of a switch.
#include "collector/inventory/fleet.h"
#include "collector/inventory/history.h"
#include "tests/support/fake_device_directory.h"
#include "tests/unit/collector/ingest/sync_fixture.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kRelease[] =
    "os_release { id: 'fedora' version_id: '41' support_end: '2025-11-19' }";
constexpr char kUpgraded[] =
    "os_release { id: 'fedora' version_id: '42' support_end: '2026-05-13' }";
constexpr char kSerial[] = "system_identity { serial_number: 'X1' }";

class RowLevelTest : public SyncTest {
 protected:
  // As an agent that knows levels up to `level`, which is all it says.
  absl::Status SyncAt(int level, const agent::Facts& facts) {
    OldWire wire(*deps_, agent_, level);
    agent::Conversation conversation(wire, {}, level);
    const absl::Status status = conversation.Begin(facts, 0);
    rows_sent_ = wire.RowsSent();
    said_ = wire.said().size();
    return status;
  }

  // The stored state as of a stamp.
  SubjectState StateAsOf(KnownStamp as_of) {
    const auto subject = subjects_.FindByAgent(engine_, agent_);
    EXPECT_OK(subject);
    const auto state =
        ReadSubjectState(engine_, shared_.content, (*subject)->id, as_of);
    EXPECT_OK(state);
    return **state;
  }
  SubjectState StateNow() { return StateAsOf(KnownStamp::Max()); }

  std::vector<v1::DeviceChange> History() {
    const auto subject = subjects_.FindByAgent(engine_, agent_);
    EXPECT_OK(subject);
    const DeviceEntry entry{DeviceId(),
                            {{(*subject)->id, {}, absl::UnixEpoch()}}};
    const testing::FakeDeviceDirectory directory;
    Fleet fleet({engine_, shared_.content, directory, last_seen_},
                KnownStamp::Max());
    const auto page = ReadHistory(fleet, entry, {}, HistoryCursor(), 100);
    EXPECT_OK(page);
    return page->changes;
  }
  std::vector<std::string> Summaries() {
    std::vector<std::string> summaries;
    for (const auto& change : History()) summaries.push_back(change.summary());
    return summaries;
  }

  int rows_sent_ = 0;
  size_t said_ = 0;

 private:
  // Says of what the agent encodes only the levels up to one.
  class OldWire final : public agent::MessageStream {
   public:
    OldWire(const SyncDeps& deps, AgentId agent, int level)
        : wire_(deps, agent), level_(level) {}
    absl::Status Send(const v1::AgentMessage& message) override {
      v1::AgentMessage older = message;
      if (older.has_hello()) {
        while (*older.hello().row_levels().rbegin() > level_) {
          older.mutable_hello()->mutable_row_levels()->RemoveLast();
        }
        older.mutable_hello()->clear_root_level();
      }
      return wire_.Send(older);
    }
    absl::StatusOr<v1::CollectorMessage> Receive() override {
      return wire_.Receive();
    }
    int RowsSent() const { return wire_.RowsSent(); }
    const std::vector<v1::AgentMessage>& said() const { return wire_.said(); }

   private:
    Wire wire_;
    const int level_;
  };
};

TEST_F(RowLevelTest, AnOldAgentIsTakenAtItsOwnLevel) {
  const auto facts = MakeFacts({kRelease, kSerial});
  ASSERT_OK(SyncAt(1, facts));
  EXPECT_EQ(StateNow().row_level, 1);
  EXPECT_EQ(StoredRows(agent_), RowsOf(agent::FactsAtLevel(facts, 1)));
  // And needs to say no more the next time.
  ASSERT_OK(SyncAt(1, facts));
  EXPECT_EQ(said_, 1u);
}

TEST_F(RowLevelTest, ANewAgentFollowsACollectorThatWantsTheLevelBefore) {
  options_.row_level = 1;
  const auto facts = MakeFacts({kRelease, kSerial});
  Wire first(*deps_, agent_);
  agent::Conversation conversation(first);
  ASSERT_OK(conversation.Begin(facts, 0));
  EXPECT_EQ(conversation.row_level(), 1);
  EXPECT_EQ(StateNow().row_level, 1);
  EXPECT_EQ(StoredRows(agent_), RowsOf(agent::FactsAtLevel(facts, 1)));
  // Changes on check-in are of that level too.
  const auto upgraded = MakeFacts({kUpgraded, kSerial});
  ASSERT_OK(conversation.CheckIn(upgraded, {}));
  EXPECT_EQ(StoredRows(agent_), RowsOf(agent::FactsAtLevel(upgraded, 1)));
  EXPECT_EQ(stats_.changes_taken, 1);
  // It names its root at that level the next time, and that is enough.
  Wire second(*deps_, agent_);
  agent::Conversation again(second, {}, conversation.row_level());
  ASSERT_OK(again.Begin(upgraded, 0));
  EXPECT_THAT(second.said(), SizeIs(1));
}

TEST_F(RowLevelTest, ASwitchOfAnUnchangedMachineIsOneEntryOfHistory) {
  const auto facts = MakeFacts({kRelease, kSerial, PackageText(1)});
  ASSERT_OK(SyncAt(1, facts));
  ASSERT_OK(SyncAt(2, facts));
  EXPECT_EQ(StateNow().row_level, 2);
  EXPECT_EQ(StoredRows(agent_), RowsOf(facts));
  const auto history = History();
  ASSERT_THAT(history, SizeIs(2));
  EXPECT_EQ(history[0].cause(), v1::DeviceChange::CAUSE_SCHEMA);
  EXPECT_EQ(history[0].row_level_before(), 1);
  EXPECT_EQ(history[0].row_level_after(), 2);
  EXPECT_EQ(history[0].summary(), "row schema level 1 -> 2");
  EXPECT_EQ(history[1].cause(), v1::DeviceChange::CAUSE_FIRST_REPORT);
}

TEST_F(RowLevelTest, WhatAMachineChangedBeforeASwitchIsShownAsThat) {
  ASSERT_OK(SyncAt(1, MakeFacts({kRelease, kSerial, PackageText(1)})));
  ASSERT_OK(SyncAt(2, MakeFacts({kUpgraded, PackageText(1), PackageText(2)})));
  const auto history = History();
  ASSERT_THAT(history, SizeIs(5));
  EXPECT_EQ(history[0].cause(), v1::DeviceChange::CAUSE_SCHEMA);
  for (size_t i = 1; i < 4; ++i) {
    EXPECT_EQ(history[i].cause(), v1::DeviceChange::CAUSE_MACHINE);
  }
  EXPECT_EQ(history[1].section(), "hardware.system");
  EXPECT_EQ(history[1].kind(), v1::DeviceChange::KIND_REMOVED);
  EXPECT_EQ(history[2].kind(), v1::DeviceChange::KIND_CHANGED);
  EXPECT_THAT(history[2].summary(), HasSubstr("version id 41 -> 42"));
  // That support ends then, only the new level can say.
  EXPECT_THAT(history[2].summary(), ::testing::Not(HasSubstr("support end")));
  EXPECT_EQ(history[3].kind(), v1::DeviceChange::KIND_ADDED);
  EXPECT_THAT(history[3].summary(), HasSubstr("p2"));
}

TEST_F(RowLevelTest, StatesBeforeASwitchReadAtTheLevelOfTheirTime) {
  const auto facts = MakeFacts({kRelease, kSerial, PackageText(1)});
  ASSERT_OK(SyncAt(1, facts));
  const SubjectState before = StateNow();
  clock_.Advance(absl::Seconds(1));
  ASSERT_OK(SyncAt(2, MakeFacts({kUpgraded, PackageText(2)})));
  const SubjectState between = StateNow();
  clock_.Advance(absl::Seconds(1));
  // An agent that was set back.
  ASSERT_OK(SyncAt(1, MakeFacts({kUpgraded, kSerial, PackageText(2)})));
  EXPECT_EQ(StateNow().row_level, 1);
  for (const SubjectState& then : {before, between}) {
    const SubjectState read = StateAsOf(then.changed);
    EXPECT_EQ(read.row_level, then.row_level);
    ASSERT_EQ(read.sections.size(), then.sections.size());
    for (const auto& [name, section] : then.sections) {
      EXPECT_EQ(read.sections.at(name).fleet, section.fleet) << name;
      EXPECT_EQ(read.sections.at(name).own, section.own) << name;
    }
  }
  EXPECT_THAT(
      Summaries(),
      ElementsAre("row schema level 2 -> 1", HasSubstr("identity added"),
                  "row schema level 1 -> 2", HasSubstr("identity removed"),
                  HasSubstr("41 -> 42"), HasSubstr("p1"), HasSubstr("p2"),
                  HasSubstr("first report")));
}

TEST_F(RowLevelTest, EveryStateOfManySwitchesAndChangesReadsBack) {
  const std::vector<std::string> pool = {
      kRelease,
      kSerial,
      "os_release { id: 'fedora' version_id: '41' }",
      "os_release { support_end: '2025-11-19' }",
      "os_instance { hostname: 'a' }",
      "os_instance { hostname: 'b' }",
      "cpu_topology { sockets: 1 smt_control: 'on' }",
      "cpu_topology { sockets: 1 smt_control: 'off' }",
      PackageText(1),
      PackageText(2),
      PackageText(2, 2)};
  std::vector<SubjectState> states;
  for (int report = 0; report < 60; ++report) {
    std::vector<std::string> rows;
    for (const std::string& row : pool) {
      if (random_.Next64() % 2 == 0) rows.push_back(row);
    }
    clock_.Advance(absl::Seconds(1));
    ASSERT_OK(
        SyncAt(1 + static_cast<int>(random_.Next64() % 2), MakeFacts(rows)));
    states.push_back(StateNow());
  }
  for (const SubjectState& then : states) {
    const SubjectState read = StateAsOf(then.changed);
    EXPECT_EQ(read.row_level, then.row_level);
    ASSERT_EQ(read.sections.size(), then.sections.size());
    for (const auto& [name, section] : then.sections) {
      EXPECT_EQ(read.sections.at(name).fleet, section.fleet) << name;
      EXPECT_EQ(read.sections.at(name).own, section.own) << name;
    }
  }
}

TEST_F(RowLevelTest, ASwitchThatTheFleetMadeSendsNoFleetRows) {
  const auto facts = MakeFacts({kRelease, PackageText(1), PackageText(2)});
  ASSERT_OK(SyncAt(1, facts));
  Wire other(*deps_, other_);
  ASSERT_OK(Sync(other, MakeFacts({kRelease, PackageText(1), PackageText(2)},
                                  "machine-2")));
  ASSERT_OK(SyncAt(2, facts));
  EXPECT_EQ(rows_sent_, 0);
}

// What hostile agents try across levels.
class HostileRowLevelTest : public RowLevelTest {
 protected:
  static v1::AgentMessage Hello(const std::string& fields) {
    v1::AgentMessage message;
    *message.mutable_hello() = testing::FromText<v1::Hello>(fields);
    const std::string id(16, 'x');
    message.mutable_hello()->set_subject_root(id);
    message.mutable_hello()->set_evidence_hash(id);
    return message;
  }

  // The wire after a Hello at level 1 with evidence.
  static void BeginAtLevel1(Wire& wire) {
    EXPECT_OK(wire.Handle(Hello("row_levels: 1")).status);
    v1::AgentMessage evidence;
    evidence.mutable_evidence()->set_machine_id("machine-1");
    EXPECT_OK(wire.Handle(evidence).status);
  }
  static v1::AgentMessage RootsOf(const std::string& section, RootId root) {
    v1::AgentMessage message;
    auto& roots = *message.mutable_roots()->add_sections();
    roots.set_section(section);
    roots.set_root(root.ToBytes());
    return message;
  }
};

TEST_F(HostileRowLevelTest, LevelsThatCannotBeAreRefused) {
  for (const char* fields :
       {"row_levels: 0", "row_levels: -1", "row_levels: [1, 1]",
        "row_levels: [2, 1]", "row_levels: [1, 2] root_level: 3",
        "row_levels: [1, 2] root_level: -1", "root_level: 1",
        "row_levels: [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]"}) {
    Wire wire(*deps_, agent_);
    EXPECT_THAT(
        wire.Handle(Hello(fields)).status,
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("level")))
        << fields;
  }
}

TEST_F(HostileRowLevelTest, AnAgentOfTomorrowIsTakenAtTheNewestCommonLevel) {
  Wire wire(*deps_, agent_);
  const SyncReply reply =
      wire.Handle(Hello("row_levels: [1, 2, 3, 4] root_level: 4"));
  ASSERT_OK(reply.status);
  EXPECT_EQ(reply.messages[0].plan().row_level(), kRowLevel);
  EXPECT_FALSE(reply.messages[0].plan().equal());
}

TEST_F(HostileRowLevelTest, ARootOfAnotherLevelIsNotEqual) {
  const auto facts = MakeFacts({kSerial});
  ASSERT_OK(SyncAt(1, facts));
  v1::AgentMessage message = Hello("row_levels: [1, 2] root_level: 2");
  message.mutable_hello()->set_subject_root(
      agent::FactsAtLevel(facts, 1).subject_root.ToBytes());
  Wire wire(*deps_, agent_);
  EXPECT_FALSE(wire.Handle(message).messages[0].plan().equal());
}

TEST_F(HostileRowLevelTest, AFieldOfALaterLevelIsRefusedInALowerRow) {
  const std::string canonical = EncodeRow(testing::FromText<v1::Row>(kRelease));
  const RowId id = ComputeRowId("os", 1, canonical);
  const RootId root = ComputeSectionRoot({id});
  Wire wire(*deps_, agent_);
  BeginAtLevel1(wire);
  EXPECT_OK(wire.Handle(RootsOf("os", root)).status);
  v1::AgentMessage message;
  message.mutable_delta()->set_section("os");
  message.mutable_delta()->set_new_root(root.ToBytes());
  message.mutable_delta()->set_added_ids(id.ToBytes());
  message.mutable_delta()->set_last(true);
  EXPECT_OK(wire.Handle(message).status);
  v1::RowBatch batch;
  batch.add_rows(canonical);
  message.mutable_rows()->add_frames(Compress(batch.SerializeAsString()));
  message.mutable_rows()->set_last(true);
  EXPECT_THAT(wire.Handle(message).status,
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("canonical form for row level 1")));
}

TEST_F(HostileRowLevelTest, RowsThatTheFleetHasAtAnotherLevelAreUnknown) {
  const auto facts = MakeFacts({kRelease}, "machine-2");
  Wire other(*deps_, other_);
  ASSERT_OK(Sync(other, facts));
  // Ids of level 2 under the name of level 1.
  const auto& section = facts.sections.at("os");
  Wire wire(*deps_, agent_);
  BeginAtLevel1(wire);
  EXPECT_OK(wire.Handle(RootsOf("os", section.root)).status);
  v1::AgentMessage message;
  message.mutable_delta()->set_section("os");
  message.mutable_delta()->set_new_root(section.root.ToBytes());
  message.mutable_delta()->set_added_ids(section.rows[0].id.ToBytes());
  message.mutable_delta()->set_last(true);
  const SyncReply need = wire.Handle(message);
  ASSERT_OK(need.status);
  EXPECT_EQ(need.messages[0].need().unknown(), "\x01");
}

TEST_F(HostileRowLevelTest, ASetThatTheFleetHasAtAnotherLevelIsUnknown) {
  std::vector<std::string> rows;
  rows.reserve(40);
  for (int i = 0; i < 40; ++i) rows.push_back(PackageText(i));
  const auto facts = MakeFacts(rows, "machine-2");
  Wire other(*deps_, other_);
  ASSERT_OK(Sync(other, facts));
  const RootId root = facts.sections.at("software").root;
  ASSERT_OK_AND_ASSIGN(const auto base, shared_.bases.FindOfSection(
                                            root, "software", kRowLevel));
  ASSERT_NE(base, nullptr);
  Wire wire(*deps_, agent_);
  BeginAtLevel1(wire);
  const SyncReply want = wire.Handle(RootsOf("software", root));
  ASSERT_OK(want.status);
  EXPECT_FALSE(want.messages[0].want().sections(0).equal());
}

}  // namespace
}  // namespace rollcall::collector
