// Thousands of ways to alter an exported ledger: each is seen, and the first
// entry that is wrong is named.
#include "gmock/gmock.h"
#include "tests/support/sanitizer.h"
#include "tests/unit/collector/ledger/ledger_mutations.h"

namespace rollcall::collector {
namespace {

using Mutate = Mutation (LedgerMutations::*)();

class LedgerMutationTest : public ::testing::Test {
 protected:
  LedgerMutationTest() {
    trust_.keys = {mutations_.key()};
    trust_.check = [this](const LedgerPublicKey& key, absl::string_view text,
                          absl::string_view signature) {
      return checks_(key, text, signature);
    };
    informed_ = trust_;
    informed_.checkpoints = {mutations_.kept()};
  }

  LedgerMutations mutations_;
  RememberedChecks checks_;
  // Without what was kept elsewhere, and with it.
  LedgerTrust trust_;
  LedgerTrust informed_;
};

TEST_F(LedgerMutationTest, EachIsSeenAndItsFirstEntryNamed) {
  ASSERT_TRUE(VerifyLedgerFile(mutations_.file(), informed_).good());
  // Those that cost little are drawn more often.
  constexpr Mutate kMutations[] = {
      &LedgerMutations::FlipByte,  &LedgerMutations::FlipByte,
      &LedgerMutations::FlipByte,  &LedgerMutations::FlipByte,
      &LedgerMutations::FlipByte,  &LedgerMutations::CutOutLine,
      &LedgerMutations::SwapLines, &LedgerMutations::DoubleLine,
      &LedgerMutations::AddLine,   &LedgerMutations::CutAnywhere,
      &LedgerMutations::CutTail,   &LedgerMutations::SwapSignatures,
  };
  for (int i = 0; i < testing::Rounds(10'000); ++i) {
    const Mutation mutation =
        (mutations_.*kMutations[mutations_.Draw(std::size(kMutations))])();
    const LedgerVerdict verdict = VerifyLedgerFile(mutation.file, informed_);
    ASSERT_FALSE(verdict.good()) << mutation.file;
    ASSERT_EQ(verdict.first_bad(), mutation.expected.bad) << mutation.file;
    if (mutation.expected.needs_checkpoint) {
      ASSERT_FALSE(verdict.fault.has_value()) << mutation.file;
    } else {
      ASSERT_TRUE(verdict.fault.has_value()) << mutation.file;
    }
  }
}

TEST_F(LedgerMutationTest, EachThatIsSignedAgainIsSeenAndItsFirstEntryNamed) {
  constexpr Mutate kMutations[] = {
      &LedgerMutations::RewriteEntry,
      &LedgerMutations::SignWithAnotherKey,
      &LedgerMutations::ChangeKey,
      &LedgerMutations::SignAgain,
  };
  for (int i = 0; i < testing::Rounds(400); ++i) {
    const Mutation mutation =
        (mutations_.*kMutations[mutations_.Draw(std::size(kMutations))])();
    const LedgerVerdict verdict = VerifyLedgerFile(mutation.file, informed_);
    ASSERT_FALSE(verdict.good()) << mutation.file;
    ASSERT_EQ(verdict.first_bad(), mutation.expected.bad) << mutation.file;
    // Without what was kept elsewhere, nobody can tell what the key's holder
    // did.
    ASSERT_EQ(VerifyLedgerFile(mutation.file, trust_).good(),
              mutation.expected.needs_checkpoint)
        << mutation.file;
  }
}

TEST_F(LedgerMutationTest, LinesOfAnotherSystemAreSeen) {
  std::string file = mutations_.file();
  for (size_t at = 0; (at = file.find('\n', at)) != std::string::npos;
       at += 2) {
    file.insert(at, "\r");
  }
  EXPECT_FALSE(VerifyLedgerFile(file, informed_).good());
  EXPECT_FALSE(VerifyLedgerFile(mutations_.file() + "\n", informed_).good());
  EXPECT_FALSE(
      VerifyLedgerFile("\xef\xbb\xbf" + mutations_.file(), informed_).good());
  EXPECT_FALSE(
      VerifyLedgerFile(mutations_.file() + mutations_.file(), informed_)
          .good());
}

}  // namespace
}  // namespace rollcall::collector
