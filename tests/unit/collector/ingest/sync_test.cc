// Turns of the sync protocol, and agents that do not keep to it.
#include "tests/support/full_engine.h"
#include "tests/support/random_ids.h"
#include "tests/unit/collector/ingest/sync_fixture.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::DrawIds;
using ::rollcall::testing::FromText;
using ::rollcall::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(SyncTest, AFirstContactStoresExactlyTheFacts) {
  const auto facts = MakeFacts({PackageText(1), PackageText(2),
                                "system_identity { serial_number: 'S' }"});
  Wire wire(*deps_, agent_);
  ASSERT_OK(Sync(wire, facts));
  EXPECT_EQ(StoredRows(agent_), RowsOf(facts));
  EXPECT_EQ(wire.RowsSent(), 3);
  ASSERT_OK_AND_ASSIGN(const auto devices,
                       subjects_.ListDevices(engine_, KnownStamp::Max()));
  EXPECT_THAT(devices, SizeIs(1));
}

TEST_F(SyncTest, AnUnchangedMachineSaysHelloAndNoMore) {
  const auto facts = MakeFacts({PackageText(1)});
  Wire first(*deps_, agent_);
  ASSERT_OK(Sync(first, facts));
  Wire second(*deps_, agent_);
  ASSERT_OK(Sync(second, facts));
  EXPECT_THAT(second.said(), SizeIs(1));
}

TEST_F(SyncTest, RowsThatTheFleetKnowsAreNotSentAgain) {
  Wire first(*deps_, agent_);
  ASSERT_OK(Sync(first, MakeFacts({PackageText(1), PackageText(2)})));
  const auto facts =
      MakeFacts({PackageText(1), PackageText(2), PackageText(3)}, "machine-2");
  Wire second(*deps_, other_);
  ASSERT_OK(Sync(second, facts));
  EXPECT_EQ(second.RowsSent(), 1);
  EXPECT_EQ(StoredRows(other_), RowsOf(facts));
}

TEST_F(SyncTest, OwnRowsOfOneMachineAreNotTakenForThoseOfAnother) {
  const std::string serial = "system_identity { serial_number: 'SAME' }";
  Wire first(*deps_, agent_);
  ASSERT_OK(Sync(first, MakeFacts({serial})));
  Wire second(*deps_, other_);
  ASSERT_OK(Sync(second, MakeFacts({serial}, "machine-2")));
  EXPECT_EQ(second.RowsSent(), 1);
  EXPECT_THAT(StoredRows(agent_), SizeIs(1));
  EXPECT_THAT(StoredRows(other_), SizeIs(1));
}

TEST_F(SyncTest, AChangeOnAHeldStreamIsBroughtInAtTheNextCheckIn) {
  Wire wire(*deps_, agent_);
  agent::Conversation conversation(wire);
  ASSERT_OK(conversation.Begin(MakeFacts({PackageText(1, 1)}), 0));
  const auto changed = MakeFacts({PackageText(1, 2)});
  ASSERT_OK(conversation.CheckIn(changed, v1::Vitals()));
  EXPECT_EQ(StoredRows(agent_), RowsOf(changed));
  const size_t said = wire.said().size();
  ASSERT_OK(conversation.CheckIn(changed, v1::Vitals()));
  EXPECT_THAT(wire.said(), SizeIs(said + 1));
}

TEST_F(SyncTest, ASectionThatIsGoneIsGone) {
  Wire first(*deps_, agent_);
  ASSERT_OK(Sync(first, MakeFacts({PackageText(1),
                                   "system_identity { serial_number: 'S' }"})));
  const auto facts = MakeFacts({PackageText(1)});
  Wire second(*deps_, agent_);
  ASSERT_OK(Sync(second, facts));
  EXPECT_EQ(StoredRows(agent_), RowsOf(facts));
}

TEST_F(SyncTest, ALargeSetGoesInSeveralMessagesEachWithinBounds) {
  std::vector<std::string> rows;
  rows.reserve(12'000);
  for (int i = 0; i < 12'000; ++i) rows.push_back(PackageText(i));
  const auto facts = MakeFacts(rows);
  Wire wire(*deps_, agent_);
  ASSERT_OK(Sync(wire, facts));
  EXPECT_EQ(StoredRows(agent_), RowsOf(facts));
  for (const auto& message : wire.said()) {
    EXPECT_LT(message.ByteSizeLong(),
              static_cast<size_t>(options_.max_message_bytes));
  }
}

TEST_F(SyncTest, ACertificateOnAnotherDeviceIsRefusedAndCounted) {
  const auto facts = MakeFacts({PackageText(1)});
  Wire first(*deps_, agent_);
  ASSERT_OK(Sync(first, facts));
  Wire second(*deps_, agent_);
  EXPECT_THAT(Sync(second, MakeFacts({PackageText(2)}, "machine-2")),
              StatusIs(absl::StatusCode::kPermissionDenied,
                       HasSubstr("belongs to another device")));
  EXPECT_EQ(StoredRows(agent_), RowsOf(facts));
  EXPECT_EQ(stats_.identity_conflicts, 1);
}

TEST_F(SyncTest, TurnedAwayByAFullQueueTheAgentLearnsWhenToComeBack) {
  CommitterOptions none;
  none.max_queue = 0;
  Committer full(engine_, hybrid_, none);
  const SyncDeps deps{engine_,    shared_.content, full,     subjects_,
                      last_seen_, clock_,          random_,  options_,
                      stats_,     row_budget_,     new_rows_};
  Wire wire(deps, agent_);
  agent::Conversation conversation(wire);
  EXPECT_THAT(conversation.Begin(MakeFacts({PackageText(1)}), 0),
              StatusIs(absl::StatusCode::kUnavailable));
  ASSERT_TRUE(conversation.retry_after().has_value());
  EXPECT_GT(*conversation.retry_after(), absl::Seconds(1));
}

// Messages of an agent that does not keep to the protocol.
class HostileSyncTest : public SyncTest {
 protected:
  // Brings the wire to where rows are due for `facts`.
  void UpToRows(Wire& wire, const agent::Facts& facts) {
    class Probe final : public agent::MessageStream {
     public:
      explicit Probe(Wire& wire) : wire_(wire) {}
      absl::Status Send(const v1::AgentMessage& message) override {
        if (message.has_rows()) return absl::CancelledError("far enough");
        return wire_.Send(message);
      }
      absl::StatusOr<v1::CollectorMessage> Receive() override {
        return wire_.Receive();
      }

     private:
      Wire& wire_;
    } probe(wire);
    agent::Conversation conversation(probe);
    ASSERT_THAT(conversation.Begin(facts, 0),
                StatusIs(absl::StatusCode::kCancelled));
  }

  std::string RandomText(size_t bytes) {
    std::string text(bytes, '\0');
    for (char& c : text) c = static_cast<char>('a' + random_.Next64() % 26);
    return text;
  }

  v1::AgentMessage RowsMessage(const std::vector<std::string>& canonical) {
    v1::RowBatch batch;
    for (const std::string& row : canonical) batch.add_rows(row);
    v1::AgentMessage message;
    message.mutable_rows()->add_frames(Compress(batch.SerializeAsString()));
    message.mutable_rows()->set_last(true);
    return message;
  }
};

TEST_F(HostileSyncTest, EveryMessageOutOfOrderIsRefused) {
  for (const char* text :
       {"roots {}", "evidence {}", "delta {}", "rows {}", "check_in {}"}) {
    Wire wire(*deps_, agent_);
    const SyncReply reply = wire.Handle(FromText<v1::AgentMessage>(text));
    EXPECT_THAT(reply.status, StatusIs(absl::StatusCode::kFailedPrecondition))
        << text;
  }
  Wire wire(*deps_, agent_);
  EXPECT_THAT(wire.Handle(v1::AgentMessage()).status,
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(HostileSyncTest, ARowThatDoesNotHashToItsIdIsRefused) {
  Wire wire(*deps_, agent_);
  UpToRows(wire, MakeFacts({PackageText(1)}));
  const auto other = FromText<v1::Row>(PackageText(2));
  EXPECT_THAT(
      wire.Handle(RowsMessage({EncodeRow(other)})).status,
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("does not hash")));
  EXPECT_THAT(StoredRows(agent_), IsEmpty());
}

TEST_F(HostileSyncTest, TooFewAndTooManyRowsAreRefused) {
  const auto facts = MakeFacts({PackageText(1)});
  const std::string row = facts.sections.at("software").rows[0].canonical;
  Wire few(*deps_, agent_);
  UpToRows(few, facts);
  v1::AgentMessage nothing;
  nothing.mutable_rows()->set_last(true);
  EXPECT_THAT(few.Handle(nothing).status,
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("1 rows were asked for and 0 came")));
  Wire many(*deps_, agent_);
  UpToRows(many, facts);
  EXPECT_THAT(many.Handle(RowsMessage({row, row})).status,
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("more rows came")));
}

TEST_F(HostileSyncTest, AFrameWithoutRowsIsRefusedSinceThereIsNoEndOfThem) {
  Wire wire(*deps_, agent_);
  UpToRows(wire, MakeFacts({PackageText(1)}));
  v1::AgentMessage message = RowsMessage({});
  message.mutable_rows()->set_last(false);
  EXPECT_THAT(
      wire.Handle(message).status,
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("holds none")));
}

TEST_F(HostileSyncTest, WhatATurnHoldsCountsAgainstOneBudgetAndIsGivenBack) {
  const auto facts = MakeFacts({PackageText(1), PackageText(2)});
  ByteBudget ids_only(2 * 40);
  ByteBudget too_little_for_ids(2 * 40 - 1);
  for (ByteBudget* budget : {&ids_only, &too_little_for_ids}) {
    const SyncDeps deps{engine_,    shared_.content, *committer_, subjects_,
                        last_seen_, clock_,          random_,     options_,
                        stats_,     *budget,         new_rows_};
    {
      Wire wire(deps, agent_);
      EXPECT_THAT(Sync(wire, facts), StatusIs(absl::StatusCode::kUnavailable,
                                              HasSubstr("as many rows")));
      const bool up_to_rows = wire.said().back().has_rows();
      EXPECT_EQ(up_to_rows, budget == &ids_only);
    }
    EXPECT_EQ(budget->used(), 0);
    EXPECT_EQ(budget->refused(), 1);
  }
  Wire wire(*deps_, agent_);
  ASSERT_OK(Sync(wire, facts));
  EXPECT_EQ(row_budget_.used(), 0);
}

TEST_F(HostileSyncTest, AnAgentThatHoldsManyRowsIsRefusedAndNobodyElse) {
  const auto facts = MakeFacts({PackageText(1), PackageText(2)});
  ByteBudget budget(1 << 20, 10'000);
  const SyncDeps deps{engine_,    shared_.content, *committer_, subjects_,
                      last_seen_, clock_,          random_,     options_,
                      stats_,     budget,          new_rows_};
  // By another stream of it.
  const auto held = budget.AdmitFor(agent_, 10'000);
  ASSERT_TRUE(held.has_value());
  {
    Wire wire(deps, agent_);
    EXPECT_THAT(Sync(wire, facts), StatusIs(absl::StatusCode::kUnavailable,
                                            HasSubstr("or of this one")));
  }
  Wire wire(deps, other_);
  EXPECT_OK(Sync(wire, facts));
  EXPECT_EQ(budget.used(), 10'000);
}

// A row, and half a megabyte of a field that nobody knows, which takes next to
// nothing on the wire.
TEST_F(HostileSyncTest, PaddingIsNotHeld) {
  const auto facts = MakeFacts({PackageText(1), PackageText(2)});
  Wire wire(*deps_, agent_);
  UpToRows(wire, facts);
  v1::RowBatch batch;
  batch.add_rows(facts.sections.at("software").rows[0].canonical);
  batch.GetReflection()->MutableUnknownFields(&batch)->AddLengthDelimited(
      1'000, RandomText(200'000));
  v1::AgentMessage message;
  message.mutable_rows()->add_frames(Compress(batch.SerializeAsString()));
  ASSERT_OK(wire.Handle(message).status);
  EXPECT_LT(row_budget_.used(), 1'000);
}

TEST_F(HostileSyncTest, MessagesThatBringNoRowsAreRefused) {
  Wire wire(*deps_, agent_);
  UpToRows(wire, MakeFacts({PackageText(1)}));
  v1::AgentMessage message;
  message.mutable_rows()->set_last(false);
  EXPECT_THAT(
      wire.Handle(message).status,
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("holds none")));
}

TEST_F(HostileSyncTest, AnAgentThatMakesRowsUpIsRefusedAndSparesOthers) {
  NewRowQuota few(clock_, 2);
  const SyncDeps deps{engine_,    shared_.content, *committer_, subjects_,
                      last_seen_, clock_,          random_,     options_,
                      stats_,     row_budget_,     few};
  Wire wire(deps, agent_);
  EXPECT_THAT(
      Sync(wire, MakeFacts({PackageText(1), PackageText(2), PackageText(3)})),
      StatusIs(absl::StatusCode::kResourceExhausted,
               HasSubstr("more than 2 rows")));
  EXPECT_THAT(StoredRows(agent_), IsEmpty());
  Wire other(deps, other_);
  EXPECT_OK(Sync(other, MakeFacts({PackageText(1)}, "machine-2")));
}

TEST_F(HostileSyncTest, RowsThatAFullStoreDidNotTakeDoNotCountAgainstAnAgent) {
  NewRowQuota exact(clock_, 3);
  testing::FullEngine engine(engine_);
  testing::SharedContent shared(engine);
  const SyncDeps deps{engine,     shared.content, *committer_, subjects_,
                      last_seen_, clock_,         random_,     options_,
                      stats_,     row_budget_,    exact};
  const auto facts =
      MakeFacts({PackageText(1), PackageText(2), PackageText(3)});
  for (int i = 0; i < 2; ++i) {
    Wire wire(deps, agent_);
    EXPECT_THAT(Sync(wire, facts), StatusIs(absl::StatusCode::kUnavailable));
  }
  engine.full = false;
  Wire wire(deps, agent_);
  EXPECT_OK(Sync(wire, facts));
  EXPECT_EQ(exact.refused(), 0);
}

TEST_F(HostileSyncTest, ATurnMayNotTakeForEver) {
  Wire wire(*deps_, agent_);
  UpToRows(wire, MakeFacts({PackageText(1)}));
  EXPECT_EQ(wire.Patience(), options_.message_within);
  clock_.Advance(options_.turn_within - absl::Seconds(1));
  EXPECT_EQ(wire.Patience(), absl::Seconds(1));
  clock_.Advance(absl::Seconds(2));
  EXPECT_EQ(wire.Patience(), absl::ZeroDuration());
}

TEST_F(HostileSyncTest, VitalsThatNobodyKnowsAreBounded) {
  const auto facts = MakeFacts({PackageText(1)});
  Wire wire(*deps_, agent_);
  ASSERT_OK(Sync(wire, facts));
  v1::AgentMessage message;
  v1::CheckIn& check_in = *message.mutable_check_in();
  check_in.set_sequence(1);
  check_in.set_subject_root(facts.subject_root.ToBytes());
  v1::Vitals& vitals = *check_in.mutable_vitals();
  vitals.GetReflection()->MutableUnknownFields(&vitals)->AddLengthDelimited(
      1'000, std::string(1'000, 'x'));
  EXPECT_THAT(wire.Handle(message).status,
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("check_in.vitals")));
}

// The second stream of an agent learns what the store has, then the first
// changes it.
TEST_F(HostileSyncTest, TwoStreamsOfOneAgentDoNotEmptyASection) {
  Wire old_stream(*deps_, agent_);
  agent::Conversation old_conversation(old_stream);
  ASSERT_OK(old_conversation.Begin(
      MakeFacts({PackageText(1, 1), "system_identity { serial_number: 'A' }"}),
      0));
  const auto late =
      MakeFacts({PackageText(1, 1), "system_identity { serial_number: 'B' }"});
  Wire new_stream(*deps_, agent_);
  UpToRows(new_stream, late);  // it is told that "software" is equal

  const auto changed =
      MakeFacts({PackageText(1, 2), "system_identity { serial_number: 'A' }"});
  ASSERT_OK(old_conversation.CheckIn(changed, v1::Vitals()));

  const std::string row = late.sections.at("hardware.system").rows[0].canonical;
  EXPECT_THAT(new_stream.Handle(RowsMessage({row})).status,
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("section software changed")));
  EXPECT_EQ(StoredRows(agent_), RowsOf(changed));
}

TEST_F(HostileSyncTest, OfTwoFirstStreamsOfOneAgentTheLaterStartsAgain) {
  const auto facts = MakeFacts({PackageText(1)});
  Wire slow(*deps_, agent_);
  UpToRows(slow, facts);
  Wire quick(*deps_, agent_);
  ASSERT_OK(Sync(quick, facts));
  const std::string row = facts.sections.at("software").rows[0].canonical;
  EXPECT_THAT(slow.Handle(RowsMessage({row})).status,
              StatusIs(absl::StatusCode::kAborted, HasSubstr("start again")));
  ASSERT_OK_AND_ASSIGN(const auto devices,
                       subjects_.ListDevices(engine_, KnownStamp::Max()));
  EXPECT_THAT(devices, SizeIs(1));
  Wire again(*deps_, agent_);
  EXPECT_OK(Sync(again, facts));
}

TEST_F(HostileSyncTest, ADecompressionBombIsRefusedByItsDeclaredSize) {
  Wire wire(*deps_, agent_);
  UpToRows(wire, MakeFacts({PackageText(1)}));
  v1::AgentMessage bomb;
  bomb.mutable_rows()->add_frames(Compress(std::string(64 << 20, 'x')));
  EXPECT_THAT(wire.Handle(bomb).status,
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("at most 1048576")));
}

TEST_F(HostileSyncTest, MoreRowsThanASectionMayHaveAreRefused) {
  agent::Facts facts;
  const std::vector<RowId> ids = DrawIds(random_, kMaxRowsPerSection + 1);
  for (const RowId& id : ids)
    facts.sections["software"].rows.push_back({id, ""});
  facts.sections["software"].root = ComputeSectionRoot(ids);
  facts.subject_root =
      ComputeSubjectRoot({{"software", facts.sections["software"].root}});
  facts.evidence_hash = ComputeEvidenceHash(facts.evidence);
  Wire wire(*deps_, agent_);
  EXPECT_THAT(Sync(wire, facts), StatusIs(absl::StatusCode::kInvalidArgument,
                                          HasSubstr("20001 rows")));
}

TEST_F(HostileSyncTest, IdsThatDoNotHashToTheRootAreRefused) {
  auto facts = MakeFacts({PackageText(1), PackageText(2)});
  facts.sections["software"].rows.pop_back();
  Wire wire(*deps_, agent_);
  EXPECT_THAT(Sync(wire, facts), StatusIs(absl::StatusCode::kInvalidArgument,
                                          HasSubstr("do not hash")));
}

TEST_F(HostileSyncTest, AnUnknownSectionIsRefusedByName) {
  auto facts = MakeFacts({PackageText(1)});
  facts.sections["no.such"] = facts.sections["software"];
  facts.subject_root = RootId::Generate(random_);
  Wire wire(*deps_, agent_);
  EXPECT_THAT(Sync(wire, facts), StatusIs(absl::StatusCode::kInvalidArgument,
                                          HasSubstr("\"no.such\"")));
}

TEST_F(HostileSyncTest, AnAgentThatEncodesNoLevelWeKnowIsToldToUpgrade) {
  v1::AgentMessage message;
  message.mutable_hello()->add_row_levels(99);
  Wire wire(*deps_, agent_);
  EXPECT_THAT(
      wire.Handle(message).status,
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("upgrade")));
}

}  // namespace
}  // namespace rollcall::collector
