#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "collector/contracts/exchange/cyclonedx_export.h"
#include "collector/contracts/exchange/cyclonedx_import.h"
#include "gmock/gmock.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/collector/contracts/contract_store.h"

namespace rollcall::collector {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::EqualsProto;
using testing::FromText;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::SizeIs;
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

const std::vector<std::string>& Metrics() {
  static const std::vector<std::string> kMetrics = {"core", "device",
                                                    "user-cal"};
  return kMetrics;
}

std::string BomOf(const std::vector<std::string>& components) {
  return absl::StrCat(
      R"({"bomFormat":"CycloneDX","specVersion":"1.6","version":1,)",
      R"("components":[)", absl::StrJoin(components, ","), "]}");
}

ImportedFile Read(const std::string& content,
                  const ImportDefaults& defaults = {}) {
  return ReadCycloneDx(content, defaults, Metrics());
}

// What is wrong, as "column: reason".
std::vector<std::string> Wrongs(const ImportedFile& file) {
  std::vector<std::string> wrongs;
  const auto add = [&](const std::vector<v1::ImportError>& errors) {
    for (const v1::ImportError& error : errors) {
      wrongs.push_back(absl::StrCat(error.column(), ": ", error.reason()));
    }
  };
  add(file.file_errors);
  for (const BadLine& line : file.bad) add(line.errors);
  return wrongs;
}

// A component that another tool might write, with `licensing` and `properties`.
std::string Foreign(const std::string& licensing,
                    const std::string& properties = "") {
  return absl::StrCat(
      R"({"type":"application","name":"Redis","publisher":"Redis",)",
      R"("licenses":[{"license":{"id":"MIT"}},{"license":{"name":"L",)",
      R"("licensing":)", licensing, R"(}}],"properties":[)", properties, "]}");
}

std::string Property(const std::string& name, const std::string& value) {
  return absl::StrCat(R"({"name":"rollcall:)", name, R"(","value":")", value,
                      R"("})");
}

constexpr char kTerm[] =
    R"({"licenseTypes":["subscription"],"lastRenewal":"2026-01-01T00:00:00Z",)"
    R"("expiration":"2027-01-01T00:00:00Z","purchaseOrder":"PO-1"})";

TEST(CycloneDxImport, ReadsWhatTheExportWrote) {
  v1::Entitlement no_end = Full();
  no_end.set_line("4");
  no_end.clear_end_date();
  no_end.clear_pack_count();
  no_end.clear_pack_size();
  no_end.clear_pack_price();
  no_end.mutable_quantity()->set_unlimited(true);
  no_end.set_source_line_id("4712");
  no_end.set_notes("first\nsecond");
  const ImportedFile file =
      Read(BomOf({CycloneDxComponent(Full()), CycloneDxComponent(no_end)}));
  EXPECT_THAT(Wrongs(file), IsEmpty());
  EXPECT_THAT(file.conversions, IsEmpty());
  ASSERT_THAT(file.good, SizeIs(2));
  const v1::Entitlement lines[] = {Full(), no_end};
  for (size_t i = 0; i < file.good.size(); ++i) {
    v1::Entitlement read = file.good[i].entitlement();
    EXPECT_EQ(read.source(), "cyclonedx");
    EXPECT_EQ(read.source_line(), static_cast<int>(i) + 1);
    read.clear_source();
    read.clear_source_line();
    read.set_entitlement_id("ab");
    EXPECT_THAT(read, EqualsProto(lines[i]));
  }
  EXPECT_THAT(file.ignored_columns, ElementsAre("rollcall:entitlement_id"));
}

TEST(CycloneDxImport, ASubscriptionWithoutALastDayMustSaySo) {
  ContractStore store;
  v1::Entitlement line = Full();
  line.set_metric("core");
  line.clear_end_date();
  const std::string never = CycloneDxComponent(line);
  EXPECT_THAT(never,
              HasSubstr(R"({"name":"rollcall:end_date","value":"never"})"));
  const std::string silent = absl::StrReplaceAll(
      never, {{R"({"name":"rollcall:end_date","value":"never"},)", ""}});
  v1::ImportEntitlementsRequest request;
  request.set_mapping("cyclonedx");
  request.set_create_contracts(true);
  request.set_content(BomOf({silent}));
  const auto refused = store.Propose(request);
  ASSERT_EQ(refused.error_count(), 1);
  EXPECT_THAT(refused.errors(0).reason(), HasSubstr("no last day is stated"));
  request.set_content(BomOf({never}));
  const auto taken = store.Propose(request);
  EXPECT_EQ(taken.error_count(), 0);
  EXPECT_EQ(taken.added_count(), 1);
  ASSERT_EQ(taken.warning_count(), 1);
  EXPECT_THAT(taken.warnings(0).reason(), HasSubstr("it counts for ever"));
  // Both a last day and that there is none.
  EXPECT_THAT(Wrongs(Read(BomOf({absl::StrReplaceAll(
                  never, {{R"("lastRenewal":)",
                           R"("expiration":"2027-01-01T00:00:00Z",)"
                           R"("lastRenewal":)"}})}))),
              ElementsAre(HasSubstr("the property rollcall:end_date says "
                                    "otherwise; one is meant")));
}

// A component that stated a field cleared it on all others: maintenance counted
// as a right by itself.
TEST(CycloneDxImport, WhatOneComponentStatesIsNotStatedOfAnother) {
  ContractStore store;
  v1::Entitlement subscription = Full();
  subscription.set_metric("core");
  v1::Entitlement maintenance = subscription;
  maintenance.set_line("4");
  maintenance.set_source_line_id("4712");
  maintenance.set_licence_kind(v1::Entitlement::LICENCE_KIND_MAINTENANCE);
  const std::string kind =
      R"({"name":"rollcall:licence_kind","value":"maintenance"},)";
  const std::string tag =
      R"({"name":"rollcall:tag:criticality","value":"high"},)";
  const std::string full = CycloneDxComponent(maintenance);
  ASSERT_THAT(full, AllOf(HasSubstr(kind), HasSubstr(tag)));
  v1::ImportEntitlementsRequest request;
  request.set_mapping("cyclonedx");
  const auto import_with = [&](const std::string& second) {
    request.set_content(BomOf({CycloneDxComponent(subscription), second}));
    return store.Import(request);
  };
  EXPECT_EQ(import_with(full).added_count(), 2);
  const auto silent =
      import_with(absl::StrReplaceAll(full, {{kind, ""}, {tag, ""}}));
  EXPECT_EQ(silent.unchanged_count(), 2);
  ASSERT_THAT(store.All(), SizeIs(2));
  EXPECT_EQ(store.All()[1].licence_kind(),
            v1::Entitlement::LICENCE_KIND_MAINTENANCE);
  EXPECT_EQ(store.All()[1].tags_size(), 1);
  // What is there and empty says that there is none.
  const auto empty = import_with(absl::StrReplaceAll(
      full, {{R"("value":"maintenance")", R"("value":"")"}}));
  EXPECT_EQ(empty.changed_count(), 1);
  EXPECT_EQ(store.All()[1].licence_kind(),
            v1::Entitlement::LICENCE_KIND_UNSPECIFIED);
}

TEST(CycloneDxImport, ComponentsThatStateTheSameShareTheListOfIt) {
  const std::string third =
      absl::StrCat(Property("line", "3"), ",", Property("region", "EMEA"));
  const ImportedFile file = Read(
      BomOf({Foreign(kTerm, Property("line", "1")),
             Foreign(kTerm, Property("line", "2")), Foreign(kTerm, third)}),
      {{"contract_number", "C-9"},
       {"vendor", "Quayside"},
       {"metric", "core"},
       {"quantity", "4"}});
  EXPECT_THAT(Wrongs(file), IsEmpty());
  ASSERT_THAT(file.good, SizeIs(3));
  EXPECT_EQ(file.StatedBy(0).data(), file.StatedBy(1).data());
  EXPECT_THAT(file.StatedBy(0), Not(Contains("region")));
  EXPECT_THAT(file.StatedBy(2), Contains("region"));
}

TEST(CycloneDxImport, TakesElementsAndDefaultsWhereNoPropertySaysIt) {
  const ImportedFile file = Read(BomOf({R"({"type":"library","name":"zlib"})",
                                        Foreign(kTerm, Property("line", "1"))}),
                                 {{"contract_number", "C-9"},
                                  {"vendor", "Quayside"},
                                  {"metric", "core"},
                                  {"quantity", "4"}});
  EXPECT_THAT(Wrongs(file), IsEmpty());
  EXPECT_EQ(file.line_count, 1);
  ASSERT_THAT(file.good, SizeIs(1));
  const v1::Entitlement& line = file.good[0].entitlement();
  EXPECT_EQ(line.source_line(), 2);
  EXPECT_EQ(line.contract_number(), "C-9");
  EXPECT_EQ(line.publisher(), "Redis");
  EXPECT_EQ(line.purchase_order(), "PO-1");
  EXPECT_EQ(line.start_date(), "2026-01-01");
  EXPECT_EQ(line.end_date(), "2026-12-31");
  EXPECT_EQ(line.licence_kind(), v1::Entitlement::LICENCE_KIND_SUBSCRIPTION);
  std::vector<std::string> remarks;
  for (const auto& each : file.conversions) remarks.push_back(each.text());
  EXPECT_THAT(
      remarks,
      IsSupersetOf({"components without licensing are passed over",
                    "quantity is what the request says",
                    "end_date is the last day, in UTC, that begins before "
                    "expiration"}));
}

TEST(CycloneDxImport, NamesWhatIsMissingAndHowToSayIt) {
  EXPECT_THAT(Wrongs(Read(BomOf({Foreign(kTerm)}))),
              ElementsAre(HasSubstr("/components/0: contract_number is not "
                                    "said; add the property "
                                    "rollcall:contract_number, or say it"),
                          HasSubstr("vendor is not said"),
                          HasSubstr("metric is not said"),
                          HasSubstr("quantity is not said"),
                          HasSubstr("line is not said")));
}

// A no-break space counted as a vendor that is said, and was refused as none.
TEST(CycloneDxImport, ABlankOfAnyKindSaysNothing) {
  const std::string bom =
      BomOf({Foreign(kTerm, absl::StrCat(Property("line", "1"), ",",
                                         Property("vendor", "\u00a0")))});
  ImportDefaults defaults = {
      {"contract_number", "C-9"}, {"metric", "core"}, {"quantity", "4"}};
  EXPECT_THAT(Wrongs(Read(bom, defaults)),
              ElementsAre(HasSubstr("vendor is not said")));
  defaults["vendor"] = "Quayside";
  const ImportedFile file = Read(bom, defaults);
  EXPECT_THAT(Wrongs(file), IsEmpty());
  ASSERT_THAT(file.good, SizeIs(1));
  EXPECT_EQ(file.good[0].entitlement().vendor(), "Quayside");
}

TEST(CycloneDxImport, RefusesAComponentThatContradictsItself) {
  std::string component = CycloneDxComponent(Full());
  component.replace(component.find("2027-01-01"), 10, "2028-01-01");
  EXPECT_THAT(Wrongs(Read(BomOf({component}))),
              ElementsAre("/components/0/licenses/0/license/licensing/"
                          "expiration: the property rollcall:end_date says "
                          "otherwise; one is meant"));
}

TEST(CycloneDxImport, TheLastDayIsTheOneThatBeginsBeforeTheExpiration) {
  const struct {
    const char* expiration;
    const char* day;
  } cases[] = {{"2026-12-31T23:59:59Z", "2026-12-31"},
               {"2027-01-01T00:00:00Z", "2026-12-31"},
               {"2027-01-01T00:00:00.001Z", "2027-01-01"},
               {"2027-01-01T01:00:00+01:00", "2026-12-31"}};
  for (const auto& c : cases) {
    std::string component = CycloneDxComponent(Full());
    component.replace(component.find("2027-01-01T00:00:00Z"), 20, c.expiration);
    component.replace(component.find("\"2026-12-31\""), 12,
                      absl::StrCat("\"", c.day, "\""));
    EXPECT_THAT(Wrongs(Read(BomOf({component}))), IsEmpty()) << c.expiration;
  }
  for (const char* const bad : {"2026-12-31", "infinite-future", "soon",
                                "infinite-future-and-then-T"}) {
    std::string component = CycloneDxComponent(Full());
    component.replace(component.find("2027-01-01T00:00:00Z"), 20, bad);
    EXPECT_THAT(Wrongs(Read(BomOf({component}))),
                ElementsAre(HasSubstr("expiration: write a time")))
        << bad;
  }
}

TEST(CycloneDxImport, RefusesADocumentThatItCannotRelyOn) {
  std::string nul = BomOf({});
  nul.push_back('\0');
  const std::pair<std::string, std::string> cases[] = {
      {"", "not JSON"},
      {"{", "not JSON"},
      {BomOf({}) + "x", "not JSON"},
      {nul, "NUL"},
      {"{\"a\":\"\xff\"}", "not JSON"},
      {R"({"n":1e999})", "not JSON"},
      {std::string(1 << 20, '['), "nested deeper than 64"},
      {"[]", "must be an object"},
      {"{}", "bomFormat"},
      {R"({"bomFormat":"CycloneDX","specVersion":"1.4"})", "specVersion"},
      {R"({"bomFormat":"CycloneDX","specVersion":"1.6"})", "no components"},
      {R"({"bomFormat":"CycloneDX","specVersion":"1.6","components":{}})",
       "must be an array"},
      {R"({"bomFormat":"CycloneDX","specVersion":"1.6","components":[],)"
       R"("components":[]})",
       "stands there twice"},
  };
  for (const auto& [content, text] : cases) {
    const ImportedFile file = Read(content);
    EXPECT_THAT(file.good, IsEmpty());
    EXPECT_THAT(Wrongs(file), ElementsAre(HasSubstr(text)))
        << content.substr(0, 80);
    EXPECT_THAT(file.file_errors, SizeIs(1));
  }
}

TEST(CycloneDxImport, NamesTheMemberThatHasTheWrongType) {
  const auto with = [](const std::string& from, const std::string& to) {
    std::string component = CycloneDxComponent(Full());
    component.replace(component.find(from), from.size(), to);
    return Wrongs(Read(BomOf({component})));
  };
  EXPECT_THAT(with(R"("version":"7")", R"("version":9223372036854775808)"),
              ElementsAre("/components/0/version: it must be a text"));
  EXPECT_THAT(with(R"("value":"10")", R"("value":10)"),
              ElementsAre("/components/0/properties/7/value: it must be a "
                          "text"));
  EXPECT_THAT(with(R"("value":"10")", R"("value":"9223372036854775808")"),
              ElementsAre("/components/0/properties/7/value: the number is "
                          "too large"));
  EXPECT_THAT(with(R"("supplier":{"name":"Quayside"})", R"("supplier":[])"),
              ElementsAre("/components/0/supplier: it must be an object"));
  EXPECT_THAT(with(R"("name":"Redis")", R"("name":"Red\u0000is")"),
              Contains(HasSubstr("control character")));
  EXPECT_THAT(with(R"("altIds":["4711"])", R"("altIds":[null])"), IsEmpty());
  EXPECT_THAT(with(R"("licenses":[)", R"("licenses":7,"x":[)"),
              ElementsAre("/components/0/licenses: it must be an array"));
  EXPECT_THAT(
      with(R"({"name":"rollcall:line")", R"(7,{"name":"rollcall:line")"),
      ElementsAre("/components/0/properties/1: a property must be an "
                  "object"));
  EXPECT_THAT(
      with(R"({"name":"rollcall:line")",
           R"({"name":"rollcall:line","value":"3"},{"name":"rollcall:line")"),
      ElementsAre("/components/0/properties/2/name: the property stands there "
                  "twice"));
  EXPECT_THAT(Wrongs(Read(BomOf({"7"}))),
              ElementsAre("/components/0: a component must be an object"));
}

TEST(CycloneDxImport, RefusesWhatIsTooLargeAndWhatStandsThereTwice) {
  EXPECT_THAT(Wrongs(Read(BomOf(
                  {Foreign(kTerm, Property("x", std::string(1 << 16, 'x')))}))),
              ElementsAre(HasSubstr("at most 65536 are allowed")));
  EXPECT_THAT(
      Wrongs(Read(
          BomOf({CycloneDxComponent(Full()), CycloneDxComponent(Full())}))),
      ElementsAre(HasSubstr("/components/0: component 2 is of the same line"),
                  HasSubstr("/components/1: component 1 is of the same line")));
}

// Only the first of its names was compared once that collided.
TEST(CycloneDxImport, AComponentIsTheSameLineByAnyOfItsNames) {
  v1::Entitlement other = Full();
  other.set_line("4");
  other.set_source_line_id("4712");
  v1::Entitlement both = Full();
  both.set_source_line_id("4712");
  EXPECT_THAT(
      Wrongs(Read(BomOf({CycloneDxComponent(Full()), CycloneDxComponent(other),
                         CycloneDxComponent(both)}))),
      ElementsAre(HasSubstr("/components/0: component 3 is of the same line"),
                  HasSubstr("/components/1: component 3 is of the same line"),
                  HasSubstr("/components/2: component 1 is of the same line")));
}

TEST(CycloneDxImport, IsAnImportLikeOthers) {
  ContractStore store;
  v1::ImportEntitlementsRequest request;
  request.set_mapping("cyclonedx");
  request.set_quarantine(true);
  std::string component = CycloneDxComponent(Full());
  component.replace(component.find("user-cal"), 8, "core");
  request.set_content(BomOf({component, Foreign(kTerm)}));
  const auto response = store.Import(request);
  EXPECT_EQ(response.added_count(), 1);
  EXPECT_EQ(response.quarantined_count(), 1);
  EXPECT_EQ(store.Import(request).unchanged_count(), 1);
  ASSERT_THAT(store.All(), SizeIs(1));
  EXPECT_EQ(store.All()[0].source(), "cyclonedx");

  v1::RepairQuarantinedLineRequest repair;
  repair.set_change_set_id(response.change_set_id());
  repair.set_line(2);
  repair.set_content("x");
  EXPECT_THAT(store.repair.Repair(repair, store.roles.CallBy("ina")),
              StatusIs(StatusCode::kFailedPrecondition,
                       HasSubstr("import the corrected document")));

  (*request.mutable_defaults())["line"] = "1";
  EXPECT_THAT(store.importer.Import(request, store.roles.CallBy("ina")),
              StatusIs(StatusCode::kInvalidArgument,
                       HasSubstr("cannot be said for all lines")));
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
