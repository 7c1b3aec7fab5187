#include "collector/rpc/paging.h"

#include "absl/strings/escaping.h"
#include "rollcall/v1/device_service.pb.h"
#include "tests/support/status_matchers.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::StatusIs;
using ::testing::HasSubstr;

constexpr PageBounds kBounds = {100, 1'000};

v1::ListDevicesRequest Request(int page_size, const std::string& token = "",
                               const std::string& contains = "") {
  v1::ListDevicesRequest request;
  request.set_page_size(page_size);
  request.set_page_token(token);
  request.set_contains(contains);
  return request;
}

TEST(ReadPage, GivesTheDefaultSizeWhereNoneIsAskedFor) {
  ASSERT_OK_AND_ASSIGN(const Page page, ReadPage(Request(0), kBounds));
  EXPECT_EQ(page.size, 100);
  EXPECT_EQ(page.after, "");
}

TEST(ReadPage, TakesASizeOverTheMaximumForTheMaximum) {
  ASSERT_OK_AND_ASSIGN(const Page most, ReadPage(Request(1'000), kBounds));
  EXPECT_EQ(most.size, 1'000);
  ASSERT_OK_AND_ASSIGN(const Page over,
                       ReadPage(Request(2'147'483'647), kBounds));
  EXPECT_EQ(over.size, 1'000);
}

TEST(ReadPage, RefusesANegativeSizeAndNamesIt) {
  EXPECT_THAT(ReadPage(Request(-1), kBounds),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("page_size is -1")));
}

TEST(ReadPage, GoesOnAfterTheCursorWhateverItsBytes) {
  ASSERT_OK_AND_ASSIGN(const Page first, ReadPage(Request(0), kBounds));
  const std::string cursor("a\0/\xff+", 5);
  ASSERT_OK_AND_ASSIGN(const Page next,
                       ReadPage(Request(0, first.TokenAfter(cursor)), kBounds));
  EXPECT_EQ(next.after, cursor);
}

TEST(ReadPage, LetsThePageSizeChangeFromPageToPage) {
  ASSERT_OK_AND_ASSIGN(const Page first, ReadPage(Request(10), kBounds));
  EXPECT_OK(ReadPage(Request(20, first.TokenAfter("x")), kBounds));
}

TEST(ReadPage, RefusesATokenOfAnotherRequest) {
  ASSERT_OK_AND_ASSIGN(const Page first,
                       ReadPage(Request(0, "", "laptop"), kBounds));
  EXPECT_THAT(ReadPage(Request(0, first.TokenAfter("x"), "server"), kBounds),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("belongs to another request")));
}

TEST(ReadPage, RefusesATokenOfAnotherMethod) {
  ASSERT_OK_AND_ASSIGN(const Page first, ReadPage(Request(0), kBounds));
  v1::ListSoftwareRequest other;
  other.set_page_token(first.TokenAfter("x"));
  EXPECT_THAT(ReadPage(other, kBounds),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("belongs to another request")));
}

TEST(ReadPage, RefusesTokensThatItNeverGave) {
  ASSERT_OK_AND_ASSIGN(const Page first, ReadPage(Request(0), kBounds));
  const std::string good = first.TokenAfter("x");
  for (const std::string& token :
       {std::string("!"), std::string("AAAA"), good.substr(0, 8),
        absl::WebSafeBase64Escape(first.request_hash),  // no cursor
        std::string(100'000, 'A')}) {
    EXPECT_THAT(ReadPage(Request(0, token), kBounds),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("page_token is malformed")))
        << token.substr(0, 20);
  }
}

TEST(PageRoom, TakesAsManyItemsAsThePageIsLong) {
  PageRoom room({.size = 2, .after = "", .request_hash = ""});
  EXPECT_TRUE(room.Takes(1));
  EXPECT_TRUE(room.Takes(1));
  EXPECT_FALSE(room.Takes(1));
}

TEST(PageRoom, EndsBeforeClientsWouldRefuseThePage) {
  PageRoom room({.size = 10, .after = "", .request_hash = ""});
  EXPECT_TRUE(room.Takes(kPageBytes - 1));
  EXPECT_FALSE(room.Takes(2));
  EXPECT_FALSE(room.Takes(1)) << "an item after one that was left out";
}

TEST(PageRoom, TakesOneItemHoweverLarge) {
  PageRoom room({.size = 10, .after = "", .request_hash = ""});
  EXPECT_TRUE(room.Takes(2 * kPageBytes));
  EXPECT_FALSE(room.Takes(1));
}

}  // namespace
}  // namespace rollcall::collector
