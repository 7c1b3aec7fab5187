#include "collector/presence/undiscovered_queries.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "collector/inventory/subject_update.h"
#include "collector/presence/availability.h"
#include "collector/registers/register_import.h"
#include "collector/storage/rocksdb_engine.h"
#include "common/rows.h"
#include "gmock/gmock.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_device_directory.h"
#include "tests/support/fake_random.h"
#include "tests/support/fake_roles.h"
#include "tests/support/status_matchers.h"
#include "tests/support/subject_report.h"
#include "tests/support/test_ledger.h"

namespace rollcall::collector {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::StatusIs;

class UndiscoveredQueriesTest : public ::testing::Test {
 protected:
  // Adds a device whose agent reports once, now.
  void Report(const std::string& serial, const std::string& hostname) {
    const SubjectId subject = SubjectId::Generate(random_);
    directory_.Add(DeviceId::Generate(random_), subject, clock_.Now());
    v1::Row identity;
    identity.mutable_system_identity()->set_serial_number(serial);
    v1::Row instance;
    instance.mutable_os_instance()->set_hostname(hostname);
    Report(subject, {identity, instance});
    last_seen_.Note(subject, clock_.Now(), std::nullopt);
  }

  void Report(SubjectId subject, const std::vector<v1::Row>& rows) {
    ASSERT_OK(testing::Store(committer_, *engine_, shared_.content,
                             testing::UpdateOf(subject, rows)));
  }

  void Import(const std::string& lines) {
    v1::ImportExpectedDevicesRequest request;
    request.set_content("asset_tag,serial,hostname,status\n" + lines);
    ASSERT_OK(importer_.Import(request, roles_.CallBy("ina")));
  }

  // The collector is there for so many days.
  void Serve(int days) {
    AvailabilityRecorder recorder(committer_, clock_);
    for (int minutes = 0; minutes <= days * 24 * 60; minutes += 2) {
      ASSERT_OK(recorder.Heartbeat());
      clock_.Advance(absl::Minutes(2));
    }
  }

  v1::ListUndiscoveredResponse List(
      const v1::ListUndiscoveredRequest& request = {}) {
    auto response = queries_.ListUndiscovered(request);
    EXPECT_OK(response);
    return response.ok() ? *std::move(response)
                         : v1::ListUndiscoveredResponse();
  }

  static std::vector<std::string> Rows(
      const v1::ListUndiscoveredResponse& response) {
    std::vector<std::string> rows;
    for (const auto& device : response.devices()) {
      rows.push_back(absl::StrCat(device.reason_code(), " ",
                                  device.expected().asset_tag(),
                                  device.hostname()));
    }
    return rows;
  }

  testing::FakeClock clock_;
  testing::FakeRandom random_;
  std::unique_ptr<Engine> engine_ =
      *OpenRocksDb({.path = "/store", .in_memory = true});
  HybridClock stamps_{clock_};
  Committer committer_{*engine_, stamps_};
  testing::SharedContent shared_{*engine_};
  const testing::TestLedger ledger_{*engine_, committer_};
  testing::FakeRoles roles_;
  ChangeSets change_sets_{
      {*engine_, committer_, ledger_.writer(), random_, roles_}, {}};
  RegisterImporter importer_{*engine_, committer_, change_sets_};
  testing::FakeDeviceDirectory directory_;
  LastSeenTracker last_seen_;
  UndiscoveredQueries queries_{
      {*engine_, shared_.content, directory_, last_seen_}, clock_};
};

TEST_F(UndiscoveredQueriesTest, ComparesTheRegisterWithWhatAgentsReported) {
  Import("A-1,S10001,,\nA-2,S10002,,\nA-3,,pc-3,\n");
  Report("S10001", "pc-1");
  Report("S10009", "pc-9");
  const auto response = List();
  EXPECT_THAT(Rows(response),
              ElementsAre("NO_FIELD_MATCHES A-2", "NO_FIELD_MATCHES A-3pc-3",
                          "NO_LINE_MATCHES pc-9"));
  EXPECT_EQ(response.total_count(), 3);
  EXPECT_EQ(response.matched_count(), 1);
  EXPECT_EQ(response.expected_count(), 3);
  EXPECT_EQ(response.discovered_count(), 2);
}

TEST_F(UndiscoveredQueriesTest, CountsSilenceInDaysOfService) {
  Import("A-1,S10001,,\n");
  Report("S10001", "pc-1");
  v1::ListUndiscoveredRequest request;
  request.set_stale_days(2);
  Serve(1);
  EXPECT_THAT(Rows(List(request)), IsEmpty());
  Serve(2);
  EXPECT_THAT(Rows(List(request)), ElementsAre("SILENT_TOO_LONG A-1pc-1"));
}

TEST_F(UndiscoveredQueriesTest, AnOutageListsNobodyAsSilent) {
  Import("A-1,S10001,,\n");
  Report("S10001", "pc-1");
  Serve(1);
  clock_.Advance(absl::Hours(24 * 365));
  Serve(0);
  v1::ListUndiscoveredRequest request;
  request.set_stale_days(2);
  EXPECT_THAT(Rows(List(request)), IsEmpty());
}

TEST_F(UndiscoveredQueriesTest, KeepsTheStatesAskedFor) {
  Import("A-2,S10002,,\n");
  Report("S10009", "pc-9");
  v1::ListUndiscoveredRequest request;
  request.add_states(v1::UndiscoveredDevice::STATE_NOT_OWNED);
  const auto response = List(request);
  EXPECT_THAT(Rows(response), ElementsAre("NO_LINE_MATCHES pc-9"));
  EXPECT_EQ(response.total_count(), 1);
}

TEST_F(UndiscoveredQueriesTest, PagesWithoutGapOrRepetition) {
  std::string lines;
  std::vector<std::string> expected;
  for (int i = 10; i < 35; ++i) {
    absl::StrAppend(&lines, "A-", i, ",S100", i, ",,\n");
    expected.push_back(absl::StrCat("NO_FIELD_MATCHES A-", i));
  }
  Import(lines);
  v1::ListUndiscoveredRequest request;
  request.set_page_size(10);
  std::vector<std::string> rows;
  for (int page = 0; page < 3; ++page) {
    const auto response = List(request);
    EXPECT_EQ(response.total_count(), 25);
    for (const std::string& row : Rows(response)) rows.push_back(row);
    request.set_page_token(response.next_page_token());
    EXPECT_EQ(response.next_page_token().empty(), page == 2);
  }
  EXPECT_EQ(rows, expected);
}

TEST_F(UndiscoveredQueriesTest, MeasuresSilenceOfAllPagesAtOneMoment) {
  Import("A-1,S10001,,\nA-2,S10002,,\n");
  Report("S10001", "pc-1");
  Report("S10002", "pc-2");
  Report("S10003", "pc-3");
  Report("S10004", "pc-4");
  v1::ListUndiscoveredRequest request;
  request.set_stale_days(1);
  request.set_page_size(1);
  const auto first = List(request);
  EXPECT_EQ(first.total_count(), 2);
  Serve(3);
  request.set_page_token(first.next_page_token());
  const auto second = List(request);
  EXPECT_EQ(second.total_count(), 2);
  EXPECT_THAT(second.devices(), SizeIs(1));
}

TEST_F(UndiscoveredQueriesTest, AllPagesShowWhatTheFirstKnew) {
  clock_.Advance(absl::Nanoseconds(7));
  Import("A-1,S10001,,\nA-2,S10002,,\nA-3,S10003,,\n");
  v1::ListUndiscoveredRequest request;
  request.set_page_size(1);
  const auto first = List(request);
  Import("A-9,S10009,,\n");
  EXPECT_EQ(List().total_count(), 1);
  request.set_page_token(first.next_page_token());
  const auto second = List(request);
  EXPECT_THAT(Rows(second), ElementsAre("NO_FIELD_MATCHES A-2"));
  EXPECT_EQ(second.total_count(), 3);
}

TEST_F(UndiscoveredQueriesTest, APageThatIsNoLongerHeldIsMadeAnew) {
  Import("A-1,S10001,,\nA-2,S10002,,\nA-3,S10003,,\n");
  v1::ListUndiscoveredRequest request;
  request.set_page_size(1);
  const auto first = List(request);
  v1::ListUndiscoveredRequest other = request;
  other.set_stale_days(7);
  List(other);
  request.set_page_token(first.next_page_token());
  EXPECT_THAT(Rows(List(request)), ElementsAre("NO_FIELD_MATCHES A-2"));
}

TEST_F(UndiscoveredQueriesTest, RefusesMalformedRequests) {
  v1::ListUndiscoveredRequest request;
  request.set_stale_days(-1);
  EXPECT_THAT(queries_.ListUndiscovered(request),
              StatusIs(StatusCode::kInvalidArgument));
  request.set_stale_days(3'651);
  EXPECT_THAT(queries_.ListUndiscovered(request),
              StatusIs(StatusCode::kInvalidArgument));
  request.set_stale_days(0);
  request.add_states(v1::UndiscoveredDevice::STATE_UNSPECIFIED);
  EXPECT_THAT(queries_.ListUndiscovered(request),
              StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace rollcall::collector
