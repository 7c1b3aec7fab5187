// Positions from a store with devices and contracts in it.
#include "collector/reconcile/reconciliation_queries.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/catalog/catalog.h"
#include "collector/catalog/rule_files.h"
#include "collector/contracts/quantity.h"
#include "collector/inventory/last_seen.h"
#include "collector/inventory/subject_update.h"
#include "collector/reconcile/change_preview.h"
#include "collector/reconcile/position_moves.h"
#include "collector/storage/rocksdb_engine.h"
#include "common/proto_time.h"
#include "common/rows.h"
#include "gmock/gmock.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_device_directory.h"
#include "tests/support/fake_random.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"
#include "tests/support/subject_report.h"
#include "tests/unit/collector/contracts/contract_store.h"
#include "tests/unit/collector/reconcile/line_scene.h"

namespace rollcall::collector {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::FromText;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOkAndHolds;
using ::testing::SizeIs;
using testing::StatusIs;

v1::Row Deb(absl::string_view name, absl::string_view version) {
  return FromText<v1::Row>(
      absl::StrCat("software_package { ecosystem: 'deb' name: '", name,
                   "' version: '", version, "' architecture: 'amd64' }"));
}

v1::Row Cores(int cores) {
  return FromText<v1::Row>(
      absl::StrCat("cpu_topology { sockets: 1 online_cores: ", cores,
                   " online_cpus: ", cores, " configured_cpus: ", cores, " }"));
}

const v1::Row& Seen() {
  static const auto* row = new v1::Row(FromText<v1::Row>(
      "source_status { source: 'virtualization' outcome: OUTCOME_COMPLETE }"));
  return *row;
}

v1::Row Hostname(absl::string_view name) {
  return FromText<v1::Row>(
      absl::StrCat("os_instance { hostname: '", name, "' }"));
}

class ReconciliationTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(engine_,
                         OpenRocksDb({.path = "/store", .in_memory = true}));
    ASSERT_OK_AND_ASSIGN(catalog_, Catalog::Create(BuiltinRuleFiles()));
    committer_ = std::make_unique<Committer>(*engine_, stamps_);
    shared_.emplace(*engine_);
    people_.emplace(*engine_, *committer_, random_, clock_);
    queries_ = std::make_unique<ReconciliationQueries>(
        FleetSources{*engine_, shared_->content, devices_, last_seen_},
        *catalog_, clock_);
  }

  // A device with these rows; returns its id.
  std::string AddDevice(const std::vector<v1::Row>& rows) {
    const DeviceId device = DeviceId::Generate(random_);
    const SubjectId subject = SubjectId::Generate(random_);
    devices_.Add(device, subject, clock_.Now());
    Report(subject, rows);
    return device.ToHex();
  }

  void Report(SubjectId subject, const std::vector<v1::Row>& rows) {
    EXPECT_OK(testing::Store(*committer_, *engine_, shared_->content,
                             testing::UpdateOf(subject, rows)));
  }

  // Lines "publisher,product,metric,quantity,start,end,edition".
  void Buy(const std::vector<std::string>& lines) {
    v1::ImportEntitlementsRequest request;
    std::string content =
        "publisher,product,metric,quantity,start_date,end_date,edition,"
        "contract_number,vendor,line\n";
    for (const std::string& line : lines) {
      absl::StrAppend(&content, line, ",C-1,Acme,", ++bought_, "\n");
    }
    request.set_content(content);
    const auto response = people_->Import(request);
    ASSERT_EQ(response.error_count(), 0) << response.DebugString();
  }

  // "publisher/product/metric entitled expected STATE" of all pages.
  std::vector<std::string> Positions(v1::ListPositionsRequest request = {}) {
    std::vector<std::string> all;
    do {
      const auto response = queries_->ListPositions(request);
      EXPECT_OK(response);
      if (!response.ok()) return all;
      for (const v1::Position& position : response->positions()) {
        all.push_back(absl::StrCat(
            position.publisher(), "/", position.product(), "/",
            position.metric(), " ",
            Quantity::FromProto(position.entitled())->ToString(), " ",
            position.has_consumed()
                ? Quantity::FromProto(position.consumed().expected())
                      ->ToString()
                : "-",
            " ", v1::Position::State_Name(position.state()).substr(6)));
      }
      request.set_page_token(response->next_page_token());
    } while (!request.page_token().empty());
    return all;
  }

  testing::FakeClock clock_;  // 2026-02-02
  testing::FakeRandom random_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Catalog> catalog_;
  HybridClock stamps_{clock_};
  std::unique_ptr<Committer> committer_;
  std::optional<testing::SharedContent> shared_;
  std::optional<ContractPeople> people_;
  testing::FakeDeviceDirectory devices_;
  LastSeenTracker last_seen_;
  std::unique_ptr<ReconciliationQueries> queries_;
  int bought_ = 0;
};

TEST_F(ReconciliationTest, HasNoPositionsWhereNothingIsBoughtOrUsed) {
  EXPECT_THAT(Positions(), IsEmpty());
  AddDevice({Deb("bash", "5"), Cores(4), Seen()});
  EXPECT_THAT(Positions(), IsEmpty());
}

TEST_F(ReconciliationTest, ListsWhatIsBoughtAndWhatIsUsedInOrder) {
  AddDevice({Deb("nginx", "1.22.1-9"), Deb("redis-server", "5:7.0.15-1"),
             Deb("redis-tools", "5:7.0.15-1"), Cores(4), Seen()});
  AddDevice({Deb("redis-server", "5:7.0.15-1"), Cores(8), Seen()});
  Buy({"redis,REDIS,core,16,2026-01-01,,", "Acme,Anvil,device,2,2026-01-01,,"});
  EXPECT_THAT(Positions(), ElementsAre("Acme/Anvil/device 2 - NOT_COMPUTABLE",
                                       "F5/nginx/device 0 1 NOT_LICENSED",
                                       "Redis/Redis/core 16 12 COVERED"));
  v1::ListPositionsRequest request;
  request.set_page_size(1);
  EXPECT_THAT(Positions(request), SizeIs(3));
  request.set_product("REDIS");
  EXPECT_THAT(Positions(request),
              ElementsAre("Redis/Redis/core 16 12 COVERED"));
}

TEST_F(ReconciliationTest, CountsADeviceOnceHoweverManyPackagesItHas) {
  AddDevice({Deb("openjdk-17-jre", "17-1"),
             Deb("openjdk-17-jre-headless", "17-1"),
             Deb("openjdk-17-jdk", "17-1"), Deb("openjdk-11-jre", "11-1")});
  Buy({"OpenJDK,OpenJDK,device,1,2026-01-01,,"});
  EXPECT_THAT(Positions(), ElementsAre("OpenJDK/OpenJDK/device 1 1 COVERED"));
}

TEST_F(ReconciliationTest, NeverTakesUnknownCoresForNone) {
  AddDevice({Deb("redis-server", "1-1")});
  Buy({"Redis,Redis,core,100,2026-01-01,,"});
  EXPECT_THAT(Positions(), ElementsAre("Redis/Redis/core 100 1 UNDETERMINED"));
}

TEST_F(ReconciliationTest, CountsAllUseUnderEachMetricThatWasBought) {
  AddDevice({Deb("redis-server", "1-1"), Cores(4), Seen()});
  Buy({"Redis,Redis,core,4,2026-01-01,,", "Redis,Redis,device,1,2026-01-01,,"});
  EXPECT_THAT(Positions(), ElementsAre("Redis/Redis/core 4 4 COVERED",
                                       "Redis/Redis/device 1 1 COVERED"));
}

TEST_F(ReconciliationTest, CountsContractsOfTheEffectiveDate) {
  AddDevice({Deb("redis-server", "1-1"), Cores(4), Seen()});
  Buy({"Redis,Redis,core,4,2025-01-01,2025-12-31,"});
  v1::ListPositionsRequest request;
  EXPECT_THAT(Positions(request),
              ElementsAre("Redis/Redis/core 0 4 SHORTFALL"));
  request.set_effective_date("2025-12-31");
  EXPECT_THAT(Positions(request), ElementsAre("Redis/Redis/core 4 4 COVERED"));
  ASSERT_OK_AND_ASSIGN(const auto today, queries_->ListPositions({}));
  EXPECT_EQ(today.effective_date(), "2026-02-02");
  EXPECT_EQ(FromProto(today.as_of()), clock_.Now());
}

TEST_F(ReconciliationTest, AnswersAsWasKnownThen) {
  const SubjectId subject = SubjectId::Generate(random_);
  devices_.Add(DeviceId::Generate(random_), subject, clock_.Now());
  Report(subject, {Deb("redis-server", "1-1"), Cores(4), Seen()});
  Buy({"Redis,Redis,core,4,2026-01-01,,"});
  v1::ListPositionsRequest then;
  *then.mutable_as_of() = ToProto(clock_.Now());
  clock_.Advance(absl::Hours(1));
  Report(subject, {Deb("redis-server", "1-1"), Cores(8), Seen()});
  Buy({"Redis,Redis,core,1,2026-01-01,,"});
  EXPECT_THAT(Positions(), ElementsAre("Redis/Redis/core 5 8 SHORTFALL"));
  EXPECT_THAT(Positions(then), ElementsAre("Redis/Redis/core 4 4 COVERED"));
}

TEST_F(ReconciliationTest, AllPagesAreOfOneMoment) {
  AddDevice({Deb("redis-server", "1-1"), Cores(4), Seen()});
  Buy({"Redis,Redis,core,4,2026-01-01,,", "Redis,Redis,device,1,2026-01-01,,"});
  v1::ListPositionsRequest request;
  request.set_page_size(1);
  ASSERT_OK_AND_ASSIGN(const auto first, queries_->ListPositions(request));
  clock_.Advance(absl::Hours(30));
  Buy({"Redis,Redis,device,9,2026-01-01,,"});
  request.set_page_token(first.next_page_token());
  ASSERT_OK_AND_ASSIGN(const auto second, queries_->ListPositions(request));
  EXPECT_THAT(Positions(request),
              ElementsAre("Redis/Redis/device 1 1 COVERED"));
  EXPECT_EQ(second.effective_date(), first.effective_date());
  EXPECT_EQ(FromProto(second.as_of()), FromProto(first.as_of()));
  request.set_page_token(first.next_page_token().substr(0, 24));
  EXPECT_THAT(queries_->ListPositions(request),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(ReconciliationTest, AnswersTheSameAfterTheClockWasSetBack) {
  Buy({"Redis,Redis,core,4,2026-01-01,,"});
  ASSERT_OK_AND_ASSIGN(const auto before, queries_->ListPositions({}));
  clock_.Advance(-absl::Hours(1));
  Buy({"Redis,Redis,core,1,2026-01-01,,"});
  v1::ListPositionsRequest request;
  *request.mutable_as_of() = before.as_of();
  request.set_effective_date(before.effective_date());
  ASSERT_OK_AND_ASSIGN(const auto again, queries_->ListPositions(request));
  EXPECT_THAT(again, testing::EqualsProto(before));
  EXPECT_THAT(Positions(), ElementsAre("Redis/Redis/core 5 0 COVERED"));
}

TEST_F(ReconciliationTest, APositionThatCannotBeComputedHidesNoOther) {
  AddDevice({Deb("redis-server", "1-1"), Cores(4), Seen()});
  Buy({"F5,nginx,core,9223372036854.775807,2026-01-01,,",
       "F5,nginx,core,1,2026-01-01,,", "Redis,Redis,core,4,2026-01-01,,"});
  ASSERT_OK_AND_ASSIGN(const auto list, queries_->ListPositions({}));
  ASSERT_EQ(list.positions_size(), 2);
  EXPECT_EQ(list.positions(0).state(), v1::Position::STATE_NOT_COMPUTABLE);
  EXPECT_EQ(list.positions(1).state(), v1::Position::STATE_COVERED);

  v1::ExplainPositionRequest request;
  request.set_product("nginx");
  ASSERT_OK_AND_ASSIGN(const auto why, queries_->ExplainPosition(request));
  EXPECT_THAT(why.position(), testing::EqualsProto(list.positions(0)));
  EXPECT_THAT(why.entitlements(), SizeIs(2));
}

TEST_F(ReconciliationTest, AMetricThatIsNotCountedHidesNoOther) {
  AddDevice({Deb("redis-server", "1-1"), Cores(4), Seen()});
  Buy({"Redis,Redis,core,4,2026-01-01,,", "Redis,Redis,pvu,400,2026-01-01,,"});
  ASSERT_OK_AND_ASSIGN(const auto list, queries_->ListPositions({}));
  ASSERT_EQ(list.positions_size(), 2);
  EXPECT_EQ(list.positions(0).state(), v1::Position::STATE_COVERED);
  EXPECT_EQ(list.positions(1).state(), v1::Position::STATE_NOT_COMPUTABLE);
  EXPECT_EQ(list.positions(1).entitled().value().numerator(), 400);

  v1::ExplainPositionRequest request;
  request.set_product("Redis");
  request.set_metric("pvu");
  ASSERT_OK_AND_ASSIGN(const auto why, queries_->ExplainPosition(request));
  ASSERT_EQ(why.consumptions_size(), 1);
  EXPECT_FALSE(why.consumptions(0).has_quantity());
  EXPECT_EQ(why.consumptions(0).evidence_size(), 1);
}

TEST_F(ReconciliationTest, WhatNoRuleRecognisesIsNeverCovered) {
  AddDevice({Deb("redis-server", "1-1"), Cores(4), Seen()});
  Buy({"Oracle,Oracle Database,core,8,2026-01-01,,",
       "Oracle,mysql,core,8,2026-01-01,,"});
  // A rule is for MySQL, in whatever case, and no device has it.
  EXPECT_THAT(Positions(),
              ElementsAre("Oracle/mysql/core 8 0 COVERED",
                          "Oracle/Oracle Database/core 8 - NOT_COMPUTABLE",
                          "Redis/Redis/device 0 1 NOT_LICENSED"));
  v1::ExplainPositionRequest request;
  request.set_product("Oracle Database");
  ASSERT_OK_AND_ASSIGN(const auto why, queries_->ExplainPosition(request));
  EXPECT_TRUE(why.position().unrecognised());
  EXPECT_THAT(
      why.position().notes(),
      ElementsAre(HasSubstr("no rule recognises Oracle Database of Oracle")));
  EXPECT_THAT(why.entitlements(), SizeIs(1));
}

TEST_F(ReconciliationTest, OfTheFutureItTellsWhatIsKnownNow) {
  Buy({"Redis,Redis,core,4,2026-01-01,,"});
  v1::ListPositionsRequest request;
  *request.mutable_as_of() = ToProto(clock_.Now() + absl::Hours(1'000));
  ASSERT_OK_AND_ASSIGN(const auto positions, queries_->ListPositions(request));
  EXPECT_EQ(positions.positions_size(), 1);
  EXPECT_EQ(FromProto(positions.as_of()), clock_.Now());
}

TEST_F(ReconciliationTest, ExplainsDownToLinesDevicesAndRows) {
  const std::string small = AddDevice(
      {Deb("redis-server", "5:7.0.15-1"), Cores(4), Seen(), Hostname("till")});
  const std::string blind = AddDevice({Deb("redis-server", "5:7.0.15-1")});
  Buy({"Redis,Redis,core,4,2026-01-01,,",
       "Redis,Redis,core,4,2025-01-01,2025-12-31,",
       "Redis,Redis,core,4,2026-01-01,,Stack"});
  v1::ExplainPositionRequest request;
  request.set_product("redis");
  ASSERT_OK_AND_ASSIGN(const auto response, queries_->ExplainPosition(request));
  EXPECT_EQ(response.position().device_count(), 2);
  EXPECT_EQ(response.position().undetermined_count(), 1);
  ASSERT_EQ(response.entitlements_size(), 3);
  EXPECT_TRUE(response.entitlements(0).counts());
  EXPECT_EQ(response.entitlements(1).reason(), "ended 2025-12-31");
  EXPECT_THAT(response.entitlements(2).reason(), HasSubstr("edition Stack"));

  ASSERT_EQ(response.consumptions_size(), 2);
  const bool small_first = small < blind;
  const auto& known = response.consumptions(small_first ? 0 : 1);
  EXPECT_EQ(known.device_id(), small);
  EXPECT_EQ(known.hostname(), "till");
  EXPECT_EQ(known.explanation(), "4 physical cores (1 socket)");
  ASSERT_EQ(known.evidence_size(), 1);
  EXPECT_EQ(known.evidence(0).package().name(), "redis-server");
  EXPECT_EQ(known.evidence(0).device_count(), 2);
  EXPECT_EQ(known.evidence(0).product().version(), "7.0.15");
  ASSERT_EQ(known.fact_rows_size(), 1);
  EXPECT_EQ(known.fact_rows(0).section(), "hardware.cpu");
  EXPECT_EQ(known.fact_rows(0).row_id().size(), 32u);
  EXPECT_EQ(known.fact_rows(0).row().cpu_topology().online_cores(), 4);
  const auto& unknown = response.consumptions(small_first ? 1 : 0);
  EXPECT_FALSE(unknown.has_hostname());
  EXPECT_TRUE(unknown.quantity().high().unlimited());
  EXPECT_THAT(unknown.missing_facts(), Not(IsEmpty()));
}

TEST_F(ReconciliationTest, PagesOverDevicesAndShowsLinesOnce) {
  for (int i = 0; i < 5; ++i) AddDevice({Deb("nginx", "1-1")});
  Buy({"F5,nginx,device,1,2026-01-01,,"});
  v1::ExplainPositionRequest request;
  request.set_product("nginx");
  request.set_page_size(2);
  std::vector<std::string> devices;
  std::vector<int> lines;
  do {
    ASSERT_OK_AND_ASSIGN(const auto response,
                         queries_->ExplainPosition(request));
    EXPECT_EQ(response.position().device_count(), 5);
    lines.push_back(response.entitlements_size());
    for (const auto& consumption : response.consumptions()) {
      devices.push_back(consumption.device_id());
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(lines, ElementsAre(1, 0, 0));
  EXPECT_THAT(devices, SizeIs(5));
  EXPECT_TRUE(std::is_sorted(devices.begin(), devices.end()));
}

TEST_F(ReconciliationTest, NoPageOfAnExplanationIsTooLargeForItsClient) {
  for (int i = 0; i < 3; ++i) AddDevice({Deb("nginx", "1-1")});
  Buy({"F5,nginx,device,1,2026-01-01,,"});
  constexpr int kLines = 900;
  std::vector<v1::ObjectChange> proposed(
      kLines, FromText<v1::ObjectChange>(
                  "action: ACTION_SET object { entitlement { "
                  "contract_number: 'C-1' vendor: 'Acme' publisher: 'F5' "
                  "product: 'nginx' metric: 'device' start_date: '2026-01-01' "
                  "quantity { value { numerator: 1 denominator: 1 } } } }"));
  for (int i = 0; i < kLines; ++i) {
    v1::Entitlement& line =
        *proposed[i].mutable_object()->mutable_entitlement();
    line.set_line(absl::StrCat("n", i));
    line.set_notes(std::string(4'000, 'n'));
  }
  ASSERT_OK_AND_ASSIGN(const auto change_set,
                       people_->ProposeAs("ina", proposed));
  people_->AgreeTo(change_set.change_set_id());

  v1::ExplainPositionRequest request;
  request.set_product("nginx");
  std::set<std::string> lines;
  std::vector<int> devices;
  do {
    ASSERT_OK_AND_ASSIGN(const auto page, queries_->ExplainPosition(request));
    EXPECT_LT(page.ByteSizeLong(), 4u << 20);
    for (const auto& use : page.entitlements()) {
      EXPECT_TRUE(use.counts());
      EXPECT_TRUE(lines.insert(use.entitlement().line()).second);
    }
    devices.push_back(page.consumptions_size());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(lines, SizeIs(kLines + 1));
  // They come after all lines.
  EXPECT_THAT(devices, ElementsAre(0, 3));
}

TEST_F(ReconciliationTest, ATokenOfAnExplanationThatWasCutIsRefused) {
  for (int i = 0; i < 3; ++i) AddDevice({Deb("nginx", "1-1")});
  v1::ExplainPositionRequest request;
  request.set_product("nginx");
  request.set_page_size(1);
  ASSERT_OK_AND_ASSIGN(const auto first, queries_->ExplainPosition(request));
  std::string bytes;
  ASSERT_TRUE(absl::WebSafeBase64Unescape(first.next_page_token(), &bytes));
  // The hash of the request, the moment, and not all of a number.
  request.set_page_token(
      absl::WebSafeBase64Escape(bytes.substr(0, 8 + 18 + 3)));
  EXPECT_THAT(queries_->ExplainPosition(request),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("page_token")));
}

TEST_F(ReconciliationTest, ShowsLinesOfAnotherPublisherThatDoNotCount) {
  AddDevice({Deb("mysql-community-server", "8.0.36-1")});
  Buy({"MySQL AB,MySQL,device,5,2026-01-01,,"});
  EXPECT_THAT(Positions(),
              ElementsAre("MySQL AB/MySQL/device 5 - NOT_COMPUTABLE",
                          "Oracle/MySQL/device 0 1 NOT_LICENSED"));
  v1::ExplainPositionRequest request;
  request.set_product("MySQL");
  EXPECT_THAT(queries_->ExplainPosition(request),
              StatusIs(StatusCode::kFailedPrecondition,
                       HasSubstr("publisher to one of: MySQL AB, Oracle")));
  request.set_publisher("oracle");
  ASSERT_OK_AND_ASSIGN(const auto response, queries_->ExplainPosition(request));
  ASSERT_EQ(response.entitlements_size(), 1);
  EXPECT_FALSE(response.entitlements(0).counts());
  EXPECT_EQ(response.entitlements(0).reason(),
            "is for a product of MySQL AB, not of Oracle");
}

TEST_F(ReconciliationTest,
       NamesThePublishersOfAProductThatTheOneAskedForLacks) {
  Buy({"Redis,Redis,core,4,2026-01-01,,"});
  v1::ExplainPositionRequest request;
  request.set_product("redis");
  request.set_publisher("Redis Inc");
  EXPECT_THAT(queries_->ExplainPosition(request),
              StatusIs(StatusCode::kNotFound,
                       AllOf(HasSubstr("\"redis\" of \"Redis Inc\""),
                             HasSubstr("publisher to one of: Redis"))));
  request.set_product("rediss");
  EXPECT_THAT(queries_->ExplainPosition(request),
              StatusIs(StatusCode::kNotFound,
                       "no product \"rediss\" is bought or used"));
}

TEST_F(ReconciliationTest, AsksForTheMetricWhereThereAreSeveral) {
  Buy({"Redis,Redis,core,4,2026-01-01,,", "Redis,Redis,device,1,2026-01-01,,"});
  v1::ExplainPositionRequest request;
  request.set_product("Redis");
  EXPECT_THAT(queries_->ExplainPosition(request),
              StatusIs(StatusCode::kFailedPrecondition,
                       HasSubstr("metric to one of: core, device")));
  request.set_metric("Core");
  EXPECT_OK(queries_->ExplainPosition(request));
  request.set_metric("pvu");
  EXPECT_THAT(queries_->ExplainPosition(request),
              StatusIs(StatusCode::kNotFound, HasSubstr("core, device")));
}

TEST_F(ReconciliationTest, RefusesMalformedRequests) {
  v1::ListPositionsRequest list;
  list.set_effective_date("2.2.2026");
  EXPECT_THAT(
      queries_->ListPositions(list),
      StatusIs(StatusCode::kInvalidArgument, HasSubstr("effective_date")));
  list.clear_effective_date();
  list.set_page_size(-1);
  EXPECT_THAT(queries_->ListPositions(list),
              StatusIs(StatusCode::kInvalidArgument));
  v1::ExplainPositionRequest explain;
  EXPECT_THAT(
      queries_->ExplainPosition(explain),
      StatusIs(StatusCode::kInvalidArgument, HasSubstr("product is required")));
  explain.set_product("nothing");
  EXPECT_THAT(queries_->ExplainPosition(explain),
              StatusIs(StatusCode::kNotFound, HasSubstr("nothing")));
}

TEST_F(ReconciliationTest, GivesTheSameBytesForTheSameQuestion) {
  for (int i = 0; i < 4; ++i) {
    AddDevice({Deb("nginx", absl::StrCat(i)), Deb("redis-server", "1-1"),
               Cores(2 + i), Seen()});
  }
  Buy({"Redis,Redis,core,4,2026-01-01,,", "F5,nginx,core,4,2026-01-01,,"});
  v1::ExplainPositionRequest request;
  request.set_product("nginx");
  ASSERT_OK_AND_ASSIGN(const auto first, queries_->ExplainPosition(request));
  ASSERT_OK_AND_ASSIGN(const auto second, queries_->ExplainPosition(request));
  EXPECT_EQ(first.SerializeAsString(), second.SerializeAsString());
}

class PreviewTest : public ReconciliationTest {
 protected:
  // What a change-set of these lines would move; see Buy.
  v1::PreviewChangeSetResponse Preview(const std::string& lines,
                                       const std::string& effective_date = "",
                                       const std::string& asked_date = "") {
    v1::ImportEntitlementsRequest request;
    request.set_content(
        absl::StrCat("publisher,product,metric,quantity,start_date,end_date,"
                     "organisation_unit,contract_number,vendor,line\n",
                     lines));
    request.set_create_contracts(true);
    request.set_effective_date(effective_date);
    const auto proposed = people_->Propose(request);
    EXPECT_EQ(proposed.error_count(), 0) << proposed.DebugString();
    id_ = proposed.change_set_id();
    const auto response = PreviewOf(id_, asked_date);
    EXPECT_OK(response);
    return response.value_or(v1::PreviewChangeSetResponse());
  }
  absl::StatusOr<v1::PreviewChangeSetResponse> PreviewOf(
      const std::string& id, const std::string& asked_date = "") {
    v1::PreviewChangeSetRequest preview;
    preview.set_change_set_id(id);
    preview.set_effective_date(asked_date);
    const FleetSources sources{*engine_, shared_->content, devices_,
                               last_seen_};
    return PositionPreview(sources, *catalog_, clock_).Preview(preview);
  }

  // What ina proposes, without a file.
  v1::PreviewChangeSetResponse PreviewOfChanges(
      const std::vector<const char*>& changes) {
    std::vector<v1::ObjectChange> proposed;
    for (const char* text : changes) {
      proposed.push_back(FromText<v1::ObjectChange>(text));
    }
    const auto change_set = people_->ProposeAs("ina", proposed);
    EXPECT_OK(change_set);
    if (!change_set.ok()) return {};
    const auto response = PreviewOf(change_set->change_set_id());
    EXPECT_OK(response);
    return response.value_or(v1::PreviewChangeSetResponse());
  }

  // "day product/metric units entitled before -> after, state before -> after".
  static std::vector<std::string> Moves(
      const v1::PreviewChangeSetResponse& response) {
    std::vector<std::string> all;
    for (const v1::PositionMove& move : response.moves()) {
      const auto text = [](bool is_set, const v1::Quantity& quantity) {
        return is_set ? Quantity::FromProto(quantity)->ToString() : "-";
      };
      all.push_back(absl::StrCat(
          move.effective_date(), " ", move.product(), "/", move.metric(), " [",
          absl::StrJoin(move.organisation_units(), " "), "] ",
          text(move.has_entitled_before(), move.entitled_before()), " -> ",
          text(move.has_entitled_after(), move.entitled_after()), ", ",
          move.state_before(), " -> ", move.state_after()));
    }
    return all;
  }

  std::string id_;
};

TEST_F(PreviewTest, TellsWhichPositionsMove) {
  AddDevice({Deb("redis-server", "5:7.0.15-1"), Cores(8), Seen()});
  Buy({"Redis,Redis,core,2,2026-01-01,,", "F5,nginx,device,2,2026-01-01,,"});
  const auto before = Positions();
  EXPECT_THAT(
      Moves(Preview("Redis,Redis,core,6,2026-01-01,,Sales,C-1,Acme,9\n")),
      ElementsAre(
          "2026-02-02 Redis/core [Sales] 2 -> 8, shortfall -> covered"));
  // Looking moves nothing.
  EXPECT_EQ(Positions(), before);
  people_->AgreeTo(id_);
  EXPECT_NE(Positions(), before);
}

TEST_F(PreviewTest, TellsOfOneInEffectWhatItMovedThen) {
  AddDevice({Deb("redis-server", "5:7.0.15-1"), Cores(8), Seen()});
  Buy({"Redis,Redis,core,2,2026-01-01,,"});
  const auto before = Preview("Redis,Redis,core,6,2026-01-01,,,C-1,Acme,9\n");
  const std::string id = id_;
  clock_.Advance(absl::Seconds(1));
  people_->AgreeTo(id);
  clock_.Advance(absl::Hours(48));
  Buy({"Redis,Redis,core,50,2026-01-01,,"});
  AddDevice({Deb("redis-server", "5:7.0.15-1"), Cores(64), Seen()});
  EXPECT_THAT(PreviewOf(id), IsOkAndHolds(testing::EqualsProto(before)));
}

TEST_F(PreviewTest, TellsWhatWhoeverApprovedThenWasShown) {
  AddDevice({Deb("redis-server", "5:7.0.15-1"), Cores(8), Seen()});
  Buy({"Redis,Redis,core,2,2026-01-01,,"});
  const absl::Time before = clock_.Now();
  clock_.Advance(absl::Hours(1));
  const auto shown = Preview("Redis,Redis,core,6,2026-01-01,,,C-1,Acme,9\n");
  const std::string id = id_;
  ASSERT_OK(people_->Approve(id, "pat"));
  const absl::Time approved = clock_.Now();
  clock_.Advance(absl::Hours(48));
  AddDevice({Deb("redis-server", "5:7.0.15-1"), Cores(64), Seen()});
  ASSERT_OK(people_->Approve(id, "ina"));
  v1::PreviewChangeSetRequest request;
  request.set_change_set_id(id);
  *request.mutable_as_of() = ToProto(approved);
  const FleetSources sources{*engine_, shared_->content, devices_, last_seen_};
  const PositionPreview preview(sources, *catalog_, clock_);
  EXPECT_THAT(preview.Preview(request),
              IsOkAndHolds(testing::EqualsProto(shown)));
  EXPECT_THAT(
      Moves(*PreviewOf(id)),
      ElementsAre("2026-02-04 Redis/core [] 2 -> 8, shortfall -> shortfall"));
  *request.mutable_as_of() = ToProto(before);
  EXPECT_THAT(preview.Preview(request),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("was proposed after that")));
}

TEST_F(PreviewTest, OneThatWasRejectedMovesNothing) {
  Preview("Redis,Redis,core,6,2026-01-01,,,C-1,Acme,1\n");
  v1::RejectChangeSetRequest request;
  request.set_change_set_id(id_);
  request.set_reason("no");
  ASSERT_OK(people_->change_sets.Reject(request, people_->roles.CallBy("ina")));
  EXPECT_THAT(PreviewOf(id_), StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(PreviewTest, TellsOfADayAheadWhatMovesThen) {
  Buy({"Redis,Redis,core,2,2026-01-01,,"});
  const std::string line = "Redis,Redis,core,6,2026-01-01,,,C-1,Acme,1\n";
  const auto ahead = Preview(line, "2026-07-01");
  EXPECT_THAT(ahead.effective_dates(), ElementsAre("2026-02-02", "2026-07-01"));
  EXPECT_THAT(
      Moves(ahead),
      ElementsAre("2026-07-01 Redis/core [] 2 -> 6, covered -> covered"));
  const auto asked = Preview(line, "2026-07-01", "2026-06-30");
  EXPECT_THAT(Moves(asked), IsEmpty());
  EXPECT_THAT(asked.effective_dates(), ElementsAre("2026-06-30"));
}

TEST_F(PreviewTest, TellsOfATermThatBeginsAheadOrIsPutOff) {
  Buy({"Redis,Redis,core,2,2026-01-01,2026-12-31,"});
  EXPECT_THAT(
      Moves(Preview("Redis,Redis,core,6,2027-06-01,,,C-1,Acme,9\n")),
      ElementsAre("2027-06-01 Redis/core [] 0 -> 6, covered -> covered"));
  EXPECT_THAT(
      Moves(Preview("Redis,Redis,core,2,2026-01-01,2027-12-31,,C-1,Acme,1\n")),
      ElementsAre("2027-01-01 Redis/core [] 0 -> 2, covered -> covered"));
}

TEST_F(PreviewTest, TellsOfACorrectionUnderAnAmendment) {
  Buy({"Redis,Redis,core,100,2024-01-01,,"});
  Preview("Redis,Redis,core,90,2024-01-01,,,C-1,Acme,1\n", "2026-01-01");
  people_->AgreeTo(id_);
  const auto corrected =
      Preview("Redis,Redis,core,1,2024-01-01,,,C-1,Acme,1\n", "2025-06-01");
  EXPECT_THAT(
      Moves(corrected),
      ElementsAre("2025-06-01 Redis/core [] 100 -> 1, covered -> covered"));
  EXPECT_THAT(corrected.effective_dates(),
              ElementsAre("2025-06-01", "2026-02-02"));
}

TEST_F(PreviewTest, TellsOfAllDaysOfOneChangeSet) {
  Buy({"Redis,Redis,core,2,2026-01-01,,"});
  constexpr char kSeven[] =
      "action: ACTION_SET effective_date: '2027-01-01' object { entitlement { "
      "contract_number: 'C-1' line: '1' vendor: 'Acme' publisher: 'Redis' "
      "product: 'Redis' metric: 'core' start_date: '2026-01-01' "
      "quantity { value { numerator: 7 denominator: 1 } } } }";
  constexpr char kEnd[] =
      "action: ACTION_END effective_date: '2028-01-01' object { entitlement { "
      "contract_number: 'C-1' line: '1' } }";
  const auto moves = PreviewOfChanges({kSeven, kEnd});
  EXPECT_THAT(Moves(moves),
              ElementsAre("2027-01-01 Redis/core [] 2 -> 7, covered -> covered",
                          "2028-01-01 Redis/core [] 2 -> -, covered -> "));
  EXPECT_EQ(moves.move_count(), 2);
}

// A line that was over was looked at on no day ahead.
TEST_F(PreviewTest, TellsThatAProductIsNotLicensedOnceALineThatIsOverIsNot) {
  AddDevice({Deb("redis-server", "5:7.0.15-1"), Cores(8), Seen()});
  Buy({"Redis,Redis,core,2,2020-01-01,2025-12-31,"});
  constexpr char kEnd[] =
      "action: ACTION_END effective_date: '2027-01-01' object { entitlement { "
      "contract_number: 'C-1' line: '1' } }";
  EXPECT_THAT(
      Moves(PreviewOfChanges({kEnd})),
      ElementsAre("2027-01-01 Redis/core [] 0 -> -, shortfall -> ",
                  "2027-01-01 Redis/device [] - -> 0,  -> not licensed"));
}

TEST_F(PreviewTest, SaysWhichDaysWereTooManyToCompare) {
  std::string lines;
  for (int i = 1; i <= 14; ++i) {
    absl::StrAppend(&lines, "Redis,Redis,core,1,", 2030 + i,
                    "-01-01,,,C-1,Acme,", i, "\n");
  }
  const auto preview = Preview(lines);
  EXPECT_EQ(preview.effective_dates_size(), 12);
  EXPECT_EQ(preview.left_out_date_count(), 3);
  EXPECT_THAT(preview.left_out_dates(),
              ElementsAre("2042-01-01", "2043-01-01", "2044-01-01"));
  EXPECT_THAT(Moves(*PreviewOf(id_, "2044-01-01")),
              ElementsAre("2044-01-01 Redis/core [] - -> 14,  -> covered"));
}

TEST_F(PreviewTest, WhatNoPositionLooksAtMovesNothing) {
  Buy({"Redis,Redis,core,2,2027-01-01,,"});
  const auto preview =
      Preview("Redis,Redis,core,2,2027-01-01,,Sales,C-1,Acme,1\n");
  EXPECT_THAT(Moves(preview), IsEmpty());
  EXPECT_THAT(preview.effective_dates(), ElementsAre("2026-02-02"));
}

TEST_F(PreviewTest, ALineThatBecomesOneOfAnotherProductMovesBoth) {
  Buy({"Redis,Redis,core,2,2026-01-01,,", "Redis,Redis,core,3,2026-01-01,,",
       "F5,nginx,core,1,2026-01-01,,"});
  EXPECT_THAT(
      Moves(Preview("F5,nginx,core,2,2026-01-01,,,C-1,Acme,1\n")),
      ElementsAre("2026-02-02 nginx/core [] 1 -> 3, covered -> covered",
                  "2026-02-02 Redis/core [] 5 -> 3, covered -> covered"));
}

TEST_F(PreviewTest, EachDayTellsItsShareOfManyMoves) {
  constexpr int kProducts = 6'000;
  std::vector<std::vector<LineSaying>> said;
  for (int i = 0; i < kProducts; ++i) {
    said.push_back({Set("", true, 1, "2026-01-01", "", absl::StrCat("P", i))});
  }
  const FleetSources sources{*engine_, shared_->content, devices_, last_seen_};
  Fleet fleet(sources, KnownStamp::Max());
  FleetUse use(fleet, *catalog_);
  const CivilDate days[] = {Day("2026-02-02"), Day("2027-01-01")};
  ASSERT_OK_AND_ASSIGN(
      const PositionMoves moves,
      PositionMovesOn(days, LinesOfSayings(std::move(said)), use));
  EXPECT_EQ(moves.count, 2 * kProducts);
  ASSERT_THAT(moves.told, SizeIs(kMostMoves));
  EXPECT_EQ(moves.told[kMostMoves / 2 - 1].effective_date(), "2026-02-02");
  EXPECT_EQ(moves.told[kMostMoves / 2].effective_date(), "2027-01-01");
}

TEST_F(PreviewTest, CoversNothingOfWhatNoRuleRecognises) {
  Buy({"Oracle,Oracle Database,core,8,2026-01-01,,"});
  EXPECT_THAT(
      Moves(Preview("Oracle,Oracle Database,core,6,2026-01-01,,,C-1,Acme,9\n"
                    "Acme,Anvil,core,6,2026-01-01,,,C-1,Acme,10\n")),
      ElementsAre("2026-02-02 Anvil/core [] - -> 6,  -> not computable",
                  "2026-02-02 Oracle Database/core [] 8 -> 14, not computable "
                  "-> not computable"));
}

TEST_F(PreviewTest, TellsOfAProductThatHadNoPosition) {
  EXPECT_THAT(Moves(Preview("Redis,Redis,core,6,2026-01-01,,,C-1,Acme,1\n")),
              ElementsAre("2026-02-02 Redis/core [] - -> 6,  -> covered"));
}

}  // namespace
}  // namespace rollcall::collector
