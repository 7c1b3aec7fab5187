#include "collector/contracts/exchange/quarantine_repair.h"

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/proto_time.h"
#include "gmock/gmock.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/collector/contracts/contract_store.h"
#include "tests/unit/collector/contracts/exchange/sample_mappings.h"

namespace rollcall::collector {
namespace {

using absl::StatusCode;
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
                               store.change_sets, SampleMetrics(),
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
  request.set_content(sample.substr(sample.find("PO-2202")));
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
