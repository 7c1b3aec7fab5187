#include "collector/ledger/ledger_writer.h"

#include <functional>
#include <thread>

#include "collector/ledger/ledger_check.h"
#include "collector/ledger/ledger_queries.h"
#include "collector/ledger/ledger_tables.h"
#include "gmock/gmock.h"
#include "tests/unit/collector/ledger/ledger_fixture.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::IsOkAndHolds;
using ::rollcall::testing::StatusIs;
using ::testing::HasSubstr;

template <typename Key>
std::string HexOf(const Key& key) {
  KeyWriter writer;
  key.Encode(writer);
  return absl::BytesToHexString(writer.Take());
}

TEST(LedgerTables, KeysAreInTheOrderOfWhatTheyName) {
  EXPECT_EQ(HexOf(LedgerEntryKey{258}), "0000000000000102");
  EXPECT_EQ(HexOf(LedgerNodeKey{{3, 258}}), "00030000000000000102");
  // Entries 6 and 7, in FORMAT.md.
  EXPECT_EQ(HexOf(LedgerNodeKey{{1, 3}}), "00010000000000000003");
  KeyWriter writer;
  LedgerNodeKey{{3, 258}}.Encode(writer);
  const std::string bytes = writer.Take();
  KeyReader reader(bytes);
  EXPECT_EQ(LedgerNodeKey::Decode(reader).node, (TreeNode{3, 258}));
  EXPECT_TRUE(reader.Done());
  EXPECT_LT(HexOf(LedgerEntryKey{255}), HexOf(LedgerEntryKey{256}));
}

class LedgerWriterTest : public ::testing::Test {
 protected:
  // What a collector that is started anew has: the same store, another writer.
  void Reopen(LedgerSigner signer, absl::StatusCode expected,
              const std::string& message = "") {
    const LedgerWriter writer(std::move(signer));
    const absl::Status opened =
        writer.Open(store_.engine, store_.committer, store_.random);
    EXPECT_EQ(opened.code(), expected) << opened;
    EXPECT_THAT(std::string(opened.message()), HasSubstr(message));
  }

  uint64_t Size() const { return *LedgerView(store_.engine).Size(); }
  LedgerLine Line(uint64_t index) const {
    return LedgerView(store_.engine).Entry(index)->line;
  }
  std::string File() const {
    return LedgerQueries(store_.engine).ExportLedger({})->text();
  }
  int64_t Differences() const {
    return CheckLedger(store_.engine, "", [] { return false; })
        ->difference_count();
  }
  void Write(TableId table, const std::string& key, std::string value) {
    Batch batch;
    batch.Put(table, key, std::move(value));
    ASSERT_OK(store_.engine.Write(batch, Durability::kBuffered));
  }
  template <typename Key>
  void Damage(TableId table, const Key& key) {
    KeyWriter writer;
    key.Encode(writer);
    const std::string bytes = writer.Take();
    std::string value = **store_.engine.Get(table, bytes);
    value[value.size() / 2] ^= 1;
    Write(table, bytes, std::move(value));
  }

  const LedgerSigner signer_ = NewSigner();
  LedgerStore store_{signer_};
};

TEST_F(LedgerWriterTest, ALedgerBeginsWithItsNameAndItsKey) {
  ASSERT_OK(store_.Open());
  EXPECT_EQ(Size(), 1);
  const LedgerEntry first = Line(0).entry;
  EXPECT_EQ(first.kind, "ledger-opened");
  EXPECT_EQ(first.actor, "collector");
  EXPECT_THAT(LedgerView(store_.engine).LogId(),
              IsOkAndHolds(std::string(first.Fact("log"))));
  EXPECT_EQ(first.Fact("key_sha256"), signer_.public_key().sha256());
  // The name is random.
  const std::string log(first.Fact("log"));
  testing::EmptyStore();
  ASSERT_OK(store_.Open());
  EXPECT_NE(Line(0).entry.Fact("log"), log);
}

TEST_F(LedgerWriterTest, WhatIsAppendedStaysAndIsSigned) {
  store_.Fill(20);
  EXPECT_EQ(Size(), 20);
  for (uint64_t i = 1; i < 20; ++i) {
    EXPECT_EQ(Line(i).index, i);
    EXPECT_EQ(Line(i).entry.facts, SomeEntry(i).facts);
    EXPECT_GT(Line(i).time, Line(i - 1).time);
  }
  LedgerTrust trust;
  trust.keys = {signer_.public_key()};
  EXPECT_TRUE(VerifyLedgerFile(File(), trust).good());
  EXPECT_EQ(Differences(), 0);
}

TEST_F(LedgerWriterTest, OpeningAgainAppendsNothing) {
  store_.Fill(7);
  Reopen(signer_, absl::StatusCode::kOk);
  EXPECT_EQ(Size(), 7);
}

TEST_F(LedgerWriterTest, OneChangeMayAppendSeveral) {
  store_.Fill(3);
  ASSERT_OK_AND_ASSIGN(
      const KnownStamp stamp,
      store_.Append({SomeEntry(3), SomeEntry(4), SomeEntry(5)}));
  EXPECT_EQ(Size(), 6);
  for (const uint64_t i : {3, 4, 5}) {
    EXPECT_EQ(Line(i).entry.facts, SomeEntry(i).facts);
    EXPECT_EQ(Line(i).time, stamp.time());
  }
  EXPECT_EQ(Differences(), 0);
}

TEST_F(LedgerWriterTest, ChangesThatWaitTogetherAllAppend) {
  ASSERT_OK(store_.Open());
  std::vector<std::thread> threads;
  for (uint64_t i = 1; i <= 16; ++i) {
    threads.emplace_back(
        [this, i] { EXPECT_OK(store_.Append({SomeEntry(i)})); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Size(), 17);
  EXPECT_EQ(Differences(), 0);
}

TEST_F(LedgerWriterTest, AChangeThatFailsLeavesNoEntry) {
  store_.Fill(3);
  const auto failed =
      store_.committer.Commit({LedgerWriter::kName},
                              [&](KnownStamp stamp, const Reader& reader,
                                  Writes& writes) -> absl::Status {
                                ROLLCALL_RETURN_IF_ERROR(store_.writer->Append(
                                    SomeEntry(3), stamp, reader, writes.head));
                                return absl::AbortedError("not after all");
                              });
  EXPECT_THAT(failed, StatusIs(absl::StatusCode::kAborted));
  EXPECT_EQ(Size(), 3);
  ASSERT_OK(store_.Append({SomeEntry(3)}));
  EXPECT_EQ(Differences(), 0);
}

TEST_F(LedgerWriterTest, RefusesWhatIsNoEntryAndAppendsNothing) {
  store_.Fill(3);
  LedgerEntry entry = SomeEntry(3);
  entry.facts[0].second = "\xff";
  EXPECT_THAT(store_.Append({SomeEntry(3), entry}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  for (const char* own : {"ledger-opened", "ledger-key-changed"}) {
    entry = SomeEntry(3);
    entry.kind = own;
    EXPECT_THAT(store_.Append({entry}),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
  EXPECT_EQ(Size(), 3);
}

TEST_F(LedgerWriterTest, NothingIsAppendedBeforeItIsOpen) {
  EXPECT_THAT(store_.Append({SomeEntry(1)}),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  store_.Fill(3);
  LedgerStore& store = store_;
  const LedgerWriter other(NewSigner());
  EXPECT_THAT(store.committer.Commit(
                  {LedgerWriter::kName},
                  [&](KnownStamp stamp, const Reader& reader, Writes& writes) {
                    return other.Append(SomeEntry(3), stamp, reader,
                                        writes.head);
                  }),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(Size(), 3);
}

TEST_F(LedgerWriterTest, AnotherKeySaysSoAndSigns) {
  store_.Fill(5);
  const LedgerSigner next = NewSigner();
  Reopen(next, absl::StatusCode::kOk);
  ASSERT_EQ(Size(), 6);
  const LedgerEntry told = Line(5).entry;
  EXPECT_EQ(told.kind, "ledger-key-changed");
  EXPECT_EQ(told.Fact("old_key_sha256"), signer_.public_key().sha256());
  EXPECT_EQ(told.Fact("key_sha256"), next.public_key().sha256());
  // Whoever trusts both takes the file, who trusts one does not.
  LedgerTrust trust;
  trust.keys = {next.public_key(), signer_.public_key()};
  EXPECT_TRUE(VerifyLedgerFile(File(), trust).good());
  trust.keys.pop_back();
  EXPECT_EQ(VerifyLedgerFile(File(), trust).first_bad(), 0);
  trust.keys = {signer_.public_key()};
  EXPECT_EQ(VerifyLedgerFile(File(), trust).first_bad(), 5);
  // The key before comes back.
  Reopen(signer_, absl::StatusCode::kOk);
  EXPECT_EQ(Size(), 7);
  store_.Fill(9);
  EXPECT_EQ(Differences(), 0);
}

TEST_F(LedgerWriterTest, ADamagedEndKeepsItClosedAndIsNamed) {
  struct Place {
    TableId table;
    std::string hex;
    std::function<void()> damage;
  };
  const Place places[] = {
      {TableId::kLedgerEntry, HexOf(LedgerEntryKey{12}),
       [this] { Damage(TableId::kLedgerEntry, LedgerEntryKey{12}); }},
      {TableId::kLedgerNode, HexOf(LedgerNodeKey{{3, 0}}),
       [this] {
         Damage(TableId::kLedgerNode, LedgerNodeKey{{3, 0}});
       }},
      {TableId::kLedgerNode, HexOf(LedgerNodeKey{{2, 2}}),
       [this] {
         Damage(TableId::kLedgerNode, LedgerNodeKey{{2, 2}});
       }},
      {TableId::kMeta, "ledger_id",
       [this] { Write(TableId::kMeta, kLedgerIdKey, std::string(32, 'a')); }},
      {TableId::kMeta, "ledger_id",
       [this] { Write(TableId::kMeta, kLedgerIdKey, "x"); }},
  };
  for (const Place& place : places) {
    testing::EmptyStore();
    store_.Fill(13);
    place.damage();
    Reopen(signer_, absl::StatusCode::kDataLoss,
           absl::StrCat("key ", place.hex));
    Reopen(NewSigner(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(Size(), 13);
  }
}

TEST_F(LedgerWriterTest, ALedgerThatLostAllEntriesDoesNotBeginAnew) {
  store_.Fill(1);
  KeyWriter key;
  LedgerEntryKey{0}.Encode(key);
  Batch batch;
  batch.Delete(TableId::kLedgerEntry, key.Take());
  ASSERT_OK(store_.engine.Write(batch, Durability::kBuffered));
  Reopen(signer_, absl::StatusCode::kDataLoss, "are missing");
  EXPECT_EQ(Size(), 0);
}

TEST_F(LedgerWriterTest, AnEntryThatLostItsPlaceIsDamage) {
  store_.Fill(12);
  KeyWriter key;
  LedgerEntryKey{11}.Encode(key);
  KeyWriter before;
  LedgerEntryKey{10}.Encode(before);
  const std::string tenth =
      **store_.engine.Get(TableId::kLedgerEntry, before.Take());
  Write(TableId::kLedgerEntry, key.Take(), tenth);
  Reopen(signer_, absl::StatusCode::kDataLoss, "says that it is entry 10");
}

}  // namespace
}  // namespace rollcall::collector
