#include "collector/registers/register_queries.h"

#include "common/proto_time.h"
#include "tests/unit/collector/registers/register_store.h"

namespace rollcall::collector {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::StatusIs;

std::vector<std::string> TagsOf(const v1::ListExpectedDevicesResponse& page) {
  std::vector<std::string> tags;
  for (const auto& device : page.devices()) tags.push_back(device.asset_tag());
  return tags;
}

TEST(ListExpectedDevices, PagesInOrderOverAllRegisters) {
  RegisterStore store;
  store.Import("asset_tag,serial\nA-3,S3\na-1,S1\nA-2,S2\n");
  auto import = store.RequestFor("asset_tag,serial\nA-1,S1\n");
  import.set_register_("mdm");
  store.Import(import);

  v1::ListExpectedDevicesRequest request;
  request.set_page_size(3);
  ASSERT_OK_AND_ASSIGN(auto page, store.queries.ListExpectedDevices(request));
  EXPECT_THAT(TagsOf(page), ElementsAre("a-1", "A-2", "A-3"));
  request.set_page_token(page.next_page_token());
  ASSERT_OK_AND_ASSIGN(page, store.queries.ListExpectedDevices(request));
  EXPECT_THAT(TagsOf(page), ElementsAre("A-1"));
  EXPECT_EQ(page.devices(0).register_(), "mdm");
  EXPECT_EQ(page.next_page_token(), "");
}

TEST(ListExpectedDevices, ListsOneRegister) {
  RegisterStore store;
  store.Import("asset_tag,serial\nA-1,S1\n");
  v1::ListExpectedDevicesRequest request;
  request.set_register_("asset");
  ASSERT_OK_AND_ASSIGN(auto page, store.queries.ListExpectedDevices(request));
  EXPECT_THAT(page.devices(), IsEmpty());
  request.set_register_("assets");
  ASSERT_OK_AND_ASSIGN(page, store.queries.ListExpectedDevices(request));
  EXPECT_THAT(TagsOf(page), ElementsAre("A-1"));
}

TEST(ListExpectedDevices, TellsWhatWasKnownThen) {
  RegisterStore store;
  store.Import("asset_tag,serial\nA-1,S1\n");
  const absl::Time then = store.clock.Now();
  store.clock.Advance(absl::Hours(1));
  store.Import("asset_tag,serial\nA-2,S2\n");
  v1::ListExpectedDevicesRequest request;
  *request.mutable_as_of() = ToProto(then);
  ASSERT_OK_AND_ASSIGN(auto page, store.queries.ListExpectedDevices(request));
  EXPECT_THAT(TagsOf(page), ElementsAre("A-1"));
  *request.mutable_as_of() = ToProto(then - absl::Seconds(1));
  ASSERT_OK_AND_ASSIGN(page, store.queries.ListExpectedDevices(request));
  EXPECT_THAT(page.devices(), IsEmpty());
}

TEST(ListExpectedDevices, AllPagesAreOfOneMoment) {
  RegisterStore store;
  store.Import("asset_tag,serial\nA-1,S1\nA-2,S2\n");
  v1::ListExpectedDevicesRequest request;
  request.set_page_size(1);
  ASSERT_OK_AND_ASSIGN(const auto first,
                       store.queries.ListExpectedDevices(request));
  store.clock.Advance(absl::Hours(1));
  store.Import("asset_tag,serial\nA-1,S1\nA-2,other\n");
  request.set_page_token(first.next_page_token());
  ASSERT_OK_AND_ASSIGN(const auto second,
                       store.queries.ListExpectedDevices(request));
  ASSERT_EQ(second.devices_size(), 1);
  EXPECT_EQ(second.devices(0).serial_number(), "S2");
  EXPECT_EQ(FromProto(second.as_of()), FromProto(first.as_of()));
  EXPECT_LT(FromProto(second.as_of()), store.clock.Now());
}

TEST(ListExpectedDevices, RefusesMalformedRequests) {
  RegisterStore store;
  v1::ListExpectedDevicesRequest request;
  request.set_register_("no such!");
  EXPECT_THAT(store.queries.ListExpectedDevices(request),
              StatusIs(StatusCode::kInvalidArgument));
  request.clear_register_();
  request.set_page_token("AAAA");
  EXPECT_THAT(store.queries.ListExpectedDevices(request),
              StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace rollcall::collector
