#include "collector/contracts/entitlement_import.h"

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

std::vector<v1::ChangeSet> ChangeSets(ContractStore& store) {
  const auto list = store.queries.ListChangeSets({});
  EXPECT_OK(list);
  return {list->change_sets().begin(), list->change_sets().end()};
}

TEST(EntitlementImport, StoresAFileAsOneChangeSet) {
  ContractStore store;
  v1::ImportEntitlementsRequest request;
  request.set_content(
      absl::StrCat(kHeader, Line("PO-2", "8"), Line("PO-1", "4")));
  request.set_file_name("q1.csv");
  const auto response = store.Import(request);
  EXPECT_TRUE(response.applied());
  EXPECT_EQ(response.line_count(), 2);
  EXPECT_EQ(response.added_count(), 2);
  EXPECT_EQ(response.error_count(), 0);

  const auto all = store.All();
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].purchase_order(), "PO-1");
  EXPECT_EQ(all[0].source_line(), 3);
  EXPECT_EQ(all[0].change_set_id(), response.change_set_id());
  EXPECT_EQ(FromProto(all[0].known_time()), store.clock.Now());

  const auto change_sets = ChangeSets(store);
  ASSERT_THAT(change_sets, SizeIs(1));
  EXPECT_EQ(change_sets[0].change_set_id(), response.change_set_id());
  EXPECT_EQ(change_sets[0].kind(), v1::ChangeSet::KIND_ENTITLEMENT_IMPORT);
  EXPECT_EQ(change_sets[0].state(), v1::ChangeSet::STATE_APPLIED);
  EXPECT_EQ(change_sets[0].proposed_by(), "ina");
  EXPECT_EQ(change_sets[0].applied_by(), "ina");
  EXPECT_EQ(change_sets[0].file_name(), "q1.csv");
  EXPECT_EQ(change_sets[0].file_sha256(), Sha256Hex(request.content()));
  EXPECT_EQ(change_sets[0].added_count(), 2);
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
  EXPECT_THAT(ChangeSets(store), IsEmpty());
}

TEST(EntitlementImport, KeepsBadLinesAsideWhenAskedTo) {
  ContractStore store;
  v1::ImportEntitlementsRequest request;
  request.set_content(
      absl::StrCat(kHeader, Line("PO-2", "0"), Line("PO-1", "4"), "one,two\n"));
  request.set_quarantine(true);
  const auto response = store.Import(request);
  EXPECT_TRUE(response.applied());
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
  EXPECT_THAT(ChangeSets(store), SizeIs(1));
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
  EXPECT_THAT(ChangeSets(store), SizeIs(1));
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
  EXPECT_THAT(ChangeSets(store), IsEmpty());
  request.set_dry_run(false);
  EXPECT_TRUE(store.Import(request).applied());
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
  EXPECT_THAT(store.importer.Import(request, "ina"),
              StatusIs(StatusCode::kInvalidArgument,
                       HasSubstr("used for another request")));
  // Another principal's ids are its own.
  EXPECT_OK(store.importer.Import(request, "bo"));
}

TEST(EntitlementImport, MayRetryARefusedFileUnderItsRequestId) {
  ContractStore store;
  v1::ImportEntitlementsRequest request;
  request.set_content(absl::StrCat(kHeader, Line("PO-1", "0")));
  request.set_request_id("r1");
  EXPECT_FALSE(store.Import(request).applied());
  request.set_content(absl::StrCat(kHeader, Line("PO-1", "1")));
  EXPECT_TRUE(store.Import(request).applied());
}

TEST(EntitlementImport, RefusesMalformedRequests) {
  ContractStore store;
  v1::ImportEntitlementsRequest request;
  EXPECT_THAT(
      store.importer.Import(request, "ina"),
      StatusIs(StatusCode::kInvalidArgument, HasSubstr("content is empty")));
  request.set_content(std::string((32 << 20) + 1, 'x'));
  EXPECT_THAT(store.importer.Import(request, "ina"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("at most")));
  request.set_content("x");
  request.set_file_name(std::string(257, 'x'));
  EXPECT_THAT(store.importer.Import(request, "ina"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("file_name")));
  request.clear_file_name();
  request.set_request_id(std::string(65, 'x'));
  EXPECT_THAT(store.importer.Import(request, "ina"),
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

TEST(EntitlementImport, LosesNothingWhenImportsRunAtOnce) {
  ContractStore store;
  constexpr int kThreads = 4;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&store, t] {
      for (int i = 0; i < 5; ++i) {
        v1::ImportEntitlementsRequest request;
        request.set_content(
            absl::StrCat(kHeader, Line("shared", absl::StrCat(1 + i)),
                         Line(absl::StrCat("PO-", t, "-", i), "1")));
        // Imports that keep meeting others may give up and be called again.
        while (
            absl::IsAborted(store.importer.Import(request, "ina").status())) {
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(store.All(), SizeIs(kThreads * 5 + 1));
  int added = 0;
  for (const auto& change_set : ChangeSets(store)) {
    added += change_set.added_count();
  }
  EXPECT_EQ(added, kThreads * 5 + 1);
}

TEST(EntitlementImport, GivesOneAnswerToEqualRequestsAtOnce) {
  ContractStore store;
  v1::ImportEntitlementsRequest request;
  request.set_content(absl::StrCat(kHeader, Line("PO-1", "4")));
  request.set_request_id("r1");
  std::vector<v1::ImportEntitlementsResponse> responses(4);
  std::vector<std::thread> threads;
  threads.reserve(responses.size());
  for (auto& response : responses) {
    threads.emplace_back([&] { response = store.Import(request); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& response : responses) {
    EXPECT_THAT(response, EqualsProto(responses[0]));
    EXPECT_TRUE(response.applied());
  }
  EXPECT_THAT(ChangeSets(store), SizeIs(1));
}

}  // namespace
}  // namespace rollcall::collector
