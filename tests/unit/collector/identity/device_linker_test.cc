// Which subjects become one device, and when they part again.
#include "collector/identity/device_linker.h"

#include <thread>
#include <utility>

#include "collector/identity/identity_edits.h"
#include "tests/support/gate.h"
#include "tests/support/proto_matchers.h"
#include "tests/unit/collector/identity/identity_world.h"
#include "tests/unit/collector/identity/machines.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::FromText;
using ::rollcall::testing::StatusIs;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class DeviceLinkerTest : public ::testing::Test, protected IdentityWorld {
 protected:
  // A machine that was copied as a whole: each copy takes the place of the one
  // before, which is off.
  std::vector<FakeAgent> Copies(size_t count) {
    std::vector<FakeAgent> copies;
    for (size_t i = 0; i < count; ++i) {
      copies.push_back(NewAgent());
      SayHello(copies[i], Laptop(1), 3);
      Link();
      EXPECT_EQ(DeviceOf(copies[i]), DeviceOf(copies[0]));
    }
    return copies;
  }
  // The agents of a laptop before it was reinstalled and since; time to match
  // them.
  std::pair<FakeAgent, FakeAgent> Reinstalled(int laptop) {
    FakeAgent before = NewAgent();
    SayHello(before, Laptop(laptop), 3);
    FakeAgent after = NewAgent();
    SayHello(after, Laptop(laptop), 3);
    clock_.Advance(absl::Hours(2));
    return {before, after};
  }
  void Split(const FakeAgent& agent) {
    v1::SplitDeviceRequest split;
    split.set_device_id(DeviceOf(agent).ToHex());
    split.add_subject_ids(SubjectOf(agent).ToHex());
    split.set_reason("two machines");
    EXPECT_OK(
        IdentityEdits(engine_, committer_, random_).SplitDevice(split, "ida"));
  }
  // As if the disk had changed what is stored of the subject.
  void Damage(TableId table, SubjectId subject) {
    KeyWriter key;
    SubjectKey{subject}.Encode(key);
    Batch batch;
    batch.Put(table, key.Take(), "\xff");
    ASSERT_OK(engine_.Write(batch, Durability::kBuffered));
  }
  // Whether matching says that it will decide by itself.
  bool IsWaiting(const FakeAgent& newer, const FakeAgent& older) {
    const auto pair = kPossibleDuplicateTable.Get(
        engine_, {SubjectOf(newer), SubjectOf(older)});
    EXPECT_OK(pair);
    return pair->has_value() && (*pair)->waiting();
  }
  // A contact of an agent that is known, without anything else that it says.
  Change ContactOf(const FakeAgent& agent) {
    clock_.Advance(absl::Minutes(1));
    const Contact contact = {agent.id, agent.nonce, incarnation_, incarnation_,
                             clock_.Now()};
    Change change;
    change.names = ContactLog::NamesOf(agent.id);
    change.build = [=, this, subject = SubjectOf(agent),
                    next = Nonce::Generate(random_)](
                       KnownStamp, const Reader& reader, Writes& writes) {
      return contacts_.Build(contact, subject, next, reader, writes).status();
    };
    change.done = [](const absl::StatusOr<KnownStamp>& stamp) {
      EXPECT_OK(stamp);
    };
    return change;
  }
  // Has the store written these, in their order, and the pass over what is due
  // as one group.
  void RunDueTogetherWith(const std::vector<Change>& before,
                          const std::vector<Change>& after) {
    const testing::Gate gate;
    Change wait;
    wait.build = [gate](KnownStamp, const Reader&, Writes&) {
      gate.Await();
      return absl::OkStatus();
    };
    wait.done = [](const absl::StatusOr<KnownStamp>&) {};
    ASSERT_OK(committer_.Submit(std::move(wait)));
    AwaitQueue(0);
    for (const Change& change : before) ASSERT_OK(committer_.Submit(change));
    std::thread linker([this] { EXPECT_OK(linker_.RunDue()); });
    AwaitQueue(before.size() + 1);
    for (const Change& change : after) ASSERT_OK(committer_.Submit(change));
    gate.Open();
    linker.join();
  }
  void AwaitQueue(size_t length) {
    while (committer_.stats().queue != length) std::this_thread::yield();
  }
};

TEST_F(DeviceLinkerTest, AReinstalledMachineStaysOneDevice) {
  FakeAgent before = NewAgent();
  SayHello(before, Laptop(1), 3);
  Link();
  const DeviceId device = DeviceOf(before);
  FakeAgent after = NewAgent();
  v1::Evidence reinstalled = Laptop(1);
  reinstalled.set_machine_id("new");
  reinstalled.set_hostname("renamed");
  SayHello(after, reinstalled);
  Link();
  EXPECT_NE(DeviceOf(after), device) << "one contact is too few to tell";
  EXPECT_THAT(Possible(),
              ElementsAre(Pair(SubjectOf(after), SubjectOf(before))));
  SayHello(after, reinstalled, 2);
  const KnownStamp early = Now();
  Link();
  EXPECT_EQ(DeviceOf(after), device);
  EXPECT_THAT(SubjectsOf(device),
              UnorderedElementsAre(SubjectOf(before), SubjectOf(after)));
  EXPECT_THAT(SubjectsOf(device, early), ElementsAre(SubjectOf(before)));
  EXPECT_THAT(Possible(), IsEmpty());
  const auto events = EventsOf(device);
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].kind(), v1::IdentityEvent::KIND_MATCH);
  EXPECT_EQ(events[0].actor(), "rollcall");
  EXPECT_THAT(events[0].reasons(),
              Contains("serial number agrees (80): dell inc. latitude sn1"));
  EXPECT_THAT(events[0].reasons(), Contains(HasSubstr("machine id differs")));
}

// It says hello once, and may not connect again for weeks.
TEST_F(DeviceLinkerTest, AReinstalledMachineThatHoldsItsStreamStaysOneDevice) {
  FakeAgent before = NewAgent();
  SayHello(before, Laptop(1), 3);
  Link();
  FakeAgent after = NewAgent();
  v1::Evidence reinstalled = Laptop(1);
  reinstalled.set_machine_id("new");
  SayHello(after, reinstalled);
  times_.Note(SubjectOf(after), clock_.Now() + absl::Minutes(59));
  Link();
  EXPECT_NE(DeviceOf(after), DeviceOf(before)) << "it checked in too briefly";
  times_.Note(SubjectOf(after), clock_.Now());
  Link();
  EXPECT_EQ(DeviceOf(after), DeviceOf(before));
}

TEST_F(DeviceLinkerTest, NoPlaceIsTakenWhileTheOlderSpeaks) {
  FakeAgent one = NewAgent();
  SayHello(one, Laptop(1), 3);
  FakeAgent two = NewAgent();
  for (int i = 0; i < 5; ++i) {
    SayHello(two, Laptop(1));
    SayHello(one, Laptop(1));
  }
  Link();
  Link();
  EXPECT_NE(DeviceOf(one), DeviceOf(two));
}

TEST_F(DeviceLinkerTest, AStreamThatIsHeldCountsAsSpeaking) {
  FakeAgent one = NewAgent();
  SayHello(one, Laptop(1), 3);
  FakeAgent two = NewAgent();
  SayHello(two, Laptop(1), 3);
  times_.Note(SubjectOf(one), clock_.Now());
  Link();
  EXPECT_NE(DeviceOf(one), DeviceOf(two));
}

TEST_F(DeviceLinkerTest, ThreeContactsInAHurryAreTooFewToTell) {
  FakeAgent one = NewAgent();
  SayHello(one, Laptop(1), 3);
  FakeAgent two = NewAgent();
  SayHello(two, Laptop(1), 3);
  ASSERT_OK(linker_.RunDue());
  EXPECT_NE(DeviceOf(one), DeviceOf(two));
  Link();
  EXPECT_EQ(DeviceOf(one), DeviceOf(two));
}

// On a stream that is held it may make no contact for days.
TEST_F(DeviceLinkerTest, OneThatWaitsIsNotComparedInEveryPass) {
  FakeAgent one = NewAgent();
  SayHello(one, Laptop(1), 3);
  FakeAgent two = NewAgent();
  SayHello(two, Laptop(1), 1);
  clock_.Advance(absl::Hours(2));
  ASSERT_OK(linker_.RunDue());
  const int64_t compared = linker_.counts().subjects;
  for (int i = 0; i < 5; ++i) {
    clock_.Advance(absl::Minutes(1));
    ASSERT_OK(linker_.RunDue());
  }
  EXPECT_EQ(linker_.counts().subjects, compared);
  EXPECT_EQ(linker_.due(), 1);
  clock_.Advance(absl::Minutes(10));
  ASSERT_OK(linker_.RunDue());
  EXPECT_EQ(linker_.counts().subjects, compared + 1);
  SayHello(two, Laptop(1), 2);
  ASSERT_OK(linker_.RunDue());
  EXPECT_EQ(DeviceOf(one), DeviceOf(two));
  EXPECT_EQ(linker_.due(), 1);
  ASSERT_OK(linker_.RunDue());
  EXPECT_EQ(linker_.due(), 0);
}

// It was reinstalled in a depot, said hello once and lay on a shelf.
TEST_F(DeviceLinkerTest, AMachineThatWasSilentForLongIsMatchedOnceItSpeaks) {
  FakeAgent before = NewAgent();
  SayHello(before, Laptop(1), 3);
  FakeAgent after = NewAgent();
  SayHello(after, Laptop(1));
  Link();
  EXPECT_TRUE(IsWaiting(after, before));
  clock_.Advance(absl::Hours(24 * 31));
  Link();
  EXPECT_FALSE(IsWaiting(after, before)) << "a person is asked";
  const int64_t compared = linker_.counts().subjects;
  Link();
  EXPECT_EQ(linker_.counts().subjects, compared) << "it is looked at daily";
  Change contact = ContactOf(after);
  Write(contact.build);
  Link();
  EXPECT_TRUE(IsWaiting(after, before));
  contact = ContactOf(after);
  Write(contact.build);
  Link();
  EXPECT_EQ(DeviceOf(after), DeviceOf(before));
}

// Whoever stops the collector does not wait for all that is due.
TEST_F(DeviceLinkerTest, WhatIsDueWhenItIsStoppedIsLeftToTheNext) {
  FakeAgent one = NewAgent();
  SayHello(one, Laptop(1), 3);
  FakeAgent two = NewAgent();
  SayHello(two, Laptop(1), 3);
  clock_.Advance(absl::Hours(2));
  DeviceLinker stopped(engine_, committer_, times_, clock_);
  stopped.Stop();
  ASSERT_OK(stopped.RunDue());
  EXPECT_EQ(stopped.counts().subjects, 0);
  EXPECT_NE(DeviceOf(one), DeviceOf(two));
  DeviceLinker next(engine_, committer_, times_, clock_);
  ASSERT_OK(next.RunDue());
  EXPECT_EQ(DeviceOf(one), DeviceOf(two));
}

TEST_F(DeviceLinkerTest, AMachineThatWaitsAsItWasToldIsNotSilent) {
  EXPECT_EQ(SilenceOf(absl::Minutes(5), absl::Minutes(10)), absl::Hours(1));
  EXPECT_EQ(SilenceOf(absl::Hours(24), absl::Hours(1)),
            absl::Hours(72) + absl::Minutes(1));
  const absl::Duration silence = SilenceOf(absl::Minutes(5), absl::Hours(4));
  EXPECT_EQ(silence, absl::Hours(6));
  DeviceLinker linker(engine_, committer_, times_, clock_,
                      {.silence = silence});
  FakeAgent one = NewAgent();
  SayHello(one, Laptop(1), 3);
  FakeAgent two = NewAgent();
  SayHello(two, Laptop(1), 3);
  clock_.Advance(silence - absl::Minutes(3));
  ASSERT_OK(linker.RunDue());
  EXPECT_NE(DeviceOf(one), DeviceOf(two));
  clock_.Advance(absl::Minutes(1));
  ASSERT_OK(linker.RunDue());
  EXPECT_EQ(DeviceOf(one), DeviceOf(two));
}

TEST_F(DeviceLinkerTest, AMatchIsTakenBackIfTheOlderSpeaksAgain) {
  FakeAgent one = NewAgent();
  SayHello(one, Laptop(1), 3);
  FakeAgent two = NewAgent();
  SayHello(two, Laptop(1), 3);
  const DeviceId second = DeviceOf(two);
  Link();
  ASSERT_EQ(DeviceOf(one), DeviceOf(two));
  SayHello(two, Laptop(1));
  SayHello(one, Laptop(1));
  Link();
  EXPECT_EQ(DeviceOf(two), second);
  EXPECT_THAT(SubjectsOf(second), ElementsAre(SubjectOf(two)));
  EXPECT_THAT(SubjectsOf(DeviceOf(one)), ElementsAre(SubjectOf(one)));
  EXPECT_EQ(EventsOf(second)[0].kind(), v1::IdentityEvent::KIND_UNMATCH);
  // And it stays so, although the older falls silent again.
  SayHello(two, Laptop(1), 5);
  Link();
  Link();
  EXPECT_NE(DeviceOf(one), DeviceOf(two));
}

TEST_F(DeviceLinkerTest, TheFirstOfThreeCopiesPartsAllOfThem) {
  auto copies = Copies(3);
  const DeviceId device = DeviceOf(copies[0]);
  SayHello(copies[0], Laptop(1));
  Link();
  EXPECT_THAT(SubjectsOf(device), ElementsAre(SubjectOf(copies[0])));
  EXPECT_NE(DeviceOf(copies[1]), DeviceOf(copies[2]));
  const auto events = EventsOf(device);
  EXPECT_EQ(events[0].kind(), v1::IdentityEvent::KIND_UNMATCH);
  EXPECT_THAT(events[0].moves(), SizeIs(2));
  EXPECT_THAT(events[0].reasons(), SizeIs(2));
  // And it stays so.
  SayHello(copies[2], Laptop(1), 5);
  Link();
  Link();
  EXPECT_THAT(SubjectsOf(device), ElementsAre(SubjectOf(copies[0])));
  EXPECT_NE(DeviceOf(copies[1]), DeviceOf(copies[2]));
}

TEST_F(DeviceLinkerTest, TheSecondOfThreeCopiesStaysUntilTheFirstSpeaks) {
  auto copies = Copies(3);
  const DeviceId device = DeviceOf(copies[0]);
  SayHello(copies[1], Laptop(1));
  Link();
  EXPECT_THAT(SubjectsOf(device),
              UnorderedElementsAre(SubjectOf(copies[0]), SubjectOf(copies[1])));
  SayHello(copies[0], Laptop(1));
  Link();
  EXPECT_THAT(SubjectsOf(device), ElementsAre(SubjectOf(copies[0])));
}

TEST_F(DeviceLinkerTest, ACopyThatAPersonTookAwayDoesNotHideTheOthers) {
  auto copies = Copies(3);
  const DeviceId device = DeviceOf(copies[0]);
  Split(copies[2]);
  SayHello(copies[0], Laptop(1));
  Link();
  EXPECT_THAT(SubjectsOf(device), ElementsAre(SubjectOf(copies[0])));
}

TEST_F(DeviceLinkerTest, WhomAPersonPutThereStaysWhenAMatchIsTakenBack) {
  FakeAgent linux = NewAgent();
  SayHello(linux, Laptop(1), 3);
  FakeAgent windows = NewAgent();
  SayHello(windows, Laptop(2), 3);
  const DeviceId device = DeviceOf(linux);
  v1::MergeDevicesRequest merge;
  merge.set_device_id(device.ToHex());
  merge.set_other_device_id(DeviceOf(windows).ToHex());
  merge.set_reason("two systems");
  ASSERT_OK(
      IdentityEdits(engine_, committer_, random_).MergeDevices(merge, "ida"));
  FakeAgent reinstalled = NewAgent();
  FakeAgent copy = NewAgent();
  for (FakeAgent* next : {&reinstalled, &copy}) {
    SayHello(*next, Laptop(1), 3);
    SayHello(windows, Laptop(2));
    Link();
    ASSERT_EQ(DeviceOf(*next), device);
  }
  SayHello(reinstalled, Laptop(1));
  Link();
  EXPECT_THAT(SubjectsOf(device),
              UnorderedElementsAre(SubjectOf(linux), SubjectOf(windows),
                                   SubjectOf(reinstalled)));
}

TEST_F(DeviceLinkerTest, AContactWrittenTogetherWithAMatchTakesItBack) {
  FakeAgent one = NewAgent();
  SayHello(one, Laptop(1), 3);
  Link();
  FakeAgent two = NewAgent();
  SayHello(two, Laptop(1), 3);
  clock_.Advance(absl::Hours(2));
  RunDueTogetherWith({}, {ContactOf(one)});
  ASSERT_EQ(linker_.counts().matches, 1);
  Link();
  EXPECT_NE(DeviceOf(one), DeviceOf(two));
}

TEST_F(DeviceLinkerTest, AContactWrittenJustBeforeAPassIsNotForgottenByIt) {
  std::vector<FakeAgent> copies = Copies(2);
  SayHello(copies[1], Laptop(1));  // due for what it said
  RunDueTogetherWith({ContactOf(copies[0])}, {});
  Link();
  EXPECT_NE(DeviceOf(copies[0]), DeviceOf(copies[1]));
}

TEST_F(DeviceLinkerTest, AStartLooksAgainAtThoseWhosePlaceWasTaken) {
  std::vector<FakeAgent> copies = Copies(2);
  SayHello(copies[0], Laptop(1));
  Batch batch;
  kLinkDueTable.Delete(batch, {SubjectOf(copies[0])});
  kLinkDueTable.Delete(batch, {SubjectOf(copies[1])});
  ASSERT_OK(engine_.Write(batch, Durability::kBuffered));
  DeviceLinker after_start(engine_, committer_, times_, clock_);
  ASSERT_OK(after_start.RunDue());
  EXPECT_NE(DeviceOf(copies[0]), DeviceOf(copies[1]));
}

TEST_F(DeviceLinkerTest, AMachineReinstalledAgainAndAgainStaysOneDevice) {
  FakeAgent first = NewAgent();
  SayHello(first, Laptop(1), 3);
  const DeviceId device = DeviceOf(first);
  for (int i = 0; i < 40; ++i) {
    FakeAgent next = NewAgent();
    SayHello(next, Laptop(1), 3);
    Link();
    EXPECT_EQ(DeviceOf(next), device) << i;
  }
  EXPECT_THAT(SubjectsOf(device), SizeIs(41));
}

TEST_F(DeviceLinkerTest, InstallationsThatWereTooShortToTellAreJoinedLater) {
  FakeAgent first = NewAgent();
  SayHello(first, Laptop(1), 3);
  FakeAgent brief = NewAgent();
  SayHello(brief, Laptop(1));
  FakeAgent last = NewAgent();
  SayHello(last, Laptop(1), 3);
  Link();
  EXPECT_THAT(SubjectsOf(DeviceOf(first)), SizeIs(3));
  EXPECT_EQ(DeviceOf(brief), DeviceOf(first));
  EXPECT_EQ(DeviceOf(last), DeviceOf(first));
}

TEST_F(DeviceLinkerTest, ValuesOnSeveralLiveMachinesAreWorthNothing) {
  // Boards of one batch: same serial number and UUID; live at once.
  std::vector<FakeAgent> agents;
  std::vector<v1::Evidence> evidence;
  for (int i = 0; i < 3; ++i) {
    agents.push_back(NewAgent());
    evidence.push_back(Laptop(i));
    evidence.back().set_system_serial("To be filled by O.E.M.");
    evidence.back().set_system_uuid("03000200-0400-0500-0006-000700080009");
    SayHello(agents[i], evidence[i]);
  }
  Link();
  EXPECT_THAT(Possible(), Not(IsEmpty()));
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 3; ++i) SayHello(agents[i], evidence[i]);
  }
  Link();
  EXPECT_THAT(Possible(), IsEmpty());
  // Reinstalled, the machine is known by what is its own.
  FakeAgent reinstalled = NewAgent();
  SayHello(reinstalled, evidence[1], 3);
  SayHello(agents[0], evidence[0]);
  Link();
  EXPECT_EQ(DeviceOf(reinstalled), DeviceOf(agents[1]));
}

TEST_F(DeviceLinkerTest, ACrowdedValueIsBoundedAndWorthNothing) {
  std::vector<FakeAgent> agents;
  for (int i = 0; i < 30; ++i) {
    agents.push_back(NewAgent());
    v1::Evidence evidence = Laptop(i);
    evidence.set_system_uuid("03000200-0400-0500-0006-000700080009");
    SayHello(agents[i], evidence);
  }
  Link();
  EvidencePiece uuid = {EvidenceKind::kSystemUuid, ""};
  uuid.value = PiecesOf(FromText<v1::Evidence>(
      "system_uuid: "
      "'03000200-0400-0500-0006-000700080009'"))[0]
                   .value;
  ASSERT_OK_AND_ASSIGN(const auto holders, ReadHolders(engine_, uuid.Hash()));
  EXPECT_TRUE(holders.crowded);
  EXPECT_THAT(holders.subjects, IsEmpty());
}

TEST_F(DeviceLinkerTest, ASwappedBoardWithItsAgentsNewKeyStaysOneDevice) {
  FakeAgent before = NewAgent();
  SayHello(before, Laptop(1), 3);
  FakeAgent after = NewAgent();
  v1::Evidence swapped = Laptop(1);
  swapped.set_system_uuid(Laptop(77).system_uuid());
  swapped.set_permanent_macs(0, "66:77:88:99:aa:bb");
  SayHello(after, swapped, 3);
  Link();
  EXPECT_EQ(DeviceOf(after), DeviceOf(before));
}

TEST_F(DeviceLinkerTest, TwoContainersOnOneHostStayTwoDevices) {
  FakeAgent host = NewAgent();
  SayHello(host, Laptop(1), 3);
  v1::Evidence container = Laptop(1);
  container.set_in_container(true);
  container.set_machine_id("container");
  FakeAgent guest = NewAgent();
  SayHello(guest, container, 3);
  Link();
  EXPECT_NE(DeviceOf(guest), DeviceOf(host));
  EXPECT_THAT(Possible(), IsEmpty());
}

TEST_F(DeviceLinkerTest, NothingIsDueOnceAllIsCompared) {
  FakeAgent one = NewAgent();
  SayHello(one, Laptop(1), 3);
  FakeAgent two = NewAgent();
  SayHello(two, Laptop(2), 3);
  Link();
  EXPECT_EQ(linker_.counts().subjects, 2);
  Link();
  EXPECT_EQ(linker_.counts().subjects, 2);
}

TEST_F(DeviceLinkerTest, AStoreFromBeforeThereWasMatchingIsComparedOnce) {
  FakeAgent before = NewAgent();
  SayHello(before, Laptop(1), 3);
  FakeAgent after = NewAgent();
  SayHello(after, Laptop(1), 3);
  Batch batch;
  kLinkDueTable.Delete(batch, {SubjectOf(before)});
  kLinkDueTable.Delete(batch, {SubjectOf(after)});
  ASSERT_OK(engine_.Write(batch, Durability::kBuffered));
  Link();
  EXPECT_EQ(DeviceOf(after), DeviceOf(before));
  EXPECT_EQ(linker_.counts().subjects, 2);
}

TEST_F(DeviceLinkerTest, ACopiedKeyMakesWhatItsAgentSaysWorthNothing) {
  FakeAgent one = NewAgent();
  SayHello(one, Laptop(1), 3);
  FakeAgent copy = one;
  for (int i = 0; i < 3; ++i) {
    SayHello(copy, Laptop(1));
    SayHello(one, Laptop(1));
  }
  // The copy gets a key of its own while the other one sleeps.
  FakeAgent rekeyed = NewAgent();
  SayHello(rekeyed, Laptop(1), 3);
  Link();
  EXPECT_NE(DeviceOf(rekeyed), DeviceOf(one));
}

TEST_F(DeviceLinkerTest, ADamagedSubjectIsPassedOverAndOthersAreCompared) {
  FakeAgent damaged = NewAgent();
  SayHello(damaged, Laptop(2), 3);
  Link();
  SayHello(damaged, Laptop(2));
  const auto [before, after] = Reinstalled(1);
  const SubjectId subject = SubjectOf(damaged);
  Damage(TableId::kSubject, subject);
  // One by one the older may come too late for the newer, which is due again.
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(linker_.RunDue(),
                StatusIs(absl::StatusCode::kDataLoss,
                         AllOf(HasSubstr("1 subjects were passed over"),
                               HasSubstr(subject.ToHex()))));
  }
  EXPECT_EQ(DeviceOf(before), DeviceOf(after));
  EXPECT_EQ(linker_.due(), 1) << "it stays due";
}

TEST_F(DeviceLinkerTest, AStartIsNotHeldUpByADamagedSubject) {
  std::vector<FakeAgent> copies = Copies(2);
  Damage(TableId::kSubject, SubjectOf(copies[1]));
  const auto [before, after] = Reinstalled(2);
  DeviceLinker after_start(engine_, committer_, times_, clock_);
  EXPECT_THAT(after_start.RunDue(), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_EQ(DeviceOf(before), DeviceOf(after));
  EXPECT_OK(after_start.RunDue()) << "it looks at everybody only once";
}

TEST_F(DeviceLinkerTest, ADamagedLinkHoldsUpNoMatching) {
  std::vector<FakeAgent> copies = Copies(2);
  Damage(TableId::kSubjectLink, SubjectOf(copies[1]));
  const auto [before, after] = Reinstalled(2);
  DeviceLinker after_start(engine_, committer_, times_, clock_);
  EXPECT_THAT(after_start.RunDue(),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("subject_link")));
  EXPECT_EQ(DeviceOf(before), DeviceOf(after));
}

TEST_F(DeviceLinkerTest, ASubjectThatIsGoneIsNoLongerDue) {
  FakeAgent one = NewAgent();
  SayHello(one, Laptop(1));
  Batch batch;
  kSubjectTable.Delete(batch, {SubjectOf(one)});
  ASSERT_OK(engine_.Write(batch, Durability::kBuffered));
  Link();
  Link();
  EXPECT_EQ(linker_.counts().subjects, 0);
}

}  // namespace
}  // namespace rollcall::collector
