// The engine, the schema and the committer, on real files where that matters.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "absl/strings/str_cat.h"
#include "collector/storage/committer.h"
#include "collector/storage/rocksdb_engine.h"
#include "collector/storage/table.h"
#include "rollcall/stored/v1/inventory.pb.h"
#include "tests/support/fake_clock.h"
#include "tests/support/gate.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::FakeClock;
using ::rollcall::testing::Gate;
using ::rollcall::testing::IsOkAndHolds;
using ::rollcall::testing::StatusIs;
using ::rollcall::testing::TempDir;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::Optional;

absl::StatusOr<std::unique_ptr<Engine>> OpenIn(const TempDir& dir) {
  RocksDbOptions options;
  options.path = dir.File("store");
  return OpenRocksDb(options);
}

absl::Status PutMeta(Engine& engine, const std::string& key,
                     const std::string& value) {
  Batch batch;
  batch.Put(TableId::kMeta, key, value);
  return engine.Write(batch, Durability::kSynced);
}

std::vector<std::string> KeysOf(std::unique_ptr<Cursor> cursor) {
  std::vector<std::string> keys;
  for (; cursor->Valid(); cursor->Next()) keys.emplace_back(cursor->key());
  EXPECT_OK(cursor->status());
  return keys;
}

TEST(RocksDbEngine, KeepsWhatWasWrittenAcrossReopening) {
  const TempDir dir;
  {
    ASSERT_OK_AND_ASSIGN(const auto engine, OpenIn(dir));
    ASSERT_OK(PutMeta(*engine, "key", "value"));
  }
  ASSERT_OK_AND_ASSIGN(const auto engine, OpenIn(dir));
  EXPECT_THAT(engine->Get(TableId::kMeta, "key"),
              IsOkAndHolds(Optional(Eq("value"))));
}

TEST(RocksDbEngine, SaysThatAnotherProcessHasTheStore) {
  const TempDir dir;
  ASSERT_OK_AND_ASSIGN(const auto engine, OpenIn(dir));
  EXPECT_THAT(OpenIn(dir), StatusIs(absl::StatusCode::kUnavailable,
                                    HasSubstr("another collector has " +
                                              dir.File("store") + " open")));
}

TEST(RocksDbEngine, ScansWithinBoundsBothWays) {
  const TempDir dir;
  ASSERT_OK_AND_ASSIGN(const auto engine, OpenIn(dir));
  Batch batch;
  for (const char* key : {"a", "b", "c", "d"}) {
    batch.Put(TableId::kShard, key, "");
  }
  ASSERT_OK(engine->Write(batch, Durability::kBuffered));
  EXPECT_THAT(KeysOf(engine->Scan(TableId::kShard, "b", "d")),
              ElementsAre("b", "c"));
  EXPECT_THAT(KeysOf(engine->ReverseScan(TableId::kShard, "b", "d")),
              ElementsAre("c", "b"));
  EXPECT_THAT(KeysOf(engine->Scan(TableId::kShard, "c", "")),
              ElementsAre("c", "d"));
}

TEST(RocksDbEngine, ASnapshotDoesNotSeeLaterWrites) {
  const TempDir dir;
  ASSERT_OK_AND_ASSIGN(const auto engine, OpenIn(dir));
  ASSERT_OK(PutMeta(*engine, "key", "old"));
  const auto snapshot = engine->Snapshot();
  ASSERT_OK(PutMeta(*engine, "key", "new"));
  EXPECT_THAT(snapshot->Get(TableId::kMeta, "key"),
              IsOkAndHolds(Optional(Eq("old"))));
}

TEST(RocksDbEngine, AFlippedBitIsAnErrorAndNotAnotherAnswer) {
  const TempDir dir;
  {
    ASSERT_OK_AND_ASSIGN(const auto engine, OpenIn(dir));
    ASSERT_OK(PutMeta(*engine, "key", std::string(1000, 'v')));
  }
  // Closing flushed the value into a table file or left it in the log.
  int flipped = 0;
  for (const auto& file :
       std::filesystem::directory_iterator(dir.File("store"))) {
    const std::string name = file.path().filename();
    if (!name.ends_with(".sst") && !name.ends_with(".log")) continue;
    std::fstream stream(file.path(),
                        std::ios::in | std::ios::out | std::ios::binary);
    std::string content((std::istreambuf_iterator<char>(stream)), {});
    const size_t at = content.find("vvvv");
    if (at == std::string::npos) continue;
    stream.seekp(static_cast<std::streamoff>(at + 1));
    stream.put('w');
    ++flipped;
  }
  ASSERT_GT(flipped, 0);
  const auto engine = OpenIn(dir);
  if (!engine.ok()) {
    EXPECT_THAT(engine, StatusIs(absl::StatusCode::kDataLoss));
    return;
  }
  EXPECT_THAT((*engine)->Get(TableId::kMeta, "key"),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST(Schema, RefusesAStoreOfANewerCollector) {
  const TempDir dir;
  {
    ASSERT_OK_AND_ASSIGN(const auto engine, OpenIn(dir));
    ASSERT_OK(PutMeta(*engine, "schema_version", "99"));
  }
  EXPECT_THAT(OpenIn(dir), StatusIs(absl::StatusCode::kFailedPrecondition,
                                    HasSubstr("newer collector")));
}

TEST(Schema, RefusesAnUnreadableVersionInsteadOfTakingItForZero) {
  const TempDir dir;
  {
    ASSERT_OK_AND_ASSIGN(const auto engine, OpenIn(dir));
    ASSERT_OK(PutMeta(*engine, "schema_version", "garbage"));
  }
  EXPECT_THAT(OpenIn(dir), StatusIs(absl::StatusCode::kDataLoss));
}

TEST(Schema, TablesStandInTheOrderOfTheirIds) {
  for (size_t i = 0; i < AllTables().size(); ++i) {
    EXPECT_EQ(static_cast<size_t>(AllTables()[i].id), i);
  }
}

struct NameKey {
  std::string name;
  void Encode(KeyWriter& writer) const { writer.Text(name); }
  static NameKey Decode(KeyReader& reader) { return {reader.Text()}; }
};
constexpr Table<NameKey, stored::v1::BaseSet> kTestTable(TableId::kBase);

TEST(Table, NamesTableAndKeyOfAValueThatDoesNotParse) {
  const TempDir dir;
  ASSERT_OK_AND_ASSIGN(const auto engine, OpenIn(dir));
  Batch batch;
  batch.Put(TableId::kBase, KeyWriter().Text("k").Take(), "\xff");
  ASSERT_OK(engine->Write(batch, Durability::kBuffered));
  EXPECT_THAT(kTestTable.Get(*engine, {"k"}),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("table base")));
}

class CommitterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    RocksDbOptions options;
    options.path = "/committer";
    options.in_memory = true;
    ASSERT_OK_AND_ASSIGN(engine_, OpenRocksDb(options));
  }

  // Adds one to a counter that all changes share.
  static absl::Status Increment(const Reader& reader, Writes& writes) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto stored,
                              reader.Get(TableId::kMeta, "count"));
    const int count = stored.has_value() ? std::stoi(*stored) : 0;
    writes.head.Put(TableId::kMeta, "count", std::to_string(count + 1));
    return absl::OkStatus();
  }

  FakeClock clock_;
  HybridClock hybrid_{clock_};
  std::unique_ptr<Engine> engine_;
};

TEST_F(CommitterTest, ChangesWithACommonNameSeeEachOther) {
  constexpr int kChanges = 200;
  {
    Committer committer(*engine_, hybrid_);
    for (int i = 0; i < kChanges; ++i) {
      ASSERT_OK(committer.Submit(
          {{"count"},
           [](KnownStamp, const Reader& reader, Writes& writes) {
             return Increment(reader, writes);
           },
           [](const absl::StatusOr<KnownStamp>& result) {
             EXPECT_OK(result);
           }}));
    }
  }
  EXPECT_THAT(engine_->Get(TableId::kMeta, "count"),
              IsOkAndHolds(Optional(Eq(std::to_string(kChanges)))));
}

TEST_F(CommitterTest, AChangeThatFailsToBuildWritesNothingAndSparesOthers) {
  Committer committer(*engine_, hybrid_);
  EXPECT_THAT(committer.Commit({},
                               [](KnownStamp, const Reader&, Writes& writes) {
                                 writes.head.Put(TableId::kMeta, "bad", "x");
                                 return absl::AbortedError("no");
                               }),
              StatusIs(absl::StatusCode::kAborted));
  EXPECT_OK(committer.Commit({}, [](KnownStamp, const Reader&, Writes& writes) {
    writes.head.Put(TableId::kMeta, "good", "x");
    return absl::OkStatus();
  }));
  EXPECT_THAT(engine_->Get(TableId::kMeta, "bad"),
              IsOkAndHolds(Eq(std::nullopt)));
  EXPECT_THAT(engine_->Get(TableId::kMeta, "good"),
              IsOkAndHolds(Optional(Eq("x"))));
}

TEST_F(CommitterTest, RefusesWhatItCannotQueue) {
  CommitterOptions options;
  options.max_queue = 1;
  Mutex mutex;
  CondVar changed;
  bool building = false;
  bool release = false;
  Committer committer(*engine_, hybrid_, options);
  // The first change holds the committer; the second fills the queue.
  ASSERT_OK(committer.Submit({{},
                              [&](KnownStamp, const Reader&, Writes&) {
                                MutexLock lock(&mutex);
                                building = true;
                                changed.SignalAll();
                                while (!release) changed.Wait(&mutex);
                                return absl::OkStatus();
                              },
                              [](const absl::StatusOr<KnownStamp>&) {}}));
  {
    MutexLock lock(&mutex);
    while (!building) changed.Wait(&mutex);
  }
  const auto nothing = [](KnownStamp, const Reader&, Writes&) {
    return absl::OkStatus();
  };
  ASSERT_OK(committer.Submit(
      {{}, nothing, [](const absl::StatusOr<KnownStamp>&) {}}));
  EXPECT_THAT(
      committer.Submit({{}, nothing, [](const absl::StatusOr<KnownStamp>&) {}}),
      StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(committer.stats().refused, 1);
  MutexLock lock(&mutex);
  release = true;
  changed.SignalAll();
}

// Holds the committer in a change without a name until the gate is opened, so
// that others queue up.
Gate Hold(Committer& committer) {
  const Gate held;
  Gate open;
  EXPECT_OK(committer.Submit({{},
                              [held, open](KnownStamp, const Reader&, Writes&) {
                                held.Open();
                                open.Await();
                                return absl::OkStatus();
                              },
                              [](const absl::StatusOr<KnownStamp>&) {}}));
  held.Await();
  return open;
}

TEST_F(CommitterTest, ManyChangesOfOneNameDoNotDelayThoseOfAnother) {
  std::vector<std::string> durable;
  {
    Committer committer(*engine_, hybrid_);
    const Gate gate = Hold(committer);
    const auto submit = [&](const std::string& name) {
      ASSERT_OK(committer.Submit(
          {{name},
           [](KnownStamp, const Reader& reader, Writes& writes) {
             return Increment(reader, writes);
           },
           [&durable, name](const absl::StatusOr<KnownStamp>& result) {
             EXPECT_OK(result);
             durable.push_back(name);
           }}));
    };
    for (int i = 0; i < 100; ++i) submit("busy");
    submit("other");
    gate.Open();
  }
  ASSERT_EQ(durable.size(), 101);
  // With the first of the busy ones.
  EXPECT_EQ(durable[1], "other");
}

// Whatever names they have, and however few fit into a group.
// With `options`, changes that were submitted while another was written are
// groups of their own.
class GatheringTest : public CommitterTest {
 protected:
  static void SubmitOne(Committer& committer, const std::string& name,
                        std::atomic<int>& done) {
    ASSERT_OK(
        committer.Submit({{name},
                          [name](KnownStamp, const Reader&, Writes& writes) {
                            writes.head.Put(TableId::kMeta, name, "x");
                            return absl::OkStatus();
                          },
                          [&done](const absl::StatusOr<KnownStamp>& result) {
                            EXPECT_OK(result);
                            ++done;
                          }}));
  }

  CommitterOptions options_;
};

TEST_F(GatheringTest, WaitsForCompanyWhereSeveralCameAtOnce) {
  options_.gather_from = 2;
  options_.gather_until = 4;
  options_.gather_for = absl::InfiniteDuration();
  std::atomic<int> done = 0;
  Committer committer(*engine_, hybrid_, options_);
  const Gate gate = Hold(committer);
  for (int i = 0; i < 2; ++i) SubmitOne(committer, absl::StrCat(i), done);
  gate.Open();
  for (int i = 2; i < 4; ++i) SubmitOne(committer, absl::StrCat(i), done);
  ASSERT_OK(committer.Commit(
      {}, [](KnownStamp, const Reader&, Writes&) { return absl::OkStatus(); }));
  EXPECT_EQ(done, 4);
}

TEST_F(GatheringTest, StoppingEndsTheWait) {
  options_.gather_from = 2;
  options_.gather_for = absl::InfiniteDuration();
  std::atomic<int> done = 0;
  {
    Committer committer(*engine_, hybrid_, options_);
    const Gate gate = Hold(committer);
    for (int i = 0; i < 2; ++i) SubmitOne(committer, absl::StrCat(i), done);
    gate.Open();
  }
  EXPECT_EQ(done, 2);
}

TEST_F(GatheringTest, DoesNotHoldUpOneThatComesAlone) {
  options_.gather_for = absl::InfiniteDuration();
  std::atomic<int> done = 0;
  Committer committer(*engine_, hybrid_, options_);
  const Gate gate = Hold(committer);
  SubmitOne(committer, "alone", done);
  gate.Open();
  ASSERT_OK(committer.Commit({"alone"}, [](KnownStamp, const Reader&, Writes&) {
    return absl::OkStatus();
  }));
  EXPECT_EQ(done, 1);
}

TEST_F(GatheringTest, DoesNotHoldUpThoseOfOneName) {
  options_.gather_from = 2;
  options_.gather_for = absl::InfiniteDuration();
  std::atomic<int> done = 0;
  Committer committer(*engine_, hybrid_, options_);
  const Gate gate = Hold(committer);
  for (int i = 0; i < 100; ++i) SubmitOne(committer, "same", done);
  // So many are there that the first group does not wait.
  for (int i = 0; i < 100; ++i) SubmitOne(committer, absl::StrCat(i), done);
  gate.Open();
  ASSERT_OK(committer.Commit({"same"}, [](KnownStamp, const Reader&, Writes&) {
    return absl::OkStatus();
  }));
  EXPECT_EQ(done, 200);
}

TEST_F(CommitterTest, ChangesOfANameTakeEffectInTheOrderOfSubmission) {
  constexpr int kChanges = 100;
  for (int seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    CommitterOptions options;
    options.max_group = 1 + random() % 20;
    options.max_group_bytes = random() % 2'000;
    std::map<std::string, int> submitted;
    int done = 0;
    {
      Committer committer(*engine_, hybrid_, options);
      const Gate gate = Hold(committer);
      for (int i = 0; i < kChanges; ++i) {
        std::vector<std::string> names;
        // How many changes of each name came before this one.
        std::map<std::string, int> before;
        for (size_t n = random() % 4; n > 0; --n) {
          std::string name = absl::StrCat(seed, "/", random() % 6);
          if (before.contains(name)) continue;
          before[name] = submitted[name]++;
          names.push_back(std::move(name));
        }
        const std::string filling(random() % 500, 'x');
        ASSERT_OK(committer.Submit(
            {std::move(names),
             [before, filling](KnownStamp, const Reader& reader,
                               Writes& writes) {
               writes.head.Put(TableId::kMeta, "filling", filling);
               for (const auto& [name, count] : before) {
                 ROLLCALL_ASSIGN_OR_RETURN(const auto stored,
                                           reader.Get(TableId::kMeta, name));
                 EXPECT_EQ(stored.value_or("0"), std::to_string(count));
                 writes.head.Put(TableId::kMeta, name,
                                 std::to_string(count + 1));
               }
               return absl::OkStatus();
             },
             [&done](const absl::StatusOr<KnownStamp>& result) {
               EXPECT_OK(result);
               ++done;
             }}));
      }
      gate.Open();
    }
    EXPECT_EQ(done, kChanges);
  }
}

TEST_F(CommitterTest, StampsGoOnAfterThoseOfAnEarlierRun) {
  KnownStamp first;
  {
    Committer committer(*engine_, hybrid_);
    ASSERT_OK_AND_ASSIGN(
        first, committer.Commit({}, [](KnownStamp, const Reader& r, Writes& w) {
          return Increment(r, w);
        }));
  }
  FakeClock earlier(clock_.Now() - absl::Hours(5));
  HybridClock hybrid(earlier);
  Committer committer(*engine_, hybrid);
  ASSERT_OK_AND_ASSIGN(
      const KnownStamp second,
      committer.Commit({}, [](KnownStamp, const Reader& r, Writes& w) {
        return Increment(r, w);
      }));
  EXPECT_GT(second, first);
}

TEST_F(CommitterTest, WritesNothingWhereTheNewestStampIsUnreadable) {
  Batch batch;
  batch.Put(TableId::kMeta, "last_stamp", "soon");
  ASSERT_OK(engine_->Write(batch, Durability::kBuffered));
  Committer committer(*engine_, hybrid_);
  EXPECT_THAT(committer.Commit({}, [](KnownStamp, const Reader& r,
                                      Writes& w) { return Increment(r, w); }),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("last_stamp")));
}

}  // namespace
}  // namespace rollcall::collector
