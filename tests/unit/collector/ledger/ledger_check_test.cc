#include "collector/ledger/ledger_check.h"

#include "collector/ledger/ledger_tables.h"
#include "gmock/gmock.h"
#include "tests/support/sanitizer.h"
#include "tests/unit/collector/ledger/ledger_fixture.h"
#include "tests/unit/collector/ledger/map_reader.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::StatusIs;
using ::testing::AnyOf;
using ::testing::HasSubstr;

template <typename Key>
std::string BytesOf(const Key& key) {
  KeyWriter writer;
  key.Encode(writer);
  return writer.Take();
}

std::string NameOf(TableId table, const std::string& key) {
  return absl::StrCat("table ", AllTables()[static_cast<size_t>(table)].name,
                      ", key ", absl::BytesToHexString(key), ": ");
}

class LedgerCheckTest : public ::testing::Test {
 protected:
  static constexpr uint64_t kEntries = 13;
  // The entry that tells the second key.
  static constexpr uint64_t kChange = 6;

  LedgerCheckTest() : random_(7) {
    LedgerStore store;
    store.Fill(kChange);
    store.UseKey(NewSigner());
    store.Fill(kEntries);
    key_ = store.writer->public_key().sha256();
    whole_ = MapReader(store.engine, {TableId::kMeta, TableId::kLedgerEntry,
                                      TableId::kLedgerNode});
  }

  size_t Draw(size_t end) { return random_.Next64() % end; }

  v1::StoreCheck Check(const MapReader& reader) {
    auto found = CheckLedger(
        reader, key_, [] { return false; },
        [this](const LedgerPublicKey& key, absl::string_view text,
               absl::string_view signature) {
          return checks_(key, text, signature);
        });
    EXPECT_OK(found);
    return found.ok() ? *std::move(found) : v1::StoreCheck();
  }

  // Alters a value; false if it stayed as it was.
  bool AlterValue(MapReader::Table& table, const std::string& key) {
    std::string& value = table[key];
    const std::string before = value;
    switch (Draw(5)) {
      case 0:
        value.resize(Draw(value.size()));
        break;
      case 1:
        value += static_cast<char>(Draw(256));
        break;
      case 2:
        value =
            std::next(table.begin(), static_cast<ptrdiff_t>(Draw(table.size())))
                ->second;
        break;
      default:
        value[Draw(value.size())] ^= static_cast<char>(1 + Draw(255));
    }
    return value != before;
  }

  testing::FakeRandom random_;
  std::string key_;
  MapReader whole_;
  RememberedChecks checks_;
};

TEST_F(LedgerCheckTest, ALedgerThatIsWholeHasNoDifference) {
  const v1::StoreCheck check = Check(whole_);
  EXPECT_EQ(check.part(), "ledger");
  EXPECT_EQ(check.difference_count(), 0) << check.first_difference();
  // All entries, and a node for each half, quarter and so on of them.
  EXPECT_EQ(check.compared_count(), 13 + 6 + 3 + 1);
  EXPECT_EQ(Check(MapReader()).difference_count(), 0);
}

TEST_F(LedgerCheckTest, NamesTheFirstOfThousandsOfAlteredValues) {
  MapReader altered = whole_;
  const TableId tables[] = {TableId::kLedgerEntry, TableId::kLedgerNode};
  for (int i = 0; i < testing::Rounds(10'000); ++i) {
    const TableId table = tables[Draw(2)];
    MapReader::Table& values = altered.tables[table];
    const std::string key =
        std::next(values.begin(), static_cast<ptrdiff_t>(Draw(values.size())))
            ->first;
    const bool gone = Draw(20) == 0;
    if (gone) {
      values.erase(key);
    } else if (!AlterValue(values, key)) {
      continue;
    }
    const v1::StoreCheck check = Check(altered);
    // The last entry completed no node: that it is gone takes a checkpoint that
    // was kept elsewhere to see.
    const bool last = gone && table == TableId::kLedgerEntry &&
                      key == BytesOf(LedgerEntryKey{kEntries - 1});
    if (!last) {
      ASSERT_GT(check.difference_count(), 0) << NameOf(table, key);
      ASSERT_THAT(check.first_difference(), HasSubstr(NameOf(table, key)));
    }
    values[key] = whole_.tables[table][key];
  }
}

TEST_F(LedgerCheckTest, WhatDoesNotBelongThereIsADifference) {
  MapReader altered = whole_;
  for (const TreeNode node :
       {TreeNode{0, 3}, TreeNode{1, 6}, TreeNode{4, 0}, TreeNode{70, 0}}) {
    const std::string key = BytesOf(LedgerNodeKey{node});
    altered.tables[TableId::kLedgerNode][key] = "";
    EXPECT_THAT(Check(altered).first_difference(),
                HasSubstr(NameOf(TableId::kLedgerNode, key)));
    altered = whole_;
  }
  altered.tables[TableId::kLedgerEntry][BytesOf(LedgerEntryKey{30})] = "";
  EXPECT_THAT(Check(altered).first_difference(),
              HasSubstr("entry 13 is missing"));
  altered = whole_;
  altered.tables[TableId::kLedgerEntry]["x"] = "";
  EXPECT_EQ(Check(altered).difference_count(), 1);
}

TEST_F(LedgerCheckTest, TheIdIsThatOfTheFirstEntry) {
  MapReader altered = whole_;
  std::string& id = altered.tables[TableId::kMeta][kLedgerIdKey];
  id[0] = id[0] == '0' ? '1' : '0';
  EXPECT_THAT(Check(altered).first_difference(), HasSubstr("key ledger_id"));
  altered.tables[TableId::kMeta].erase(kLedgerIdKey);
  EXPECT_THAT(Check(altered).first_difference(), HasSubstr("key ledger_id"));
}

TEST_F(LedgerCheckTest, TheKeyThatSignsIsTheLastThatWasTold) {
  key_ = NewSigner().public_key().sha256();
  EXPECT_THAT(Check(whole_).first_difference(), HasSubstr("another key"));
}

TEST_F(LedgerCheckTest, StopsWhenItIsTold) {
  EXPECT_THAT(CheckLedger(whole_, key_, [] { return true; }),
              StatusIs(absl::StatusCode::kCancelled));
}

// What the collector looks at when it starts is less: the end must be right,
// and all that is appended builds on.
TEST_F(LedgerCheckTest, TheEndIsCheckedWithWhatTheLedgerGrowsFrom) {
  for (const uint64_t size : {uint64_t{1}, kEntries}) {
    EXPECT_OK(CheckLedgerEnd(LedgerView(whole_), size));
  }
  for (const TreeNode edge : {TreeNode{3, 0}, TreeNode{2, 2}}) {
    MapReader altered = whole_;
    const std::string key = BytesOf(LedgerNodeKey{edge});
    altered.tables[TableId::kLedgerNode][key][10] ^= 1;
    EXPECT_THAT(CheckLedgerEnd(LedgerView(altered), kEntries),
                StatusIs(absl::StatusCode::kDataLoss));
  }
  MapReader altered = whole_;
  std::string& last =
      altered
          .tables[TableId::kLedgerEntry][BytesOf(LedgerEntryKey{kEntries - 1})];
  last[last.find("ina") == std::string::npos ? last.find("otto")
                                             : last.find("ina")] = 'e';
  EXPECT_THAT(CheckLedgerEnd(LedgerView(altered), kEntries),
              StatusIs(absl::StatusCode::kDataLoss));
}

}  // namespace
}  // namespace rollcall::collector
