// How much of the store is read for findings on invoices, and as of when.
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collector/contracts/invoices/invoice_queries.h"
#include "gmock/gmock.h"
#include "tests/support/counting_engine.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/collector/contracts/contract_store.h"

namespace rollcall::collector {
namespace {

using ::testing::ElementsAre;
using testing::FromText;
using ::testing::SizeIs;
using testing::StatusIs;

// 300 lines of invoices of three vendors, each of a line of its own and wrong
// in one way, of which every tenth names no contract.
struct CostStore : ContractStore {
  static constexpr int kLines = 300;

  CostStore() {
    ContractMemory::clock.Advance(absl::Hours(24 * 200));
    std::string file =
        "contract_number,vendor,publisher,product,metric,quantity,start_date,"
        "end_date,unit_price,currency,purchase_order,line\n";
    for (int i = 0; i < kLines; ++i) {
      absl::StrAppend(&file,
                      "C-1,Acme,Redis,Redis,core,10,2026-01-01,2026-12-31,100,"
                      "EUR,P1,",
                      i, "\n");
    }
    Import(absl::string_view(file));
    std::vector<v1::ObjectChange> changes;
    for (int i = 0; i < kLines; ++i) {
      changes.push_back(Bill(absl::StrCat("V", i % 3), absl::StrCat("R-", i),
                             absl::StrCat(i), i % 10 != 0));
    }
    EXPECT_OK(ProposeAs("ina", changes));
  }

  static v1::ObjectChange Bill(const std::string& vendor,
                               const std::string& number,
                               const std::string& line, bool names_contract) {
    auto change = FromText<v1::ObjectChange>(absl::StrCat(
        "action: ACTION_SET object { invoice_line { vendor: '", vendor,
        "' invoice_number: '", number,
        "' line: '1' invoice_date: '2026-02-01' purchase_order: 'P1' "
        "purchase_order_line: '",
        line,
        "' quantity { numerator: 11 denominator: 1 } "
        "unit_price { micros: 100000000 currency: 'EUR' } "
        "total { micros: 1100000000 currency: 'EUR' } "
        "period_start_date: '2026-01-01' period_end_date: '2026-12-31' } }"));
    if (names_contract) {
      change.mutable_object()->mutable_invoice_line()->set_contract_number(
          "C-1");
    }
    return change;
  }

  int64_t ReadsOf(const std::function<void()>& work) {
    counting.Reset();
    work();
    return counting.of(TableId::kObject);
  }
  static void Print(const std::string& what, int64_t reads) {
    std::cout << "[  entries ] " << what << ": " << reads << "\n";
  }
  v1::ListInvoiceFindingsResponse Ask(
      const v1::ListInvoiceFindingsRequest& request) {
    const auto response = invoices.ListFindings(request);
    EXPECT_OK(response);
    return response.value_or(v1::ListInvoiceFindingsResponse());
  }

  testing::CountingEngine counting{*ContractMemory::engine};
  InvoiceQueries invoices{counting, ContractMemory::clock};
};

TEST(InvoiceCost, PagesAfterTheFirstReadWhatIsOnThemAlone) {
  CostStore store;
  v1::ListInvoiceFindingsRequest request;
  request.set_page_size(20);
  v1::ListInvoiceFindingsResponse page;
  const int64_t first = store.ReadsOf([&] { page = store.Ask(request); });
  CostStore::Print("first page of 20 of 300", first);
  EXPECT_GE(first, 600);  // all lines of invoices, and of orders
  int findings = page.findings_size();
  while (!page.next_page_token().empty()) {
    request.set_page_token(page.next_page_token());
    const int64_t later = store.ReadsOf([&] { page = store.Ask(request); });
    CostStore::Print("a later page", later);
    // Each line, itself as one that bills the same, its order, its line of the
    // order, and the contract.
    EXPECT_LE(later, 6 * 22);
    findings += page.findings_size();
  }
  EXPECT_EQ(findings, CostStore::kLines);
}

TEST(InvoiceCost, OneInvoiceIsFoundWithoutReadingTheVendorsOthers) {
  CostStore store;
  store.Ask({});
  v1::ListInvoiceFindingsRequest request;
  request.set_vendor("v1");
  request.set_invoice_number("r-100");
  v1::ListInvoiceFindingsResponse response;
  const int64_t reads = store.ReadsOf([&] { response = store.Ask(request); });
  CostStore::Print("one invoice, asked for by vendor and number", reads);
  EXPECT_LE(reads, 10);
  ASSERT_THAT(response.findings(), SizeIs(1));
  EXPECT_EQ(response.findings(0).invoice_number(), "R-100");
  request.clear_vendor();
  EXPECT_THAT(store.Ask(request).findings(), SizeIs(1));
}

TEST(InvoiceCost, WhatIsNotedLaterIsNotLostInWhatIsKept) {
  CostStore store;
  v1::ListInvoiceFindingsRequest request;
  request.set_kind(v1::InvoiceFinding::KIND_BILLED_TWICE);
  EXPECT_THAT(store.Ask(request).findings(), SizeIs(0));
  ASSERT_OK(store.ProposeAs(
      "ina", {CostStore::Bill("V9", "R-999", "7", /*names_contract=*/false)}));
  const auto after = store.Ask(request);
  ASSERT_THAT(after.findings(), SizeIs(1));
  EXPECT_EQ(after.findings(0).invoice_number(), "R-999");
}

TEST(InvoiceCost, AllPagesAreOfOneMomentAndOneDay) {
  CostStore store;
  v1::ListInvoiceFindingsRequest request;
  request.set_kind(v1::InvoiceFinding::KIND_QUANTITY_ABOVE_ORDER);
  request.set_page_size(200);
  auto page = store.Ask(request);
  ASSERT_NE(page.next_page_token(), "");
  // One that would be on the page to come, and one of tomorrow's.
  auto tomorrow = CostStore::Bill("V9", "R-T", "8", true);
  tomorrow.mutable_object()->mutable_invoice_line()->set_invoice_date(
      CivilDate::InUtc(store.clock.Now()).Plus(1)->ToString());
  ASSERT_OK(store.ProposeAs(
      "ina", {CostStore::Bill("V9", "R-999", "7", true), tomorrow}));
  store.clock.Advance(absl::Hours(24));
  request.set_page_token(page.next_page_token());
  page = store.Ask(request);
  EXPECT_THAT(page.findings(), SizeIs(100));
  EXPECT_EQ(page.next_page_token(), "");
  request.clear_page_token();
  request.set_vendor("V9");
  EXPECT_THAT(store.Ask(request).findings(), SizeIs(2));
}

TEST(InvoiceCost, ATokenThatHoldsNoDayIsRefused) {
  CostStore store;
  v1::ListInvoiceFindingsRequest request;
  request.set_page_size(1);
  std::string token = store.Ask(request).next_page_token();
  // The day comes after a hash of 8 bytes: 12 digits of base64 in, all zero.
  token.replace(11, 5, "AAAAA");
  request.set_page_token(token);
  EXPECT_THAT(store.invoices.ListFindings(request),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace rollcall::collector
