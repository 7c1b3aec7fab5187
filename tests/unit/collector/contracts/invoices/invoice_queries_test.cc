#include "collector/contracts/invoices/invoice_queries.h"

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "collector/contracts/object_table.h"
#include "common/proto_time.h"
#include "gmock/gmock.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/collector/contracts/contract_store.h"

namespace rollcall::collector {
namespace {

using absl::StatusCode;
using ::rollcall::testing::FromText;
using ::rollcall::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Line 1 of orders P1 and P2 under C-1: 10 cores at 100 EUR, for 2026.
constexpr char kTwoOrders[] =
    "contract_number,vendor,publisher,product,metric,quantity,start_date,"
    "end_date,unit_price,currency,purchase_order,line\n"
    "C-1,Acme,Redis,Redis,core,10,2026-01-01,2026-12-31,100,EUR,P1,1\n"
    "C-1,Acme,Redis,Redis,core,10,2026-01-01,2026-12-31,100,EUR,P2,1\n";

v1::InvoiceLine Invoice(const std::string& number, const std::string& order,
                        int64_t quantity, int64_t price_euros) {
  auto line = FromText<v1::InvoiceLine>(absl::StrCat(
      "vendor: 'Acme' invoice_number: '", number,
      "' line: '1' invoice_date: '2026-02-01' contract_number: 'C-1' "
      "purchase_order: '",
      order,
      "' purchase_order_line: '1' "
      "period_start_date: '2026-01-01' period_end_date: '2026-12-31'"));
  line.mutable_quantity()->set_numerator(quantity);
  line.mutable_quantity()->set_denominator(1);
  line.mutable_unit_price()->set_micros(price_euros * 1'000'000);
  line.mutable_unit_price()->set_currency("EUR");
  line.mutable_total()->set_micros(quantity * price_euros * 1'000'000);
  line.mutable_total()->set_currency("EUR");
  return line;
}

struct InvoiceStore : ContractStore {
  InvoiceStore() {
    // The invoices' days are past.
    ContractMemory::clock.Advance(absl::Hours(24 * 200));
    Import(absl::string_view(kTwoOrders));
  }

  void Note(const v1::InvoiceLine& line) {
    v1::ObjectChange change;
    change.set_action(v1::ObjectChange::ACTION_SET);
    *change.mutable_object()->mutable_invoice_line() = line;
    EXPECT_OK(ProposeAs("ina", {change}));
  }

  // "invoice kind" of all pages.
  std::vector<std::string> List(v1::ListInvoiceFindingsRequest request = {}) {
    std::vector<std::string> names;
    do {
      const auto response = invoices.ListFindings(request);
      EXPECT_OK(response);
      if (!response.ok()) return names;
      for (const auto& finding : response->findings()) {
        names.push_back(absl::StrCat(
            finding.invoice_number(), " ",
            v1::InvoiceFinding::Kind_Name(finding.kind()).substr(5)));
      }
      request.set_page_token(response->next_page_token());
    } while (!request.page_token().empty());
    return names;
  }

  InvoiceQueries invoices{*ContractMemory::engine, ContractMemory::clock};
};

TEST(ListInvoiceFindings, GoesFromInvoiceToContract) {
  InvoiceStore store;
  EXPECT_THAT(store.List(), IsEmpty());
  store.Note(Invoice("R-1", "P1", 10, 100));
  EXPECT_THAT(store.List(), IsEmpty());
  store.Note(Invoice("R-2", "p2", 11, 120));
  ASSERT_OK_AND_ASSIGN(const auto response, store.invoices.ListFindings({}));
  ASSERT_EQ(response.findings_size(), 2);
  const v1::InvoiceFinding& finding = response.findings(0);
  EXPECT_EQ(finding.kind(), v1::InvoiceFinding::KIND_PRICE_ABOVE_CONTRACT);
  EXPECT_EQ(finding.contract_number(), "C-1");
  EXPECT_EQ(finding.contract_id().size(), 32u);
  EXPECT_EQ(finding.entitlement_id().size(), 32u);
  EXPECT_EQ(finding.invoice_line_id().size(), 32u);
  EXPECT_EQ(finding.difference().micros(), 220'000'000);
}

TEST(ListInvoiceFindings, PagesThroughTheFindingsOfOneLine) {
  InvoiceStore store;
  for (const char* number : {"R-1", "R-2", "R-3"}) {
    store.Note(Invoice(number, "P1", 11, 120));
  }
  const auto all = store.List();
  EXPECT_THAT(
      all, ElementsAre("R-1 PRICE_ABOVE_CONTRACT", "R-1 QUANTITY_ABOVE_ORDER",
                       "R-2 PRICE_ABOVE_CONTRACT", "R-2 QUANTITY_ABOVE_ORDER",
                       "R-2 BILLED_TWICE", "R-3 PRICE_ABOVE_CONTRACT",
                       "R-3 QUANTITY_ABOVE_ORDER", "R-3 BILLED_TWICE"));
  for (int size = 1; size <= 8; ++size) {
    v1::ListInvoiceFindingsRequest request;
    request.set_page_size(size);
    EXPECT_EQ(store.List(request), all) << size;
  }
}

TEST(ListInvoiceFindings, FiltersAsAsked) {
  InvoiceStore store;
  store.Note(Invoice("R-1", "P1", 11, 120));
  auto unknown = Invoice("R-2", "P9", 1, 1);
  unknown.set_vendor("Bell");
  store.Note(unknown);
  v1::ListInvoiceFindingsRequest request;
  request.set_kind(v1::InvoiceFinding::KIND_QUANTITY_ABOVE_ORDER);
  EXPECT_THAT(store.List(request), ElementsAre("R-1 QUANTITY_ABOVE_ORDER"));
  request.Clear();
  request.set_vendor("bell");
  EXPECT_THAT(store.List(request), ElementsAre("R-2 UNKNOWN_ORDER"));
  request.Clear();
  request.set_invoice_number("r-2");
  EXPECT_THAT(store.List(request), ElementsAre("R-2 UNKNOWN_ORDER"));
  request.Clear();
  request.set_contract_number("C-2");
  EXPECT_THAT(store.List(request), IsEmpty());
  request.Clear();
  request.set_state(v1::InvoiceFinding::STATE_NOT_DECIDABLE);
  EXPECT_THAT(store.List(request), IsEmpty());
}

TEST(ListInvoiceFindings, TakesInvoicesUpToADayAsKnownThen) {
  InvoiceStore store;
  const absl::Time before = store.clock.Now();
  store.clock.Advance(absl::Seconds(1));
  store.Note(Invoice("R-1", "P1", 11, 100));
  v1::ListInvoiceFindingsRequest request;
  request.mutable_at()->set_effective_date("2026-01-31");
  EXPECT_THAT(store.List(request), IsEmpty());
  request.mutable_at()->set_effective_date("2026-02-01");
  EXPECT_THAT(store.List(request), ElementsAre("R-1 QUANTITY_ABOVE_ORDER"));
  *request.mutable_at()->mutable_as_of() = ToProto(before);
  EXPECT_THAT(store.List(request), IsEmpty());
}

TEST(ListInvoiceFindings, FindsTheContractByTheOrdersLine) {
  InvoiceStore store;
  auto line = Invoice("R-1", "P1", 11, 100);
  line.clear_contract_number();
  store.Note(line);
  EXPECT_THAT(store.List(), ElementsAre("R-1 QUANTITY_ABOVE_ORDER"));
  // The same order and line under another contract: it may be either.
  store.Import(
      "contract_number,vendor,publisher,product,metric,quantity,start_date,"
      "purchase_order,line\n"
      "C-2,Acme,Redis,Redis,core,20,2026-01-01,P1,1\n");
  EXPECT_THAT(store.List(), ElementsAre("R-1 UNKNOWN_CONTRACT"));
}

TEST(ListInvoiceFindings, TakesAContractThatIsWrittenInTwoWaysForOne) {
  InvoiceStore store;
  v1::ImportEntitlementsRequest amendment;
  amendment.set_content(
      "contract_number,vendor,publisher,product,metric,quantity,start_date,"
      "end_date,unit_price,currency,purchase_order,line\n"
      "c-1,Acme,Redis,Redis,core,10,2026-01-01,2026-12-31,90,EUR,p1,1\n");
  amendment.set_effective_date("2026-07-01");
  store.Import(amendment);
  auto line = Invoice("R-1", "P1", 11, 100);
  line.clear_contract_number();
  store.Note(line);
  EXPECT_THAT(store.List(), ElementsAre("R-1 QUANTITY_ABOVE_ORDER"));
}

TEST(ListInvoiceFindings, ReadsAContractAsItWasOnTheDayThatIsBilled) {
  InvoiceStore store;
  store.Note(Invoice("R-1", "P1", 12, 100));
  v1::ImportEntitlementsRequest amendment;
  amendment.set_content(
      "contract_number,vendor,publisher,product,metric,quantity,start_date,"
      "end_date,unit_price,currency,purchase_order,line\n"
      "C-1,Acme,Redis,Redis,core,12,2026-01-01,2026-12-31,100,EUR,P1,1\n");
  amendment.set_effective_date("2026-07-01");
  store.Import(amendment);
  EXPECT_THAT(store.List(), ElementsAre("R-1 QUANTITY_ABOVE_ORDER"));
  auto later = Invoice("R-2", "P1", 12, 100);
  later.set_period_start_date("2026-07-01");
  v1::ListInvoiceFindingsRequest request;
  request.set_invoice_number("R-2");
  store.Note(later);
  EXPECT_THAT(store.List(request), ElementsAre("R-2 BILLED_TWICE"));
}

TEST(ListInvoiceFindings, TakesConsumptionAsAFact) {
  InvoiceStore store;
  v1::ObjectChange change;
  change.set_action(v1::ObjectChange::ACTION_SET);
  *change.mutable_object()->mutable_contract() = FromText<v1::Contract>(
      "contract_number: 'C-1' vendor: 'Acme' start_date: '2026-01-01' "
      "clauses { rebate { percent { numerator: 10 denominator: 1 } } }");
  ASSERT_OK_AND_ASSIGN(const auto proposed, store.ProposeAs("ina", {change}));
  store.AgreeTo(proposed.change_set_id());
  store.Note(Invoice("R-1", "P1", 10, 100));
  ASSERT_OK_AND_ASSIGN(auto response, store.invoices.ListFindings({}));
  ASSERT_EQ(response.findings_size(), 1);
  EXPECT_EQ(response.findings(0).state(),
            v1::InvoiceFinding::STATE_NOT_DECIDABLE);
  v1::ListInvoiceFindingsRequest request;
  v1::LineUse& use = *request.add_uses();
  use.set_entitlement_id(response.findings(0).entitlement_id());
  use.mutable_used()->set_numerator(6);
  use.mutable_used()->set_denominator(1);
  ASSERT_OK_AND_ASSIGN(response, store.invoices.ListFindings(request));
  ASSERT_EQ(response.findings_size(), 1);
  EXPECT_EQ(response.findings(0).state(), v1::InvoiceFinding::STATE_FOUND);
  EXPECT_EQ(response.findings(0).difference().micros(), 40'000'000);
  // What is used on a day is a fact of what is billed for that day.
  request.mutable_at()->set_effective_date("2026-06-30");
  ASSERT_OK_AND_ASSIGN(response, store.invoices.ListFindings(request));
  ASSERT_EQ(response.findings_size(), 1);
  EXPECT_EQ(response.findings(0).state(), v1::InvoiceFinding::STATE_FOUND);
  request.mutable_at()->set_effective_date("2027-01-01");
  ASSERT_OK_AND_ASSIGN(response, store.invoices.ListFindings(request));
  ASSERT_EQ(response.findings_size(), 1);
  EXPECT_EQ(response.findings(0).state(),
            v1::InvoiceFinding::STATE_NOT_DECIDABLE);
}

// Proposals of a circle are refused; a store may have one from before they
// were.
TEST(ListInvoiceFindings, DoesNotFollowMastersInACircle) {
  InvoiceStore store;
  Batch batch;
  const auto put_under = [&](const std::string& number,
                             const std::string& master) {
    ObjectKey key;
    key.kind = static_cast<uint16_t>(ObjectNumber::kContract);
    key.name.parts[0] = absl::AsciiStrToLower(number);
    key.stamp = store.stamps.Next();
    stored::v1::ObjectRecord record;
    record.set_change_set_id(std::string(16, 'x'));
    v1::ObjectChange& change = *record.mutable_change();
    change.set_action(v1::ObjectChange::ACTION_SET);
    *change.mutable_object()->mutable_contract() = FromText<v1::Contract>(
        absl::StrCat("contract_number: '", number,
                     "' vendor: 'Acme' start_date: '2026-01-01' "
                     "master_contract_number: '",
                     master, "'"));
    kObjectTable.Put(batch, key, record);
  };
  put_under("C-1", "M");
  put_under("M", "N");
  put_under("N", "C-1");
  ASSERT_OK(store.ContractMemory::engine->Write(batch, Durability::kSynced));
  store.Note(Invoice("R-1", "P1", 11, 100));
  EXPECT_THAT(store.List(), ElementsAre("R-1 QUANTITY_ABOVE_ORDER"));
}

TEST(ListInvoiceFindings, RefusesMalformedRequests) {
  InvoiceStore store;
  const auto refusal = [&](const std::string& text) {
    return store.invoices
        .ListFindings(FromText<v1::ListInvoiceFindingsRequest>(text))
        .status();
  };
  EXPECT_THAT(refusal("page_size: -1"), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(refusal("page_token: 'x'"),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(refusal("at { effective_date: 'May' }"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("at.")));
  EXPECT_THAT(refusal(absl::StrCat("vendor: '", std::string(300, 'x'), "'")),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("vendor")));
  EXPECT_THAT(refusal("uses { entitlement_id: 'x' }"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("uses[0]")));
  const std::string id(32, 'a');
  EXPECT_THAT(refusal(absl::StrCat("uses { entitlement_id: '", id,
                                   "' used { numerator: 1 } }")),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("used")));
  EXPECT_THAT(
      refusal(absl::StrCat("uses { entitlement_id: '", id,
                           "' used { numerator: -1 denominator: 1 } }")),
      StatusIs(StatusCode::kInvalidArgument, HasSubstr("less than zero")));
  v1::ListInvoiceFindingsRequest unknown;
  unknown.set_kind(static_cast<v1::InvoiceFinding::Kind>(99));
  EXPECT_THAT(store.invoices.ListFindings(unknown),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("kind")));
}

}  // namespace
}  // namespace rollcall::collector
