#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collector/contracts/cyclonedx_export.h"
#include "gmock/gmock.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/collector/contracts/contract_store.h"

namespace rollcall::collector {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::FromText;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::StatusIs;

v1::Entitlement Full() {
  return FromText<v1::Entitlement>(R"pb(
    entitlement_id: 'ab'
    contract_number: 'C-1'
    vendor: 'Quayside'
    publisher: 'Redis'
    product: 'Redis'
    version: '7'
    metric: 'user-cal'
    quantity { value { numerator: 50 denominator: 1 } }
    start_date: '2026-01-01'
    end_date: '2026-12-31'
    purchase_order: 'PO-1'
    line: '3'
    organisation_unit: 'Finance'
    licence_kind: LICENCE_KIND_SUBSCRIPTION
    pack_count { numerator: 10 denominator: 1 }
    pack_size { numerator: 5 denominator: 1 }
    pack_price { micros: 1500000 currency: 'EUR' }
    use_rights { kind: KIND_SECOND_USE permitted: true }
    tags { name: 'criticality' value: 'high' }
    source_line_id: '4711'
  )pb");
}

TEST(CycloneDxExport, WritesALineAsAComponentWithLicensing) {
  EXPECT_EQ(
      CycloneDxComponent(Full()),
      R"({"type":"application","bom-ref":"ab","supplier":{"name":"Quayside"},)"
      R"("publisher":"Redis","name":"Redis","version":"7",)"
      R"("licenses":[{"license":{"name":"C-1","licensing":{)"
      R"("altIds":["4711"],)"
      R"("licensor":{"organization":{"name":"Redis"}},)"
      R"("licensee":{"organization":{"name":"Finance"}},)"
      R"("purchaseOrder":"PO-1",)"
      R"("licenseTypes":["client-access","user","subscription"],)"
      R"("lastRenewal":"2026-01-01T00:00:00Z",)"
      R"("expiration":"2027-01-01T00:00:00Z"}}}],)"
      R"("properties":[)"
      R"({"name":"rollcall:contract_number","value":"C-1"},)"
      R"({"name":"rollcall:line","value":"3"},)"
      R"({"name":"rollcall:start_date","value":"2026-01-01"},)"
      R"({"name":"rollcall:end_date","value":"2026-12-31"},)"
      R"({"name":"rollcall:organisation_unit","value":"Finance"},)"
      R"({"name":"rollcall:metric","value":"user-cal"},)"
      R"({"name":"rollcall:quantity","value":"50"},)"
      R"({"name":"rollcall:pack_count","value":"10"},)"
      R"({"name":"rollcall:pack_size","value":"5"},)"
      R"({"name":"rollcall:pack_price","value":"1.5"},)"
      R"({"name":"rollcall:currency","value":"EUR"},)"
      R"({"name":"rollcall:licence_kind","value":"subscription"},)"
      R"({"name":"rollcall:source_line_id","value":"4711"},)"
      R"({"name":"rollcall:use_right_second_use","value":"permitted"},)"
      R"({"name":"rollcall:tag:criticality","value":"high"},)"
      R"({"name":"rollcall:entitlement_id","value":"ab"}]})");
}

TEST(CycloneDxExport, NeverStatesWhatTheLineDoesNot) {
  v1::Entitlement line = Full();
  line.clear_end_date();
  line.clear_version();
  line.clear_organisation_unit();
  line.clear_purchase_order();
  line.clear_licence_kind();
  line.set_metric("rvu");
  line.mutable_quantity()->set_unlimited(true);
  const std::string component = CycloneDxComponent(line);
  EXPECT_THAT(component,
              AllOf(Not(HasSubstr("expiration")), Not(HasSubstr("end_date")),
                    Not(HasSubstr("\"version\"")), Not(HasSubstr("licensee")),
                    Not(HasSubstr("purchaseOrder"))));
  EXPECT_THAT(component, AllOf(HasSubstr(R"("licenseTypes":["custom-metric"])"),
                               HasSubstr(R"("value":"unlimited")")));
}

TEST(CycloneDxExport, NamesTypesOfItsOwnForWhatGoesWithAnotherLicence) {
  v1::Entitlement line = Full();
  line.set_metric("core");
  line.set_licence_kind(v1::Entitlement::LICENCE_KIND_UPGRADE);
  EXPECT_THAT(CycloneDxComponent(line),
              HasSubstr(R"("licenseTypes":["core-points","other"])"));
}

TEST(CycloneDxExport, ExpiresAfterTheLastDayThereIs) {
  v1::Entitlement line = Full();
  line.set_end_date("2199-12-31");
  EXPECT_THAT(CycloneDxComponent(line),
              HasSubstr(R"("expiration":"2200-01-01T00:00:00Z")"));
}

TEST(CycloneDxExport, WritesNumbersThatHaveOneMeaning) {
  v1::Entitlement line = Full();
  line.mutable_pack_price()->set_micros(1'234'000);
  EXPECT_THAT(CycloneDxComponent(line),
              HasSubstr(R"({"name":"rollcall:pack_price","value":"1.2340"})"));
}

TEST(CycloneDxExport, EscapesTextsAndSurvivesThoseThatAreNoUtf8) {
  v1::Entitlement line = Full();
  line.set_notes("a \"quote\"\nand \\ more");
  line.set_product("Redis\xff");
  const std::string component = CycloneDxComponent(line);
  EXPECT_THAT(component, HasSubstr(R"(a \"quote\"\nand \\ more)"));
  EXPECT_THAT(component, HasSubstr("\"name\":\"Redis\xef\xbf\xbd\""));
}

TEST(ExportEntitlements, PagesInOrderAndFilters) {
  ContractStore store;
  store.Import(absl::StrCat(kHeader, Line("P2", "1"), Line("P1", "1"),
                            Line("P3", "1", "MySQL", "B")));
  const auto export_all = [&](v1::ExportEntitlementsRequest request) {
    std::vector<std::string> all;
    do {
      const auto response = store.queries.ExportEntitlements(request);
      EXPECT_OK(response);
      if (!response.ok()) return all;
      all.insert(all.end(), response->components().begin(),
                 response->components().end());
      request.set_page_token(response->next_page_token());
    } while (!request.page_token().empty());
    return all;
  };
  v1::ExportEntitlementsRequest request;
  request.set_page_size(1);
  EXPECT_THAT(export_all(request),
              ElementsAre(HasSubstr(R"("purchaseOrder":"P3")"),
                          HasSubstr(R"("purchaseOrder":"P1")"),
                          HasSubstr(R"("purchaseOrder":"P2")")));
  request.set_product("mysql");
  EXPECT_THAT(export_all(request), ElementsAre(HasSubstr("MySQL")));
  request.clear_product();
  request.set_contract_number("b");
  EXPECT_THAT(export_all(request), ElementsAre(HasSubstr("MySQL")));
  request.mutable_at()->set_effective_date("someday");
  EXPECT_THAT(store.queries.ExportEntitlements(request),
              StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace rollcall::collector
