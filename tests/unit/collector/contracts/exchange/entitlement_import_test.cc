#include "collector/contracts/exchange/entitlement_import.h"

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "common/proto_time.h"
#include "gmock/gmock.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/collector/contracts/contract_store.h"

namespace rollcall::collector {
namespace {

using absl::StatusCode;
using testing::EqualsProto;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::StatusIs;

TEST(EntitlementImport, ACharacterThatNobodySeesIsAnErrorOfItsLine) {
  ContractStore store;
  v1::ImportEntitlementsRequest request;
  request.set_content(absl::StrCat(kHeader, Line("PO-1", "4"),
                                   Line("PO-2", "4", "Re\u200bdis")));
  const auto response = store.Propose(request);
  ASSERT_EQ(response.error_count(), 2);
  EXPECT_EQ(response.errors(1).line(), 3);
  EXPECT_EQ(response.errors(1).column(), "product");
  EXPECT_THAT(response.errors(1).reason(), HasSubstr("nobody sees"));
}

v1::ObjectChange VendorAlso(const std::string& name, const std::string& alias) {
  v1::ObjectChange change;
  change.set_action(v1::ObjectChange::ACTION_SET);
  v1::Vendor& vendor = *change.mutable_object()->mutable_vendor();
  vendor.set_name(name);
  vendor.add_aliases(alias);
  return change;
}

TEST(EntitlementImport, AnAliasIsReadAsTheVendorWhoseItIsAndToldSo) {
  ContractStore store;
  ASSERT_OK_AND_ASSIGN(
      const v1::ChangeSet vendor,
      store.ProposeAs("ina", {VendorAlso("Acme Software", "ACME")}));
  store.AgreeTo(vendor.change_set_id());
  const auto response =
      store.Import(absl::StrCat(kHeader, Line("PO-1", "4"), Line("PO-2", "8")));
  ASSERT_EQ(response.conversions_size(), 1);
  EXPECT_EQ(response.conversions(0).text(),
            "vendor: Acme is read as Acme Software, whose alias it is");
  EXPECT_EQ(response.conversions(0).line_count(), 2);
  // The contract, and no second vendor.
  EXPECT_EQ(response.created_contract_count(), 1);
  ASSERT_THAT(store.All(), SizeIs(2));
  EXPECT_EQ(store.All()[0].vendor(), "Acme Software");
}

TEST(EntitlementImport, AnAliasOfTwoVendorsIsLeftAndToldSo) {
  ContractStore store;
  ASSERT_OK_AND_ASSIGN(
      const v1::ChangeSet vendors,
      store.ProposeAs("ina", {VendorAlso("Acme Software", "Acme"),
                              VendorAlso("Acme Hardware", "Acme")}));
  store.AgreeTo(vendors.change_set_id());
  const auto response = store.Import(absl::StrCat(kHeader, Line("PO-1", "4")));
  ASSERT_EQ(response.conversions_size(), 1);
  EXPECT_EQ(response.conversions(0).text(),
            "vendor: Acme is left as it is, an alias of Acme Hardware and "
            "Acme Software");
  EXPECT_EQ(store.All()[0].vendor(), "Acme");
}

TEST(EntitlementImport, ALineThatSpreadsheetsLeaveABlankAtIsTheSameLine) {
  ContractStore store;
  store.Import(absl::StrCat(kHeader, Line("PO-1", "4")));
  const auto same =
      store.Import(absl::StrCat(kHeader, Line("\u00a0PO-1\u00a0", "4")));
  EXPECT_EQ(same.unchanged_count(), 1);
  v1::ImportEntitlementsRequest request;
  request.set_content(
      absl::StrCat(kHeader, Line("PO-2", "4"), Line("PO-2\u00a0", "4")));
  EXPECT_EQ(store.Propose(request).error_count(), 2);
}

TEST(EntitlementImport, IsOneChangeSetThatBothSidesAgreeTo) {
  ContractStore store;
  v1::ImportEntitlementsRequest request;
  request.set_content(
      absl::StrCat(kHeader, Line("PO-2", "8"), Line("PO-1", "4")));
  request.set_file_name("q1.csv");
  const auto response = store.Import(request);
  EXPECT_FALSE(response.applied());
  EXPECT_EQ(response.line_count(), 2);
  EXPECT_EQ(response.added_count(), 2);
  EXPECT_EQ(response.error_count(), 0);

  const auto all = store.All();
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].purchase_order(), "PO-1");
  EXPECT_EQ(all[0].source_line(), 3);
  EXPECT_EQ(all[0].change_set_id(), response.change_set_id());
  EXPECT_EQ(FromProto(all[0].known_time()), store.clock.Now());

  const auto change_sets = store.ChangeSetList();
  ASSERT_THAT(change_sets, SizeIs(1));
  EXPECT_EQ(change_sets[0].change_set_id(), response.change_set_id());
  EXPECT_EQ(change_sets[0].kind(), v1::ChangeSet::KIND_CONTRACTS);
  EXPECT_EQ(change_sets[0].state(), v1::ChangeSet::STATE_APPLIED);
  EXPECT_EQ(change_sets[0].proposed_by(), "ina");
  EXPECT_EQ(change_sets[0].applied_by(), "ina");
  EXPECT_EQ(change_sets[0].file_name(), "q1.csv");
  EXPECT_EQ(change_sets[0].file_sha256(), Sha256Hex(request.content()));
  // Two lines, their contract and its vendor.
  EXPECT_EQ(response.created_contract_count(), 2);
  EXPECT_EQ(change_sets[0].added_count(), 4);
  EXPECT_EQ(FromProto(change_sets[0].applied_time()), store.clock.Now());
}

TEST(EntitlementImport, ChangesNothingWhereOneLineIsBad) {
  ContractStore store;
  const auto response =
      store.Import(absl::StrCat(kHeader, Line("PO-1", "4"), Line("PO-2", "0")));
  EXPECT_FALSE(response.applied());
  EXPECT_EQ(response.change_set_id(), "");
  EXPECT_EQ(response.added_count(), 0);
  ASSERT_EQ(response.error_count(), 1);
  EXPECT_EQ(response.errors(0).line(), 3);
  EXPECT_THAT(store.All(), IsEmpty());
  EXPECT_THAT(store.ChangeSetList(), IsEmpty());
}

TEST(EntitlementImport, KeepsBadLinesAsideWhenAskedTo) {
  ContractStore store;
  v1::ImportEntitlementsRequest request;
  request.set_content(
      absl::StrCat(kHeader, Line("PO-2", "0"), Line("PO-1", "4"), "one,two\n"));
  request.set_quarantine(true);
  const auto response = store.Import(request);
  EXPECT_EQ(response.added_count(), 1);
  EXPECT_EQ(response.quarantined_count(), 2);
  EXPECT_EQ(response.error_count(), 2);
  EXPECT_THAT(store.All(), SizeIs(1));

  v1::ListQuarantinedLinesRequest list;
  list.set_change_set_id(response.change_set_id());
  ASSERT_OK_AND_ASSIGN(const auto lines,
                       store.queries.ListQuarantinedLines(list));
  ASSERT_EQ(lines.lines_size(), 2);
  EXPECT_EQ(lines.lines(0).line(), 2);
  EXPECT_THAT(lines.lines(0).content(), HasSubstr("C-1,Acme,Redis"));
  EXPECT_THAT(lines.lines(0).errors(0).reason(), HasSubstr("more than 0"));
  EXPECT_EQ(lines.lines(1).line(), 4);
  EXPECT_EQ(lines.lines(1).content(), "one,two");
}

TEST(EntitlementImport, RefusesABrokenFileEvenWithQuarantine) {
  ContractStore store;
  v1::ImportEntitlementsRequest request;
  request.set_content(
      absl::StrCat(kHeader, Line("PO-1", "4"), "\"C-1,", Line("PO-2", "4")));
  request.set_quarantine(true);
  const auto response = store.Import(request);
  EXPECT_FALSE(response.applied());
  ASSERT_EQ(response.error_count(), 1);
  EXPECT_THAT(response.errors(0).reason(), HasSubstr("closing quote"));
  EXPECT_THAT(store.All(), IsEmpty());
}

TEST(EntitlementImport, TakesNoTextOfAFieldForALineEvenWithQuarantine) {
  ContractStore store;
  v1::ImportEntitlementsRequest request;
  // An inch mark, and a field that spans lines: what looks like a purchase
  // between them is text.
  request.set_content(absl::StrCat(kHeader, "C-1,Acme 12\" rack,\"several\n",
                                   Line("PO-2", "1000"), "lines\",more\n"));
  request.set_quarantine(true);
  const auto response = store.Import(request);
  EXPECT_FALSE(response.applied());
  ASSERT_EQ(response.error_count(), 1);
  EXPECT_EQ(response.errors(0).line(), 2);
  EXPECT_EQ(response.errors(0).column_number(), 2);
  EXPECT_THAT(store.All(), IsEmpty());
}

TEST(EntitlementImport, SaysThatARepeatedFileChangesNothing) {
  ContractStore store;
  const std::string file =
      absl::StrCat(kHeader, Line("PO-1", "4"), Line("PO-2", "8"));
  store.Import(file);
  const auto before = store.All();
  store.clock.Advance(absl::Hours(1));
  const auto response = store.Import(file);
  EXPECT_FALSE(response.applied());
  EXPECT_EQ(response.change_set_id(), "");
  EXPECT_EQ(response.unchanged_count(), 2);
  EXPECT_THAT(store.ChangeSetList(), SizeIs(1));
  ASSERT_THAT(store.All(), SizeIs(2));
  EXPECT_THAT(store.All()[0], EqualsProto(before[0]));
}

TEST(EntitlementImport, RepeatsNoQuarantineForTheSameFile) {
  ContractStore store;
  v1::ImportEntitlementsRequest request;
  request.set_content(
      absl::StrCat(kHeader, Line("PO-1", "4"), Line("PO-2", "0")));
  request.set_quarantine(true);
  EXPECT_EQ(store.Import(request).quarantined_count(), 1);
  const auto response = store.Import(request);
  EXPECT_FALSE(response.applied());
  EXPECT_EQ(response.quarantined_count(), 0);
  EXPECT_EQ(response.error_count(), 1);
  EXPECT_THAT(store.ChangeSetList(), SizeIs(1));
}

// The file without a column for the end made a right for a time one for ever.
TEST(EntitlementImport, WhatTheFileHasNoColumnForStays) {
  ContractStore store;
  store.Import(
      "contract_number,vendor,publisher,product,version,edition,metric,"
      "quantity,start_date,end_date,unit_price,currency,purchase_order,line,"
      "organisation_unit\n"
      "C-1,Acme,Redis,Redis,15,Enterprise,core,4,2026-01-01,2026-12-31,2.5,"
      "EUR,PO-1,1,Finance\n");
  EXPECT_EQ(
      store.Import(absl::StrCat(kHeader, Line("PO-1", "4"))).unchanged_count(),
      1);
  EXPECT_EQ(
      store.Import(absl::StrCat(kHeader, Line("PO-1", "6"))).changed_count(),
      1);
  ASSERT_THAT(store.All(), SizeIs(1));
  const v1::Entitlement line = store.All()[0];
  EXPECT_EQ(line.quantity().value().numerator(), 6);
  EXPECT_EQ(line.version(), "15");
  EXPECT_EQ(line.edition(), "Enterprise");
  EXPECT_EQ(line.end_date(), "2026-12-31");
  EXPECT_EQ(line.unit_price().micros(), 2'500'000);
  EXPECT_EQ(line.organisation_unit(), "Finance");
  // A column that is there and empty says that there is none.
  store.Import(
      "contract_number,vendor,publisher,product,metric,quantity,start_date,"
      "end_date,purchase_order,line\n"
      "C-1,Acme,Redis,Redis,core,6,2026-01-01,,PO-1,1\n");
  EXPECT_FALSE(store.All()[0].has_end_date());
  EXPECT_EQ(store.All()[0].version(), "15");
}

TEST(EntitlementImport, KeepsPastStatesOfAChangedLine) {
  ContractStore store;
  store.Import(absl::StrCat(kHeader, Line("PO-1", "4")));
  const KnownStamp then = KnownStamp::AtEndOf(store.clock.Now());
  store.clock.Advance(absl::Hours(24));
  const auto response =
      store.Import(absl::StrCat(kHeader, Line("PO-1", "6"), Line("PO-2", "1")));
  EXPECT_EQ(response.changed_count(), 1);
  EXPECT_EQ(response.added_count(), 1);
  ASSERT_THAT(store.All(), SizeIs(2));
  EXPECT_EQ(store.All()[0].quantity().value().numerator(), 6);
  ASSERT_THAT(store.All(then), SizeIs(1));
  EXPECT_EQ(store.All(then)[0].quantity().value().numerator(), 4);
  // Back to the first state is a change again.
  EXPECT_EQ(
      store.Import(absl::StrCat(kHeader, Line("PO-1", "4"))).changed_count(),
      1);
  EXPECT_EQ(store.All()[0].quantity().value().numerator(), 4);
}

TEST(EntitlementImport, TakesADifferentCaseForTheSameLine) {
  ContractStore store;
  store.Import(absl::StrCat(kHeader, Line("PO-1", "4")));
  const auto response = store.Import(absl::StrCat(kHeader, Line("po-1", "4")));
  EXPECT_EQ(response.added_count(), 0);
  EXPECT_EQ(response.changed_count(), 1);
  EXPECT_THAT(store.All(), SizeIs(1));
}

TEST(EntitlementImport, ShowsWhatADryRunWouldDo) {
  ContractStore store;
  v1::ImportEntitlementsRequest request;
  request.set_content(
      absl::StrCat(kHeader, Line("PO-1", "4"), Line("PO-2", "x")));
  request.set_quarantine(true);
  request.set_dry_run(true);
  request.set_request_id("r1");
  const auto response = store.Import(request);
  EXPECT_FALSE(response.applied());
  EXPECT_EQ(response.added_count(), 1);
  EXPECT_EQ(response.quarantined_count(), 1);
  EXPECT_THAT(store.All(), IsEmpty());
  EXPECT_THAT(store.ChangeSetList(), IsEmpty());
  request.set_dry_run(false);
  EXPECT_NE(store.Import(request).change_set_id(), "");
}

TEST(EntitlementImport, AnswersARepeatedRequestAsBefore) {
  ContractStore store;
  v1::ImportEntitlementsRequest request;
  request.set_content(absl::StrCat(kHeader, Line("PO-1", "4")));
  request.set_request_id("r1");
  const auto first = store.Import(request);
  store.Import(absl::StrCat(kHeader, Line("PO-1", "5")));
  EXPECT_THAT(store.Import(request), EqualsProto(first));
  EXPECT_EQ(store.All()[0].quantity().value().numerator(), 5);

  request.set_content(absl::StrCat(kHeader, Line("PO-1", "6")));
  EXPECT_THAT(store.importer.Import(request, store.roles.CallBy("ina")),
              StatusIs(StatusCode::kInvalidArgument,
                       HasSubstr("used for another request")));
  // Another principal's ids are its own.
  EXPECT_OK(store.importer.Import(request, store.roles.CallBy("bo")));
}

TEST(EntitlementImport, MayRetryARefusedFileUnderItsRequestId) {
  ContractStore store;
  v1::ImportEntitlementsRequest request;
  request.set_content(absl::StrCat(kHeader, Line("PO-1", "0")));
  request.set_request_id("r1");
  EXPECT_EQ(store.Import(request).change_set_id(), "");
  request.set_content(absl::StrCat(kHeader, Line("PO-1", "1")));
  EXPECT_NE(store.Import(request).change_set_id(), "");
}

TEST(EntitlementImport, RefusesMalformedRequests) {
  ContractStore store;
  v1::ImportEntitlementsRequest request;
  EXPECT_THAT(
      store.importer.Import(request, store.roles.CallBy("ina")),
      StatusIs(StatusCode::kInvalidArgument, HasSubstr("content is empty")));
  request.set_content(std::string((32 << 20) + 1, 'x'));
  EXPECT_THAT(store.importer.Import(request, store.roles.CallBy("ina")),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("at most")));
  request.set_content("x");
  request.set_file_name(std::string(257, 'x'));
  EXPECT_THAT(store.importer.Import(request, store.roles.CallBy("ina")),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("file_name")));
  request.clear_file_name();
  request.set_request_id(std::string(65, 'x'));
  EXPECT_THAT(store.importer.Import(request, store.roles.CallBy("ina")),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("request_id")));
}

TEST(EntitlementImport, ListsTenThousandErrorsAndCountsAll) {
  ContractStore store;
  std::string file = kHeader;
  for (int i = 0; i < 10'005; ++i) {
    absl::StrAppend(&file, Line(absl::StrCat("PO-", i), "0"));
  }
  const auto response = store.Import(file);
  EXPECT_EQ(response.errors_size(), 10'000);
  EXPECT_EQ(response.error_count(), 10'005);
}

TEST(EntitlementImport, GivesOneAnswerToEqualRequestsAtOnce) {
  ContractStore store;
  v1::ImportEntitlementsRequest request;
  request.set_content(absl::StrCat(kHeader, Line("PO-1", "4")));
  request.set_request_id("r1");
  request.set_create_contracts(true);
  std::vector<v1::ImportEntitlementsResponse> responses(4);
  std::vector<std::thread> threads;
  threads.reserve(responses.size());
  for (auto& response : responses) {
    threads.emplace_back([&] { response = store.Propose(request); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& response : responses) {
    EXPECT_THAT(response, EqualsProto(responses[0]));
    EXPECT_NE(response.change_set_id(), "");
  }
  EXPECT_THAT(store.ChangeSetList(), SizeIs(1));
}

TEST(EntitlementImport, MovesNothingBeforeItIsAgreedTo) {
  ContractStore store;
  v1::ImportEntitlementsRequest request;
  request.set_content(absl::StrCat(kHeader, Line("PO-1", "4")));
  request.set_create_contracts(true);
  const auto response = store.Propose(request);
  EXPECT_THAT(store.All(), IsEmpty());
  EXPECT_OK(store.Approve(response.change_set_id(), "ina"));
  EXPECT_THAT(store.All(), IsEmpty());
  EXPECT_OK(store.Approve(response.change_set_id(), "pat"));
  EXPECT_THAT(store.All(), SizeIs(1));
}

TEST(EntitlementImport, ProposesTheSameFileOnce) {
  ContractStore store;
  v1::ImportEntitlementsRequest request;
  request.set_content(absl::StrCat(kHeader, Line("PO-1", "4")));
  request.set_create_contracts(true);
  const auto first = store.Propose(request);
  EXPECT_FALSE(first.already_proposed());
  const auto second = store.Propose(request);
  EXPECT_TRUE(second.already_proposed());
  EXPECT_EQ(second.change_set_id(), first.change_set_id());
  EXPECT_THAT(store.ChangeSetList(), SizeIs(1));
}

TEST(EntitlementImport, RefusesLinesOfAContractThatNobodyKnows) {
  ContractStore store;
  v1::ImportEntitlementsRequest request;
  request.set_content(absl::StrCat(kHeader, Line("PO-1", "4"),
                                   Line("PO-2", "4", "Redis", "C-2")));
  const auto response = store.Propose(request);
  EXPECT_EQ(response.change_set_id(), "");
  ASSERT_EQ(response.error_count(), 2);
  EXPECT_EQ(response.errors(1).line(), 3);
  EXPECT_EQ(response.errors(1).column(), "contract_number");
  EXPECT_THAT(response.errors(1).reason(),
              HasSubstr("contract C-2 is not known"));
}

TEST(EntitlementImport, RefusesLinesOfAnotherVendorThanTheContracts) {
  ContractStore store;
  store.Import(absl::StrCat(kHeader, Line("PO-1", "4")));
  const auto response = store.Import(absl::StrCat(
      kHeader, "C-1,Other,Redis,Redis,core,4,2026-01-01,PO-9,1\n"));
  ASSERT_EQ(response.error_count(), 1);
  EXPECT_THAT(response.errors(0).reason(),
              HasSubstr("contract C-1 is with Acme, not with Other"));
}

v1::ObjectChange ContractFrom(const std::string& day,
                              v1::ObjectChange::Action action) {
  v1::ObjectChange change;
  change.set_action(action);
  change.set_effective_date(day);
  v1::Contract& contract = *change.mutable_object()->mutable_contract();
  contract.set_contract_number("C-1");
  contract.set_vendor("Acme");
  contract.set_start_date("2026-01-01");
  return change;
}

// It was proposed, and could never take effect.
TEST(EntitlementImport, RefusesLinesOfADayOnWhichTheirContractIsNotThere) {
  ContractStore store;
  ASSERT_OK_AND_ASSIGN(
      const v1::ChangeSet contract,
      store.ProposeAs(
          "ina", {VendorAlso("Acme", "Acme Ltd"),
                  ContractFrom("2026-01-01", v1::ObjectChange::ACTION_SET),
                  ContractFrom("2027-01-01", v1::ObjectChange::ACTION_END),
                  ContractFrom("2028-01-01", v1::ObjectChange::ACTION_SET)}));
  store.AgreeTo(contract.change_set_id());
  v1::ImportEntitlementsRequest request;
  request.set_content(absl::StrCat(kHeader, Line("PO-1", "4")));
  for (const char* const day : {"2025-07-01", "2027-07-01"}) {
    request.set_effective_date(day);
    EXPECT_THAT(
        store.importer.Import(request, store.roles.CallBy("ina")),
        StatusIs(StatusCode::kFailedPrecondition,
                 HasSubstr(absl::StrCat("refers to contract C-1, which is not "
                                        "there on ",
                                        day))));
  }
  EXPECT_THAT(store.ChangeSetList(), SizeIs(1));
  request.set_effective_date("2028-07-01");
  EXPECT_EQ(store.Import(request).added_count(), 1);
  EXPECT_THAT(store.All(), SizeIs(1));
}

TEST(EntitlementImport, ChangesLinesFromADayOn) {
  ContractStore store;
  store.Import(absl::StrCat(kHeader, Line("PO-1", "4")));
  v1::ImportEntitlementsRequest request;
  request.set_content(absl::StrCat(kHeader, Line("PO-1", "6")));
  request.set_effective_date("2026-07-01");
  store.Import(request);
  const auto quantity_on = [&](const char* day) {
    const auto all =
        AllEntitlements(*store.engine, {*CivilDate::Parse(day), AsAt().known});
    return (*all)[0].quantity().value().numerator();
  };
  EXPECT_EQ(quantity_on("2026-06-30"), 4);
  EXPECT_EQ(quantity_on("2026-07-01"), 6);
  // The first file again says what is known of the time before.
  EXPECT_EQ(
      store.Import(absl::StrCat(kHeader, Line("PO-1", "4"))).unchanged_count(),
      1);
}

}  // namespace
}  // namespace rollcall::collector
