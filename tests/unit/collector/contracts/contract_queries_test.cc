#include "collector/contracts/contract_queries.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/proto_time.h"
#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/collector/contracts/contract_store.h"

namespace rollcall::collector {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::StatusIs;

// "contract/order" of all pages.
std::vector<std::string> ListAll(ContractStore& store,
                                 v1::ListEntitlementsRequest request) {
  std::vector<std::string> names;
  do {
    const auto response = store.queries.ListEntitlements(request);
    EXPECT_OK(response);
    if (!response.ok()) return names;
    for (const auto& entitlement : response->entitlements()) {
      names.push_back(absl::StrCat(entitlement.contract_number(), "/",
                                   entitlement.purchase_order()));
    }
    request.set_page_token(response->next_page_token());
  } while (!request.page_token().empty());
  return names;
}

TEST(ListEntitlements, PagesInOrderAndFilters) {
  ContractStore store;
  store.Import(absl::StrCat(kHeader, Line("P2", "1"), Line("P1", "1"),
                            Line("P3", "1", "MySQL", "B"),
                            Line("P4", "1", "MySQL"), Line("", "1")));
  v1::ListEntitlementsRequest request;
  request.set_page_size(2);
  EXPECT_THAT(ListAll(store, request),
              ElementsAre("B/P3", "C-1/", "C-1/P1", "C-1/P2", "C-1/P4"));
  request.set_product("mysql");
  EXPECT_THAT(ListAll(store, request), ElementsAre("B/P3", "C-1/P4"));
  request.set_contract_number("b");
  EXPECT_THAT(ListAll(store, request), ElementsAre("B/P3"));
  request.set_page_size(1);
  request.clear_product();
  request.set_contract_number("C-1");
  EXPECT_THAT(ListAll(store, request),
              ElementsAre("C-1/", "C-1/P1", "C-1/P2", "C-1/P4"));
}

TEST(ListEntitlements, ShowsWhatWasKnownThen) {
  ContractStore store;
  store.Import(absl::StrCat(kHeader, Line("P1", "1")));
  const absl::Time then = store.clock.Now();
  store.clock.Advance(absl::Seconds(1));
  store.Import(absl::StrCat(kHeader, Line("P1", "2"), Line("P2", "2")));
  v1::ListEntitlementsRequest request;
  *request.mutable_as_of() = ToProto(then);
  ASSERT_OK_AND_ASSIGN(const auto past,
                       store.queries.ListEntitlements(request));
  ASSERT_EQ(past.entitlements_size(), 1);
  EXPECT_EQ(past.entitlements(0).quantity().value().numerator(), 1);
  *request.mutable_as_of() = ToProto(then - absl::Seconds(1));
  EXPECT_THAT(ListAll(store, request), ElementsAre());
}

TEST(ListEntitlements, RefusesMalformedRequests) {
  ContractStore store;
  v1::ListEntitlementsRequest request;
  request.set_page_size(-1);
  EXPECT_THAT(store.queries.ListEntitlements(request),
              StatusIs(StatusCode::kInvalidArgument));
  request.set_page_size(0);
  request.set_page_token("abc");
  EXPECT_THAT(store.queries.ListEntitlements(request),
              StatusIs(StatusCode::kInvalidArgument));
  request.clear_page_token();
  request.set_product(std::string(300, 'x'));
  EXPECT_THAT(store.queries.ListEntitlements(request),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("product")));
}

TEST(ListChangeSets, ShowsTheNewestFirst) {
  ContractStore store;
  std::vector<std::string> ids;
  ids.reserve(3);
  for (int i = 0; i < 3; ++i) {
    ids.push_back(
        store.Import(absl::StrCat(kHeader, Line("P1", absl::StrCat(i + 1))))
            .change_set_id());
  }
  v1::ListChangeSetsRequest request;
  request.set_page_size(2);
  ASSERT_OK_AND_ASSIGN(const auto first, store.changes.List(request));
  ASSERT_EQ(first.change_sets_size(), 2);
  EXPECT_EQ(first.change_sets(0).change_set_id(), ids[2]);
  EXPECT_EQ(first.change_sets(1).change_set_id(), ids[1]);
  request.set_page_token(first.next_page_token());
  ASSERT_OK_AND_ASSIGN(const auto second, store.changes.List(request));
  ASSERT_EQ(second.change_sets_size(), 1);
  EXPECT_EQ(second.change_sets(0).change_set_id(), ids[0]);
  EXPECT_EQ(second.next_page_token(), "");
}

TEST(ListQuarantinedLines, PagesOverAllChangeSets) {
  ContractStore store;
  v1::ImportEntitlementsRequest import;
  import.set_quarantine(true);
  import.set_content(absl::StrCat(kHeader, "a\nb\nc\n"));
  store.Import(import);
  import.set_content(absl::StrCat(kHeader, "d\n"));
  store.Import(import);
  v1::ListQuarantinedLinesRequest request;
  request.set_page_size(3);
  ASSERT_OK_AND_ASSIGN(const auto first,
                       store.queries.ListQuarantinedLines(request));
  EXPECT_EQ(first.lines_size(), 3);
  request.set_page_token(first.next_page_token());
  ASSERT_OK_AND_ASSIGN(const auto second,
                       store.queries.ListQuarantinedLines(request));
  EXPECT_EQ(second.lines_size(), 1);
  EXPECT_EQ(second.next_page_token(), "");
}

TEST(ListQuarantinedLines, WantsAWholeChangeSetId) {
  ContractStore store;
  v1::ListQuarantinedLinesRequest request;
  request.set_change_set_id("12");
  EXPECT_THAT(
      store.queries.ListQuarantinedLines(request),
      StatusIs(StatusCode::kInvalidArgument, HasSubstr("32 hex digits")));
}

}  // namespace
}  // namespace rollcall::collector
