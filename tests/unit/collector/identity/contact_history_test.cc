#include "collector/identity/contact_history.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "tests/support/fake_random.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::FakeRandom;

// A machine with the agent's state as it keeps it.
struct Machine {
  std::optional<Nonce> nonce;
  int64_t incarnation = 0;
};

class ContactHistoryTest : public ::testing::Test {
 protected:
  ContactOutcome Hello(Machine& machine, bool answer_arrives = true) {
    Contact contact;
    contact.nonce = machine.nonce;
    contact.agent_incarnation = machine.incarnation;
    contact.store_incarnation = incarnation_;
    contact.time = absl::FromUnixSeconds(++now_);
    const ContactOutcome outcome =
        ApplyContact(contact, Nonce::Generate(random_), record_);
    if (answer_arrives) {
      machine.nonce = outcome.next_nonce;
      machine.incarnation = incarnation_;
    }
    return outcome;
  }
  ContactVerdict Last(Machine& machine, int times) {
    ContactVerdict verdict = ContactVerdict::kFirst;
    for (int i = 0; i < times; ++i) verdict = Hello(machine).verdict;
    return verdict;
  }

  FakeRandom random_;
  int64_t incarnation_ = 1;
  int64_t now_ = 1'770'000'000;
  stored::v1::AgentContacts record_;
};

TEST_F(ContactHistoryTest, AnAgentThatGoesOnIsNormal) {
  Machine a;
  EXPECT_EQ(Hello(a).verdict, ContactVerdict::kFirst);
  for (int i = 0; i < 100; ++i) {
    const ContactOutcome outcome = Hello(a);
    EXPECT_EQ(outcome.verdict, ContactVerdict::kNormal);
    EXPECT_EQ(outcome.contacts, i + 2);
  }
  EXPECT_EQ(record_.branches_size(), 1);
}

TEST_F(ContactHistoryTest, ANonceThatACrashLostIsNeverAClone) {
  Machine a;
  FakeRandom crashes(7);
  for (int i = 0; i < 1'000; ++i) {
    const ContactOutcome outcome = Hello(a, crashes.Next64() % 3 != 0);
    EXPECT_NE(outcome.verdict, ContactVerdict::kClone) << i;
    EXPECT_NE(outcome.verdict, ContactVerdict::kRestored) << i;
  }
  EXPECT_EQ(Last(a, 3), ContactVerdict::kNormal);
}

TEST_F(ContactHistoryTest, TheFirstNonceMayBeLostToo) {
  Machine a;
  Hello(a, false);
  Hello(a, false);
  EXPECT_EQ(Last(a, 3), ContactVerdict::kNormal);
}

TEST_F(ContactHistoryTest, ARestoredBackupIsAmbiguousAndThenRestored) {
  Machine a;
  Last(a, 5);
  const Machine backup = a;
  Last(a, 10);
  a = backup;
  EXPECT_EQ(Hello(a).verdict, ContactVerdict::kAmbiguous);
  EXPECT_EQ(Hello(a).verdict, ContactVerdict::kAmbiguous);
  EXPECT_EQ(Hello(a).verdict, ContactVerdict::kRestored);
  EXPECT_EQ(Last(a, kContactsToForget), ContactVerdict::kNormal);
}

TEST_F(ContactHistoryTest, RestoringAgainAndAgainIsNoClone) {
  Machine a;
  Last(a, 5);
  const Machine snapshot = a;
  for (int day = 0; day < 200; ++day) {
    a = snapshot;
    for (int i = 0; i < 1 + day % 12; ++i) {
      EXPECT_NE(Hello(a).verdict, ContactVerdict::kClone) << day;
    }
  }
}

TEST_F(ContactHistoryTest, AnAgentThatLostItsStateIsNoClone) {
  Machine a;
  Last(a, 5);
  a = Machine();
  EXPECT_EQ(Last(a, 3), ContactVerdict::kRestored);
}

// Every order of contacts of two machines with one key, once both have spoken:
// a machine that falls silent when the other begins may as well have been
// restored.
TEST_F(ContactHistoryTest, TwoWithOneKeyAreAClonePairAfterThreeContactsOfBoth) {
  for (int before = 1; before < 4; ++before) {
    std::string order = "AAABBB";
    do {
      record_.Clear();
      Machine a;
      Last(a, 4);
      Machine b = a;
      Last(a, before);
      ContactVerdict verdict = Hello(b).verdict;
      for (const char who : order) verdict = Hello(who == 'A' ? a : b).verdict;
      EXPECT_EQ(verdict, ContactVerdict::kClone) << order << " " << before;
    } while (std::next_permutation(order.begin(), order.end()));
  }
}

TEST_F(ContactHistoryTest, OfAClonePairTheLaterMustRekey) {
  Machine a;
  Last(a, 4);
  Machine b = a;
  Hello(a);
  for (int i = 0; i < 3; ++i) {
    Hello(b);
    Hello(a);
  }
  ContactOutcome outcome = Hello(b);
  EXPECT_EQ(outcome.verdict, ContactVerdict::kClone);
  EXPECT_TRUE(outcome.must_rekey);
  outcome = Hello(a);
  EXPECT_EQ(outcome.verdict, ContactVerdict::kClone);
  EXPECT_FALSE(outcome.must_rekey);
}

TEST_F(ContactHistoryTest, ARestoreSoonAfterACloneIsNoClone) {
  Machine a;
  Last(a, 4);
  Machine b = a;
  Hello(a);
  const Machine backup = a;
  while (!Hello(b).must_rekey) Hello(a);
  Hello(a);
  a = backup;
  EXPECT_EQ(Hello(a).verdict, ContactVerdict::kAmbiguous);
  EXPECT_EQ(Hello(a).verdict, ContactVerdict::kAmbiguous);
  const ContactOutcome third = Hello(a);
  EXPECT_EQ(third.verdict, ContactVerdict::kRestored);
  EXPECT_FALSE(third.must_rekey);
}

// What was before the restore is no machine of its own that would have had the
// key first.
TEST_F(ContactHistoryTest, OfACloneOfARestoredAgentTheCopyMustRekeyAlone) {
  Machine a;
  Last(a, 2);
  const Machine backup = a;
  Last(a, 4);
  a = backup;
  EXPECT_EQ(Last(a, 4), ContactVerdict::kRestored);
  Machine b = a;
  Hello(a);
  while (!Hello(b).must_rekey) EXPECT_FALSE(Hello(a).must_rekey);
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(Hello(a).must_rekey);
}

TEST_F(ContactHistoryTest, TheFirstThatSleptWhileItsCopySpokeStaysTheFirst) {
  Machine a;
  Last(a, 4);
  Machine b = a;
  Hello(a);
  Last(b, 2 * kContactsToForget);
  Last(a, 3);
  EXPECT_FALSE(Hello(a).must_rekey);
  EXPECT_TRUE(Hello(b).must_rekey);
}

TEST_F(ContactHistoryTest, ACopyThatWasSentAwayStaysSentAway) {
  Machine a;
  Last(a, 4);
  Machine b = a;
  Hello(a);
  Hello(b);
  Hello(a);
  // It is not given another nonce then.
  EXPECT_TRUE(Hello(b, /*answer_arrives=*/false).must_rekey);
  EXPECT_EQ(Last(a, kContactsToForget), ContactVerdict::kNormal);
  for (int i = 0; i < 3 * kContactsToForget; ++i) {
    const ContactOutcome again = Hello(b, /*answer_arrives=*/false);
    EXPECT_EQ(again.verdict, ContactVerdict::kClone);
    EXPECT_TRUE(again.must_rekey);
    EXPECT_EQ(StandingVerdict(record_), ContactVerdict::kClone);
  }
  EXPECT_FALSE(Hello(a).must_rekey);
  EXPECT_EQ(record_.branches_size(), 2);
}

TEST_F(ContactHistoryTest, ASecondCopyIsFoundOutAfterTheFirstWasSentAway) {
  Machine a;
  Last(a, 4);
  Machine b = a;
  Machine c = a;
  Hello(a);
  while (!Hello(b).must_rekey) Hello(a);
  Hello(a);
  EXPECT_EQ(Hello(c).verdict, ContactVerdict::kAmbiguous);
  ContactOutcome of_copy;
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(Hello(a).must_rekey);
    of_copy = Hello(c);
  }
  EXPECT_EQ(of_copy.verdict, ContactVerdict::kClone);
  EXPECT_TRUE(of_copy.must_rekey);
}

TEST_F(ContactHistoryTest, OnceTheCloneHasAKeyOfItsOwnAllIsNormalAgain) {
  Machine a;
  Last(a, 4);
  Machine b = a;
  Hello(a);
  for (int i = 0; i < 5; ++i) {
    Hello(b);
    Hello(a);
  }
  EXPECT_EQ(Last(a, kContactsToForget), ContactVerdict::kNormal);
}

TEST_F(ContactHistoryTest, ACloneThatSleptForLongIsSeenWhenItReturns) {
  Machine a;
  Last(a, 4);
  Machine b = a;
  Hello(a);
  Last(b, 3);
  EXPECT_EQ(Last(a, 30), ContactVerdict::kNormal);
  EXPECT_EQ(Last(b, 1), ContactVerdict::kClone);
}

TEST_F(ContactHistoryTest, ManyClonesOfOneImageAreSeen) {
  Machine image;
  Hello(image);
  std::vector<Machine> clones(100, image);
  FakeRandom order(3);
  ContactVerdict verdict = ContactVerdict::kFirst;
  for (int i = 0; i < 300; ++i) {
    verdict = Hello(clones[order.Next64() % clones.size()]).verdict;
    EXPECT_LE(record_.branches_size(), kMaxBranches);
  }
  EXPECT_EQ(verdict, ContactVerdict::kClone);
}

TEST_F(ContactHistoryTest, ARefusedCopyThatTriesOnDoesNotPushOutTheFirst) {
  Machine a;
  Last(a, 5);
  Machine b = a;
  for (int i = 0; i < 4; ++i) {
    Hello(a);
    Hello(b);
  }
  // It is not given another nonce.
  for (int i = 0; i < 3 * kMaxBranches; ++i) {
    EXPECT_TRUE(Hello(b, /*answer_arrives=*/false).must_rekey);
  }
  EXPECT_LE(record_.branches_size(), kMaxBranches);
  EXPECT_FALSE(Hello(a).must_rekey);
}

TEST_F(ContactHistoryTest, OfTwoThatAnswerAtOnceTheLaterMustRekey) {
  Machine a;
  Last(a, 2);
  Machine b = a;  // it takes the place from where the other would go on
  Hello(b);
  EXPECT_EQ(StandingVerdict(record_), ContactVerdict::kNormal);
  ApplyBothAnswered(*a.nonce, *b.nonce, record_);
  EXPECT_EQ(StandingVerdict(record_), ContactVerdict::kClone);
  for (int i = 0; i < 3; ++i) {
    const ContactOutcome later = Hello(b);
    EXPECT_EQ(later.verdict, ContactVerdict::kClone);
    EXPECT_TRUE(later.must_rekey);
    const ContactOutcome first = Hello(a);
    EXPECT_EQ(first.verdict, ContactVerdict::kClone);
    EXPECT_FALSE(first.must_rekey);
  }
}

TEST_F(ContactHistoryTest, TheFirstStaysTheFirstThoughItCameBackLater) {
  Machine a;
  Last(a, 2);
  Machine b = a;
  Hello(b);
  Hello(a);  // counted as the later one of both
  ApplyBothAnswered(*a.nonce, *b.nonce, record_);
  EXPECT_FALSE(Hello(a).must_rekey);
  EXPECT_TRUE(Hello(b).must_rekey);
}

TEST_F(ContactHistoryTest, AmongManyCopiesTheRecordStaysBounded) {
  Machine a;
  Last(a, 2);
  for (int i = 0; i < 2 * kMaxBranches; ++i) {
    Machine copy = a;
    Last(copy, 2);
  }
  Machine b = a;
  Hello(b);
  ApplyBothAnswered(*a.nonce, *b.nonce, record_);
  EXPECT_LE(record_.branches_size(), kMaxBranches);
  EXPECT_TRUE(Hello(b).must_rekey);
}

TEST_F(ContactHistoryTest, ARestoredStoreTakesNobodyForAClone) {
  Machine a;
  Last(a, 5);
  const stored::v1::AgentContacts backup = record_;
  Last(a, 5);
  record_ = backup;
  incarnation_ = 2;
  EXPECT_EQ(Hello(a, false).verdict, ContactVerdict::kPaused);
  EXPECT_EQ(Hello(a).verdict, ContactVerdict::kPaused);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(Hello(a).verdict, ContactVerdict::kNormal);
  }
}

TEST_F(ContactHistoryTest, WhoHasHeardOfARestoredStoreIsJudgedAgain) {
  Machine a;
  Last(a, 5);
  const Machine image = a;
  incarnation_ = 2;
  Last(a, 4);
  // Only a copy from before has not heard.
  Machine b = image;
  EXPECT_EQ(Hello(b).verdict, ContactVerdict::kAmbiguous);
  // However often one says so.
  ContactVerdict verdict = ContactVerdict::kFirst;
  for (int i = 0; i < 3; ++i) {
    Hello(a);
    b.incarnation = 1;
    verdict = Hello(b).verdict;
  }
  EXPECT_EQ(verdict, ContactVerdict::kClone);
}

TEST_F(ContactHistoryTest, AfterARestoredStoreClonesAreSeenOnceTheyHaveHeard) {
  Machine a;
  Last(a, 5);
  incarnation_ = 2;
  Machine b = a;
  EXPECT_EQ(Hello(a).verdict, ContactVerdict::kPaused);
  EXPECT_EQ(Hello(b).verdict, ContactVerdict::kPaused);
  ContactVerdict verdict = ContactVerdict::kFirst;
  for (int i = 0; i < 3; ++i) {
    Hello(a);
    verdict = Hello(b).verdict;
  }
  EXPECT_EQ(verdict, ContactVerdict::kClone);
}

}  // namespace
}  // namespace rollcall::collector
