#include "collector/ledger/ledger_verification.h"

#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "tests/unit/collector/ledger/ledger_fixture.h"

namespace rollcall::collector {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

class LedgerVerificationTest : public ::testing::Test {
 protected:
  static constexpr size_t kEntries = 12;

  LedgerVerificationTest() : signer_(NewSigner()) {
    for (size_t i = 1; i < kEntries; ++i) {
      ledger_.entries.push_back(SomeEntry(i));
    }
    written_ = ledger_.Write(signer_);
    trust_.keys = {signer_.public_key()};
  }

  LedgerVerdict Verify(const std::string& file) {
    return VerifyLedgerFile(file, trust_);
  }

  const LedgerSigner signer_;
  WrittenLedger ledger_;
  WrittenLedger::Written written_;
  LedgerTrust trust_;
};

TEST_F(LedgerVerificationTest, WithoutACheckpointCannotTellOfATail) {
  const LedgerVerdict verdict = Verify(written_.File());
  EXPECT_TRUE(verdict.good());
  EXPECT_EQ(verdict.entries, kEntries);
  EXPECT_EQ(verdict.log_id, ledger_.log_id);
  EXPECT_EQ(verdict.newest, written_.checkpoints.back().checkpoint.time);
  EXPECT_EQ(verdict.whole, Answer::kCannotTell);
  EXPECT_EQ(verdict.not_rewritten, Answer::kCannotTell);
  // A tail that was cut with care cannot be seen.
  EXPECT_TRUE(Verify(written_.File(5)).good());
}

TEST_F(LedgerVerificationTest, WithACheckpointTellsOfTailAndRewriting) {
  trust_.checkpoints = {written_.Kept(8)};
  const LedgerVerdict verdict = Verify(written_.File());
  EXPECT_TRUE(verdict.good());
  EXPECT_EQ(verdict.whole, Answer::kYes);
  EXPECT_EQ(verdict.not_rewritten, Answer::kYes);
  EXPECT_EQ(verdict.covered, 8);

  const LedgerVerdict cut = Verify(written_.File(5));
  EXPECT_FALSE(cut.good());
  EXPECT_EQ(cut.whole, Answer::kNo);
  EXPECT_THAT(cut.checkpoint_fault, HasSubstr("entries 5 to 7 are missing"));
  EXPECT_THAT(cut.first_bad(), Optional(5));
}

TEST_F(LedgerVerificationTest, SeveralCheckpointsNarrowWhereItWasRewritten) {
  for (const size_t size : {3, 10, 6}) {
    KeptCheckpoint kept = written_.Kept(size);
    kept.leaves.clear();
    trust_.checkpoints.push_back(kept);
  }
  ledger_.entries[7].actor = "eve";
  const LedgerVerdict verdict = Verify(ledger_.Write(signer_).File());
  EXPECT_EQ(verdict.not_rewritten, Answer::kNo);
  EXPECT_EQ(verdict.covered, 6);
  EXPECT_EQ(verdict.rewritten_from, 6);
  EXPECT_EQ(verdict.first_rewritten, std::nullopt);
  EXPECT_THAT(verdict.checkpoint_fault, HasSubstr("checkpoint of 10 entries"));
  // One that holds the entries' hashes names the entry.
  trust_.checkpoints.push_back(written_.Kept(9));
  EXPECT_THAT(Verify(ledger_.Write(signer_).File()).first_bad(), Optional(8));
}

TEST_F(LedgerVerificationTest, ACheckpointOfAnotherLedgerSpeaksAgainstIt) {
  WrittenLedger other = ledger_;
  other.log_id = "ffeeddccbbaa99887766554433221100";
  trust_.checkpoints = {other.Write(signer_).Kept(4)};
  const LedgerVerdict verdict = Verify(written_.File());
  EXPECT_FALSE(verdict.good());
  EXPECT_THAT(verdict.checkpoint_fault, HasSubstr("another ledger"));
}

TEST_F(LedgerVerificationTest, ACheckpointThatNobodyTrustedSignedIsSaid) {
  KeptCheckpoint kept = written_.Kept(4);
  kept.signed_checkpoint.signature[3] ^= 1;
  trust_.checkpoints = {kept};
  EXPECT_THAT(Verify(written_.File()).checkpoint_fault,
              HasSubstr("signature does not hold"));
  // The ledger and its key were replaced, the checkpoint was not.
  const LedgerSigner thief = NewSigner();
  trust_.checkpoints = {written_.Kept(4)};
  trust_.keys = {thief.public_key()};
  const LedgerVerdict verdict = Verify(ledger_.Write(thief).File());
  EXPECT_EQ(verdict.fault, std::nullopt);
  EXPECT_FALSE(verdict.good());
  EXPECT_THAT(verdict.checkpoint_fault,
              HasSubstr(signer_.public_key().sha256()));
}

TEST_F(LedgerVerificationTest, WithoutTheKeyNothingIsVouchedFor) {
  trust_.keys = {NewSigner().public_key()};
  const LedgerVerdict verdict = Verify(written_.File());
  ASSERT_TRUE(verdict.fault.has_value());
  EXPECT_THAT(verdict.fault->entry, Optional(0));
  EXPECT_THAT(verdict.fault->what, HasSubstr("none of those that were given"));
  EXPECT_FALSE(VerifyLedgerFile(written_.File(), {}).good());
}

TEST_F(LedgerVerificationTest, AFaultNamesItsLine) {
  std::string file = written_.File();
  file.replace(file.find("set 4"), 5, "set 5");
  const LedgerVerdict verdict = Verify(file);
  ASSERT_TRUE(verdict.fault.has_value());
  EXPECT_THAT(verdict.fault->entry, Optional(4));
  EXPECT_EQ(verdict.fault->line, 6);
  EXPECT_EQ(verdict.newest, written_.checkpoints[3].checkpoint.time);
}

TEST_F(LedgerVerificationTest, WhatIsAddedDoubledOrCutIsSeen) {
  const std::string file = written_.File();
  const std::string end = SignedCheckpointText(written_.checkpoints.back());
  const size_t second = file.find(written_.lines[1]);
  const size_t begin = file.rfind('\n', second) + 1;
  const std::string line =
      file.substr(begin, file.find('\n', second) + 1 - begin);
  const auto with = [&](size_t at, size_t size, const std::string& text) {
    std::string altered = file;
    return altered.replace(at, size, text);
  };
  const std::pair<std::string, uint64_t> alterations[] = {
      // Of the end only: what a further entry would be.
      {file + "x", kEntries},
      {file + "\n", kEntries},
      {file + std::string(1, '\0'), kEntries},
      {file + end, kEntries},
      {file + file, kEntries},
      {file.substr(0, file.size() - 1), kEntries},
      // An entry twice, or none of it, or with a cut letter of two bytes.
      {with(begin, 0, line), 2},
      {with(begin, line.size(), ""), 1},
      {with(begin + line.size() - 3, 0, "\xc3"), 1},
      {with(begin + line.size() - 1, 1, "\r\n"), 1},
      {with(0, 0, "\xef\xbb\xbf"), kEntries},
  };
  for (const auto& [text, first_bad] : alterations) {
    SCOPED_TRACE(text.size());
    for (const bool kept : {false, true}) {
      trust_.checkpoints.clear();
      if (kept) trust_.checkpoints = {written_.Kept(kEntries)};
      const LedgerVerdict verdict = Verify(text);
      EXPECT_FALSE(verdict.good());
      ASSERT_TRUE(verdict.fault.has_value());
      if (verdict.fault->entry.has_value()) {
        EXPECT_EQ(*verdict.fault->entry, first_bad);
      } else {
        EXPECT_EQ(verdict.fault->line, 1);
      }
    }
  }
}

TEST_F(LedgerVerificationTest, ACheckpointOfMoreThanThereIsSaysWhatIsMissing) {
  // Of any size, be it signed or not.
  KeptCheckpoint kept = written_.Kept(kEntries);
  kept.leaves.clear();
  kept.signed_checkpoint.checkpoint.size = ~uint64_t{0};
  trust_.checkpoints = {kept};
  EXPECT_THAT(Verify(written_.File()).checkpoint_fault,
              HasSubstr("cannot be trusted"));
  kept.signed_checkpoint.signature =
      *signer_.Sign(CheckpointText(kept.signed_checkpoint.checkpoint));
  trust_.checkpoints = {kept};
  const LedgerVerdict verdict = Verify(written_.File());
  EXPECT_EQ(verdict.whole, Answer::kNo);
  EXPECT_THAT(verdict.checkpoint_fault,
              HasSubstr("entries 12 to 18446744073709551614 are missing"));
  EXPECT_THAT(verdict.first_bad(), Optional(kEntries));
}

TEST_F(LedgerVerificationTest, TextsThatAreNoLedgerAreSaidToBeNone) {
  for (const std::string& text :
       {std::string(), std::string("\n"), std::string("rollcall"),
        std::string("rollcall ledger 2 log ") + ledger_.log_id + "\n",
        LedgerFileHeader(ledger_.log_id), std::string(1 << 14, '\n'),
        SignedCheckpointText(written_.checkpoints[0])}) {
    const LedgerVerdict verdict = Verify(text);
    EXPECT_TRUE(verdict.fault.has_value()) << text.substr(0, 100);
    trust_.checkpoints = {written_.Kept(4)};
    EXPECT_FALSE(Verify(text).good());
    trust_.checkpoints.clear();
  }
}

}  // namespace
}  // namespace rollcall::collector
