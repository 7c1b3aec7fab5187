// A store of schema version 1 reads as before once it is brought up to date.
#include "collector/inventory/migrations.h"

#include "collector/inventory/history.h"
#include "collector/inventory/posting_keeper.h"
#include "collector/inventory/posting_tables.h"
#include "collector/inventory/subject_state.h"
#include "collector/inventory/tables.h"
#include "common/proto_time.h"
#include "rollcall/stored/v1/identity.pb.h"
#include "tests/unit/collector/inventory/fleet_fixture.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::FleetFixture;
using ::rollcall::testing::HostRow;
using ::rollcall::testing::PackageRow;
using ::rollcall::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class MigrationsTest : public FleetFixture {
 protected:
  // Stores a fleet row as version 1 did.
  RowId PutRow(const v1::Row& row) {
    const std::string section = FindRowKind(row)->section;
    stored::v1::FleetRow value;
    value.set_section(section);
    value.set_row_level(kRowLevel);
    value.set_canonical(EncodeRow(row));
    const RowId id = ComputeRowId(section, kRowLevel, value.canonical());
    kRowTable.Put(batch_, {id}, value);
    return id;
  }
  void PutOwn(const std::string& section, const v1::Row& row) {
    stored::v1::OwnRow value;
    value.set_canonical(EncodeRow(row));
    const RowId id = ComputeRowId(section, kRowLevel, value.canonical());
    kOwnRowTable.Put(batch_, {subject_, section, id}, value);
    own_.push_back(id);
  }

  // A subject with 20 packages, of which the last replaced another at its
  // second report, and a host name that changed with it.
  void WriteVersion1() {
    RowSet base;
    for (int i = 0; i < 20; ++i) {
      base.push_back(PutRow(PackageRow("p" + std::to_string(i), "1")));
    }
    std::sort(base.begin(), base.end());
    const RootId root = ComputeSectionRoot(base);
    stored::v1::BaseSet set;
    set.set_ids(PackIds(base));
    kBaseTable.Put(batch_, {root}, set);
    const RowId went = PutRow(PackageRow("p19", "1"));
    const RowId came = PutRow(PackageRow("p19", "2"));
    PutOwn("os", HostRow("new"));

    stored::v1::Head head;
    head.set_row_level(kRowLevel);
    head.set_subject_root(std::string(16, 'r'));
    head.set_changed_stamp(kSecond.raw());
    auto* os = head.add_sections();
    os->set_section("os");
    os->set_root(ComputeSectionRoot(own_).ToBytes());
    auto* software = head.add_sections();
    software->set_section("software");
    software->set_root(root.ToBytes());
    software->set_base_root(root.ToBytes());
    software->set_added_ids(came.ToBytes());
    software->set_removed_ids(went.ToBytes());
    kHeadTable.Put(batch_, {subject_}, head);

    stored::v1::HistoryEntry change;
    change.set_cause(v1::DeviceChange::CAUSE_MACHINE);
    auto* names = change.add_sections();
    names->set_section("os");
    names->add_own_added(EncodeRow(HostRow("new")));
    names->add_own_removed(EncodeRow(HostRow("old")));
    auto* packages = change.add_sections();
    packages->set_section("software");
    packages->set_added_ids(came.ToBytes());
    packages->set_removed_ids(went.ToBytes());
    kHistoryTable.Put(batch_, {subject_, kSecond}, change);
    stored::v1::HistoryEntry first;
    first.set_cause(v1::DeviceChange::CAUSE_FIRST_REPORT);
    first.add_new_sections("os");
    first.add_new_sections("software");
    kHistoryTable.Put(batch_, {subject_, kFirst}, first);
    stored::v1::LastSeen seen;
    *seen.mutable_time() = ToProto(clock_.Now());
    kLastSeenTable.Put(batch_, {subject_}, seen);
    ASSERT_OK(engine_.Write(batch_, Durability::kBuffered));
  }

  // The versions of p19 and the host name as of a stamp.
  std::vector<std::string> Seen(KnownStamp as_of) {
    testing::SharedContent content(engine_);
    const auto state =
        ReadSubjectState(engine_, content.content, subject_, as_of);
    EXPECT_OK(state);
    std::vector<std::string> seen;
    for (const RowId& id : (*state)->sections.at("software").fleet) {
      const auto row = kRowTable.Get(engine_, {id});
      EXPECT_OK(row);
      const auto decoded = DecodeRow("software", (*row)->canonical());
      EXPECT_OK(decoded);
      if (decoded->software_package().name() != "p19") continue;
      seen.push_back(decoded->software_package().version());
    }
    for (const auto& [id, row] : (*state)->sections.at("os").own) {
      seen.push_back(DecodeRow("os", row)->os_instance().hostname());
    }
    return seen;
  }

  inline static const KnownStamp kFirst = KnownStamp::FromRaw(1'000);
  inline static const KnownStamp kSecond = KnownStamp::FromRaw(2'000);
  Batch batch_;
  RowSet own_;
  const SubjectId subject_ = AddDevice();
};

TEST_F(MigrationsTest, AVersion1StoreReadsAsBefore) {
  WriteVersion1();
  ASSERT_OK(MigrateToVersion2(engine_));
  EXPECT_THAT(Seen(KnownStamp::Max()), ElementsAre("2", "new"));
  EXPECT_THAT(Seen(kFirst), ElementsAre("1", "old"));
  LastSeenTracker seen;
  ASSERT_OK(seen.Load(engine_));
  EXPECT_EQ(seen.Get(subject_)->time, clock_.Now());
}

TEST_F(MigrationsTest, RunTwiceItChangesNothing) {
  WriteVersion1();
  ASSERT_OK(MigrateToVersion2(engine_));
  ASSERT_OK_AND_ASSIGN(const auto before, ReadHead(engine_, subject_));
  ASSERT_OK(MigrateToVersion2(engine_));
  ASSERT_OK_AND_ASSIGN(const auto after, ReadHead(engine_, subject_));
  EXPECT_EQ(after->SerializeAsString(), before->SerializeAsString());
  EXPECT_THAT(Seen(KnownStamp::Max()), ElementsAre("2", "new"));
}

TEST_F(MigrationsTest, AVersion2StoreGetsOrdinalsAndPostings) {
  WriteVersion1();
  ASSERT_OK(MigrateToVersion2(engine_));
  stored::v1::Subject record;
  record.set_ordinal(4'711);
  Batch batch;
  constexpr Table<SubjectKey, stored::v1::Subject> kSubjects(TableId::kSubject);
  kSubjects.Put(batch, {subject_}, record);
  // As version 2 noted changes.
  stored::v1::ChangedSubject change;
  change.set_subject_id(subject_.ToBytes());
  kChangeTable.Put(batch, {kSecond}, change);
  ASSERT_OK(engine_.Write(batch, Durability::kBuffered));
  for (int run = 0; run < 2; ++run) {
    ASSERT_OK(MigrateToVersion3(engine_));
    ASSERT_OK_AND_ASSIGN(const auto head, ReadHead(engine_, subject_));
    EXPECT_EQ(head->ordinal(), 4'711u);
    ASSERT_OK_AND_ASSIGN(const auto checked, PostingKeeper(engine_).Check());
    EXPECT_EQ(checked.differences, 0) << checked.first;
    EXPECT_GT(checked.compared, 0);
  }
}

class Version3Test : public FleetFixture {
 protected:
  void SetUp() override {
    FleetFixture::SetUp();
    std::vector<v1::Row> packages;
    packages.reserve(70);
    for (int i = 0; i < 70; ++i) {
      packages.push_back(PackageRow("p" + std::to_string(i), "1"));
    }
    Report(AddDevice(), packages);
    packages.resize(40);
    Report(AddDevice(), packages);
    EXPECT_OK(keeper_.CatchUp().status());
    TakeApart();
  }
  // Stores the bases of rows as version 3 did.
  void TakeApart() {
    KeyWriter prefix;
    prefix.U16(static_cast<uint16_t>(PostingKind::kRowInBase));
    auto joined = kPostingTable.ScanPrefix(engine_, std::move(prefix));
    std::map<PostingKey, PostingSet> apart;
    Batch batch;
    while (true) {
      const auto entry = *joined.Next();
      if (!entry.has_value()) break;
      const auto entries = EntriesOf(entry->key, entry->value);
      ASSERT_OK(entries);
      for (const uint32_t one : *entries) {
        const PostingMember base = MemberAt({entry->key, one});
        apart[{kBasesOfOneRow, base.term.number,
               static_cast<uint16_t>(base.member >> 16)}]
            .add(base.member);
      }
      kPostingTable.Delete(batch, entry->key);
    }
    ASSERT_FALSE(apart.empty());
    for (const auto& [key, bases] : apart) WritePosting(key, bases, batch);
    ASSERT_OK(engine_.Write(batch, Durability::kBuffered));
  }
  void ExpectRight() {
    ASSERT_OK_AND_ASSIGN(const auto checked, keeper_.Check());
    EXPECT_EQ(checked.differences, 0) << checked.first;
  }

  static constexpr auto kBasesOfOneRow = static_cast<PostingKind>(1);
  PostingKeeper keeper_{engine_};
};

TEST_F(Version3Test, BasesOfRowsThatFollowEachOtherAreJoined) {
  EXPECT_GT(keeper_.Check()->differences, 0);
  for (int run = 0; run < 2; ++run) {
    ASSERT_OK(MigrateToVersion4(engine_));
    ExpectRight();
  }
}

TEST_F(Version3Test, ADamagedPostingIsRecomputed) {
  const PostingKey key = {kBasesOfOneRow, 3, 0};
  stored::v1::Posting posting;
  posting.set_members("not a bitmap");
  Batch batch;
  kPostingTable.Put(batch, key, posting);
  ASSERT_OK(engine_.Write(batch, Durability::kBuffered));
  ASSERT_OK(MigrateToVersion4(engine_));
  ExpectRight();
}

TEST_F(MigrationsTest, AStoreOlderThanTheMigrationsReachIsLeftAlone) {
  Batch batch;
  batch.Put(TableId::kMeta, "schema_version", "1");
  ASSERT_OK(engine_.Write(batch, Durability::kBuffered));
  EXPECT_THAT(UpgradeSchema(engine_, {}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("schema version 1")));
  // Those of contracts follow where the collector is put together.
  std::vector<Migration> migrations = Migrations();
  migrations.push_back([](Engine&) { return absl::OkStatus(); });
  EXPECT_OK(UpgradeSchema(engine_, migrations));
  ASSERT_OK_AND_ASSIGN(const auto version,
                       engine_.Get(TableId::kMeta, "schema_version"));
  EXPECT_EQ(version, std::to_string(kSchemaVersion));
}

}  // namespace
}  // namespace rollcall::collector
