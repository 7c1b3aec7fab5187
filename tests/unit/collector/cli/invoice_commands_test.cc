#include "rollcall/v1/contract_service.grpc.pb.h"
#include "rollcall/v1/invoice_service.grpc.pb.h"
#include "tests/support/proto_matchers.h"
#include "tests/unit/collector/cli/command_fixture.h"

namespace rollcall::cli {
namespace {

using ::rollcall::testing::EqualsText;
using ::rollcall::testing::FromText;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class FakeInvoiceService final : public v1::InvoiceService::Service {
 public:
  grpc::Status ListInvoiceFindings(
      grpc::ServerContext*, const v1::ListInvoiceFindingsRequest* request,
      v1::ListInvoiceFindingsResponse* response) override {
    asked = *request;
    *response = findings;
    return grpc::Status::OK;
  }

  v1::ListInvoiceFindingsRequest asked;
  v1::ListInvoiceFindingsResponse findings =
      FromText<v1::ListInvoiceFindingsResponse>(
          "findings { kind: KIND_PRICE_ABOVE_CONTRACT state: STATE_FOUND "
          "  invoice_line_id: 'a' vendor: 'Quay\\033[2J' invoice_number: 'R-1' "
          "  line: '1' invoice_date: '2026-02-01' contract_number: '=C-1' "
          "  billed { money { micros: 120000000 currency: 'EUR' } } "
          "  allowed { money { micros: 100000000 currency: 'EUR' } } "
          "  difference { micros: 200000000 currency: 'EUR' } "
          "  decided_by: 'entitlement.unit_price' explanation: 'Too high.' } "
          "findings { kind: KIND_QUANTITY_ABOVE_ORDER state: STATE_FOUND "
          "  invoice_line_id: 'a' vendor: 'Quay' invoice_number: 'R-1' "
          "  line: '1' invoice_date: '2026-02-01' "
          "  billed { quantity { value { numerator: 11 denominator: 1 } } } "
          "  allowed { quantity { value { numerator: 10 denominator: 1 } } } "
          "  difference { micros: 120000000 currency: 'EUR' } } "
          "findings { kind: KIND_TOTAL_WRONG state: STATE_FOUND "
          "  invoice_line_id: 'b' vendor: 'Quay' invoice_number: 'R-2' "
          "  line: '1' invoice_date: '2026-02-01' "
          "  difference { micros: -5000000 currency: 'EUR' } } "
          "findings { kind: KIND_AFTER_END state: STATE_FOUND "
          "  invoice_line_id: 'c' vendor: 'Quay' invoice_number: 'R-3' "
          "  line: '1' invoice_date: '2026-02-01' "
          "  difference { micros: 1500000 currency: 'USD' } }");
};

// Has the invoices that a test says there are.
class FakeInvoices final : public v1::ContractService::Service {
 public:
  grpc::Status ListContractObjects(
      grpc::ServerContext*, const v1::ListContractObjectsRequest* request,
      v1::ListContractObjectsResponse* response) override {
    asked = *request;
    for (int i = 0; i < count; ++i) response->add_objects();
    return grpc::Status::OK;
  }

  int count = 1;
  v1::ListContractObjectsRequest asked;
};

class InvoiceCommandsTest
    : public CommandTest<FakeInvoiceService, FakeInvoices> {
 protected:
  FakeInvoices& invoices() { return std::get<FakeInvoices>(others_); }
};

TEST_F(InvoiceCommandsTest, AsksWhatTheOptionsSay) {
  EXPECT_EQ(Run({"contracts", "invoices", "--vendor=Quay", "--invoice=R-1",
                 "--contract=C-1", "--kind=after-end", "--state=found",
                 "--used=aa:2.5", "--used=bb:80", "--date=2026-06-30"}),
            ExitCode::kOk);
  service_.asked.clear_page_size();
  EXPECT_THAT(service_.asked,
              EqualsText("vendor: 'Quay' invoice_number: 'R-1' "
                         "contract_number: 'C-1' kind: KIND_AFTER_END "
                         "state: STATE_FOUND at { effective_date: '2026-06-30' "
                         "} uses { entitlement_id: 'aa' used { numerator: 5 "
                         "denominator: 2 } } uses { entitlement_id: 'bb' used "
                         "{ numerator: 80 denominator: 1 } }"));
}

TEST_F(InvoiceCommandsTest, AddsUpTheLargestFindingOfEachLine) {
  EXPECT_EQ(Run({"contracts", "invoices"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("price-above-contract"), HasSubstr("200.00 EUR"),
                    HasSubstr("Billed too much, at least: 200.00 EUR\n"),
                    HasSubstr("Billed too much, at least: 1.50 USD\n"),
                    Not(HasSubstr("\033[2J"))));
}

TEST_F(InvoiceCommandsTest, WritesExactValuesAsCsv) {
  EXPECT_EQ(Run({"contracts", "invoices", "--output=csv"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(),
              AllOf(StartsWith("vendor,invoice_number,line,invoice_line_id,"),
                    HasSubstr(",120.00 EUR,100.00 EUR,200.00,EUR,"
                              "entitlement.unit_price,,Too high.\n"),
                    HasSubstr(",11,10,120.00,EUR,"), HasSubstr(",'=C-1,"),
                    Not(HasSubstr("at least"))));
}

TEST_F(InvoiceCommandsTest, SaysThatNothingWasFound) {
  service_.findings.Clear();
  EXPECT_EQ(Run({"contracts", "invoices"}), ExitCode::kOk);
  EXPECT_EQ(out_.str(), "Nothing was found.\n");
  // Of no invoice nothing can be found.
  invoices().count = 0;
  EXPECT_EQ(
      Run({"contracts", "invoices", "--vendor=Quay", "--date=2026-06-30"}),
      ExitCode::kOk);
  EXPECT_THAT(out_.str(), StartsWith("No invoice is known"));
  EXPECT_THAT(invoices().asked,
              EqualsText("kind: CONTRACT_OBJECT_KIND_INVOICE_LINE "
                         "first_part: 'Quay' page_size: 1 "
                         "at { effective_date: '2026-06-30' }"));
}

TEST_F(InvoiceCommandsTest, RefusesWhatIsNoNumber) {
  for (const char* used :
       {"aa", "aa:", "aa:x", "aa:-1", "aa:1.", "aa:.5", "aa:1.1234567",
        "aa:1.200", "aa:1234567890123456789"}) {
    EXPECT_EQ(Run({"contracts", "invoices", absl::StrCat("--used=", used)}),
              ExitCode::kUsage)
        << used;
    EXPECT_THAT(err_.str(), HasSubstr("--used"));
  }
  EXPECT_EQ(Run({"contracts", "invoices", "--kind=rise"}), ExitCode::kUsage);
}

}  // namespace
}  // namespace rollcall::cli
