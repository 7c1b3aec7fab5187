#include "collector/contracts/contract_queries.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/proto_time.h"
#include "gmock/gmock.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/collector/contracts/contract_store.h"

namespace rollcall::collector {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::EqualsProto;
using ::testing::HasSubstr;
using testing::IsOkAndHolds;
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

// Four lines of which each says `quantity`.
std::string FourLines(absl::string_view quantity) {
  std::string file = kHeader;
  for (const char* order : {"P1", "P2", "P3", "P4"}) {
    absl::StrAppend(&file, Line(order, quantity));
  }
  return file;
}

TEST(ListEntitlements, AllPagesAreOfOneMoment) {
  ContractStore store;
  store.Import(FourLines("10"));
  v1::ListEntitlementsRequest request;
  request.set_page_size(2);
  ASSERT_OK_AND_ASSIGN(const auto first,
                       store.queries.ListEntitlements(request));
  store.clock.Advance(absl::Hours(48));
  store.Import(FourLines("99"));
  request.set_page_token(first.next_page_token());
  ASSERT_OK_AND_ASSIGN(const auto second,
                       store.queries.ListEntitlements(request));
  ASSERT_EQ(second.entitlements_size(), 2);
  EXPECT_EQ(second.entitlements(0).quantity().value().numerator(), 10);
  EXPECT_EQ(second.entitlements(1).quantity().value().numerator(), 10);
  EXPECT_EQ(second.effective_date(), first.effective_date());
  EXPECT_THAT(second.as_of(), EqualsProto(first.as_of()));
}

TEST(ListEntitlements, ARepeatedQuestionAsOfWhatIsStatedHasTheSameAnswer) {
  ContractStore store;
  store.Import(FourLines("10"));
  ASSERT_OK_AND_ASSIGN(const auto then, store.queries.ListEntitlements({}));
  store.clock.Advance(absl::Hours(48));
  store.Import(FourLines("99"));
  v1::ListEntitlementsRequest request;
  request.set_effective_date(then.effective_date());
  *request.mutable_as_of() = then.as_of();
  EXPECT_THAT(store.queries.ListEntitlements(request),
              IsOkAndHolds(EqualsProto(then)));
}

TEST(ExportEntitlements, AllPagesAreOfOneMoment) {
  ContractStore store;
  store.Import(FourLines("10"));
  v1::ExportEntitlementsRequest request;
  request.set_page_size(3);
  ASSERT_OK_AND_ASSIGN(const auto first,
                       store.queries.ExportEntitlements(request));
  store.Import(FourLines("99"));
  request.set_page_token(first.next_page_token());
  ASSERT_OK_AND_ASSIGN(const auto second,
                       store.queries.ExportEntitlements(request));
  EXPECT_THAT(second.components(),
              ElementsAre(AllOf(HasSubstr(R"("10")"), HasSubstr("P4"))));
  EXPECT_THAT(second.as_of(), EqualsProto(first.as_of()));
}

TEST(ListContractObjects, AllPagesAreOfOneMoment) {
  ContractStore store;
  store.Import(FourLines("10"));
  v1::ListContractObjectsRequest request;
  request.set_kind(v1::CONTRACT_OBJECT_KIND_ENTITLEMENT);
  request.set_page_size(3);
  ASSERT_OK_AND_ASSIGN(const auto first, store.queries.ListObjects(request));
  store.Import(FourLines("99"));
  request.set_page_token(first.next_page_token());
  ASSERT_OK_AND_ASSIGN(const auto second, store.queries.ListObjects(request));
  ASSERT_EQ(second.objects_size(), 1);
  EXPECT_EQ(second.objects(0).entitlement().quantity().value().numerator(), 10);
  EXPECT_THAT(second.as_of(), EqualsProto(first.as_of()));
}

TEST(ListContractObjectVersions, WhatIsSaidBetweenPagesIsOnNone) {
  ContractStore store;
  const auto say = [&store](const std::string& day, absl::string_view units) {
    v1::ImportEntitlementsRequest request;
    request.set_effective_date(day);
    request.set_content(absl::StrCat(kHeader, Line("P1", units)));
    store.Import(request);
  };
  say("", "1");
  say("2026-03-01", "3");
  v1::ListContractObjectVersionsRequest request;
  request.mutable_name()->set_kind(v1::CONTRACT_OBJECT_KIND_ENTITLEMENT);
  for (const char* part : {"C-1", "P1", "1"}) {
    request.mutable_name()->add_parts(part);
  }
  request.set_page_size(1);
  ASSERT_OK_AND_ASSIGN(const auto first, store.queries.ListVersions(request));
  say("2026-02-01", "2");
  request.set_page_token(first.next_page_token());
  ASSERT_OK_AND_ASSIGN(const auto second, store.queries.ListVersions(request));
  ASSERT_EQ(second.versions_size(), 1);
  EXPECT_EQ(second.versions(0).change().effective_date(), "");
  EXPECT_EQ(second.next_page_token(), "");
}

v1::ContractObjectName NameOfContract(const std::string& number) {
  v1::ContractObjectName name;
  name.set_kind(v1::CONTRACT_OBJECT_KIND_CONTRACT);
  name.add_parts(number);
  return name;
}

TEST(GetContractObject, StatesThePointThatItIsOf) {
  ContractStore store;
  store.Import(absl::StrCat(kHeader, Line("P1", "1")));
  const absl::Time known = store.clock.Now();
  store.clock.Advance(absl::Hours(1));
  v1::GetContractObjectRequest request;
  *request.mutable_name() = NameOfContract("C-1");
  request.mutable_at()->set_effective_date("2027-01-01");
  *request.mutable_at()->mutable_as_of() =
      ToProto(store.clock.Now() + absl::Hours(1'000));
  ASSERT_OK_AND_ASSIGN(const auto response, store.queries.GetObject(request));
  EXPECT_EQ(response.effective_date(), "2027-01-01");
  EXPECT_LT(FromProto(response.as_of()), known + absl::Seconds(1));
}

TEST(GetContractObject, NamesWhatIsNotThereAsItWasAskedFor) {
  ContractStore store;
  store.Import(absl::StrCat(kHeader, Line("P1", "1")));
  v1::GetContractObjectRequest request;
  *request.mutable_name() = NameOfContract("C-1");
  request.mutable_at()->set_effective_date("2026-05-01");
  *request.mutable_at()->mutable_as_of() = ToProto(absl::FromUnixSeconds(60));
  EXPECT_THAT(store.queries.GetObject(request),
              StatusIs(StatusCode::kNotFound,
                       HasSubstr("no contract C-1 on 2026-05-01, as known at "
                                 "1970-01-01T00:01:00")));
  v1::CompareContractObjectRequest difference;
  *difference.mutable_name() = NameOfContract("No-Such");
  difference.mutable_before()->set_effective_date("2026-05-01");
  EXPECT_THAT(store.queries.Compare(difference),
              StatusIs(StatusCode::kNotFound,
                       HasSubstr("no contract No-Such on 2026-05-01")));
}

TEST(CompareContractObject, StatesBothPoints) {
  ContractStore store;
  store.Import(absl::StrCat(kHeader, Line("P1", "1")));
  v1::CompareContractObjectRequest request;
  *request.mutable_name() = NameOfContract("C-1");
  request.mutable_before()->set_effective_date("2026-05-01");
  request.mutable_after()->set_effective_date("2026-06-01");
  ASSERT_OK_AND_ASSIGN(const auto response, store.queries.Compare(request));
  EXPECT_EQ(response.before().effective_date(), "2026-05-01");
  EXPECT_EQ(response.after().effective_date(), "2026-06-01");
  EXPECT_TRUE(response.after().has_as_of());
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

TEST(ListQuarantinedLines, TakesTheFirstDigitsOfAChangeSet) {
  ContractStore store;
  v1::ImportEntitlementsRequest import;
  import.set_quarantine(true);
  import.set_content(absl::StrCat(kHeader, "a\n"));
  const std::string kept = store.Import(import).change_set_id();
  import.set_content(absl::StrCat(kHeader, "b\n"));
  store.Import(import);
  v1::ListQuarantinedLinesRequest request;
  request.set_change_set_id(kept.substr(0, 12));
  ASSERT_OK_AND_ASSIGN(const auto response,
                       store.queries.ListQuarantinedLines(request));
  ASSERT_EQ(response.lines_size(), 1);
  EXPECT_EQ(response.lines(0).change_set_id(), kept);
  request.set_change_set_id("12");
  EXPECT_THAT(
      store.queries.ListQuarantinedLines(request),
      StatusIs(StatusCode::kInvalidArgument, HasSubstr("32 hex digits")));
  request.set_change_set_id("123456789");
  EXPECT_THAT(store.queries.ListQuarantinedLines(request),
              StatusIs(StatusCode::kNotFound));
}

TEST(ListQuarantinedLines, APageFitsIntoAMessageAlsoWithALongHeader) {
  ContractStore store;
  // Blanks around the name of a column are passed over.
  std::string header = kHeader;
  header.insert(header.size() - 1, std::string(3'900, ' '));
  std::string bad;
  for (int i = 0; i < 1'000; ++i) absl::StrAppend(&bad, "bad\n");
  v1::ImportEntitlementsRequest import;
  import.set_quarantine(true);
  import.set_content(absl::StrCat(header, bad));
  ASSERT_EQ(store.Import(import).quarantined_count(), 1'000);
  v1::ListQuarantinedLinesRequest request;
  request.set_page_size(1'000);
  int lines = 0;
  do {
    ASSERT_OK_AND_ASSIGN(const auto page,
                         store.queries.ListQuarantinedLines(request));
    EXPECT_LT(page.ByteSizeLong(), 3u << 20);
    lines += page.lines_size();
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(lines, 1'000);
}

}  // namespace
}  // namespace rollcall::collector
