#include "collector/contracts/exchange/quarantine_repair.h"

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "common/proto_time.h"
#include "gmock/gmock.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/collector/contracts/contract_store.h"
#include "tests/unit/collector/contracts/exchange/sample_mappings.h"

namespace rollcall::collector {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using testing::EqualsProto;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using testing::StatusIs;

// A store with one bad line, 3, of an import.
struct QuarantineStore : ContractStore {
  std::string kept;

  QuarantineStore() {
    v1::ImportEntitlementsRequest request;
    request.set_content(
        absl::StrCat(kHeader, Line("PO-1", "4"), Line("PO-2", "x")));
    request.set_file_name("q1.csv");
    request.set_quarantine(true);
    kept = Import(request).change_set_id();
  }

  v1::RepairQuarantinedLineRequest Request(
      const std::string& content = Line("PO-2", "8")) {
    v1::RepairQuarantinedLineRequest request;
    request.set_change_set_id(kept);
    request.set_line(3);
    request.set_content(content);
    return request;
  }
  absl::StatusOr<v1::RepairQuarantinedLineResponse> Repair(
      const v1::RepairQuarantinedLineRequest& request) {
    return repair.Repair(request, roles.CallBy("ina"));
  }
  std::vector<v1::QuarantinedLine> Lines(bool settled) {
    v1::ListQuarantinedLinesRequest request;
    request.set_include_settled(settled);
    const auto list = queries.ListQuarantinedLines(request);
    EXPECT_OK(list);
    if (!list.ok()) return {};
    return {list->lines().begin(), list->lines().end()};
  }
};

TEST(ImportContextKey, IsTheIdOfItsChangeSet) {
  const ImportContextKey key = {
      *ChangeSetId::FromHex("000102030405060708090a0b0c0d0e0f")};
  KeyWriter writer;
  key.Encode(writer);
  const std::string bytes = writer.Take();
  EXPECT_EQ(absl::BytesToHexString(bytes), "000102030405060708090a0b0c0d0e0f");
  KeyReader reader(bytes);
  EXPECT_EQ(ImportContextKey::Decode(reader).id, key.id);
  EXPECT_TRUE(reader.Done());
}

TEST(QuarantineRepair, ProposesTheCorrectedLineAsAChangeSetOfItsOwn) {
  QuarantineStore store;
  ASSERT_OK_AND_ASSIGN(const auto response, store.Repair(store.Request()));
  const std::string id = response.import().change_set_id();
  EXPECT_EQ(response.line().state(), v1::QuarantinedLine::STATE_REPAIRED);
  EXPECT_EQ(response.line().repaired_by_change_set_id(), id);
  EXPECT_THAT(store.All(), SizeIs(1));
  const v1::ChangeSet change_set = store.View(id).change_set();
  EXPECT_EQ(change_set.state(), v1::ChangeSet::STATE_PROPOSED);
  EXPECT_EQ(change_set.repairs_change_set_id(), store.kept);
  EXPECT_EQ(change_set.repairs_line(), 3);
  EXPECT_EQ(change_set.file_name(), "q1.csv");
  store.AgreeTo(id);
  ASSERT_THAT(store.All(), SizeIs(2));
  EXPECT_EQ(store.All()[1].quantity().value().numerator(), 8);
  EXPECT_EQ(store.All()[1].source_line(), 3);
}

TEST(QuarantineRepair, TheLineStaysInTheListOfThoseThatAreSettled) {
  QuarantineStore store;
  ASSERT_THAT(store.Lines(false), SizeIs(1));
  EXPECT_EQ(store.Lines(false)[0].state(), v1::QuarantinedLine::STATE_OPEN);
  EXPECT_EQ(absl::StrCat(store.Lines(false)[0].header(), "\n"), kHeader);
  ASSERT_OK_AND_ASSIGN(const auto response, store.Repair(store.Request()));
  EXPECT_THAT(store.Lines(false), SizeIs(0));
  ASSERT_THAT(store.Lines(true), SizeIs(1));
  EXPECT_THAT(store.Lines(true)[0], EqualsProto(response.line()));
  EXPECT_EQ(response.line().settled_by(), "ina");
  EXPECT_EQ(FromProto(response.line().settled_time()), store.clock.Now());
  EXPECT_THAT(response.line().errors(0).reason(), HasSubstr("digits"));
}

TEST(QuarantineRepair, ALineThatIsStillBadStaysOpenAndSaysWhy) {
  QuarantineStore store;
  ASSERT_OK_AND_ASSIGN(const auto response,
                       store.Repair(store.Request(Line("PO-2", "0"))));
  ASSERT_EQ(response.import().error_count(), 1);
  EXPECT_EQ(response.import().errors(0).line(), 3);
  EXPECT_EQ(response.import().errors(0).column(), "quantity");
  EXPECT_EQ(response.line().state(), v1::QuarantinedLine::STATE_OPEN);
  EXPECT_THAT(store.Lines(false), SizeIs(1));
  EXPECT_THAT(store.ChangeSetList(), SizeIs(1));
}

TEST(QuarantineRepair, ALineThatSaysWhatIsKnownIsSettledWithoutAChangeSet) {
  QuarantineStore store;
  ASSERT_OK_AND_ASSIGN(const auto response,
                       store.Repair(store.Request(Line("PO-1", "4"))));
  EXPECT_EQ(response.line().state(), v1::QuarantinedLine::STATE_REPAIRED);
  EXPECT_EQ(response.line().repaired_by_change_set_id(), "");
  EXPECT_EQ(response.import().unchanged_count(), 1);
  EXPECT_THAT(store.ChangeSetList(), SizeIs(1));
}

TEST(QuarantineRepair, ALineIsOpenAgainOnceItsCorrectionWasRejected) {
  QuarantineStore store;
  ASSERT_OK_AND_ASSIGN(const auto first, store.Repair(store.Request()));
  EXPECT_THAT(store.Repair(store.Request()),
              StatusIs(StatusCode::kFailedPrecondition));
  v1::RejectChangeSetRequest reject;
  reject.set_change_set_id(first.import().change_set_id());
  reject.set_reason("another quantity");
  ASSERT_OK(store.change_sets.Reject(reject, store.roles.CallBy("pat")));
  ASSERT_THAT(store.Lines(false), SizeIs(1));
  EXPECT_EQ(store.Lines(false)[0].state(), v1::QuarantinedLine::STATE_OPEN);
  ASSERT_OK_AND_ASSIGN(const auto second,
                       store.Repair(store.Request(Line("PO-2", "9"))));
  EXPECT_NE(second.import().change_set_id(), first.import().change_set_id());
  EXPECT_THAT(store.Lines(false), SizeIs(0));
}

TEST(QuarantineRepair, WhatWasRejectedAsAWholeDoesNotComeBackLineByLine) {
  ContractStore store;
  v1::ImportEntitlementsRequest import;
  import.set_content(
      absl::StrCat(kHeader, Line("PO-1", "4"), Line("PO-2", "x")));
  import.set_quarantine(true);
  import.set_create_contracts(true);
  const std::string id = store.Propose(import).change_set_id();
  v1::RejectChangeSetRequest reject;
  reject.set_change_set_id(id);
  reject.set_reason("not ours");
  ASSERT_OK(store.change_sets.Reject(reject, store.roles.CallBy("pat")));
  v1::RepairQuarantinedLineRequest request;
  request.set_change_set_id(id);
  request.set_line(3);
  request.set_content(Line("PO-2", "8"));
  EXPECT_THAT(store.repair.Repair(request, store.roles.CallBy("ina")),
              StatusIs(StatusCode::kFailedPrecondition,
                       HasSubstr("rejected or withdrawn")));
}

TEST(QuarantineRepair, TakesTheFirstDigitsOfAChangeSet) {
  QuarantineStore store;
  auto request = store.Request();
  request.set_change_set_id(store.kept.substr(0, 12));
  ASSERT_OK_AND_ASSIGN(const auto response, store.Repair(request));
  EXPECT_EQ(response.line().change_set_id(), store.kept);
  EXPECT_EQ(response.line().state(), v1::QuarantinedLine::STATE_REPAIRED);
}

TEST(QuarantineRepair, DiscardsForAReason) {
  QuarantineStore store;
  auto request = store.Request("");
  request.set_discard(true);
  EXPECT_THAT(store.Repair(request), StatusIs(StatusCode::kInvalidArgument,
                                              HasSubstr("reason is empty")));
  request.set_reason("bought twice");
  ASSERT_OK_AND_ASSIGN(const auto response, store.Repair(request));
  EXPECT_EQ(response.line().state(), v1::QuarantinedLine::STATE_DISCARDED);
  EXPECT_EQ(response.line().reason(), "bought twice");
  EXPECT_THAT(store.Repair(request),
              StatusIs(StatusCode::kFailedPrecondition,
                       HasSubstr("was discarded by ina already")));
  EXPECT_THAT(store.Repair(store.Request()),
              StatusIs(StatusCode::kFailedPrecondition));
}

// A store whose file has three bad lines: 3 is repaired, 4 discarded, 5 open.
struct SettledStore : QuarantineStore {
  v1::ImportEntitlementsRequest import;

  SettledStore() {
    import.set_content(absl::StrCat(kHeader, Line("PO-1", "4"),
                                    Line("PO-2", "x"), Line("PO-3", "y"),
                                    Line("PO-4", "z")));
    import.set_file_name("monthly.csv");
    import.set_quarantine(true);
    kept = Import(import).change_set_id();
    AgreeTo(Repair(Request(Line("PO-2", "8")))->import().change_set_id());
    auto discard = Request("");
    discard.set_line(4);
    discard.set_discard(true);
    discard.set_reason("not ours");
    EXPECT_OK(Repair(discard));
  }
  // As the file is next month: one line changed, and two more places wrong.
  v1::ImportEntitlementsRequest Next() {
    v1::ImportEntitlementsRequest next = import;
    next.set_content(absl::StrReplaceAll(
        import.content(), {{Line("PO-1", "4"), Line("PO-1", "5")}}));
    return next;
  }
};

TEST(QuarantineAgain, LinesThatWereSettledStaySettledInTheNextFile) {
  SettledStore store;
  const auto next = store.Next();
  const auto response = store.Import(next);
  EXPECT_EQ(response.changed_count(), 1);
  EXPECT_EQ(response.error_count(), 3);
  EXPECT_EQ(response.quarantined_count(), 1);
  EXPECT_EQ(response.settled_before_count(), 2);
  const v1::ChangeSet change_set =
      store.View(response.change_set_id()).change_set();
  EXPECT_EQ(change_set.quarantined_count(), 1);
  EXPECT_EQ(change_set.settled_before_count(), 2);
  std::vector<std::string> open;
  for (const v1::QuarantinedLine& line : store.Lines(false)) {
    if (line.change_set_id() == response.change_set_id()) {
      open.push_back(line.content());
    }
  }
  EXPECT_THAT(open, ElementsAre(absl::StripSuffix(Line("PO-4", "z"), "\n")));
  // And a third time nothing is new.
  const auto again = store.Import(next);
  EXPECT_EQ(again.change_set_id(), "");
  EXPECT_EQ(again.quarantined_count(), 0);
  EXPECT_EQ(again.settled_before_count(), 2);
}

TEST(QuarantineAgain, AFileWhoseBadLinesAreAllSettledChangesNothing) {
  SettledStore store;
  v1::ImportEntitlementsRequest less = store.Next();
  less.set_content(
      absl::StrReplaceAll(store.import.content(), {{Line("PO-4", "z"), ""}}));
  const auto response = store.Import(less);
  EXPECT_EQ(response.change_set_id(), "");
  EXPECT_EQ(response.error_count(), 2);
  EXPECT_EQ(response.settled_before_count(), 2);
}

TEST(QuarantineAgain, WhatWasSettledElsewhereOrSaysElseIsOpened) {
  SettledStore store;
  const auto opened = [&](const v1::ImportEntitlementsRequest& request) {
    v1::ImportEntitlementsRequest dry = request;
    dry.set_dry_run(true);
    const auto response = store.Propose(dry);
    EXPECT_EQ(response.quarantined_count() + response.settled_before_count(),
              3);
    return response.quarantined_count();
  };
  EXPECT_EQ(opened(store.Next()), 1);
  auto other = store.Next();
  other.set_file_name("another.csv");
  EXPECT_EQ(opened(other), 3);
  other = store.Next();
  other.clear_file_name();
  EXPECT_EQ(opened(other), 3);
  other = store.Next();
  other.set_effective_date("2026-06-01");
  EXPECT_EQ(opened(other), 3);
  // The same bytes under other columns say something else.
  other = store.Next();
  other.set_content(absl::StrReplaceAll(
      other.content(), {{"publisher,product", "product,publisher"}}));
  EXPECT_EQ(opened(other), 3);
  other = store.Next();
  other.set_content(absl::StrReplaceAll(
      other.content(), {{Line("PO-2", "x"), Line("PO-2", "X")}}));
  EXPECT_EQ(opened(other), 2);
}

// It was opened twice where a good line of the file was changed since.
TEST(QuarantineAgain, ALineThatIsOpenIsNotOpenedAgainWithTheSameFile) {
  QuarantineStore store;
  store.Import(absl::StrCat(kHeader, Line("PO-1", "5")));
  v1::ImportEntitlementsRequest again;
  again.set_content(
      absl::StrCat(kHeader, Line("PO-1", "4"), Line("PO-2", "x")));
  again.set_file_name("q1.csv");
  again.set_quarantine(true);
  const auto response = store.Import(again);
  EXPECT_EQ(response.changed_count(), 1);
  EXPECT_EQ(response.error_count(), 1);
  EXPECT_EQ(response.quarantined_count(), 0);
  EXPECT_EQ(
      store.View(response.change_set_id()).change_set().quarantined_count(), 0);
  ASSERT_THAT(store.Lines(false), SizeIs(1));
  EXPECT_EQ(store.Lines(false)[0].change_set_id(), store.kept);
  // Read otherwise it says something else.
  again.set_effective_date("2026-06-01");
  EXPECT_EQ(store.Import(again).quarantined_count(), 1);
  EXPECT_THAT(store.Lines(false), SizeIs(2));
}

TEST(QuarantineAgain, ALineThatIsBadOnlyNowIsOpenedWithTheSameFile) {
  ContractStore store;
  store.Import(absl::StrCat(kHeader, Line("PO-9", "1")));
  v1::ImportEntitlementsRequest import;
  import.set_content(
      absl::StrCat(kHeader, Line("PO-1", "4"), Line("PO-2", "x")));
  import.set_quarantine(true);
  EXPECT_EQ(store.Import(import).quarantined_count(), 1);
  v1::ObjectChange vendor;
  vendor.set_action(v1::ObjectChange::ACTION_SET);
  vendor.mutable_object()->mutable_vendor()->set_name("Other");
  v1::ObjectChange contract;
  contract.set_action(v1::ObjectChange::ACTION_SET);
  contract.mutable_object()->mutable_contract()->set_contract_number("C-1");
  contract.mutable_object()->mutable_contract()->set_vendor("Other");
  contract.mutable_object()->mutable_contract()->set_start_date("2026-01-01");
  ASSERT_OK_AND_ASSIGN(const auto moved,
                       store.ProposeAs("ina", {vendor, contract}));
  store.AgreeTo(moved.change_set_id());
  // The line of PO-1 is under a contract with another vendor now.
  const auto again = store.Import(import);
  EXPECT_EQ(again.error_count(), 2);
  EXPECT_EQ(again.quarantined_count(), 1);
}

TEST(QuarantineAgain, ALineWhoseCorrectionWasRejectedIsOpened) {
  QuarantineStore store;
  ASSERT_OK_AND_ASSIGN(const auto repaired, store.Repair(store.Request()));
  v1::ImportEntitlementsRequest next;
  next.set_content(absl::StrCat(kHeader, Line("PO-1", "5"), Line("PO-2", "x")));
  next.set_file_name("q1.csv");
  next.set_quarantine(true);
  next.set_dry_run(true);
  EXPECT_EQ(store.Propose(next).settled_before_count(), 1);
  v1::RejectChangeSetRequest reject;
  reject.set_change_set_id(repaired.import().change_set_id());
  reject.set_reason("another quantity");
  ASSERT_OK(store.change_sets.Reject(reject, store.roles.CallBy("pat")));
  EXPECT_EQ(store.Propose(next).settled_before_count(), 0);
}

TEST(QuarantineAgain, WhatWasTidiedUpAfterARejectedImportIsOpened) {
  ContractStore store;
  v1::ImportEntitlementsRequest import;
  import.set_content(
      absl::StrCat(kHeader, Line("PO-1", "4"), Line("PO-2", "x")));
  import.set_file_name("q1.csv");
  import.set_quarantine(true);
  import.set_create_contracts(true);
  const std::string id = store.Propose(import).change_set_id();
  v1::RejectChangeSetRequest reject;
  reject.set_change_set_id(id);
  reject.set_reason("not ours");
  ASSERT_OK(store.change_sets.Reject(reject, store.roles.CallBy("pat")));
  v1::RepairQuarantinedLineRequest discard;
  discard.set_change_set_id(id);
  discard.set_line(3);
  discard.set_discard(true);
  discard.set_reason("of a rejected import");
  ASSERT_OK(store.repair.Repair(discard, store.roles.CallBy("ina")));
  EXPECT_EQ(store.Import(import).quarantined_count(), 1);
}

TEST(QuarantineRepair, ALineThatIsOutOfForceOnceItIsCorrectedIsSettled) {
  QuarantineStore store;
  EntitlementImporter importer(*store.engine, store.committer,
                               store.change_sets, store.clock, SampleMetrics(),
                               &SampleBook());
  QuarantineRepair repair(*store.engine, store.committer, store.change_sets,
                          importer);
  const std::string sample = SampleFile("servicenow-entitlement");
  v1::ImportEntitlementsRequest import;
  import.set_mapping("servicenow-entitlement");
  import.set_create_contracts(true);
  import.set_quarantine(true);
  import.set_content(absl::StrReplaceAll(sample, {{ "Retired,Sold", "Old," }}));
  ASSERT_OK_AND_ASSIGN(const auto kept,
                       importer.Import(import, store.roles.CallBy("ina")));
  ASSERT_EQ(kept.quarantined_count(), 1);
  v1::RepairQuarantinedLineRequest request;
  request.set_change_set_id(kept.change_set_id());
  request.set_line(5);
  request.set_content(sample.substr(sample.rfind("NGX-P-D")));
  ASSERT_OK_AND_ASSIGN(const auto response,
                       repair.Repair(request, store.roles.CallBy("ina")));
  EXPECT_EQ(response.line().state(), v1::QuarantinedLine::STATE_REPAIRED);
  EXPECT_EQ(response.line().repaired_by_change_set_id(), "");
  ASSERT_EQ(response.import().left_out_size(), 1);
  EXPECT_THAT(response.import().left_out(0).lines(), ElementsAre(5));
}

TEST(QuarantineRepair, AnswersARepeatedRequestAsBefore) {
  QuarantineStore store;
  auto request = store.Request();
  request.set_request_id("r1");
  ASSERT_OK_AND_ASSIGN(const auto first, store.Repair(request));
  ASSERT_OK_AND_ASSIGN(const auto again, store.Repair(request));
  EXPECT_THAT(again, EqualsProto(first));
}

TEST(QuarantineRepair, OfTwoAtOnceOneRepairs) {
  QuarantineStore store;
  std::vector<absl::StatusOr<v1::RepairQuarantinedLineResponse>> responses(
      4, absl::UnknownError("not yet"));
  std::vector<std::thread> threads;
  threads.reserve(responses.size());
  for (auto& response : responses) {
    threads.emplace_back([&] { response = store.Repair(store.Request()); });
  }
  for (std::thread& thread : threads) thread.join();
  int repaired = 0;
  for (const auto& response : responses) {
    if (response.ok()) {
      ++repaired;
    } else {
      EXPECT_THAT(response, StatusIs(StatusCode::kFailedPrecondition));
    }
  }
  EXPECT_EQ(repaired, 1);
  EXPECT_THAT(store.ChangeSetList(), SizeIs(2));
}

TEST(QuarantineRepair, RefusesRequestsThatNameNoLine) {
  QuarantineStore store;
  auto request = store.Request();
  request.set_line(2);
  EXPECT_THAT(store.Repair(request), StatusIs(StatusCode::kNotFound));
  request = store.Request(absl::StrCat(Line("PO-2", "8"), Line("PO-3", "8")));
  EXPECT_THAT(store.Repair(request),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("2 lines")));
  request = store.Request("");
  EXPECT_THAT(store.Repair(request), StatusIs(StatusCode::kInvalidArgument));
  request = store.Request();
  request.set_change_set_id("12");
  EXPECT_THAT(store.Repair(request), StatusIs(StatusCode::kInvalidArgument));
}

TEST(QuarantineRepair, ReadsTheLineWithTheMappingAndDefaultsOfItsFile) {
  QuarantineStore store;
  EntitlementImporter importer(*store.engine, store.committer,
                               store.change_sets, store.clock, SampleMetrics(),
                               &SampleBook());
  QuarantineRepair repair(*store.engine, store.committer, store.change_sets,
                          importer);
  v1::ImportEntitlementsRequest import;
  import.set_mapping("flexera-purchase-order-line");
  (*import.mutable_defaults())["metric"] = "core";
  import.set_create_contracts(true);
  import.set_quarantine(true);
  import.set_content(
      absl::StrReplaceAll(SampleFile("flexera-purchase-order-line"),
                          {{ ",5,10,",
                             ",-5,10," }}));
  ASSERT_OK_AND_ASSIGN(const auto kept,
                       importer.Import(import, store.roles.CallBy("ina")));
  ASSERT_EQ(kept.quarantined_count(), 1);
  store.AgreeTo(kept.change_set_id());
  v1::RepairQuarantinedLineRequest request;
  request.set_change_set_id(kept.change_set_id());
  request.set_line(4);
  const std::string sample = SampleFile("flexera-purchase-order-line");
  const size_t begin = sample.find("PO-2202,1");
  request.set_content(sample.substr(begin, sample.find('\n', begin) - begin));
  ASSERT_OK_AND_ASSIGN(const auto response,
                       repair.Repair(request, store.roles.CallBy("ina")));
  EXPECT_EQ(response.import().error_count(), 0);
  store.AgreeTo(response.import().change_set_id());
  bool found = false;
  for (const v1::Entitlement& line : store.All()) {
    if (line.source_line_id() != "PO-2202/1") continue;
    found = true;
    EXPECT_EQ(line.metric(), "core");
    EXPECT_EQ(line.quantity().value().numerator(), 50);
    EXPECT_EQ(line.source(), "flexera-purchase-order-line");
  }
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace rollcall::collector
