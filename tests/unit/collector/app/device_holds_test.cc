// What a held device was and is stays, whatever its age and whoever wants it
// gone.
#include "collector/inventory/device_holds.h"

#include "collector/identity/enrolment_tables.h"
#include "collector/identity/event_retention.h"
#include "collector/identity/revocations.h"
#include "collector/inventory/device_queries.h"
#include "collector/inventory/retention.h"
#include "collector/storage/hold_table.h"
#include "common/proto_time.h"
#include "tests/unit/collector/app/device_fixture.h"

namespace rollcall::collector {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::StatusIs;

class DeviceHoldsTest : public DeviceFixture {
 protected:
  void SetUp() override {
    DeviceFixture::SetUp();
    holds_.emplace(sources_, *committer_);
  }
  v1::HoldDeviceRequest ToHold(const std::string& device) const {
    v1::HoldDeviceRequest request;
    request.set_device_id(device);
    request.set_reason("case 4711");
    return request;
  }
  v1::DeviceHold Hold(const std::string& device) {
    const auto held = holds_->HoldDevice(ToHold(device), "ada");
    EXPECT_OK(held);
    return held.ok() ? held->hold() : v1::DeviceHold();
  }
  absl::StatusOr<v1::DeviceHold> Release(const std::string& device,
                                         const std::string& hold = "") {
    v1::ReleaseDeviceRequest request;
    request.set_device_id(device);
    request.set_reason("closed");
    request.set_hold_id(hold);
    const auto released = holds_->ReleaseDevice(request, "bea");
    if (!released.ok()) return released.status();
    return released->hold();
  }
  v1::Device Show(const std::string& device) {
    v1::GetDeviceRequest request;
    request.set_device_id(device);
    const auto shown = DeviceQueries(sources_, *catalog_).GetDevice(request);
    EXPECT_OK(shown);
    return shown.ok() ? shown->device() : v1::Device();
  }
  bool IsHeld(const std::string& device) {
    return Show(device).holds_size() > 0;
  }
  int64_t DropEvents() {
    clock_.Advance(absl::Hours(48));
    const auto dropped = DropIdentityEventsBefore(
        clock_.Now() - absl::Hours(24), engine_, *committer_);
    EXPECT_OK(dropped);
    return dropped.value_or(-1);
  }
  int64_t DropHistory() {
    clock_.Advance(absl::Hours(48));
    HistoryRetention retention(engine_, directory_, *committer_,
                               [] { return absl::OkStatus(); });
    const auto dropped = retention.DropOld(clock_.Now(), {absl::Hours(24), {}});
    EXPECT_OK(dropped);
    return dropped.ok() ? dropped->entries + dropped->emptied : -1;
  }

  std::optional<DeviceHolds> holds_;
};

TEST_F(DeviceHoldsTest, AHoldSaysWhoWhenAndWhy) {
  const std::string device = Report(agent_, {PackageText(1)});
  EXPECT_THAT(Show(device).holds(), IsEmpty());
  const v1::DeviceHold hold = Hold(device);
  EXPECT_EQ(hold.device_id(), device);
  EXPECT_EQ(hold.held_by(), "ada");
  EXPECT_EQ(hold.reason(), "case 4711");
  EXPECT_EQ(FromProto(hold.hold_time()), clock_.Now());
  EXPECT_THAT(hold.subject_ids(), ElementsAre(SubjectOf(agent_).ToHex()));
  const v1::Device shown = Show(device);
  ASSERT_THAT(shown.holds(), SizeIs(1));
  EXPECT_EQ(shown.holds(0).SerializeAsString(), hold.SerializeAsString());
}

TEST_F(DeviceHoldsTest, AHeldDeviceIsNotDeleted) {
  const std::string device = Report(agent_, {PackageText(1)});
  const v1::DeviceHold hold = Hold(device);
  EXPECT_THAT(
      Delete(device),
      StatusIs(StatusCode::kFailedPrecondition,
               AllOf(HasSubstr("ada"), HasSubstr("case 4711"),
                     HasSubstr("since 20"), HasSubstr(hold.hold_id()))));
  EXPECT_EQ(Show(device).device_id(), device);
  ASSERT_OK(Release(device));
  EXPECT_OK(Delete(device));
}

TEST_F(DeviceHoldsTest, ItsHistoryIsKeptUntilItIsReleased) {
  const std::string device = Report(agent_, {PackageText(1)});
  clock_.Advance(absl::Hours(1));
  const absl::Time before = clock_.Now();
  for (int i = 2; i < 5; ++i) Report(agent_, {PackageText(i)});
  Hold(device);
  EXPECT_EQ(DropHistory(), 0);
  const DeviceQueries queries(sources_, *catalog_);
  v1::ListDeviceRowsRequest rows;
  rows.set_device_id(device);
  *rows.mutable_as_of() = ToProto(before);
  EXPECT_OK(queries.ListDeviceRows(rows));
  v1::ListDeviceHistoryRequest changes;
  changes.set_device_id(device);
  EXPECT_FALSE(queries.ListDeviceHistory(changes)->has_kept_since());
  ASSERT_OK(Release(device));
  EXPECT_THAT(queries.ListDeviceRows(rows),
              StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_TRUE(queries.ListDeviceHistory(changes)->has_kept_since());
  EXPECT_GT(DropHistory(), 0);
}

TEST_F(DeviceHoldsTest, ItsIdentityEventsAreKeptUntilItIsReleased) {
  const AgentId third = AgentId::Generate(random_);
  const AgentId fourth = AgentId::Generate(random_);
  const std::string into = Report(agent_, {PackageText(1)});
  Merge(into, Report(other_, {PackageText(2)}));
  Merge(Report(third, {PackageText(3)}), Report(fourth, {PackageText(4)}));
  Hold(into);
  // That of the others goes, though what stays is older.
  EXPECT_EQ(DropEvents(), 1);
  EXPECT_THAT(
      *EventsOf(engine_, *DeviceId::FromHex(into), KnownStamp::Max(), 100),
      SizeIs(1));
  ASSERT_OK(Release(into));
  EXPECT_EQ(DropEvents(), 1);
}

TEST_F(DeviceHoldsTest, AHoldGoesWhereItsSubjectsGo) {
  const std::string into = Report(agent_, {PackageText(1)});
  const std::string from = Report(other_, {PackageText(2)});
  const SubjectId moved = SubjectOf(other_);
  const v1::DeviceHold hold = Hold(from);
  EXPECT_FALSE(IsHeld(into));
  Merge(into, from);
  EXPECT_TRUE(IsHeld(into));
  EXPECT_THAT(Delete(into), StatusIs(StatusCode::kFailedPrecondition));
  Split(into, moved);
  EXPECT_FALSE(IsHeld(into));
  const std::string now = DeviceOf(other_).ToHex();
  EXPECT_TRUE(IsHeld(now));
  EXPECT_EQ(Show(now).holds(0).hold_id(), hold.hold_id());
}

TEST_F(DeviceHoldsTest, AHoldOfAMergedDeviceIsListedAndEndsWhereItWent) {
  const std::string into = Report(agent_, {PackageText(1)});
  const std::string from = Report(other_, {PackageText(2)});
  const v1::DeviceHold hold = Hold(from);
  Merge(into, from);
  ASSERT_OK_AND_ASSIGN(auto list, holds_->ListHolds({}));
  ASSERT_THAT(list.holds(), SizeIs(1));
  EXPECT_EQ(list.holds(0).device_id(), from);
  EXPECT_THAT(list.holds(0).current_device_ids(), ElementsAre(into));
  EXPECT_THAT(Release(from), StatusIs(StatusCode::kNotFound,
                                      HasSubstr("part of device " + into)));
  ASSERT_OK(Release(into, hold.hold_id()));
  v1::ListHoldsRequest all;
  all.set_with_released(true);
  ASSERT_OK_AND_ASSIGN(list, holds_->ListHolds(all));
  ASSERT_THAT(list.holds(), SizeIs(1));
  EXPECT_THAT(list.holds(0).current_device_ids(), IsEmpty());
}

TEST_F(DeviceHoldsTest, AMergedDeviceIsNotFoundAndItIsSaidWhereItWent) {
  const std::string into =
      Report(agent_, {"os_instance { hostname: 'alpha' }"});
  const std::string from = Report(other_, {"os_instance { hostname: 'beta' }"});
  const absl::Time before = clock_.Now();
  clock_.Advance(absl::Hours(1));
  // So that it speaks for both.
  Merge(into, from);
  Report(agent_, {"os_instance { hostname: 'alpha' }", PackageText(1)});
  const DeviceQueries queries(sources_, *catalog_);
  v1::GetDeviceRequest request;
  for (const std::string& text : {from, from.substr(0, 12)}) {
    request.set_device_id(text);
    EXPECT_THAT(queries.GetDevice(request),
                StatusIs(StatusCode::kNotFound,
                         AllOf(HasSubstr("was merged on"),
                               HasSubstr("part of device " + into))));
  }
  request.set_device_id("BETA");
  EXPECT_THAT(queries.GetDevice(request),
              StatusIs(StatusCode::kNotFound,
                       AllOf(HasSubstr("BETA"), HasSubstr(into))));
  *request.mutable_as_of() = ToProto(before);
  EXPECT_EQ(queries.GetDevice(request)->device().device_id(), from);
}

TEST_F(DeviceHoldsTest, AHoldOnADeviceThatIsSplitIsOnBothAndEndsOnBoth) {
  const std::string into = Report(agent_, {PackageText(1)});
  Merge(into, Report(other_, {PackageText(2)}));
  Hold(into);
  Split(into, SubjectOf(other_));
  const std::string split = DeviceOf(other_).ToHex();
  EXPECT_TRUE(IsHeld(into));
  EXPECT_TRUE(IsHeld(split));
  ASSERT_OK(Release(split));
  EXPECT_FALSE(IsHeld(into));
  EXPECT_FALSE(IsHeld(split));
}

// Else its events would lose what they say of the held one.
TEST_F(DeviceHoldsTest, WhatTookPartInAnEventOfAHeldDeviceIsNotDeleted) {
  const std::string into = Report(agent_, {PackageText(1)});
  Merge(into, Report(other_, {PackageText(2)}));
  Split(into, SubjectOf(other_));
  const std::string split = DeviceOf(other_).ToHex();
  Hold(into);
  EXPECT_THAT(Delete(split), StatusIs(StatusCode::kFailedPrecondition,
                                      HasSubstr("another device")));
  ASSERT_OK(Release(into));
  EXPECT_OK(Delete(split));
}

TEST_F(DeviceHoldsTest, ThePastOfAHeldDeviceIsNotDeletedWithAnother) {
  const std::string into = Report(agent_, {PackageText(1)});
  Merge(into, Report(other_, {PackageText(2)}));
  Split(into, SubjectOf(other_));
  const std::string split = DeviceOf(other_).ToHex();
  EXPECT_EQ(DropEvents(), 2);
  for (const auto& [held, other] : {std::pair(split, into), {into, split}}) {
    Hold(held);
    EXPECT_THAT(Delete(other),
                StatusIs(StatusCode::kFailedPrecondition, HasSubstr(held)));
    ASSERT_OK(Release(held));
  }
  EXPECT_OK(Delete(into));
}

TEST_F(DeviceHoldsTest, SeveralHoldsEndOneByOne) {
  const std::string device = Report(agent_, {PackageText(1)});
  const v1::DeviceHold first = Hold(device);
  clock_.Advance(absl::Hours(1));
  const v1::DeviceHold second = Hold(device);
  EXPECT_THAT(Release(device),
              StatusIs(StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("2 holds"), HasSubstr(first.hold_id()),
                             HasSubstr(second.hold_id()))));
  EXPECT_THAT(Delete(device), StatusIs(StatusCode::kFailedPrecondition,
                                       HasSubstr("and 1 more")));
  ASSERT_OK(Release(device, first.hold_id()));
  const v1::Device shown = Show(device);
  ASSERT_THAT(shown.holds(), SizeIs(1));
  EXPECT_EQ(shown.holds(0).hold_id(), second.hold_id());
  EXPECT_THAT(Release(device, first.hold_id()),
              StatusIs(StatusCode::kFailedPrecondition));
  ASSERT_OK(Release(device));
  EXPECT_THAT(Release(device),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("not held")));
}

TEST_F(DeviceHoldsTest, HoldsAreListedNewestFirstAndEndedOnesOnRequest) {
  const std::string one = Report(agent_, {PackageText(1)});
  const std::string two = Report(other_, {PackageText(1)});
  const v1::DeviceHold first = Hold(one);
  clock_.Advance(absl::Hours(1));
  const v1::DeviceHold second = Hold(two);
  ASSERT_OK_AND_ASSIGN(const v1::DeviceHold ended, Release(one));
  EXPECT_EQ(ended.released_by(), "bea");
  EXPECT_EQ(ended.release_reason(), "closed");
  EXPECT_EQ(FromProto(ended.release_time()), clock_.Now());
  v1::ListHoldsRequest request;
  ASSERT_OK_AND_ASSIGN(auto page, holds_->ListHolds(request));
  ASSERT_THAT(page.holds(), SizeIs(1));
  EXPECT_EQ(page.holds(0).hold_id(), second.hold_id());
  request.set_with_released(true);
  request.set_page_size(1);
  ASSERT_OK_AND_ASSIGN(page, holds_->ListHolds(request));
  EXPECT_EQ(page.holds(0).hold_id(), second.hold_id());
  request.set_page_token(page.next_page_token());
  ASSERT_OK_AND_ASSIGN(page, holds_->ListHolds(request));
  ASSERT_THAT(page.holds(), SizeIs(1));
  EXPECT_EQ(page.holds(0).SerializeAsString(), ended.SerializeAsString());
  EXPECT_THAT(page.next_page_token(), IsEmpty());
}

TEST_F(DeviceHoldsTest, ARepeatedRequestGetsTheFirstAnswer) {
  const std::string device = Report(agent_, {PackageText(1)});
  v1::HoldDeviceRequest request = ToHold(device);
  request.set_request_id("r1");
  ASSERT_OK_AND_ASSIGN(const auto first, holds_->HoldDevice(request, "ada"));
  clock_.Advance(absl::Hours(1));
  ASSERT_OK_AND_ASSIGN(const auto again, holds_->HoldDevice(request, "ada"));
  EXPECT_EQ(again.hold().hold_id(), first.hold().hold_id());
  EXPECT_THAT(Show(device).holds(), SizeIs(1));
  request.set_reason("another");
  EXPECT_THAT(holds_->HoldDevice(request, "ada"),
              StatusIs(StatusCode::kInvalidArgument));
  v1::ReleaseDeviceRequest release;
  release.set_device_id(device);
  release.set_reason("closed");
  release.set_request_id("r1");
  ASSERT_OK_AND_ASSIGN(const auto ended, holds_->ReleaseDevice(release, "ada"));
  ASSERT_OK_AND_ASSIGN(const auto told, holds_->ReleaseDevice(release, "ada"));
  EXPECT_EQ(told.SerializeAsString(), ended.SerializeAsString());
}

TEST_F(DeviceHoldsTest, WhatIsMalformedOrNotThereIsRefused) {
  const std::string device = Report(agent_, {PackageText(1)});
  const auto refused = [&](const v1::HoldDeviceRequest& request) {
    return holds_->HoldDevice(request, "ada").status().code();
  };
  v1::HoldDeviceRequest bad = ToHold(device);
  bad.set_reason("");
  EXPECT_EQ(refused(bad), StatusCode::kInvalidArgument);
  bad.set_reason(std::string(1'025, 'x'));
  EXPECT_EQ(refused(bad), StatusCode::kInvalidArgument);
  bad = ToHold(device);
  bad.set_request_id(std::string(65, 'x'));
  EXPECT_EQ(refused(bad), StatusCode::kInvalidArgument);
  EXPECT_EQ(refused(ToHold("")), StatusCode::kInvalidArgument);
  EXPECT_EQ(refused(ToHold(std::string(32, 'a'))), StatusCode::kNotFound);
  EXPECT_EQ(refused(ToHold("nobody")), StatusCode::kNotFound);
  Hold(device);
  for (const std::string& hold :
       {std::string("x"), std::string("00"), std::string(33, '0')}) {
    EXPECT_THAT(Release(device, hold), StatusIs(StatusCode::kInvalidArgument));
  }
  EXPECT_THAT(Release(device, std::string(32, '0')),
              StatusIs(StatusCode::kFailedPrecondition));
  v1::ReleaseDeviceRequest silent;
  silent.set_device_id(device);
  EXPECT_THAT(holds_->ReleaseDevice(silent, "ada"),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_TRUE(IsHeld(device));
}

TEST_F(DeviceHoldsTest, ADeviceHasSoManyHoldsAndNoMore) {
  const std::string device = Report(agent_, {PackageText(1)});
  for (int i = 0; i < 100; ++i) Hold(device);
  EXPECT_THAT(holds_->HoldDevice(ToHold(device), "ada"),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("100")));
  EXPECT_THAT(Show(device).holds(), SizeIs(100));
}

TEST_F(DeviceHoldsTest, ADeviceSaysWhichOfItsAgentsAreRevoked) {
  const std::string device = Report(agent_, {PackageText(1)});
  Merge(device, Report(other_, {PackageText(2)}));
  EXPECT_THAT(Show(device).agent_revocations(), IsEmpty());
  v1::RevokeAgentRequest request;
  request.set_agent_id(other_.ToHex());
  request.set_reason("stolen");
  ASSERT_OK(Revocations(engine_, *committer_).Revoke(request, "ada"));
  const v1::Device shown = Show(device);
  ASSERT_THAT(shown.agent_revocations(), SizeIs(1));
  const v1::AgentRevocation& revocation = shown.agent_revocations(0);
  EXPECT_EQ(revocation.agent_id(), other_.ToHex());
  EXPECT_EQ(revocation.revoked_by(), "ada");
  EXPECT_EQ(revocation.reason(), "stolen");
  EXPECT_EQ(FromProto(revocation.revoke_time()), clock_.Now());
}

TEST_F(DeviceHoldsTest, ADeviceHasTheClassOfTheLastSubjectThatHasOne) {
  const auto enrol = [&](AgentId agent, const std::string& name) {
    stored::v1::EnrolledAgent record;
    record.set_device_class(name);
    Batch batch;
    kEnrolledAgentTable.Put(batch, {agent}, record);
    ASSERT_OK(engine_.Write(batch, Durability::kBuffered));
  };
  const AgentId third = AgentId::Generate(random_);
  enrol(agent_, "laptop");
  enrol(other_, "server");
  enrol(third, "");
  const std::string device = Report(agent_, {PackageText(1)});
  EXPECT_EQ(Show(device).device_class(), "laptop");
  Merge(device, Report(other_, {PackageText(1)}));
  EXPECT_EQ(Show(device).device_class(), "server");
  const std::string unstated = Report(third, {PackageText(1)});
  EXPECT_FALSE(Show(unstated).has_device_class());
  Merge(device, unstated);
  EXPECT_EQ(Show(device).device_class(), "server");
}

}  // namespace
}  // namespace rollcall::collector
