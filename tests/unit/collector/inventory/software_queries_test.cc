// The questions of DeviceService about software.
#include "absl/strings/match.h"
#include "collector/inventory/device_queries.h"
#include "collector/inventory/tables.h"
#include "common/proto_time.h"
#include "tests/unit/collector/inventory/fleet_fixture.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::FleetFixture;
using ::rollcall::testing::HostRow;
using ::rollcall::testing::PackageRow;
using ::rollcall::testing::StatusIs;
using ::rollcall::testing::UpdateOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

// Takes every package whose name begins with "db" for the product Database.
class Databases final : public ProductLookup {
 public:
  std::optional<v1::RecognisedProduct> Lookup(
      const v1::SoftwarePackage& package) const override {
    if (!absl::StartsWith(package.name(), "db")) return std::nullopt;
    v1::RecognisedProduct product;
    product.set_product("Database");
    return product;
  }
  bool HasRuleFor(absl::string_view, absl::string_view product) const override {
    return absl::EqualsIgnoreCase(product, "Database");
  }
};

class SoftwareQueriesTest : public FleetFixture {
 protected:
  void SetUp() override {
    FleetFixture::SetUp();
    queries_.emplace(*sources_, products_);
  }

  SubjectId AddNamed(const std::string& hostname, std::vector<v1::Row> rows) {
    const SubjectId subject = AddDevice();
    rows.push_back(HostRow(hostname));
    Report(subject, rows);
    return subject;
  }

  // "name version count" over all pages.
  std::vector<std::string> List(v1::ListSoftwareRequest request) {
    std::vector<std::string> lines;
    while (true) {
      const auto page = queries_->ListSoftware(request);
      EXPECT_OK(page);
      if (!page.ok()) return lines;
      for (const auto& entry : page->software()) {
        lines.push_back(absl::StrCat(entry.package().name(), " ",
                                     entry.package().version(), " ",
                                     entry.device_count()));
      }
      if (page->next_page_token().empty()) {
        EXPECT_THAT(lines, SizeIs(page->total_count()));
        return lines;
      }
      request.set_page_token(page->next_page_token());
    }
  }

  // Host names over all pages.
  std::vector<std::string> ListDevicesWith(
      v1::ListSoftwareDevicesRequest request) {
    std::vector<std::string> names;
    while (true) {
      const auto page = queries_->ListSoftwareDevices(request);
      EXPECT_OK(page);
      if (!page.ok()) return names;
      for (const auto& device : page->devices()) {
        names.push_back(device.hostname());
      }
      if (page->next_page_token().empty()) {
        EXPECT_THAT(names, SizeIs(page->total_count()));
        return names;
      }
      request.set_page_token(page->next_page_token());
    }
  }

  void LoseRow(const v1::Row& row) {
    Batch batch;
    kRowTable.Delete(batch, {UpdateOf(SubjectId(), {row}).rows.begin()->first});
    ASSERT_OK(engine_.Write(batch, Durability::kBuffered));
  }

  Databases products_;
  std::optional<DeviceQueries> queries_;
};

TEST_F(SoftwareQueriesTest, CountsTheDevicesThatHaveEachRow) {
  AddNamed("one", {PackageRow("a", "1"), PackageRow("b", "1")});
  AddNamed("two", {PackageRow("a", "1"), PackageRow("a", "2", "rpm")});
  AddNamed("none", {});
  EXPECT_THAT(List({}), ElementsAre("a 1 2", "b 1 1", "a 2 1"));
}

TEST_F(SoftwareQueriesTest, PagesJoinWithoutGapOrRepetition) {
  std::vector<v1::Row> rows;
  rows.reserve(17);
  for (int i = 0; i < 17; ++i) {
    rows.push_back(PackageRow("p" + std::to_string(i), "1"));
  }
  AddNamed("host", rows);
  const auto whole = List({});
  EXPECT_THAT(whole, SizeIs(17));
  for (const int size : {1, 5, 16, 17, 18}) {
    v1::ListSoftwareRequest request;
    request.set_page_size(size);
    EXPECT_EQ(List(request), whole) << size;
  }
}

TEST_F(SoftwareQueriesTest, FiltersByNameAndByWhetherItIsRecognised) {
  AddNamed("host", {PackageRow("db-server", "1"), PackageRow("libdb", "1"),
                    PackageRow("editor", "1")});
  v1::ListSoftwareRequest request;
  request.set_name_contains("DB");
  EXPECT_THAT(List(request), ElementsAre("db-server 1 1", "libdb 1 1"));
  request.set_unrecognised_only(true);
  EXPECT_THAT(List(request), ElementsAre("libdb 1 1"));
}

TEST_F(SoftwareQueriesTest, AsOfCountsWhatWasKnownThen) {
  const SubjectId subject = AddNamed("host", {PackageRow("a", "1")});
  const absl::Time then = clock_.Now();
  Report(subject, {HostRow("host"), PackageRow("a", "2")});
  v1::ListSoftwareRequest request;
  EXPECT_THAT(List(request), ElementsAre("a 2 1"));
  *request.mutable_as_of() = ToProto(then);
  EXPECT_THAT(List(request), ElementsAre("a 1 1"));
  *request.mutable_as_of() = ToProto(then - absl::Hours(1));
  EXPECT_THAT(List(request), IsEmpty());
}

TEST_F(SoftwareQueriesTest, APageGoesOnWhereTheLastRowOfTheOneBeforeIsGone) {
  const SubjectId subject =
      AddNamed("host", {PackageRow("a", "1"), PackageRow("b", "1"),
                        PackageRow("d", "1"), PackageRow("e", "1")});
  v1::ListSoftwareRequest request;
  request.set_page_size(2);
  ASSERT_OK_AND_ASSIGN(const auto page, queries_->ListSoftware(request));
  ASSERT_THAT(page.software(), SizeIs(2));
  Report(subject, {HostRow("host"), PackageRow("a", "1"), PackageRow("b", "2"),
                   PackageRow("d", "1"), PackageRow("e", "1")});
  request.set_page_token(page.next_page_token());
  ASSERT_OK_AND_ASSIGN(const auto next, queries_->ListSoftware(request));
  ASSERT_THAT(next.software(), SizeIs(2));
  EXPECT_EQ(next.software(0).package().version(), "2");
  EXPECT_EQ(next.software(1).package().name(), "d");
  request.set_page_token(next.next_page_token());
  ASSERT_OK_AND_ASSIGN(const auto last, queries_->ListSoftware(request));
  ASSERT_THAT(last.software(), SizeIs(1));
  EXPECT_EQ(last.software(0).package().name(), "e");
}

TEST_F(SoftwareQueriesTest, PagesJoinWhereNamesAreTooLongForAToken) {
  std::vector<v1::Row> rows = {PackageRow("y", "1")};
  for (const char* last : {"0", "1", "2", "3", "4"}) {
    rows.push_back(PackageRow(std::string(5'000, 'x') + last, ""));
  }
  AddNamed("host", rows);
  const auto whole = List({});
  EXPECT_THAT(whole, SizeIs(6));
  EXPECT_EQ(whole.back(), "y 1 1");
  v1::ListSoftwareRequest request;
  request.set_page_size(1);
  EXPECT_EQ(List(request), whole);
}

TEST_F(SoftwareQueriesTest, ALostRowThatADeviceHasIsDamageAndNotLeftOut) {
  AddNamed("host", {PackageRow("a", "1"), PackageRow("b", "1")});
  LoseRow(PackageRow("a", "1"));
  EXPECT_THAT(queries_->ListSoftware({}),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("missing")));
  // Nobody can say any more which package it was.
  v1::ListSoftwareDevicesRequest request;
  for (const char* name : {"a", "b"}) {
    request.set_name(name);
    EXPECT_THAT(queries_->ListSoftwareDevices(request),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("missing")));
  }
}

TEST_F(SoftwareQueriesTest, AMissingRowThatNoDeviceHasDoesNoHarm) {
  const SubjectId subject =
      AddNamed("host", {PackageRow("a", "1"), PackageRow("b", "1")});
  Report(subject, {HostRow("host"), PackageRow("b", "1")});
  LoseRow(PackageRow("a", "1"));
  EXPECT_THAT(List({}), ElementsAre("b 1 1"));
  v1::ListSoftwareDevicesRequest request;
  request.set_name("b");
  EXPECT_THAT(ListDevicesWith(request), ElementsAre("host"));
}

TEST_F(SoftwareQueriesTest, ListsTheDevicesThatHaveAPackage) {
  AddNamed("one", {PackageRow("a", "1")});
  AddNamed("two", {PackageRow("a", "2")});
  AddNamed("three", {PackageRow("ab", "1")});
  v1::ListSoftwareDevicesRequest request;
  request.set_name("a");
  EXPECT_THAT(ListDevicesWith(request), UnorderedElementsAre("one", "two"));
  request.set_version("2");
  EXPECT_THAT(ListDevicesWith(request), ElementsAre("two"));
  request.set_version("3");
  EXPECT_THAT(ListDevicesWith(request), IsEmpty());
}

TEST_F(SoftwareQueriesTest, ListsTheDevicesThatHaveAProductWithItsPackages) {
  AddNamed("one", {PackageRow("db-b", "1"), PackageRow("db-a", "2"),
                   PackageRow("db-a", "1"), PackageRow("editor", "1")});
  AddNamed("two", {PackageRow("editor", "1")});
  v1::ListSoftwareDevicesRequest request;
  request.set_product("DATAbase");
  ASSERT_OK_AND_ASSIGN(const auto page, queries_->ListSoftwareDevices(request));
  ASSERT_THAT(page.devices(), SizeIs(1));
  std::vector<std::string> packages;
  for (const auto& package : page.devices(0).packages()) {
    packages.push_back(package.name() + " " + package.version());
  }
  EXPECT_THAT(packages, ElementsAre("db-a 1", "db-a 2", "db-b 1"));
}

TEST_F(SoftwareQueriesTest, DevicePagesJoinAndCountAll) {
  for (int i = 0; i < 9; ++i) {
    AddNamed("host-" + std::to_string(i), {PackageRow("a", "1")});
  }
  v1::ListSoftwareDevicesRequest request;
  request.set_name("a");
  const auto whole = ListDevicesWith(request);
  EXPECT_THAT(whole, SizeIs(9));
  for (const int size : {1, 4, 8, 9, 10}) {
    request.set_page_size(size);
    EXPECT_EQ(ListDevicesWith(request), whole) << size;
  }
}

TEST_F(SoftwareQueriesTest, ErrorsNameTheField) {
  const std::string long_text(257, 'x');
  v1::ListSoftwareRequest list;
  list.set_name_contains(long_text);
  EXPECT_THAT(queries_->ListSoftware(list),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "name_contains has 257 bytes; at most 256"));
  v1::ListSoftwareDevicesRequest devices;
  EXPECT_THAT(queries_->ListSoftwareDevices(devices),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("name or product is needed")));
  devices.set_version("1");
  EXPECT_THAT(queries_->ListSoftwareDevices(devices),
              StatusIs(absl::StatusCode::kInvalidArgument));
  devices.set_name("a");
  devices.set_version(long_text);
  EXPECT_THAT(queries_->ListSoftwareDevices(devices),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("version has 257 bytes")));
  devices.clear_version();
  devices.set_product(long_text);
  EXPECT_THAT(queries_->ListSoftwareDevices(devices),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("product has 257 bytes")));
}

}  // namespace
}  // namespace rollcall::collector
