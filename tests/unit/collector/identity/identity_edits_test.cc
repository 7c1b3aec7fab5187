// Merging, splitting and undoing by people.
#include "collector/identity/identity_edits.h"

#include "tests/support/proto_matchers.h"
#include "tests/unit/collector/identity/identity_world.h"
#include "tests/unit/collector/identity/machines.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::EqualsProto;
using ::rollcall::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class IdentityEditsTest : public ::testing::Test, protected IdentityWorld {
 protected:
  void SetUp() override {
    one_ = NewAgent();
    two_ = NewAgent();
    SayHello(one_, Laptop(1));
    SayHello(two_, Laptop(2));
    Link();
    first_ = DeviceOf(one_);
    second_ = DeviceOf(two_);
  }

  absl::StatusOr<v1::IdentityEvent> Merge(const std::string& into,
                                          const std::string& from,
                                          const std::string& id = "") {
    v1::MergeDevicesRequest request;
    request.set_device_id(into);
    request.set_other_device_id(from);
    request.set_reason("two systems on one machine");
    request.set_request_id(id);
    const auto response = edits_.MergeDevices(request, "ida");
    if (!response.ok()) return response.status();
    return response->event();
  }
  absl::StatusOr<v1::IdentityEvent> Split(
      const std::string& device, const std::vector<SubjectId>& subjects,
      const std::string& request_id = "") {
    v1::SplitDeviceRequest request;
    request.set_device_id(device);
    request.set_request_id(request_id);
    for (const SubjectId id : subjects) request.add_subject_ids(id.ToHex());
    request.set_reason("not the same");
    const auto response = edits_.SplitDevice(request, "ida");
    if (!response.ok()) return response.status();
    return response->event();
  }
  absl::StatusOr<v1::IdentityEvent> Undo(const std::string& event) {
    v1::UndoIdentityEventRequest request;
    request.set_event_id(event);
    request.set_reason("a mistake");
    const auto response = edits_.UndoIdentityEvent(request, "uma");
    if (!response.ok()) return response.status();
    return response->event();
  }

  IdentityEdits edits_{engine_, committer_, random_};
  FakeAgent one_;
  FakeAgent two_;
  DeviceId first_;
  DeviceId second_;
};

TEST_F(IdentityEditsTest, AMergeMovesAllSubjectsFromNowOn) {
  const KnownStamp before = Now();
  ASSERT_OK_AND_ASSIGN(const auto event,
                       Merge(first_.ToHex(), second_.ToHex()));
  EXPECT_THAT(SubjectsOf(first_),
              UnorderedElementsAre(SubjectOf(one_), SubjectOf(two_)));
  EXPECT_THAT(SubjectsOf(second_), IsEmpty());
  EXPECT_THAT(SubjectsOf(second_, before), ElementsAre(SubjectOf(two_)));
  EXPECT_EQ(event.kind(), v1::IdentityEvent::KIND_MERGE);
  EXPECT_EQ(event.actor(), "ida");
  EXPECT_THAT(event.reasons(), ElementsAre("two systems on one machine"));
  ASSERT_THAT(EventsOf(first_), SizeIs(1));
  EXPECT_THAT(EventsOf(first_)[0], EqualsProto(event));
  EXPECT_THAT(EventsOf(second_)[0], EqualsProto(event));
}

TEST_F(IdentityEditsTest, DevicesAreNamedByPrefixOrHostName) {
  ASSERT_OK(Merge("LAPTOP-1", second_.ToHex().substr(0, 12)));
  EXPECT_THAT(SubjectsOf(first_), SizeIs(2));
  EXPECT_THAT(Merge("laptop-1", "nobody"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("nobody")));
  EXPECT_THAT(Merge("laptop-1", second_.ToHex().substr(0, 3)),
              StatusIs(absl::StatusCode::kNotFound,
                       HasSubstr("of an id give at least 4 digits")));
  EXPECT_THAT(
      Merge("", "laptop-1"),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("device_id")));
}

TEST_F(IdentityEditsTest, ANameThatSeveralHaveIsRefused) {
  FakeAgent three = NewAgent();
  v1::Evidence same_name = Laptop(3);
  same_name.set_hostname("laptop-1");
  SayHello(three, same_name);
  EXPECT_THAT(Merge("laptop-1", second_.ToHex()),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("fits 2 devices")));
}

TEST_F(IdentityEditsTest,
       ADeviceThatWasMergedIsNotFoundAndItIsSaidWhereItWent) {
  ASSERT_OK(Merge(first_.ToHex(), second_.ToHex()));
  for (const std::string& other :
       {second_.ToHex(), second_.ToHex().substr(0, 12)}) {
    EXPECT_THAT(Merge(first_.ToHex(), other),
                StatusIs(absl::StatusCode::kNotFound,
                         AllOf(HasSubstr("other_device_id: device"),
                               HasSubstr("part of device " + first_.ToHex()))));
  }
}

TEST_F(IdentityEditsTest, ADeviceIsNotMergedWithItself) {
  EXPECT_THAT(Merge(first_.ToHex(), "laptop-1"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(IdentityEditsTest, AReasonIsRequired) {
  v1::MergeDevicesRequest request;
  request.set_device_id(first_.ToHex());
  request.set_other_device_id(second_.ToHex());
  EXPECT_THAT(
      edits_.MergeDevices(request, "ida"),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("reason")));
}

TEST_F(IdentityEditsTest, ARepeatedRequestDoesItOnce) {
  ASSERT_OK_AND_ASSIGN(const auto event,
                       Merge(first_.ToHex(), second_.ToHex(), "r1"));
  ASSERT_OK_AND_ASSIGN(const auto again,
                       Merge(first_.ToHex(), second_.ToHex(), "r1"));
  EXPECT_THAT(again, EqualsProto(event));
  EXPECT_THAT(EventsOf(first_), SizeIs(1));
}

TEST_F(IdentityEditsTest, ARepeatedSplitByAHostNameThatBothHaveDoesItOnce) {
  FakeAgent three = NewAgent();
  v1::Evidence same_name = Laptop(3);
  same_name.set_hostname("laptop-1");
  SayHello(three, same_name);
  ASSERT_OK(Merge(first_.ToHex(), DeviceOf(three).ToHex()));
  ASSERT_OK_AND_ASSIGN(const auto event,
                       Split("laptop-1", {SubjectOf(three)}, "r1"));
  ASSERT_OK_AND_ASSIGN(const auto again,
                       Split("laptop-1", {SubjectOf(three)}, "r1"));
  EXPECT_THAT(again, EqualsProto(event));
  EXPECT_THAT(EventsOf(first_), SizeIs(2));
}

TEST_F(IdentityEditsTest, UndoingPutsEverythingBackAndCanBeUndone) {
  ASSERT_OK_AND_ASSIGN(const auto merge,
                       Merge(first_.ToHex(), second_.ToHex()));
  ASSERT_OK_AND_ASSIGN(const auto undo, Undo(merge.event_id()));
  EXPECT_THAT(SubjectsOf(first_), ElementsAre(SubjectOf(one_)));
  EXPECT_THAT(SubjectsOf(second_), ElementsAre(SubjectOf(two_)));
  EXPECT_EQ(undo.undo_of(), merge.event_id());
  EXPECT_EQ(undo.actor(), "uma");
  EXPECT_EQ(EventsOf(first_)[1].undone_by(), undo.event_id());
  EXPECT_THAT(Undo(merge.event_id()),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr(undo.event_id())));
  ASSERT_OK(Undo(undo.event_id()));
  EXPECT_THAT(SubjectsOf(first_), SizeIs(2));
}

TEST_F(IdentityEditsTest, AnEventIsNotUndoneUnderALaterOne) {
  ASSERT_OK_AND_ASSIGN(const auto merge,
                       Merge(first_.ToHex(), second_.ToHex()));
  ASSERT_OK(Split(first_.ToHex(), {SubjectOf(two_)}));
  EXPECT_THAT(Undo(merge.event_id()),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("moved on since")));
  EXPECT_THAT(Undo(std::string(32, '0')),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Undo("x"), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(IdentityEditsTest, ASplitMintsADevice) {
  ASSERT_OK(Merge(first_.ToHex(), second_.ToHex()));
  ASSERT_OK_AND_ASSIGN(const auto split,
                       Split(first_.ToHex(), {SubjectOf(one_)}));
  const auto minted = *DeviceId::FromHex(split.moves(0).to_device_id());
  EXPECT_THAT(SubjectsOf(minted), ElementsAre(SubjectOf(one_)));
  EXPECT_THAT(SubjectsOf(first_), ElementsAre(SubjectOf(two_)));
  ASSERT_OK_AND_ASSIGN(const auto record, kDeviceTable.Get(engine_, {minted}));
  EXPECT_TRUE(record.has_value());
}

TEST_F(IdentityEditsTest, ASplitLeavesSomethingAndTakesOnlyItsOwn) {
  EXPECT_THAT(Split(first_.ToHex(), {SubjectOf(one_)}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("no subject would be left")));
  EXPECT_THAT(Split(first_.ToHex(), {SubjectOf(two_)}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("does not belong")));
  EXPECT_THAT(Split(first_.ToHex(), {}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(IdentityEditsTest, MatchingLeavesWhatAPersonDecided) {
  FakeAgent reinstalled = NewAgent();
  SayHello(reinstalled, Laptop(1), 3);
  Link();
  ASSERT_EQ(DeviceOf(reinstalled), first_);
  ASSERT_OK(Split(first_.ToHex(), {SubjectOf(reinstalled)}));
  SayHello(reinstalled, Laptop(1), 3);
  Link();
  EXPECT_NE(DeviceOf(reinstalled), first_);
  EXPECT_THAT(Possible(), SizeIs(1)) << "a person is still told";

  // And a merge by a person holds although both speak.
  ASSERT_OK(Merge(first_.ToHex(), second_.ToHex()));
  SayHello(one_, Laptop(1));
  SayHello(two_, Laptop(2));
  Link();
  EXPECT_EQ(DeviceOf(two_), first_);
}

}  // namespace
}  // namespace rollcall::collector
