// Who reports for which device, now and as it was known at any time before.
#include "collector/identity/subjects.h"

#include <algorithm>
#include <map>

#include "collector/identity/tables.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/memory_store.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::EqualsProto;
using ::rollcall::testing::FakeClock;
using ::rollcall::testing::FakeRandom;
using ::rollcall::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class SubjectsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    committer_ = std::make_unique<Committer>(engine_, hybrid_);
  }

  struct Made {
    AgentId agent;
    SubjectId subject;
    DeviceId device;
    KnownStamp stamp;
  };

  // What a stream of a new agent does.
  absl::StatusOr<KnownStamp> ReportNew(AgentId agent, SubjectId subject,
                                       DeviceId device,
                                       const std::string& machine = "m") {
    clock_.Advance(absl::Seconds(1));
    AgentReport report = {agent, clock_.Now(), v1::Evidence()};
    report.evidence->set_machine_id(machine);
    return committer_->Commit(
        Subjects::NamesOfNew(subject, agent),
        [&](KnownStamp stamp, const Reader& reader, Writes& writes) {
          return subjects_
              .BuildNew(subject, report, device, stamp, reader, writes)
              .status();
        });
  }
  Made MakeNew() {
    Made made;
    made.agent = AgentId::Generate(random_);
    made.subject = Subjects::NewSubjectId(random_);
    made.device = Subjects::NewDeviceId(made.subject, random_);
    const auto stamp = ReportNew(made.agent, made.subject, made.device);
    EXPECT_OK(stamp);
    made.stamp = stamp.value_or(KnownStamp());
    return made;
  }

  // What a match or its undoing does.
  KnownStamp SetEdge(DeviceId device, SubjectId subject, bool belongs) {
    clock_.Advance(absl::Seconds(1));
    const auto stamp = committer_->Commit(
        {}, [&](KnownStamp at, const Reader&, Writes& writes) {
          stored::v1::DeviceEdge edge;
          edge.set_belongs(belongs);
          kDeviceEdgeTable.Put(writes.head, {device, subject, at}, edge);
          return absl::OkStatus();
        });
    EXPECT_OK(stamp);
    return stamp.value_or(KnownStamp());
  }

  // The subjects of a device as known then; nothing if it was none.
  std::vector<SubjectId> SubjectsOf(DeviceId device,
                                    KnownStamp as_of = KnownStamp::Max()) {
    const auto found = subjects_.FindDevice(engine_, device, as_of);
    EXPECT_OK(found);
    std::vector<SubjectId> ids;
    if (!found->has_value()) return ids;
    EXPECT_EQ((*found)->device, device);
    for (const auto& subject : (*found)->subjects) {
      ids.push_back(subject.subject);
    }
    EXPECT_THAT(ids, Not(IsEmpty()));
    return ids;
  }
  std::vector<DeviceId> DevicesAsOf(KnownStamp as_of) {
    const auto devices = subjects_.ListDevices(engine_, as_of);
    EXPECT_OK(devices);
    std::vector<DeviceId> ids;
    for (const auto& device : *devices) ids.push_back(device.device);
    return ids;
  }
  static KnownStamp Before(KnownStamp stamp) {
    return KnownStamp::FromRaw(stamp.raw() - 1);
  }

  FakeClock clock_;
  FakeRandom random_;
  HybridClock hybrid_{clock_};
  Engine& engine_ = testing::EmptyStore();
  std::unique_ptr<Committer> committer_;
  Subjects subjects_;
};

TEST_F(SubjectsTest, AnAgentIsUnknownBeforeItsFirstReport) {
  ASSERT_OK_AND_ASSIGN(
      const auto known,
      subjects_.FindByAgent(engine_, AgentId::Generate(random_)));
  EXPECT_FALSE(known.has_value());
  EXPECT_THAT(DevicesAsOf(KnownStamp::Max()), IsEmpty());
}

TEST_F(SubjectsTest, AFirstReportMakesASubjectAndItsDevice) {
  const Made made = MakeNew();
  ASSERT_OK_AND_ASSIGN(const auto known,
                       subjects_.FindByAgent(engine_, made.agent));
  ASSERT_TRUE(known.has_value());
  EXPECT_EQ(known->id, made.subject);
  EXPECT_EQ(known->record.evidence().machine_id(), "m");
  ASSERT_OK_AND_ASSIGN(
      const auto device,
      subjects_.FindDevice(engine_, made.device, KnownStamp::Max()));
  ASSERT_TRUE(device.has_value());
  ASSERT_THAT(device->subjects, SizeIs(1));
  EXPECT_EQ(device->subjects[0].subject, made.subject);
  EXPECT_THAT(device->subjects[0].agents, ElementsAre(made.agent));
  EXPECT_EQ(device->subjects[0].first_seen, clock_.Now());
}

TEST_F(SubjectsTest, ADeviceIsKnownFromItsFirstReportOn) {
  const Made made = MakeNew();
  EXPECT_THAT(SubjectsOf(made.device, Before(made.stamp)), IsEmpty());
  EXPECT_THAT(DevicesAsOf(Before(made.stamp)), IsEmpty());
  EXPECT_THAT(SubjectsOf(made.device, made.stamp), ElementsAre(made.subject));
  EXPECT_THAT(DevicesAsOf(made.stamp), ElementsAre(made.device));
}

TEST_F(SubjectsTest, OfTwoFirstReportsOfOneAgentTheLaterIsAborted) {
  const Made made = MakeNew();
  const SubjectId subject = Subjects::NewSubjectId(random_);
  const DeviceId device = Subjects::NewDeviceId(subject, random_);
  EXPECT_THAT(ReportNew(made.agent, subject, device),
              StatusIs(absl::StatusCode::kAborted, HasSubstr("start again")));
  EXPECT_THAT(DevicesAsOf(KnownStamp::Max()), ElementsAre(made.device));
  ASSERT_OK_AND_ASSIGN(const auto known,
                       subjects_.FindByAgent(engine_, made.agent));
  EXPECT_EQ(known->id, made.subject);
}

TEST_F(SubjectsTest, SubjectAndDeviceAreOfOneShard) {
  for (int i = 0; i < 100; ++i) {
    const SubjectId subject = Subjects::NewSubjectId(random_);
    const DeviceId device = Subjects::NewDeviceId(subject, random_);
    EXPECT_EQ(ShardOf(subject), ShardOf(device));
    EXPECT_NE(subject.ToBytes(), device.ToBytes());
  }
}

TEST_F(SubjectsTest, OrdinalsAreUniqueAndDenseWithinAShard) {
  std::map<uint16_t, std::vector<uint32_t>> by_shard;
  // Subjects of two shards only: their first two bytes decide.
  for (int i = 0; i < 20; ++i) {
    std::string bytes = SubjectId::Generate(random_).ToBytes();
    bytes.replace(0, 2, std::string("\0", 1) + (i % 2 == 0 ? "\x07" : "\x08"));
    const SubjectId subject = *SubjectId::FromBytes(bytes);
    const AgentId agent = AgentId::Generate(random_);
    ASSERT_OK(
        ReportNew(agent, subject, Subjects::NewDeviceId(subject, random_)));
    ASSERT_OK_AND_ASSIGN(const auto known,
                         subjects_.FindByAgent(engine_, agent));
    by_shard[ShardOf(subject)].push_back(known->record.ordinal());
  }
  ASSERT_THAT(by_shard, SizeIs(2));
  for (const auto& [shard, ordinals] : by_shard) {
    for (uint32_t i = 0; i < ordinals.size(); ++i) {
      EXPECT_EQ(ordinals[i], i << 10 | shard);
    }
  }
}

TEST_F(SubjectsTest, AShardThatIsFullSaysSo) {
  const SubjectId subject = Subjects::NewSubjectId(random_);
  Batch batch;
  stored::v1::ShardCounter counter;
  counter.set_next_number(1u << 22);
  kShardTable.Put(batch, {ShardOf(subject)}, counter);
  ASSERT_OK(engine_.Write(batch, Durability::kBuffered));
  EXPECT_THAT(ReportNew(AgentId::Generate(random_), subject,
                        Subjects::NewDeviceId(subject, random_)),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST_F(SubjectsTest, ASubjectThatMovesIsWhereItWasKnownToBe) {
  const Made one = MakeNew();
  const Made two = MakeNew();
  // Matched: the first subject belongs to the second device.
  const KnownStamp left = SetEdge(one.device, one.subject, false);
  const KnownStamp came = SetEdge(two.device, one.subject, true);

  EXPECT_THAT(SubjectsOf(one.device, Before(left)), ElementsAre(one.subject));
  EXPECT_THAT(SubjectsOf(one.device, left), IsEmpty());
  EXPECT_THAT(SubjectsOf(two.device, Before(came)), ElementsAre(two.subject));
  EXPECT_THAT(SubjectsOf(two.device),
              UnorderedElementsAre(one.subject, two.subject));
  EXPECT_THAT(DevicesAsOf(KnownStamp::Max()), ElementsAre(two.device));
  EXPECT_THAT(DevicesAsOf(Before(left)),
              UnorderedElementsAre(one.device, two.device));

  // Undone.
  const KnownStamp undone = SetEdge(two.device, one.subject, false);
  const KnownStamp back = SetEdge(one.device, one.subject, true);
  EXPECT_THAT(SubjectsOf(two.device, Before(undone)),
              UnorderedElementsAre(one.subject, two.subject));
  EXPECT_THAT(SubjectsOf(two.device), ElementsAre(two.subject));
  EXPECT_THAT(SubjectsOf(one.device, Before(back)), IsEmpty());
  EXPECT_THAT(SubjectsOf(one.device), ElementsAre(one.subject));
}

TEST_F(SubjectsTest, DevicesAndTheirSubjectsAreInOrder) {
  std::vector<DeviceId> devices;
  devices.reserve(50);
  for (int i = 0; i < 50; ++i) devices.push_back(MakeNew().device);
  std::sort(devices.begin(), devices.end());
  EXPECT_THAT(DevicesAsOf(KnownStamp::Max()), Eq(devices));

  for (int i = 0; i < 5; ++i) SetEdge(devices[0], MakeNew().subject, true);
  const auto subjects = SubjectsOf(devices[0]);
  EXPECT_THAT(subjects, SizeIs(6));
  EXPECT_TRUE(std::is_sorted(subjects.begin(), subjects.end()));
}

TEST_F(SubjectsTest, ADeviceThatNobodyKnowsIsNothing) {
  MakeNew();
  EXPECT_THAT(SubjectsOf(DeviceId::Generate(random_)), IsEmpty());
  EXPECT_THAT(SubjectsOf(DeviceId()), IsEmpty());
}

TEST_F(SubjectsTest, NewEvidenceReplacesTheOldAndItsHash) {
  const Made made = MakeNew();
  ASSERT_OK_AND_ASSIGN(const auto before,
                       subjects_.FindByAgent(engine_, made.agent));
  AgentReport report = {made.agent, clock_.Now(), v1::Evidence()};
  report.evidence->set_machine_id("reinstalled");
  ASSERT_OK(committer_->Commit(
      Subjects::NamesOf(made.subject),
      [&](KnownStamp, const Reader& reader, Writes& writes) {
        return subjects_.BuildEvidence(made.subject, report, reader, writes);
      }));
  ASSERT_OK_AND_ASSIGN(const auto after,
                       subjects_.FindByAgent(engine_, made.agent));
  EXPECT_THAT(after->record.evidence(), EqualsProto(*report.evidence));
  EXPECT_NE(after->record.evidence_hash(), before->record.evidence_hash());
  EXPECT_EQ(after->record.ordinal(), before->record.ordinal());
}

TEST_F(SubjectsTest, WithoutNewEvidenceNothingIsWritten) {
  const Made made = MakeNew();
  Writes writes;
  ASSERT_OK(subjects_.BuildEvidence(
      made.subject, {made.agent, clock_.Now(), std::nullopt}, engine_, writes));
  EXPECT_TRUE(writes.head.empty());
}

TEST_F(SubjectsTest, AMissingRecordIsDataLossAndNotANewAgent) {
  const Made made = MakeNew();
  Batch batch;
  kSubjectTable.Delete(batch, {made.subject});
  ASSERT_OK(engine_.Write(batch, Durability::kBuffered));
  const auto is_data_loss =
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr(made.subject.ToHex()));
  EXPECT_THAT(subjects_.FindByAgent(engine_, made.agent), is_data_loss);
  EXPECT_THAT(subjects_.ListDevices(engine_, KnownStamp::Max()), is_data_loss);
}

}  // namespace
}  // namespace rollcall::collector
