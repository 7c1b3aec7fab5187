// The questions of DeviceService about devices.
#include "collector/inventory/device_queries.h"

#include "collector/rpc/paging.h"
#include "common/proto_time.h"
#include "tests/unit/collector/inventory/fleet_fixture.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::FleetFixture;
using ::rollcall::testing::FromText;
using ::rollcall::testing::HostRow;
using ::rollcall::testing::PackageRow;
using ::rollcall::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class NoProducts final : public ProductLookup {
 public:
  std::optional<v1::RecognisedProduct> Lookup(
      const v1::SoftwarePackage&) const override {
    return std::nullopt;
  }
  bool HasRuleFor(absl::string_view, absl::string_view) const override {
    return false;
  }
};

class DeviceQueriesTest : public FleetFixture {
 protected:
  void SetUp() override {
    FleetFixture::SetUp();
    queries_.emplace(*sources_, products_);
  }

  SubjectId AddNamed(const std::string& hostname,
                     std::vector<v1::Row> rows = {}) {
    const SubjectId subject = AddDevice();
    rows.push_back(HostRow(hostname));
    Report(subject, rows);
    return subject;
  }

  // Host names over all pages; fails if a page is longer than asked for.
  std::vector<std::string> ListAll(v1::ListDevicesRequest request) {
    std::vector<std::string> names;
    while (true) {
      const auto page = queries_->ListDevices(request);
      EXPECT_OK(page);
      if (!page.ok()) return names;
      if (request.page_size() > 0) {
        EXPECT_LE(page->devices_size(), request.page_size());
      }
      for (const auto& device : page->devices()) {
        names.push_back(device.hostname());
      }
      if (page->next_page_token().empty()) return names;
      EXPECT_GT(page->devices_size(), 0);
      request.set_page_token(page->next_page_token());
    }
  }

  // Row ids over all pages.
  std::vector<std::string> ListRows(v1::ListDeviceRowsRequest request) {
    std::vector<std::string> ids;
    while (true) {
      const auto page = queries_->ListDeviceRows(request);
      EXPECT_OK(page);
      if (!page.ok()) return ids;
      for (const auto& row : page->rows()) ids.push_back(row.row_id());
      if (page->next_page_token().empty()) return ids;
      request.set_page_token(page->next_page_token());
    }
  }

  NoProducts products_;
  std::optional<DeviceQueries> queries_;
};

TEST_F(DeviceQueriesTest, ListsNothingOfAnEmptyFleet) {
  ASSERT_OK_AND_ASSIGN(const auto page, queries_->ListDevices({}));
  EXPECT_THAT(page.devices(), IsEmpty());
  EXPECT_EQ(page.next_page_token(), "");
}

TEST_F(DeviceQueriesTest, PagesJoinWithoutGapOrRepetition) {
  for (int i = 0; i < 23; ++i) AddNamed("host-" + std::to_string(i));
  const auto whole = ListAll({});
  EXPECT_THAT(whole, SizeIs(23));
  for (const int size : {1, 7, 22, 23, 24}) {
    v1::ListDevicesRequest request;
    request.set_page_size(size);
    EXPECT_EQ(ListAll(request), whole) << size;
  }
}

TEST_F(DeviceQueriesTest, APageOfAFilteredListIsFullWhereThereIsMore) {
  for (int i = 0; i < 20; ++i) {
    AddNamed(i % 2 == 0 ? "even" : "odd");
  }
  v1::ListDevicesRequest request;
  request.set_contains("EVEN");
  request.set_page_size(5);
  ASSERT_OK_AND_ASSIGN(const auto page, queries_->ListDevices(request));
  EXPECT_THAT(page.devices(), SizeIs(5));
  EXPECT_THAT(ListAll(request), SizeIs(10));
  // The last page is known to be the last.
  request.set_page_size(10);
  ASSERT_OK_AND_ASSIGN(const auto all, queries_->ListDevices(request));
  EXPECT_EQ(all.next_page_token(), "");
}

TEST_F(DeviceQueriesTest, ContainsLooksAtNameSerialModelAndId) {
  const SubjectId subject = AddNamed(
      "Alpha", {FromText<v1::Row>("system_identity { serial_number: 'SN-77' }"),
                FromText<v1::Row>("system_model { product_name: 'R630' }")});
  AddNamed("other");
  for (const std::string& text :
       {std::string("aLPh"), std::string("sn-7"), std::string("r63"),
        DeviceOf(subject).ToHex().substr(5, 9)}) {
    v1::ListDevicesRequest request;
    request.set_contains(text);
    EXPECT_THAT(ListAll(request), ElementsAre("Alpha")) << text;
  }
}

TEST_F(DeviceQueriesTest, AsOfShowsTheFleetAsItWasKnownThen) {
  const SubjectId first = AddNamed("old-name");
  const absl::Time then = clock_.Now();
  clock_.Advance(absl::Hours(1));
  Report(first, {HostRow("new-name")});
  AddNamed("newcomer");

  v1::ListDevicesRequest request;
  EXPECT_THAT(ListAll(request),
              ::testing::UnorderedElementsAre("new-name", "newcomer"));
  *request.mutable_as_of() = ToProto(then);
  EXPECT_THAT(ListAll(request), ElementsAre("old-name"));
  *request.mutable_as_of() = ToProto(then - absl::Hours(24));
  EXPECT_THAT(ListAll(request), IsEmpty());
}

TEST_F(DeviceQueriesTest, WhatWasHeardAfterAsOfIsNotSaid) {
  const SubjectId subject = AddNamed("host");
  const absl::Time then = clock_.Now();
  clock_.Advance(absl::Hours(1));
  v1::Vitals vitals;
  vitals.set_uptime_seconds(5);
  last_seen_.Note(subject, clock_.Now(), vitals);

  v1::GetDeviceRequest request;
  request.set_device_id("host");
  ASSERT_OK_AND_ASSIGN(const auto now, queries_->GetDevice(request));
  EXPECT_EQ(FromProto(now.device().last_seen()), clock_.Now());
  EXPECT_EQ(now.device().vitals().uptime_seconds(), 5);
  *request.mutable_as_of() = ToProto(then);
  ASSERT_OK_AND_ASSIGN(const auto before, queries_->GetDevice(request));
  EXPECT_FALSE(before.device().has_last_seen());
  EXPECT_FALSE(before.device().has_vitals());
}

TEST_F(DeviceQueriesTest, EveryQuestionRefusesATimeThatCannotBe) {
  AddNamed("host");
  for (const char* time : {"seconds: -1", "seconds: 253402300800", "nanos: -1",
                           "nanos: 1000000000"}) {
    const auto as_of = FromText<google::protobuf::Timestamp>(time);
    const auto is_refused = StatusIs(absl::StatusCode::kInvalidArgument,
                                     HasSubstr("as_of is out of range"));
    v1::ListDevicesRequest list;
    *list.mutable_as_of() = as_of;
    EXPECT_THAT(queries_->ListDevices(list), is_refused) << time;
    v1::GetDeviceRequest get;
    get.set_device_id("host");
    *get.mutable_as_of() = as_of;
    EXPECT_THAT(queries_->GetDevice(get), is_refused) << time;
    v1::ListDeviceRowsRequest rows;
    rows.set_device_id("host");
    *rows.mutable_as_of() = as_of;
    EXPECT_THAT(queries_->ListDeviceRows(rows), is_refused) << time;
  }
}

TEST_F(DeviceQueriesTest, ErrorsNameTheField) {
  v1::ListDevicesRequest list;
  list.set_contains(std::string(257, 'x'));
  EXPECT_THAT(queries_->ListDevices(list),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("contains has 257 bytes")));
  list.set_contains(std::string(256, 'x'));
  EXPECT_OK(queries_->ListDevices(list));
  list.set_page_size(-1);
  EXPECT_THAT(
      queries_->ListDevices(list),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("page_size")));
  EXPECT_THAT(
      queries_->GetDevice({}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("device_id")));
}

TEST_F(DeviceQueriesTest, SaysThatThereIsNoSuchDevice) {
  AddNamed("host");
  for (const std::string& id :
       {std::string("nobody"), std::string(32, 'f'), std::string("ffff")}) {
    v1::GetDeviceRequest request;
    request.set_device_id(id);
    EXPECT_THAT(queries_->GetDevice(request),
                StatusIs(absl::StatusCode::kNotFound, HasSubstr(id)));
  }
}

TEST_F(DeviceQueriesTest, AnAmbiguousNameIsExplainedInFewWords) {
  for (int i = 0; i < 300; ++i) AddNamed("localhost");
  v1::GetDeviceRequest request;
  request.set_device_id("LocalHost");
  const auto result = queries_->GetDevice(request);
  EXPECT_THAT(result, StatusIs(absl::StatusCode::kFailedPrecondition,
                               HasSubstr("fits 300 devices: ")));
  EXPECT_THAT(result.status().message(), SizeIs(::testing::Lt(300u)));
}

TEST_F(DeviceQueriesTest, AnIdPrefixNeedsFourDigits) {
  const std::string id = DeviceOf(AddNamed("host")).ToHex();
  v1::GetDeviceRequest request;
  request.set_device_id(id.substr(0, 4));
  EXPECT_OK(queries_->GetDevice(request));
  request.set_device_id(id.substr(0, 3));
  EXPECT_THAT(queries_->GetDevice(request),
              StatusIs(absl::StatusCode::kNotFound,
                       HasSubstr("of an id give at least 4 digits")));
}

TEST_F(DeviceQueriesTest, ADeviceTellsWhatItsSourcesSaw) {
  const SubjectId subject = AddNamed(
      "host", {FromText<v1::Row>(
                   "source_status { source: 'os' outcome: OUTCOME_COMPLETE "
                   "}"),
               PackageRow("a", "1"), PackageRow("b", "1")});
  v1::GetDeviceRequest request;
  request.set_device_id(DeviceOf(subject).ToHex());
  ASSERT_OK_AND_ASSIGN(const auto response, queries_->GetDevice(request));
  ASSERT_THAT(response.source_status(), SizeIs(1));
  EXPECT_EQ(response.source_status(0).source(), "os");
  EXPECT_EQ(response.device().software_count(), 2);
  EXPECT_EQ(response.device().agent_version(), "1.2.3");
  EXPECT_EQ(FromProto(response.device().last_changed()), clock_.Now());
}

TEST_F(DeviceQueriesTest, OfTwoSubjectsTheOneThatChangedLastSpeaks) {
  const SubjectId first = AddDevice();
  const SubjectId second = SubjectId::Generate(random_);
  AddSubject(DeviceOf(first), second);
  Report(first, {HostRow("before")});
  Report(second, {HostRow("after")});
  v1::Vitals old_vitals;
  old_vitals.set_uptime_seconds(1);
  v1::Vitals new_vitals;
  new_vitals.set_uptime_seconds(2);
  // Whichever of both is listed first, the later check-in counts.
  for (const auto& [earlier, later] :
       {std::pair(first, second), std::pair(second, first)}) {
    last_seen_.Note(earlier, clock_.Now(), old_vitals);
    clock_.Advance(absl::Seconds(1));
    last_seen_.Note(later, clock_.Now(), new_vitals);
    v1::GetDeviceRequest request;
    request.set_device_id("after");
    ASSERT_OK_AND_ASSIGN(const auto response, queries_->GetDevice(request));
    EXPECT_EQ(response.device().vitals().uptime_seconds(), 2);
    EXPECT_THAT(response.device().subject_ids(), SizeIs(2));
    clock_.Advance(absl::Seconds(1));
  }
}

TEST_F(DeviceQueriesTest, RowsAreOrderedAndPagesJoin) {
  std::vector<v1::Row> rows;
  rows.reserve(40);
  for (int i = 0; i < 40; ++i) {
    rows.push_back(PackageRow("p" + std::to_string(i), "1"));
  }
  AddNamed("host", rows);
  v1::ListDeviceRowsRequest request;
  request.set_device_id("host");
  ASSERT_OK_AND_ASSIGN(const auto whole, queries_->ListDeviceRows(request));
  ASSERT_THAT(whole.rows(), SizeIs(41));
  EXPECT_EQ(whole.rows(0).section(), "os");
  EXPECT_EQ(whole.rows(1).row().software_package().name(), "p0");
  EXPECT_EQ(whole.rows(2).row().software_package().name(), "p1");
  EXPECT_EQ(whole.rows(3).row().software_package().name(), "p10");
  const auto ids = ListRows(request);
  for (const int size : {1, 3, 40, 41, 42}) {
    request.set_page_size(size);
    EXPECT_EQ(ListRows(request), ids) << size;
  }
}

TEST_F(DeviceQueriesTest, OnlyTheSectionsAskedForAreListedOnceEach) {
  AddNamed("host", {PackageRow("a", "1")});
  v1::ListDeviceRowsRequest request;
  request.set_device_id("host");
  request.add_sections("software");
  request.add_sections("hardware.cpu");
  request.add_sections("software");
  ASSERT_OK_AND_ASSIGN(const auto page, queries_->ListDeviceRows(request));
  ASSERT_THAT(page.rows(), SizeIs(1));
  EXPECT_EQ(page.rows(0).section(), "software");
}

TEST_F(DeviceQueriesTest, ASectionThatDoesNotExistIsRefusedAndEscaped) {
  AddNamed("host");
  const auto is_refused =
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("no section \"no\\x1bsuch\""),
                     HasSubstr("hardware.cpu"), Not(HasSubstr("\x1b"))));
  v1::ListDeviceRowsRequest rows;
  rows.set_device_id("host");
  rows.add_sections("no\x1bsuch");
  EXPECT_THAT(queries_->ListDeviceRows(rows), is_refused);
  v1::ListDeviceHistoryRequest history;
  history.set_device_id("host");
  history.add_sections("no\x1bsuch");
  EXPECT_THAT(queries_->ListDeviceHistory(history), is_refused);
}

TEST_F(DeviceQueriesTest, WhereARowIsGoneTheNextPageSaysToStartAgain) {
  const SubjectId subject = AddDevice();
  Report(subject, {HostRow("host"), PackageRow("a", "1"), PackageRow("b", "1"),
                   PackageRow("c", "1")});
  v1::ListDeviceRowsRequest request;
  request.set_device_id("host");
  request.add_sections("software");
  request.set_page_size(1);
  const absl::Time then = clock_.Now();
  ASSERT_OK_AND_ASSIGN(const auto page, queries_->ListDeviceRows(request));
  Report(subject, {HostRow("host"), PackageRow("b", "1")});
  request.set_page_token(page.next_page_token());
  EXPECT_THAT(
      queries_->ListDeviceRows(request),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("start again")));
  // With as_of the device stands still.
  request.clear_page_token();
  *request.mutable_as_of() = ToProto(then);
  EXPECT_THAT(ListRows(request), SizeIs(3));
}

TEST_F(DeviceQueriesTest, APageOfDevicesGoesOnAfterADeviceOnly) {
  v1::ListDevicesRequest request;
  request.set_page_token(ReadPage(request)->TokenAfter("nobody"));
  EXPECT_THAT(
      queries_->ListDevices(request),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("page_token")));
}

TEST_F(DeviceQueriesTest, HistoryPagesJoinAndAForeignTokenIsRefused) {
  const SubjectId subject = AddDevice();
  for (int version = 1; version <= 5; ++version) {
    Report(subject, {HostRow("host"), PackageRow("a", std::to_string(version)),
                     PackageRow("b", std::to_string(version))});
  }
  v1::ListDeviceHistoryRequest request;
  request.set_device_id("host");
  ASSERT_OK_AND_ASSIGN(const auto whole, queries_->ListDeviceHistory(request));
  EXPECT_THAT(whole.changes(), SizeIs(9));
  request.set_page_size(2);
  std::vector<std::string> joined;
  do {
    ASSERT_OK_AND_ASSIGN(const auto page, queries_->ListDeviceHistory(request));
    for (const auto& change : page.changes()) {
      joined.push_back(change.summary());
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  std::vector<std::string> expected;
  for (const auto& change : whole.changes()) {
    expected.push_back(change.summary());
  }
  EXPECT_EQ(joined, expected);

  ASSERT_OK_AND_ASSIGN(const auto first, queries_->ListDeviceHistory(request));
  v1::ListDeviceRowsRequest rows;
  rows.set_device_id("host");
  rows.set_page_token(first.next_page_token());
  EXPECT_THAT(
      queries_->ListDeviceRows(rows),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("page_token")));
}

TEST_F(DeviceQueriesTest, HistoryOfOneSectionLeavesOutTheRest) {
  const SubjectId subject = AddDevice();
  Report(subject, {HostRow("host"), PackageRow("a", "1")});
  Report(subject, {HostRow("host2"), PackageRow("a", "2")});
  v1::ListDeviceHistoryRequest request;
  request.set_device_id("host2");
  request.add_sections("software");
  ASSERT_OK_AND_ASSIGN(const auto page, queries_->ListDeviceHistory(request));
  ASSERT_THAT(page.changes(), SizeIs(1));
  EXPECT_EQ(page.changes(0).section(), "software");
}

}  // namespace
}  // namespace rollcall::collector
