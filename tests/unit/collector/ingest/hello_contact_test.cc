// Agents, their copies, and a store that was restored from a backup.
#include "collector/ingest/hello_contact.h"

#include "collector/identity/link_tables.h"
#include "collector/identity/store_incarnation.h"
#include "tests/unit/collector/ingest/sync_fixture.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::StatusIs;
using ::testing::HasSubstr;

// A machine that keeps what a collector gave it.
struct Machine {
  std::string nonce;
  int64_t incarnation = 0;
};

class RestoredStoreTest : public SyncTest {
 protected:
  absl::Status Meet(Machine& machine) {
    Wire wire(*deps_, agent_);
    agent::Conversation conversation(wire);
    const absl::Status status =
        conversation.Begin(facts_, machine.incarnation, machine.nonce);
    if (!conversation.next_nonce().empty()) {
      machine.nonce = conversation.next_nonce();
    }
    if (status.ok()) machine.incarnation = conversation.store_incarnation();
    return status;
  }
  void MeetTimes(Machine& machine, int times) {
    for (int i = 0; i < times; ++i) EXPECT_OK(Meet(machine));
  }

  stored::v1::AgentContacts Contacts() {
    const auto contacts = kAgentContactsTable.Get(engine_, {agent_});
    EXPECT_OK(contacts);
    return contacts->value_or(stored::v1::AgentContacts());
  }
  ContactVerdict Verdict() { return StandingVerdict(Contacts()); }

  // The store is again what it was, and says so if it `is_noted`.
  void Restore(const stored::v1::AgentContacts& backup, bool is_noted) {
    Batch batch;
    kAgentContactsTable.Put(batch, {agent_}, backup);
    ASSERT_OK(engine_.Write(batch, Durability::kBuffered));
    if (!is_noted) return;
    ASSERT_OK_AND_ASSIGN(deps_->store_incarnation,
                         BeginStoreIncarnation(engine_, clock_.Now()));
  }

  const agent::Facts facts_ = MakeFacts({PackageText(1)});
};

TEST_F(RestoredStoreTest, HonestAgentsAreNotTakenForCopies) {
  Machine machine;
  MeetTimes(machine, 5);
  const auto backup = Contacts();
  for (int restores = 1; restores <= 5; ++restores) {
    MeetTimes(machine, 4);
    Restore(backup, /*is_noted=*/true);
    clock_.Advance(absl::Hours(1));
    EXPECT_OK(Meet(machine));
    EXPECT_EQ(stats_.contacts_paused, restores);
    EXPECT_EQ(machine.incarnation, deps_->store_incarnation);
    MeetTimes(machine, 4);
    EXPECT_EQ(Verdict(), ContactVerdict::kNormal);
  }
  EXPECT_EQ(stats_.identity_conflicts, 0);
}

TEST_F(RestoredStoreTest, ThatIsNotNotedOneLooksLikeARestoredAgent) {
  Machine machine;
  MeetTimes(machine, 5);
  const auto backup = Contacts();
  MeetTimes(machine, 4);
  Restore(backup, /*is_noted=*/false);
  EXPECT_OK(Meet(machine));
  EXPECT_EQ(Verdict(), ContactVerdict::kAmbiguous);
  EXPECT_EQ(stats_.contacts_paused, 0);
}

TEST_F(RestoredStoreTest, OnceAnAgentHasHeardOfItItsCopiesAreSeenAgain) {
  Machine machine;
  MeetTimes(machine, 5);
  Machine copy = machine;
  Restore(Contacts(), /*is_noted=*/true);
  MeetTimes(machine, 4);
  absl::Status last;
  for (int i = 0; i < 4 && last.ok(); ++i) {
    EXPECT_OK(Meet(machine));
    last = Meet(copy);
  }
  EXPECT_THAT(last, StatusIs(absl::StatusCode::kPermissionDenied,
                             HasSubstr("wants a new key")));
  EXPECT_OK(Meet(machine));
}

TEST_F(RestoredStoreTest, ACopyThatIsRefusedIsNoSignOfTheMachine) {
  Machine machine;
  MeetTimes(machine, 5);
  Machine copy = machine;
  absl::Status last;
  while (last.ok()) {
    EXPECT_OK(Meet(machine));
    last = Meet(copy);
  }
  EXPECT_OK(Meet(machine));
  const absl::Time seen = clock_.Now();
  clock_.Advance(absl::Hours(1));
  EXPECT_THAT(Meet(copy), StatusIs(absl::StatusCode::kPermissionDenied));
  ASSERT_OK_AND_ASSIGN(const auto subject,
                       subjects_.FindByAgent(engine_, agent_));
  ASSERT_TRUE(subject.has_value());
  EXPECT_EQ(last_seen_.Get(subject->id)->time, seen);
}

}  // namespace
}  // namespace rollcall::collector
