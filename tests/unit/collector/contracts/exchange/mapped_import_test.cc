// Imports with a mapping, from the file to what is in effect.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "collector/contracts/exchange/entitlement_import.h"
#include "gmock/gmock.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/collector/contracts/contract_store.h"
#include "tests/unit/collector/contracts/exchange/sample_mappings.h"

namespace rollcall::collector {
namespace {

using absl::StatusCode;
using ::testing::Contains;
using testing::EqualsText;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::StatusIs;

// A store whose importer has the shipped mappings and knows one product.
struct MappedStore : ContractStore {
  EntitlementImporter mapped{*engine,
                             committer,
                             change_sets,
                             clock,
                             SampleMetrics(),
                             &SampleBook(),
                             KnownProducts{{"redis", "redis"}}};

  v1::ImportEntitlementsRequest RequestOf(const std::string& name,
                                          const std::string& content = "") {
    v1::ImportEntitlementsRequest request;
    request.set_content(content.empty() ? SampleFile(name) : content);
    request.set_mapping(name);
    for (const auto& [field, value] : SampleDefaults(name)) {
      (*request.mutable_defaults())[field] = value;
    }
    return request;
  }

  // Proposed by ina and agreed to.
  v1::ImportEntitlementsResponse ImportMapped(
      const v1::ImportEntitlementsRequest& request) {
    const auto response = mapped.Import(request, roles.CallBy("ina"));
    EXPECT_OK(response);
    if (!response.ok()) return {};
    if (!response->change_set_id().empty() && !response->applied() &&
        !response->already_proposed()) {
      AgreeTo(response->change_set_id());
    }
    return *response;
  }
  v1::ImportEntitlementsResponse ImportSample(const std::string& name,
                                              std::string content = "") {
    auto request = RequestOf(name, std::move(content));
    request.set_create_contracts(true);
    return ImportMapped(request);
  }
  v1::ContractObject Get(v1::ContractObjectKind kind,
                         const std::vector<std::string>& parts) {
    v1::GetContractObjectRequest request;
    request.mutable_name()->set_kind(kind);
    for (const auto& part : parts) request.mutable_name()->add_parts(part);
    request.mutable_at()->set_effective_date("2026-06-01");
    const auto object = queries.GetObject(request);
    EXPECT_OK(object);
    return object.ok() ? object->object() : v1::ContractObject();
  }
};

std::string FirstError(const v1::ImportEntitlementsResponse& response) {
  if (response.errors().empty()) return "none";
  return absl::StrCat(response.errors(0).line(), "/",
                      response.errors(0).column(), ": ",
                      response.errors(0).reason());
}

TEST(MappedImport, ARepeatedFileChangesNothingAndSaysSo) {
  for (const std::string name :
       {"flexera-purchase-order-line", "servicenow-entitlement",
        "snipe-it-licence", "snow-licence", "rollcall-contract",
        "rollcall-invoice"}) {
    MappedStore store;
    const auto first = store.ImportSample(name);
    EXPECT_EQ(FirstError(first), "none") << name;
    const int lines = name == "snipe-it-licence" ? 2 : 3;
    EXPECT_EQ(first.added_count(), lines) << name;
    const auto again = store.ImportSample(name);
    EXPECT_EQ(again.change_set_id(), "") << name;
    EXPECT_EQ(again.unchanged_count(), lines) << name;
    EXPECT_EQ(store.ChangeSetList()[0].mapping(), name);
  }
}

TEST(MappedImport, KeepsSourceAndLineOfTheSource) {
  MappedStore store;
  store.ImportSample("snow-licence");
  ASSERT_THAT(store.All(), SizeIs(3));
  EXPECT_EQ(store.All()[0].source(), "snow-licence");
  EXPECT_EQ(store.All()[0].source_line_id(), "4711");
}

TEST(MappedImport, TellsWhichProductsNothingRecognises) {
  MappedStore store;
  const auto response = store.ImportSample("snow-licence");
  ASSERT_EQ(response.unknown_product_count(), 2);
  EXPECT_EQ(response.unknown_products(0).product(), "NGINX Plus");
  EXPECT_EQ(response.unknown_products(0).first_line(), 4);
  EXPECT_EQ(response.unknown_products(1).line_count(), 1);
}

TEST(MappedImport, RefusesMappingsAndDefaultsThatAreNone) {
  MappedStore store;
  const auto refused = [&](const v1::ImportEntitlementsRequest& request) {
    return store.mapped.Import(request, store.roles.CallBy("ina")).status();
  };
  auto request = store.RequestOf("snow-licence");
  request.set_mapping("snow");
  EXPECT_THAT(refused(request), StatusIs(StatusCode::kInvalidArgument,
                                         HasSubstr("there are rollcall")));
  request.set_mapping("rollcall");
  (*request.mutable_defaults())["vendor"] = "Acme";
  EXPECT_THAT(refused(request),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("defaults")));
  request.set_mapping("snow-licence");
  (*request.mutable_defaults())["line"] = "1";
  EXPECT_THAT(refused(request),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("\"line\"")));
  request = store.RequestOf("rollcall-invoice");
  request.set_effective_date("2026-01-01");
  EXPECT_THAT(refused(request), StatusIs(StatusCode::kInvalidArgument,
                                         HasSubstr("effective_date")));
}

TEST(MappedImport, AnswersARepeatedRequestWithDefaultsAsBefore) {
  MappedStore store;
  auto request = store.RequestOf("snipe-it-licence");
  (*request.mutable_defaults())["vendor"] = "Nobody";
  (*request.mutable_defaults())["publisher"] = "Nobody";
  (*request.mutable_defaults())["date_order"] = "YYYY-MM-DD";
  request.set_create_contracts(true);
  request.set_request_id("r1");
  const auto first = store.ImportMapped(request);
  EXPECT_NE(first.change_set_id(), "");
  // Equal, and made in another order.
  auto again = store.RequestOf("snipe-it-licence");
  (*again.mutable_defaults())["date_order"] = "YYYY-MM-DD";
  (*again.mutable_defaults())["publisher"] = "Nobody";
  (*again.mutable_defaults())["vendor"] = "Nobody";
  again.set_create_contracts(true);
  again.set_request_id("r1");
  const auto second = store.mapped.Import(again, store.roles.CallBy("ina"));
  ASSERT_OK(second);
  EXPECT_EQ(second->change_set_id(), first.change_set_id());
}

TEST(MappedImport, RefusesLinesThatContradictTheirContract) {
  MappedStore store;
  store.ImportSample("rollcall-contract");
  const std::string sample = SampleFile("snow-licence");
  EXPECT_EQ(FirstError(store.ImportSample("snow-licence")), "none");
  const auto with = [&](absl::string_view from, absl::string_view to) {
    return store.mapped
        .Import(store.RequestOf(
                    "servicenow-entitlement",
                    absl::StrReplaceAll(SampleFile("servicenow-entitlement"),
                                        {{from, to}})),
                store.roles.CallBy("ina"))
        .value();
  };
  // The contract's prices are in EUR; the sample has one in USD.
  EXPECT_EQ(FirstError(with("none of it", "")),
            "4/currency: the prices of contract HM-2026-02 are in EUR");
  EXPECT_THAT(FirstError(with("HM-2026-01", "HL-2020-09")),
              HasSubstr("2/Contract number: contract HL-2020-09 is not known"));
  EXPECT_THAT(
      FirstError(with("2026-01-01,2026-12-31", "2024-01-01,2024-12-31")),
      HasSubstr("2/End date: the line ends before contract HM-2026-01 "
                "starts, 2025-12-15"));
  EXPECT_THAT(FirstError(with("Quayside Systems,INV-7001", "Other,INV-7001")),
              HasSubstr("contract HM-2026-01 is with Quayside Systems"));
}

TEST(MappedImport, WarnsOfWhatOnlyLooksOdd) {
  MappedStore store;
  store.ImportSample("rollcall-contract");
  const auto response = store.ImportSample(
      "flexera-purchase-order-line",
      absl::StrReplaceAll(
          SampleFile("flexera-purchase-order-line"),
          {{"2026-01-01,2026-12-31", "2027-02-01,2027-12-31"}}));
  EXPECT_EQ(FirstError(response), "none");
  ASSERT_EQ(response.warning_count(), 1);
  EXPECT_EQ(response.warnings(0).line(), 2);
  EXPECT_EQ(response.warnings(0).column(), "Effective Date");
  EXPECT_THAT(response.warnings(0).reason(),
              HasSubstr("starts after contract HM-2026-01 ended, 2026-12-31"));
}

TEST(MappedImport, ASubscriptionWhoseLastDayNobodyStatesIsBad) {
  MappedStore store;
  const std::string name = "servicenow-entitlement";
  const auto with = [&](absl::string_view from, absl::string_view to) {
    return absl::StrReplaceAll(SampleFile(name), {{from, to}});
  };
  const std::string no_end = with("2026-01-01,2026-12-31", "2026-01-01,");
  EXPECT_THAT(FirstError(store.ImportSample(name, no_end)),
              HasSubstr("2/End date: a subscription, evaluation or maintenance "
                        "ends, and no last day is stated"));
  // What is billed each year does not end after a year.
  EXPECT_THAT(FirstError(store.ImportSample(
                  name, absl::StrReplaceAll(
                            no_end, {{"Software model", "Subscription period"},
                                     {"MariaDB 10,SL-", "Annually,SL-"}}))),
              HasSubstr("2/End date: a subscription"));
  EXPECT_THAT(FirstError(store.ImportSample(name, with("End date", "Ende"))),
              HasSubstr("2/end_date: a subscription"));
  EXPECT_THAT(store.All(), IsEmpty());

  // That it never ends is said of line 3.
  const auto response = store.ImportSample(name);
  EXPECT_EQ(FirstError(response), "none");
  ASSERT_EQ(response.warning_count(), 1);
  EXPECT_EQ(response.warnings(0).line(), 3);
  EXPECT_THAT(response.warnings(0).reason(),
              HasSubstr("the file says that it never does"));
  // A file that has a column for it must fill it, also where one is known; what
  // a file has no column for stays.
  EXPECT_THAT(FirstError(store.ImportSample(name, no_end)),
              HasSubstr("2/End date: a subscription"));
  const std::string no_column = with("End date", "Ende");
  EXPECT_EQ(store.ImportSample(name, no_column).unchanged_count(), 3);
  const auto one_new = store.ImportSample(
      name, absl::StrReplaceAll(no_column, {{"SL-000102", "SL-000109"}}));
  ASSERT_EQ(one_new.error_count(), 1);
  EXPECT_EQ(one_new.errors(0).line(), 3);
}

TEST(MappedImport, LinesThatAreLeftOutAreNoEntitlementsAndAreTold) {
  MappedStore store;
  const auto response = store.ImportSample(
      "flexera-purchase-order-line",
      absl::StrReplaceAll(SampleFile("flexera-purchase-order-line"),
                          {{"Item received", "Cancelled"},
                           {"Completed,INV-7003", "New,INV-7003"}}));
  EXPECT_EQ(response.line_count(), 4);
  EXPECT_EQ(response.added_count(), 1);
  EXPECT_EQ(response.error_count(), 0);
  EXPECT_EQ(response.quarantined_count(), 0);
  EXPECT_THAT(store.All(), SizeIs(1));
  ASSERT_EQ(response.left_out_size(), 2);
  EXPECT_THAT(response.left_out(0), EqualsText(R"pb(
                reason: "Status is Cancelled"
                line_count: 2
                lines: [ 4, 5 ]
              )pb"));
  EXPECT_THAT(response.left_out(1),
              EqualsText(R"pb(
                reason: "Status is New" line_count: 1 lines: 3
              )pb"));
  EXPECT_EQ(response.left_out_count(), 3);
  EXPECT_EQ(response.still_known_count(), 0);
}

TEST(MappedImport, NamesAtMostAHundredLinesOfOneReason) {
  MappedStore store;
  const std::string sample = SampleFile("flexera-purchase-order-line");
  const std::string cancelled = sample.substr(sample.find("PO-2202,2"));
  std::string content = sample;
  for (int i = 0; i < 150; ++i) {
    absl::StrAppend(&content,
                    absl::StrReplaceAll(
                        cancelled, {{"PO-2202,2", absl::StrCat("PO-9,", i)}}));
  }
  const auto response =
      store.ImportSample("flexera-purchase-order-line", content);
  ASSERT_EQ(response.left_out_size(), 1);
  EXPECT_EQ(response.left_out(0).line_count(), 151);
  EXPECT_EQ(response.left_out(0).lines_size(), 100);
  EXPECT_EQ(response.left_out_count(), 151);
}

TEST(MappedImport, NamesWhatIsKnownAndOutOfForceInTheFile) {
  MappedStore store;
  const std::string name = "flexera-purchase-order-line";
  store.ImportSample(name);
  ASSERT_THAT(store.All(), SizeIs(3));
  const std::string cancelled =
      absl::StrReplaceAll(SampleFile(name), {{"Completed", "Cancelled"}});
  const auto response = store.ImportSample(name, cancelled);
  EXPECT_EQ(response.left_out_count(), 3);
  ASSERT_EQ(response.still_known_count(), 2);
  EXPECT_EQ(response.still_known(0).line(), 2);
  EXPECT_EQ(response.still_known(0).column(), "Status");
  EXPECT_EQ(response.still_known(0).value(), "HM-2026-01 / PO-2201 / 1");
  EXPECT_EQ(response.still_known(0).reason(),
            "Status is Cancelled in the file; the entitlement is known and "
            "ends on 2026-12-31; if the file is right, propose that it ends");
  EXPECT_THAT(response.still_known(1).reason(), HasSubstr("has no last day"));
  // Nothing is ended by that.
  EXPECT_EQ(response.change_set_id(), "");
  EXPECT_EQ(response.unchanged_count(), 1);
  EXPECT_THAT(store.All(), SizeIs(3));
  // Another contract in the file: the source's line is the same.
  const auto moved = store.ImportSample(
      name, absl::StrReplaceAll(cancelled, {{"HM-2026-01", "HM-2026-09"}}));
  ASSERT_EQ(moved.still_known_count(), 2);
  EXPECT_EQ(moved.still_known(0).value(), "HM-2026-01 / PO-2201 / 1");
}

TEST(MappedImport, SaysNothingOfALineThatIsOverOrEnded) {
  MappedStore store;
  const std::string name = "flexera-purchase-order-line";
  store.ImportSample(name);
  const std::string cancelled =
      absl::StrReplaceAll(SampleFile(name), {{"Completed", "Cancelled"}});
  // The day after the last one of the first line.
  store.clock.Advance(
      absl::FromCivil(absl::CivilDay(2027, 1, 1), absl::UTCTimeZone()) -
      store.clock.Now());
  EXPECT_EQ(store.ImportSample(name, cancelled).still_known_count(), 1);
  v1::ObjectChange end;
  end.set_action(v1::ObjectChange::ACTION_END);
  end.set_effective_date("2027-01-01");
  for (const v1::Entitlement& line : store.All()) {
    if (line.source_line_id() == "PO-2201/2") {
      *end.mutable_object()->mutable_entitlement() = line;
    }
  }
  ASSERT_OK_AND_ASSIGN(const auto proposed, store.ProposeAs("ina", {end}));
  store.AgreeTo(proposed.change_set_id());
  EXPECT_EQ(store.ImportSample(name, cancelled).still_known_count(), 0);
}

TEST(MappedImport, OneLineComesFromOneSource) {
  MappedStore store;
  store.ImportSample("snow-licence");
  const auto response = store.ImportSample(
      "servicenow-entitlement",
      absl::StrReplaceAll(SampleFile("servicenow-entitlement"),
                          {{"SL-000101", "4711"}}));
  EXPECT_THAT(FirstError(response),
              HasSubstr("2/Asset tag: this line is known from the mapping "
                        "snow-licence"));
}

// What another source says from a later day on was not looked at.
TEST(MappedImport, OneLineComesFromOneSourceOnAllDays) {
  MappedStore store;
  auto later = store.RequestOf("snow-licence");
  later.set_create_contracts(true);
  later.set_effective_date("2026-01-01");
  EXPECT_EQ(store.ImportMapped(later).added_count(), 3);
  const std::string same_line = absl::StrReplaceAll(
      SampleFile("servicenow-entitlement"), {{"SL-000101", "4711"}});
  EXPECT_THAT(
      FirstError(store.ImportSample("servicenow-entitlement", same_line)),
      HasSubstr("2/Asset tag: this line is known from the mapping "
                "snow-licence"));
  // Once it was ended another source may say it of the time after.
  v1::ObjectChange end;
  end.set_action(v1::ObjectChange::ACTION_END);
  end.set_effective_date("2026-06-01");
  *end.mutable_object()->mutable_entitlement() = store.All()[0];
  ASSERT_OK_AND_ASSIGN(const auto proposed, store.ProposeAs("ina", {end}));
  store.AgreeTo(proposed.change_set_id());
  auto after = store.RequestOf("servicenow-entitlement", same_line);
  after.set_create_contracts(true);
  after.set_effective_date("2026-06-01");
  EXPECT_EQ(FirstError(store.ImportMapped(after)), "none");
}

TEST(MappedImport, WarnsOfAPurchaseThatTwoSourcesSay) {
  MappedStore store;
  store.ImportSample("snow-licence");
  const auto response = store.ImportSample("servicenow-entitlement");
  EXPECT_EQ(FirstError(response), "none");
  std::vector<std::string> reasons;
  for (const auto& warning : response.warnings()) {
    reasons.push_back(absl::StrCat(warning.line(), " ", warning.reason()));
  }
  EXPECT_THAT(reasons,
              Contains(HasSubstr("2 another source says the same purchase as "
                                 "HM-2026-01 /  / 4711")));
}

TEST(MappedImport, RefusesTheSameSourceLineUnderAnotherName) {
  MappedStore store;
  store.ImportSample("snow-licence");
  const auto response = store.ImportSample(
      "snow-licence", absl::StrReplaceAll(SampleFile("snow-licence"),
                                          {{"HM-2026-02", "HM-2026-03"}}));
  EXPECT_THAT(
      FirstError(response),
      HasSubstr("4/License ID: the source's line is known as HM-2026-02 "
                "/  / 4713"));
}

TEST(MappedImport, KeepsWhatTheMappingCannotSay) {
  MappedStore store;
  store.ImportSample("snow-licence");
  v1::Entitlement line = store.All()[0];
  line.set_base_entitlement_id(std::string(32, 'a'));
  line.set_region("Harbour");
  v1::ObjectChange change;
  change.set_action(v1::ObjectChange::ACTION_SET);
  *change.mutable_object()->mutable_entitlement() = line;
  ASSERT_OK_AND_ASSIGN(const auto proposed, store.ProposeAs("ina", {change}));
  store.AgreeTo(proposed.change_set_id());
  EXPECT_EQ(store.ImportSample("snow-licence").unchanged_count(), 3);
  const auto response = store.ImportSample(
      "snow-licence",
      absl::StrReplaceAll(SampleFile("snow-licence"), {{",16,", ",20,"}}));
  EXPECT_EQ(response.changed_count(), 1);
  EXPECT_EQ(store.All()[0].quantity().value().numerator(), 20);
  EXPECT_EQ(store.All()[0].base_entitlement_id(), std::string(32, 'a'));
  EXPECT_EQ(store.All()[0].region(), "Harbour");
}

TEST(MappedImport, KeepsTermVersionRightsAndTagsThatPeopleAdded) {
  MappedStore store;
  store.ImportSample("snow-licence");
  v1::Entitlement line = store.All()[0];
  line.set_version("15");
  line.set_end_date("2099-12-31");
  v1::UseRight& right = *line.add_use_rights();
  right.set_kind(v1::UseRight::KIND_VIRTUALIZATION);
  right.set_permitted(true);
  v1::Tag& tag = *line.add_tags();
  tag.set_name("criticality");
  tag.set_value("high");
  v1::ObjectChange change;
  change.set_action(v1::ObjectChange::ACTION_SET);
  *change.mutable_object()->mutable_entitlement() = line;
  ASSERT_OK_AND_ASSIGN(const auto proposed, store.ProposeAs("ina", {change}));
  store.AgreeTo(proposed.change_set_id());
  EXPECT_EQ(store.ImportSample("snow-licence").unchanged_count(), 3);
  EXPECT_EQ(store.All()[0].version(), "15");
  EXPECT_EQ(store.All()[0].end_date(), "2099-12-31");
  EXPECT_EQ(store.All()[0].use_rights_size(), line.use_rights_size());
  EXPECT_EQ(store.All()[0].tags_size(), line.tags_size());
}

TEST(MappedImport, TheOwnColumnsDoNotTakeOverALineOfAnotherSource) {
  MappedStore store;
  store.ImportSample("snow-licence");
  const v1::Entitlement line = store.All()[0];
  v1::ImportEntitlementsRequest request;
  request.set_content(absl::StrCat(
      kHeader, line.contract_number(), ",", line.vendor(), ",Redis,Redis,core,",
      "1,2026-01-01,", line.purchase_order(), ",", line.line(), "\n"));
  ASSERT_OK_AND_ASSIGN(const auto response,
                       store.mapped.Import(request, store.roles.CallBy("ina")));
  EXPECT_THAT(FirstError(response),
              HasSubstr("this line is known from the mapping snow-licence"));
}

TEST(MappedImport, ALineThatIsBadMakesNoContract) {
  MappedStore store;
  store.ImportSample("snow-licence");
  auto request = store.RequestOf(
      "snow-licence", absl::StrReplaceAll(SampleFile("snow-licence"),
                                          {{"HM-2026-02", "HL-TYPO"}}));
  request.set_create_contracts(true);
  request.set_quarantine(true);
  const auto response = store.ImportMapped(request);
  EXPECT_GT(response.error_count(), 0);
  EXPECT_EQ(response.created_contract_count(), 0);
}

TEST(MappedImport, AContractKeepsWhatTheFileHasNoColumnFor) {
  MappedStore store;
  store.ImportSample("rollcall-contract");
  const auto response = store.ImportSample(
      "rollcall-contract",
      "contract_number,vendor,start_date,audit_notice_days,renewal_automatic\n"
      "HM-2026-01,Quayside Systems,2025-12-15,60,\n");
  EXPECT_EQ(response.changed_count(), 1);
  const v1::Contract contract =
      store.Get(v1::CONTRACT_OBJECT_KIND_CONTRACT, {"HM-2026-01"}).contract();
  EXPECT_EQ(contract.title(), "Databases");
  EXPECT_EQ(contract.clauses().audit().notice_days(), 60);
  // An empty cell: the contract does not say it.
  EXPECT_FALSE(contract.clauses().renewal().automatic());
  EXPECT_EQ(contract.clauses().renewal().notice_days(), 90);
}

TEST(MappedImport, RefusesContractsUnderAnotherVendorOrAnUnknownMaster) {
  MappedStore store;
  store.ImportSample("rollcall-contract");
  const std::string header =
      "contract_number,vendor,start_date,"
      "master_contract_number\n";
  EXPECT_THAT(FirstError(store.ImportSample(
                  "rollcall-contract",
                  absl::StrCat(header, "HM-2026-01,Other,2025-12-15,\n"))),
              HasSubstr("2/vendor: contract HM-2026-01 is with Quayside"));
  EXPECT_THAT(
      FirstError(store.ImportSample(
          "rollcall-contract",
          absl::StrCat(header, "HL-9,Quayside Systems,2025-12-15,HL-8\n"))),
      HasSubstr("2/master_contract_number: contract HL-8 is not known"));
  auto request = store.RequestOf(
      "rollcall-contract", absl::StrCat(header, "HL-9,Other,2025-12-15,\n"));
  EXPECT_THAT(
      FirstError(*store.mapped.Import(request, store.roles.CallBy("ina"))),
      HasSubstr("2/vendor: vendor Other is not known"));
}

// Lines of contracts: number, vendor, start and master.
std::string ContractLine(absl::string_view number, absl::string_view vendor,
                         absl::string_view master) {
  return absl::StrCat(number, ",", vendor, ",2025-12-15,", master, "\n");
}

constexpr char kContractHeader[] =
    "contract_number,vendor,start_date,master_contract_number\n";

// One bad master had the whole file refused.
TEST(MappedImport, WhatIsUnderABadLineOfTheFileIsBadAndTheRestIsNot) {
  MappedStore store;
  auto request = store.RequestOf(
      "rollcall-contract",
      absl::StrCat(
          kContractHeader, ContractLine("C-3", "Acme", "C-2"),
          ContractLine("C-1", "Unknown Ltd", ""),
          ContractLine("C-2", "Acme", "C-1"), ContractLine("C-9", "Acme", ""),
          ContractLine("C-8", "Acme", "C-9"), ContractLine("C-5", "", ""),
          ContractLine("C-6", "Acme", "c-5")));
  v1::ContractObject vendor;
  vendor.mutable_vendor()->set_name("Acme");
  v1::ObjectChange change;
  change.set_action(v1::ObjectChange::ACTION_SET);
  *change.mutable_object() = vendor;
  ASSERT_OK_AND_ASSIGN(const auto proposed, store.ProposeAs("ina", {change}));
  store.AgreeTo(proposed.change_set_id());
  request.set_quarantine(true);
  const auto response = store.ImportMapped(request);
  EXPECT_EQ(response.added_count(), 2);
  EXPECT_EQ(response.quarantined_count(), 5);
  std::vector<std::string> errors;
  for (const auto& error : response.errors()) {
    errors.push_back(
        absl::StrCat(error.line(), "/", error.column(), ": ", error.reason()));
  }
  EXPECT_THAT(
      errors,
      ::testing::ElementsAre(
          "2/master_contract_number: contract C-2 is not known, and its line 4 "
          "is bad; correct that one first",
          HasSubstr("3/vendor: vendor Unknown Ltd is not known"),
          "4/master_contract_number: contract C-1 is not known, and its line 3 "
          "is bad; correct that one first",
          HasSubstr("7/vendor: vendor is empty"),
          "8/master_contract_number: contract c-5 is not known, and its line 7 "
          "is bad; correct that one first"));
  EXPECT_EQ(store.Get(v1::CONTRACT_OBJECT_KIND_CONTRACT, {"C-8"})
                .contract()
                .master_contract_number(),
            "C-9");
}

TEST(MappedImport, AMasterThatIsKnownMayHaveABadLine) {
  MappedStore store;
  store.ImportSample("rollcall-contract");
  auto request = store.RequestOf(
      "rollcall-contract",
      absl::StrCat(kContractHeader, ContractLine("HM-2026-00", "Other", ""),
                   ContractLine("HL-9", "Quayside Systems", "HM-2026-00")));
  request.set_quarantine(true);
  const auto response = store.ImportMapped(request);
  EXPECT_EQ(response.added_count(), 1);
  EXPECT_EQ(response.quarantined_count(), 1);
  for (const auto& error : response.errors()) EXPECT_EQ(error.line(), 2);
}

TEST(MappedImport, TermsBecomeParagraphsThatAreReplaced) {
  MappedStore store;
  EXPECT_THAT(FirstError(store.ImportSample("flexera-term")),
              HasSubstr("2/ContractNo: contract HM-2026-01 is not known"));
  store.ImportSample("rollcall-contract");
  EXPECT_EQ(store.ImportSample("flexera-term").changed_count(), 3);
  const auto notes = [&] {
    return store.Get(v1::CONTRACT_OBJECT_KIND_CONTRACT, {"HM-2026-01"})
        .contract()
        .notes();
  };
  const std::string expected =
      "First line\nsecond line\n"
      "Renewal from 2026-01-01 to 2026-12-31 (flexera-term): Renewed for "
      "twelve months unless notice is given; Ask procurement in September; "
      "document HM-2026-01.pdf p. 4\n"
      "Limitation (flexera-term): Only for the sites \"Head office\" and "
      "Ovens; document HM-2026-01.pdf p. 7";
  EXPECT_EQ(notes(), expected);
  EXPECT_EQ(store.ImportSample("flexera-term").unchanged_count(), 3);
  EXPECT_EQ(store
                .ImportSample("flexera-term",
                              absl::StrReplaceAll(SampleFile("flexera-term"),
                                                  {{"in September", "in May"}}))
                .changed_count(),
            1);
  EXPECT_EQ(notes(),
            absl::StrReplaceAll(expected, {{"in September", "in May"}}));
}

TEST(MappedImport, InvoicesTakeEffectAtOnceAndAreFindingsNotErrors) {
  MappedStore store;
  const auto response = store.ImportSample("rollcall-invoice");
  EXPECT_TRUE(response.applied());
  EXPECT_EQ(response.warning_count(), 3);
  EXPECT_EQ(store.ChangeSetList()[0].kind(), v1::ChangeSet::KIND_RECORDS);
  const v1::InvoiceLine line = store
                                   .Get(v1::CONTRACT_OBJECT_KIND_INVOICE_LINE,
                                        {"quayside systems", "inv-7003", "1"})
                                   .invoice_line();
  EXPECT_EQ(line.rebate().micros(), 100'000'000);
  EXPECT_EQ(line.total().currency(), "EUR");
}

TEST(MappedImport, ItsOwnFileIsReadAsWithoutMappings) {
  MappedStore store;
  v1::ImportEntitlementsRequest request;
  request.set_content(absl::StrCat(kHeader, Line("PO-1", "4")));
  request.set_create_contracts(true);
  request.set_mapping("rollcall");
  const auto response = store.ImportMapped(request);
  EXPECT_EQ(response.added_count(), 1);
  EXPECT_THAT(response.conversions(), IsEmpty());
  EXPECT_EQ(store.All()[0].source(), "");
  EXPECT_EQ(store.ChangeSetList()[0].mapping(), "");
}

}  // namespace
}  // namespace rollcall::collector
