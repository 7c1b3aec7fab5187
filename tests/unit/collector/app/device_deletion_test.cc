// A deleted device is gone from every answer, with a proof of what went.
#include "collector/inventory/device_deletion.h"

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "collector/identity/device_moves.h"
#include "collector/identity/event_retention.h"
#include "collector/inventory/collection.h"
#include "collector/inventory/deletions.h"
#include "collector/inventory/device_queries.h"
#include "collector/inventory/tables.h"
#include "collector/presence/availability.h"
#include "collector/presence/undiscovered_queries.h"
#include "collector/reconcile/reconciliation_queries.h"
#include "common/hash.h"
#include "common/proto_time.h"
#include "tests/unit/collector/app/device_fixture.h"

namespace rollcall::collector {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using testing::StatusIs;
using ::testing::UnorderedElementsAre;

constexpr char kRedis[] =
    "software_package { ecosystem: 'deb' name: 'redis-server' version: '1-1' "
    "architecture: 'amd64' }";

class DeviceDeletionTest : public DeviceFixture {
 protected:
  void SetUp() override {
    DeviceFixture::SetUp();
    deletions_.emplace(engine_, *committer_, clock_);
  }

  void Collect(int runs) {
    for (int i = 0; i < runs; ++i) {
      // Postings have followed.
      Batch followed;
      for (auto at = engine_.Scan(TableId::kChange, "", ""); at->Valid();
           at->Next()) {
        followed.Delete(TableId::kChange, std::string(at->key()));
      }
      ASSERT_OK(engine_.Write(followed, Durability::kBuffered));
      const auto run = collector_.Run();
      ASSERT_OK(run);
      if (run->swept) ASSERT_OK(deletions_->Complete(run->collected_up_to));
    }
  }
  absl::StatusOr<v1::DeletionProof> Proof(const std::string& id) {
    v1::GetDeletionRequest request;
    request.set_deletion_id(id);
    const auto response = deletions_->GetDeletion(request);
    if (!response.ok()) return response.status();
    return response->proof();
  }
  std::vector<std::string> Devices(
      std::optional<absl::Time> as_of = std::nullopt) {
    v1::ListDevicesRequest request;
    if (as_of.has_value()) *request.mutable_as_of() = ToProto(*as_of);
    const auto response =
        DeviceQueries(sources_, *catalog_).ListDevices(request);
    EXPECT_OK(response);
    std::vector<std::string> ids;
    for (const v1::Device& device : response->devices()) {
      ids.push_back(device.device_id());
    }
    return ids;
  }
  absl::StatusOr<int> PositionCount(
      std::optional<absl::Time> as_of = std::nullopt) {
    v1::ListPositionsRequest request;
    if (as_of.has_value()) *request.mutable_as_of() = ToProto(*as_of);
    const auto response = ReconciliationQueries(sources_, *catalog_, clock_)
                              .ListPositions(request);
    if (!response.ok()) return response.status();
    return response->positions_size();
  }
  static KeyWriter EdgesOf(DeviceId device) {
    KeyWriter prefix;
    prefix.U16(ShardOf(device)).AddId(device);
    return prefix;
  }
  absl::Status UndoLast(const std::string& device) {
    const auto events =
        EventsOf(engine_, *DeviceId::FromHex(device), KnownStamp::Max(), 1);
    EXPECT_OK(events);
    EXPECT_THAT(*events, SizeIs(1));
    v1::UndoIdentityEventRequest undo;
    undo.set_event_id((*events)[0].event_id());
    undo.set_reason("no, two");
    return IdentityEdits(engine_, *committer_, random_)
        .UndoIdentityEvent(undo, "ada")
        .status();
  }
  void DropEvents() {
    clock_.Advance(absl::Hours(48));
    ASSERT_OK(DropIdentityEventsBefore(clock_.Now() - absl::Hours(24), engine_,
                                       *committer_));
  }
  // Tables that hold the text or the id anywhere.
  std::vector<std::string> TablesWith(const std::string& text) const {
    std::vector<std::string> tables;
    for (const TableSpec& table : AllTables()) {
      for (auto at = engine_.Scan(table.id, "", ""); at->Valid(); at->Next()) {
        if (!absl::StrContains(at->key(), text) &&
            !absl::StrContains(at->value(), text)) {
          continue;
        }
        tables.push_back(std::string(table.name));
        break;
      }
    }
    return tables;
  }

  std::optional<Deletions> deletions_;
  ContentCollector collector_{engine_, shared_.content,
                              [] { return absl::OkStatus(); }};
};

TEST_F(DeviceDeletionTest, NoQuestionFindsTheDeviceAnyMore) {
  const std::string gone = Report(agent_, {PackageText(1), kRedis});
  const std::string stays = Report(other_, {PackageText(1)});
  const absl::Time before = clock_.Now();
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(*PositionCount(), 1);
  ASSERT_OK(Delete(gone));
  EXPECT_THAT(Devices(), ElementsAre(stays));
  EXPECT_THAT(Devices(before), ElementsAre(stays));
  EXPECT_EQ(*PositionCount(), 0);
  const DeviceQueries queries(sources_, *catalog_);
  v1::GetDeviceRequest get;
  get.set_device_id(gone);
  EXPECT_THAT(queries.GetDevice(get), StatusIs(StatusCode::kNotFound));
  *get.mutable_as_of() = ToProto(before);
  EXPECT_THAT(queries.GetDevice(get), StatusIs(StatusCode::kNotFound));
  v1::ListDeviceHistoryRequest history;
  history.set_device_id(gone);
  EXPECT_THAT(queries.ListDeviceHistory(history),
              StatusIs(StatusCode::kNotFound));
  v1::ListSoftwareRequest software;
  ASSERT_OK_AND_ASSIGN(const auto rows, queries.ListSoftware(software));
  EXPECT_EQ(rows.total_count(), 1);
}

// What was counted then cannot be counted again: no other number is given.
TEST_F(DeviceDeletionTest, APositionOfBeforeTheDeletionIsRefused) {
  const absl::Time before_all = clock_.Now();
  const std::string gone = Report(agent_, {kRedis});
  const absl::Time with_it = clock_.Now();
  clock_.Advance(absl::Hours(1));
  ASSERT_OK(Delete(gone));
  clock_.Advance(absl::Hours(1));
  EXPECT_THAT(PositionCount(with_it), StatusIs(StatusCode::kFailedPrecondition,
                                               HasSubstr("not recomputable")));
  EXPECT_OK(PositionCount(before_all));
  EXPECT_OK(PositionCount(clock_.Now()));
}

TEST_F(DeviceDeletionTest, TheUndiscoveredListNoLongerHasIt) {
  const std::string gone = Report(agent_, {PackageText(1)});
  Batch batch;
  stored::v1::AvailabilityPeriod period;
  *period.mutable_until() = ToProto(clock_.Now() + absl::Hours(24 * 200));
  kAvailabilityTable.Put(batch, {hybrid_.Next()}, period);
  ASSERT_OK(engine_.Write(batch, Durability::kBuffered));
  clock_.Advance(absl::Hours(24 * 200));
  const UndiscoveredQueries queries(sources_, clock_);
  ASSERT_OK_AND_ASSIGN(const auto with_it, queries.ListUndiscovered({}));
  EXPECT_THAT(with_it.devices(), SizeIs(1));
  ASSERT_OK(Delete(gone));
  ASSERT_OK_AND_ASSIGN(const auto without, queries.ListUndiscovered({}));
  EXPECT_THAT(without.devices(), IsEmpty());
}

TEST_F(DeviceDeletionTest, NothingOfItIsLeftButTheProof) {
  const std::string gone =
      Report(agent_, {PackageText(1), "os_instance { hostname: 'secret' }"});
  const SubjectId subject = SubjectOf(agent_);
  Report(other_, {PackageText(1)});
  ASSERT_OK(last_seen_.Flush(*committer_));
  EXPECT_THAT(TablesWith("secret"), ElementsAre("own_pack"));
  ASSERT_OK(Delete(gone));
  EXPECT_THAT(TablesWith("secret"), IsEmpty());
  // The change that postings have yet to follow, which goes then.
  EXPECT_THAT(TablesWith(subject.ToBytes()), ElementsAre("change"));
  EXPECT_THAT(TablesWith(gone), ElementsAre("deletion"));
  EXPECT_THAT(TablesWith(DeviceId::FromHex(gone)->ToBytes()), IsEmpty());
}

TEST_F(DeviceDeletionTest, TheProofCountsWhatWasDeleted) {
  const std::string gone = Report(agent_, {PackageText(1), PackageText(2)});
  const SubjectId subject = SubjectOf(agent_);
  ASSERT_OK_AND_ASSIGN(const v1::DeletionProof proof, Delete(gone));
  EXPECT_EQ(proof.device_id(), gone);
  EXPECT_EQ(proof.deleted_by(), "ada");
  EXPECT_EQ(proof.reason(), "the owner asked");
  EXPECT_THAT(proof.subject_ids(), ElementsAre(subject.ToHex()));
  EXPECT_THAT(proof.agent_ids(), ElementsAre(agent_.ToHex()));
  EXPECT_EQ(proof.fleet_row_count(), 2);
  EXPECT_FALSE(proof.has_content());
  std::map<std::string, const v1::DeletedKeys*> tables;
  for (const auto& table : proof.tables()) tables[table.table()] = &table;
  for (const char* one : {"subject", "agent", "head", "history", "device",
                          "device_edge", "agent_contacts"}) {
    ASSERT_TRUE(tables.contains(one)) << one;
    EXPECT_EQ(tables[one]->key_count(), 1) << one;
  }
  // As anybody can compute from a backup.
  KeyWriter key;
  SubjectKey{subject}.Encode(key);
  Sha256 hash;
  hash.UpdateSized(key.Take());
  EXPECT_EQ(tables["head"]->sha256(), absl::BytesToHexString(hash.Finish()));
  v1::DeletionProof hashed = proof;
  hashed.clear_sha256();
  EXPECT_EQ(proof.sha256(), Sha256Hex(hashed.SerializeAsString()));
}

TEST_F(DeviceDeletionTest, TheProofSaysLaterWhatWasCollectedAndWhatOthersUse) {
  std::vector<std::string> image;
  image.reserve(31);
  for (int i = 0; i < 30; ++i) image.push_back(PackageText(i));
  Report(other_, image);
  image.push_back(PackageText(100));
  const std::string gone = Report(agent_, image);
  ASSERT_OK_AND_ASSIGN(const v1::DeletionProof proof, Delete(gone));
  // So that the last number given is not of it.
  Report(AgentId::Generate(random_), {PackageText(200)});
  Collect(1);
  EXPECT_FALSE(Proof(proof.deletion_id())->has_content());
  Collect(2);
  ASSERT_OK_AND_ASSIGN(const v1::DeletionProof complete,
                       Proof(proof.deletion_id()));
  ASSERT_TRUE(complete.has_content());
  const v1::CollectedContent& content = complete.content();
  EXPECT_EQ(content.row_count(), 1);
  EXPECT_THAT(content.row_ids(), SizeIs(1));
  EXPECT_EQ(content.shared_row_count(), 30);
  EXPECT_EQ(content.base_count(), 0);
  EXPECT_EQ(content.shared_base_count(), 1);
  EXPECT_FALSE(
      engine_.Get(TableId::kRow, RowId::FromHex(content.row_ids(0))->bytes())
          ->has_value());
  // It can also be found by the device, and is in the list without the ids.
  EXPECT_EQ(Proof(gone)->deletion_id(), proof.deletion_id());
  ASSERT_OK_AND_ASSIGN(const auto list, deletions_->ListDeletions({}));
  ASSERT_THAT(list.deletions(), SizeIs(1));
  EXPECT_EQ(list.deletions(0).content().row_count(), 1);
  EXPECT_THAT(list.deletions(0).content().row_ids(), IsEmpty());
}

// Until postings have followed, they hold the base: that is no use by others.
TEST_F(DeviceDeletionTest, TheProofWaitsForPostings) {
  std::vector<std::string> image;
  image.reserve(31);
  for (int i = 0; i < 30; ++i) image.push_back(PackageText(i));
  const std::string gone = Report(agent_, image);
  Report(other_, {PackageText(200)});
  ASSERT_OK_AND_ASSIGN(const v1::DeletionProof proof, Delete(gone));
  for (int i = 0; i < 3; ++i) {
    ASSERT_OK_AND_ASSIGN(const Collection run, collector_.Run());
    ASSERT_OK(deletions_->Complete(run.collected_up_to));
  }
  EXPECT_FALSE(Proof(proof.deletion_id())->has_content());
  Collect(3);
  ASSERT_OK_AND_ASSIGN(const v1::DeletionProof complete,
                       Proof(proof.deletion_id()));
  EXPECT_EQ(complete.content().base_count(), 1);
  EXPECT_EQ(complete.content().row_count(), 30);
  EXPECT_EQ(complete.content().shared_row_count(), 0);
}

TEST_F(DeviceDeletionTest, DeletionsAreListedNewestFirstInPages) {
  const std::string first = Report(agent_, {PackageText(1)});
  const std::string second = Report(other_, {PackageText(1)});
  ASSERT_OK(Delete(first));
  clock_.Advance(absl::Hours(1));
  ASSERT_OK(Delete(second));
  v1::ListDeletionsRequest request;
  request.set_page_size(1);
  ASSERT_OK_AND_ASSIGN(auto page, deletions_->ListDeletions(request));
  ASSERT_THAT(page.deletions(), SizeIs(1));
  EXPECT_EQ(page.deletions(0).device_id(), second);
  request.set_page_token(page.next_page_token());
  ASSERT_OK_AND_ASSIGN(page, deletions_->ListDeletions(request));
  ASSERT_THAT(page.deletions(), SizeIs(1));
  EXPECT_EQ(page.deletions(0).device_id(), first);
  EXPECT_THAT(page.next_page_token(), IsEmpty());
}

TEST_F(DeviceDeletionTest, AnAgentThatReportsAgainIsANewDevice) {
  Wire wire(*deps_, agent_);
  agent::Conversation before(wire);
  const agent::Facts facts = MakeFacts({PackageText(1), PackageText(2)});
  ASSERT_OK(before.Begin(facts, 0));
  const std::string gone = DeviceOf(agent_).ToHex();
  ASSERT_OK(Delete(gone));
  EXPECT_THAT(ended_, ElementsAre(agent_));
  Wire again(*deps_, agent_);
  agent::Conversation after(again);
  ASSERT_OK(
      after.Begin(facts, before.store_incarnation(), before.next_nonce()));
  EXPECT_NE(DeviceOf(agent_).ToHex(), gone);
  EXPECT_THAT(Devices(), ElementsAre(DeviceOf(agent_).ToHex()));
  EXPECT_EQ(StoredRows(agent_), RowsOf(facts));
}

// A stream that is still open must not bring the device back.
TEST_F(DeviceDeletionTest, AStreamThatWasOpenIsToldToStartAgain) {
  Wire wire(*deps_, agent_);
  agent::Conversation conversation(wire);
  ASSERT_OK(conversation.Begin(MakeFacts({PackageText(1)}), 0));
  const SubjectId subject = SubjectOf(agent_);
  ASSERT_OK(Delete(DeviceOf(agent_).ToHex()));
  EXPECT_THAT(conversation.CheckIn(MakeFacts({PackageText(2)}), v1::Vitals()),
              StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_THAT(Devices(), IsEmpty());
  EXPECT_FALSE(kHeadTable.Get(engine_, {subject})->has_value());
  // Nor does it hold up a collection while its agent does not hang up.
  ContentPins& pins = shared_.rows.pins();
  EXPECT_TRUE(pins.NoneBefore(pins.Advance()));
  EXPECT_FALSE(last_seen_.Get(subject).has_value());
}

TEST_F(DeviceDeletionTest, ADeviceOfSeveralSubjectsGoesWithAllOfThem) {
  const std::string into = Report(agent_, {PackageText(1)});
  const std::string from = Report(other_, {PackageText(2)});
  const SubjectId first = SubjectOf(agent_);
  const SubjectId second = SubjectOf(other_);
  Merge(into, from);
  ASSERT_OK_AND_ASSIGN(const v1::DeletionProof proof, Delete(into));
  EXPECT_THAT(proof.subject_ids(),
              UnorderedElementsAre(first.ToHex(), second.ToHex()));
  for (const SubjectId subject : {first, second}) {
    EXPECT_THAT(TablesWith(subject.ToBytes()), ElementsAre("change"));
  }
  EXPECT_THAT(TablesWith("one machine"), IsEmpty());
  // Nor is the device that it once was its own.
  EXPECT_THAT(TablesWith(DeviceId::FromHex(from)->ToBytes()), IsEmpty());
}

TEST_F(DeviceDeletionTest, AnEventThatOthersTookPartInSaysNothingOfIt) {
  const std::string into = Report(agent_, {PackageText(1)});
  const std::string from = Report(other_, {PackageText(2)});
  const SubjectId leaves = SubjectOf(other_);
  Merge(into, from);
  Split(into, leaves);
  ASSERT_OK(Delete(DeviceOf(other_).ToHex()));
  EXPECT_THAT(TablesWith(leaves.ToBytes()), ElementsAre("change"));
  EXPECT_THAT(TablesWith(leaves.ToHex()), ElementsAre("deletion"));
  EXPECT_THAT(Devices(), ElementsAre(into));
}

// What links quote of an event is no less than what it says itself.
TEST_F(DeviceDeletionTest, WhatOthersKeepOfItsEventsAndLinksHasNoReasons) {
  const std::string into = Report(agent_, {PackageText(1)});
  const std::string from = Report(other_, {PackageText(2)});
  Merge(into, from);
  Split(into, SubjectOf(other_));
  const DeviceId stays = DeviceOf(other_);
  EXPECT_THAT(TablesWith("no, two"),
              UnorderedElementsAre("device_edge", "identity_event"));
  ASSERT_OK(Delete(into));
  EXPECT_THAT(TablesWith("one machine"), IsEmpty());
  EXPECT_THAT(TablesWith("no, two"), IsEmpty());
  EXPECT_THAT(Devices(), ElementsAre(stays.ToHex()));
  const auto edge = kDeviceEdgeTable.ScanPrefix(engine_, EdgesOf(stays)).Next();
  ASSERT_OK(edge);
  EXPECT_TRUE((*edge)->value.belongs());
  EXPECT_THAT((*edge)->value.reasons(),
              ElementsAre("a device that took part was deleted"));
}

// One of two that an event moved to it goes with it, the other left before.
TEST_F(DeviceDeletionTest, ADeviceThatOnlyItsSubjectLeftIsOfNoEventAnyMore) {
  const std::string into = Report(AgentId::Generate(random_), {PackageText(1)});
  const std::string one = Report(agent_, {PackageText(2)});
  const std::string two = Report(other_, {PackageText(3)});
  const SubjectId leaves = SubjectOf(agent_);
  const SubjectId stays = SubjectOf(other_);
  const auto match = [&](KnownStamp stamp, const Reader&, Writes& writes) {
    const DeviceId device = *DeviceId::FromHex(into);
    PutMoves({v1::IdentityEvent::KIND_MATCH,
              "rollcall",
              {"both are one"},
              {{leaves, *DeviceId::FromHex(one), device},
               {stays, *DeviceId::FromHex(two), device}}},
             stamp, 0, writes.head);
    for (const SubjectId subject : {leaves, stays}) {
      stored::v1::SubjectLink link;
      link.set_device_id(device.ToBytes());
      kSubjectLinkTable.Put(writes.head, {subject}, link);
    }
    return absl::OkStatus();
  };
  ASSERT_OK(committer_->Commit({std::string(kMovesName)}, match));
  Split(into, stays);
  const std::string left = DeviceOf(other_).ToHex();
  ASSERT_OK(Delete(into));
  EXPECT_THAT(TablesWith(DeviceId::FromHex(one)->ToBytes()), IsEmpty());
  EXPECT_THAT(TablesWith(DeviceId::FromHex(into)->ToBytes()), IsEmpty());
  // The other's event is still found by the devices that it was on.
  for (const std::string& device : {two, left}) {
    const auto events =
        EventsOf(engine_, *DeviceId::FromHex(device), KnownStamp::Max(), 9);
    ASSERT_OK(events);
    EXPECT_THAT(*events, Not(IsEmpty()));
  }
}

TEST_F(DeviceDeletionTest, WhoseHeirItWasGetsTheNext) {
  const std::string device = Report(agent_, {PackageText(1)});
  const std::string from = Report(other_, {PackageText(2)});
  const AgentId third = AgentId::Generate(random_);
  const std::string last = Report(third, {PackageText(3)});
  Merge(device, from);
  Merge(device, last);
  const SubjectId oldest = SubjectOf(agent_);
  const SubjectId heir = SubjectOf(other_);
  const SubjectId newest = SubjectOf(third);
  stored::v1::SubjectLink link;
  link.set_superseded_by(heir.ToBytes());
  Batch batch;
  kSubjectLinkTable.Put(batch, {oldest}, link);
  link.set_device_id(DeviceId::FromHex(device)->ToBytes());
  link.set_superseded_by(newest.ToBytes());
  link.set_took_over(oldest.ToBytes());
  kSubjectLinkTable.Put(batch, {heir}, link);
  link.clear_superseded_by();
  link.set_took_over(oldest.ToBytes() + heir.ToBytes());
  kSubjectLinkTable.Put(batch, {newest}, link);
  ASSERT_OK(engine_.Write(batch, Durability::kBuffered));
  Split(device, heir);
  ASSERT_OK(Delete(DeviceOf(other_).ToHex()));
  EXPECT_THAT(TablesWith(heir.ToBytes()), ElementsAre("change"));
  EXPECT_EQ(ReadLink(engine_, oldest)->superseded_by(), newest.ToBytes());
  EXPECT_EQ(ReadLink(engine_, newest)->took_over(), oldest.ToBytes());
}

TEST_F(DeviceDeletionTest, WhatOthersKeepOfItsLinksGoesWithoutTheEvents) {
  const std::string gone = Report(agent_, {PackageText(1)});
  Merge(gone, Report(other_, {PackageText(2)}));
  clock_.Advance(absl::Hours(1));
  Split(gone, SubjectOf(other_));
  const std::string stays = DeviceOf(other_).ToHex();
  // It moves on, and an edge of its own is not the deleted device's.
  const std::string next = Report(AgentId::Generate(random_), {PackageText(3)});
  Merge(next, stays);
  const SubjectId subject = SubjectOf(other_);
  DropEvents();
  ASSERT_OK(Delete(gone));
  EXPECT_THAT(TablesWith("no, two"), IsEmpty());
  const auto edge =
      kDeviceEdgeTable.ScanPrefix(engine_, EdgesOf(*DeviceId::FromHex(stays)))
          .Next();
  ASSERT_OK(edge);
  EXPECT_EQ((*edge)->key.subject, subject);
  EXPECT_THAT((*edge)->value.reasons(), ElementsAre("one machine"))
      << "of an event that the deleted device took no part in";
}

TEST_F(DeviceDeletionTest, WhereItsSubjectsOnceWereIsGoneWithoutTheEvents) {
  const std::string stays = Report(other_, {PackageText(1)});
  const std::string gone = Report(agent_, {PackageText(2)});
  const SubjectId subject = SubjectOf(agent_);
  Merge(stays, gone);
  const absl::Time merged = clock_.Now();
  clock_.Advance(absl::Hours(1));
  ASSERT_OK(UndoLast(stays));
  ASSERT_EQ(DeviceOf(agent_).ToHex(), gone);
  DropEvents();
  ASSERT_OK(Delete(gone));
  EXPECT_THAT(TablesWith(subject.ToBytes()), ElementsAre("change"));
  EXPECT_THAT(TablesWith("one machine"), IsEmpty());
  EXPECT_THAT(Devices(merged), ElementsAre(stays));
  EXPECT_THAT(Devices(), ElementsAre(stays));
}

TEST_F(DeviceDeletionTest, UndoingDoesNotBringItBack) {
  const std::string gone = Report(agent_, {PackageText(1)});
  Merge(gone, Report(other_, {PackageText(2)}));
  Split(gone, SubjectOf(other_));
  const std::string stays = DeviceOf(other_).ToHex();
  ASSERT_OK(Delete(gone));
  EXPECT_THAT(UndoLast(stays),
              StatusIs(StatusCode::kFailedPrecondition,
                       HasSubstr("to device " + gone + ", which was deleted")));
  EXPECT_THAT(Devices(), ElementsAre(stays));
  EXPECT_THAT(TablesWith(DeviceId::FromHex(gone)->ToBytes()), IsEmpty());
}

TEST_F(DeviceDeletionTest, ARepeatedRequestGetsTheFirstAnswer) {
  const std::string gone = Report(agent_, {PackageText(1)});
  ASSERT_OK_AND_ASSIGN(const v1::DeletionProof first, Delete(gone, "r1"));
  ASSERT_OK_AND_ASSIGN(const v1::DeletionProof again, Delete(gone, "r1"));
  EXPECT_EQ(again.deletion_id(), first.deletion_id());
  EXPECT_THAT(Delete(gone, "r2"), StatusIs(StatusCode::kNotFound));
}

TEST_F(DeviceDeletionTest, ADeletionNeedsAReason) {
  v1::DeleteDeviceRequest request;
  request.set_device_id(Report(agent_, {PackageText(1)}));
  EXPECT_THAT(deleter_->DeleteDevice(request, "ada"),
              StatusIs(StatusCode::kInvalidArgument));
  request.set_reason(std::string(1'025, 'x'));
  EXPECT_THAT(deleter_->DeleteDevice(request, "ada"),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(Devices(), SizeIs(1));
}

TEST_F(DeviceDeletionTest, ACheckInBeforeARestartDoesNotBringTheTimeBack) {
  const std::string gone = Report(agent_, {PackageText(1)});
  const SubjectId subject = SubjectOf(agent_);
  ASSERT_OK(last_seen_.Flush(*committer_));
  ASSERT_OK(Delete(gone));
  last_seen_.Note(subject, clock_.Now(), std::nullopt);
  ASSERT_OK(last_seen_.Flush(*committer_));
  LastSeenTracker restarted;
  ASSERT_OK(restarted.Load(engine_));
  EXPECT_FALSE(restarted.Get(subject).has_value());
}

TEST_F(DeviceDeletionTest, OldIdentityEventsGoAndNewerStay) {
  const std::string into = Report(agent_, {PackageText(1)});
  const std::string from = Report(other_, {PackageText(2)});
  const SubjectId moves = SubjectOf(other_);
  Merge(into, from);
  clock_.Advance(absl::Hours(48));
  const absl::Time between = clock_.Now() - absl::Hours(24);
  Split(into, moves);
  const auto devices = Devices(between);
  ASSERT_OK_AND_ASSIGN(const int64_t dropped,
                       DropIdentityEventsBefore(between, engine_, *committer_));
  EXPECT_EQ(dropped, 1);
  ASSERT_OK_AND_ASSIGN(
      const auto events,
      EventsOf(engine_, *DeviceId::FromHex(into), KnownStamp::Max(), 100));
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_THAT(events[0].reasons(), ElementsAre("no, two"));
  // Answers about the past are as before.
  EXPECT_EQ(Devices(between), devices);
}

}  // namespace
}  // namespace rollcall::collector
