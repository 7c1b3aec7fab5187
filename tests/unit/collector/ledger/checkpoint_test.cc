#include "collector/ledger/checkpoint.h"

#include "absl/strings/str_replace.h"
#include "collector/ledger/kept_checkpoint.h"
#include "gmock/gmock.h"
#include "tests/unit/collector/ledger/ledger_fixture.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::SizeIs;

SignedCheckpoint SomeCheckpoint() {
  return {{"00112233445566778899aabbccddeeff", 42, TreeHash(32, '\x0a'),
           absl::FromUnixSeconds(1'770'000'000), std::string(64, 'b')},
          std::string(64, 's')};
}

TEST(Checkpoint, IsSevenLines) {
  EXPECT_EQ(SignedCheckpointText(SomeCheckpoint()),
            "rollcall ledger checkpoint 1\n"
            "log 00112233445566778899aabbccddeeff\n"
            "size 42\n"
            "root 0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"
            "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a\n"
            "time 2026-02-02T02:40:00.000000Z\n"
            "key bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
            "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n"
            "signature c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nz"
            "c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzcw==\n");
}

TEST(Checkpoint, SaysAfterReadingWhatWasWritten) {
  const SignedCheckpoint written = SomeCheckpoint();
  ASSERT_OK_AND_ASSIGN(const SignedCheckpoint read,
                       ParseSignedCheckpoint(SignedCheckpointText(written)));
  EXPECT_EQ(read.checkpoint.log_id, written.checkpoint.log_id);
  EXPECT_EQ(read.checkpoint.size, written.checkpoint.size);
  EXPECT_EQ(read.checkpoint.root, written.checkpoint.root);
  EXPECT_EQ(read.checkpoint.time, written.checkpoint.time);
  EXPECT_EQ(read.checkpoint.key_sha256, written.checkpoint.key_sha256);
  EXPECT_EQ(read.signature, written.signature);
}

TEST(Checkpoint, IsTakenInOneFormOnly) {
  const std::string text = SignedCheckpointText(SomeCheckpoint());
  const std::pair<const char*, const char*> changes[] = {
      {"checkpoint 1", "checkpoint 2"},
      {"size 42", "size 042"},
      {"size 42", "size +42"},
      {"size 42", "size -1"},
      {"size 42", "size 42 "},
      {"root 0a", "root 0A"},
      {"root 0a", "root "},
      {"log 00", "log 0"},
      {"log 00", "log A0"},
      {"key bb", "key b"},
      {"000000Z", "000Z"},
      {"000000Z", "000000+00:00"},
      {"cw==\n", "cx==\n"},
      {"cw==\n", "cw=\n"},
      {"cw==\n", "cw\n"},
      {"cw==\n", "cw=="},
      {"cw==\n", "cw==\n\n"},
      {"\n", "\r\n"},
      {"signature c", "signature  c"},
      {"size 42\n", ""},
  };
  for (const auto& [from, to] : changes) {
    const std::string other = absl::StrReplaceAll(text, {{from, to}});
    ASSERT_NE(other, text) << from;
    EXPECT_THAT(ParseSignedCheckpoint(other), StatusIs(kInvalid)) << other;
  }
  EXPECT_THAT(ParseSignedCheckpoint(""), StatusIs(kInvalid));
}

class KeptCheckpointTest : public ::testing::Test {
 protected:
  KeptCheckpointTest() {
    WrittenLedger ledger;
    for (size_t i = 1; i < 6; ++i) ledger.entries.push_back(SomeEntry(i));
    written_ = ledger.Write(NewSigner());
  }
  WrittenLedger::Written written_;
};

TEST_F(KeptCheckpointTest, AFileHoldsSeveralWithHashesOrWithout) {
  KeptCheckpoint bare = written_.Kept(2);
  bare.leaves.clear();
  const std::string text = KeptCheckpointText(written_.Kept(4)) +
                           KeptCheckpointText(bare) +
                           KeptCheckpointText(written_.Kept(6));
  ASSERT_OK_AND_ASSIGN(const auto all, ParseKeptCheckpoints(text));
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_EQ(all[0].leaves, written_.Kept(4).leaves);
  EXPECT_THAT(all[1].leaves, SizeIs(0));
  EXPECT_EQ(all[2].signed_checkpoint.signature,
            written_.checkpoints[5].signature);
}

TEST_F(KeptCheckpointTest, HashesMustLeadToTheRoot) {
  KeptCheckpoint kept = written_.Kept(4);
  kept.leaves[2][0] ^= 1;
  EXPECT_THAT(ParseKeptCheckpoints(KeptCheckpointText(kept)),
              StatusIs(kInvalid, HasSubstr("line 11")));
  kept.leaves.pop_back();
  EXPECT_THAT(ParseKeptCheckpoints(KeptCheckpointText(kept)),
              StatusIs(kInvalid, HasSubstr("there must be 4")));
}

TEST_F(KeptCheckpointTest, AnyByteThatChangesIsSeenOrChangesWhatIsSigned) {
  const std::string text = KeptCheckpointText(written_.Kept(3));
  const auto& before = written_.checkpoints[2];
  for (size_t i = 0; i < text.size(); ++i) {
    for (const int bit : {0, 3, 5}) {
      std::string other = text;
      other[i] = static_cast<char>(other[i] ^ (1 << bit));
      const auto read = ParseKeptCheckpoints(other);
      if (!read.ok()) continue;
      EXPECT_NE(SignedCheckpointText((*read)[0].signed_checkpoint),
                SignedCheckpointText(before))
          << i;
    }
  }
}

TEST_F(KeptCheckpointTest, WhatIsNoneIsRefused) {
  const std::string good = KeptCheckpointText(written_.Kept(3));
  for (const std::string& text :
       {std::string(), std::string("\n"), good + "\n", good + "more",
        "\n" + good, good.substr(0, good.size() - 1)}) {
    EXPECT_THAT(ParseKeptCheckpoints(text),
                StatusIs(kInvalid, HasSubstr("line ")));
  }
}

}  // namespace
}  // namespace rollcall::collector
