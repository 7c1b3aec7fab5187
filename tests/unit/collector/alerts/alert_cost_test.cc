// How much of the store is read for alerts.
#include <functional>
#include <iostream>

#include "collector/alerts/alert_watch.h"
#include "collector/inventory/history_horizon.h"
#include "tests/support/counting_engine.h"
#include "tests/unit/collector/alerts/alert_world.h"

namespace rollcall::collector {
namespace {

using testing::FromText;
using ::testing::SizeIs;

class SilentStream final : public WritableStream {
 public:
  bool BeginNextWrite() override { return false; }
  void FinishWith(const absl::Status& status) override { EXPECT_OK(status); }
  void BreakWrite() override {}
};

// 60 contracts that end, 40 lines, 30 devices, a product that is held and one
// whose right is over.
class AlertCost : public AlertWorld {
 protected:
  void SetUp() override {
    std::vector<std::string> changes = {Vendor()};
    for (int i = 1; i <= 60; ++i) {
      changes.push_back(
          Contract(absl::StrCat("C-", i), "end_date: '2026-03-31'"));
    }
    for (int i = 1; i <= 40; ++i) {
      changes.push_back(Line(absl::StrCat(i), "end_date: '2026-01-31'"));
    }
    Agree(changes);
    Agree(
        {Audit("contract_number: 'C-1' notice_date: '2026-02-01' "
               "held_products: 'nginx'")});
    for (int i = 0; i < 30; ++i) {
      devices_of_.push_back(AddDevice(absl::StrCat("web-", i),
                                      {Deb("bash", absl::StrCat("5.", i)),
                                       Deb("nginx", absl::StrCat("1.", i))}));
    }
  }

  int64_t ReadsOf(const std::function<void()>& work) {
    counting_.Reset();
    work();
    return counting_.all();
  }
  static void Print(const std::string& what, int64_t reads) {
    std::cout << "[  entries ] " << what << ": " << reads << "\n";
  }
  v1::ListAlertsResponse Ask(const v1::ListAlertsRequest& request) {
    const auto response = asked_.ListAlerts(request);
    EXPECT_OK(response);
    return response.value_or(v1::ListAlertsResponse());
  }

  std::vector<SubjectId> devices_of_;
  SilentStream stream_;
  const std::shared_ptr<StreamLine> line_ =
      std::make_shared<StreamLine>(stream_);
  testing::CountingEngine counting_{*engine_};
  const FleetSources counted_{counting_, shared_.content, devices_, last_seen_};
  const AlertReader counted_reader_{{counted_, *catalog_}, 365};
  const AlertQueries asked_{counted_reader_, clock_};
  Acknowledgements counted_acknowledgements_{counted_reader_, committer_,
                                             clock_};
  AlertWatch watch_{counted_reader_, counted_acknowledgements_, clock_};
};

TEST_F(AlertCost, PagesAfterTheFirstReadNextToNothing) {
  v1::ListAlertsRequest request;
  request.set_page_size(20);
  v1::ListAlertsResponse page;
  const int64_t first = ReadsOf([&] { page = Ask(request); });
  Print("first page of 20", first);
  EXPECT_GT(first, 100);
  int pages = 1;
  std::vector<std::string> paged = Words(page);
  while (!page.next_page_token().empty()) {
    request.set_page_token(page.next_page_token());
    // Neither devices nor contracts that come meanwhile are of the moment.
    Report(devices_of_[0], {HostnameRow("web-0"), Deb("bash", "6")});
    Agree({Contract(absl::StrCat("D-", pages), "end_date: '2026-03-31'")});
    const int64_t later = ReadsOf([&] { page = Ask(request); });
    Print("a later page", later);
    EXPECT_LE(later, 5);
    for (const std::string& word : Words(page)) paged.push_back(word);
    ++pages;
  }
  EXPECT_GT(pages, 4);
  EXPECT_THAT(paged, SizeIs(static_cast<size_t>(page.total_count())));
  // As they would be without what is kept.
  v1::ListAlertsRequest again;
  again.set_page_size(1'000);
  *again.mutable_as_of() = page.as_of();
  EXPECT_EQ(paged, Words(List(again)));
}

TEST_F(AlertCost, WhoAsksTheSameOfTheSameMomentReadsNextToNothing) {
  EXPECT_GT(ReadsOf([&] { Ask({}); }), 100);
  EXPECT_LE(ReadsOf([&] { Ask({}); }), 5);
  // Once something was stored it is another moment.
  Report(devices_of_[0], {HostnameRow("web-0"), Deb("bash", "6")});
  v1::ListAlertsResponse response;
  EXPECT_GT(ReadsOf([&] { response = Ask({}); }), 100);
  EXPECT_EQ(response.as_of().seconds(), List().as_of().seconds());
  EXPECT_THAT(Words(response), ::testing::ElementsAreArray(Words(List())));
}

TEST_F(AlertCost, WhatCanNoLongerBeToldIsNotKept) {
  v1::ListAlertsRequest holds;
  holds.mutable_filter()->add_kinds(v1::Alert::KIND_AUDIT_HOLD);
  const v1::ListAlertsResponse before = Ask(holds);
  ASSERT_THAT(before.alerts(), SizeIs(1));
  EXPECT_THAT(before.alerts(0).caveat(),
              ::testing::Not(::testing::HasSubstr("is not kept")));
  Batch batch;
  batch.Put(TableId::kMeta, std::string(kHistoryHorizonKey),
            absl::StrCat(stamps_.Next().raw()));
  ASSERT_OK(engine_->Write(batch, Durability::kSynced));
  const v1::ListAlertsResponse after = Ask(holds);
  ASSERT_THAT(after.alerts(), SizeIs(1));
  EXPECT_THAT(after.alerts(0).caveat(), ::testing::HasSubstr("is not kept"));
}

TEST_F(AlertCost, ManyWhoWatchAreToldOfOneLook) {
  const auto look = [&](int watchers) {
    std::vector<std::unique_ptr<AlertWatch::Source>> sources;
    for (int i = 0; i < watchers; ++i) {
      v1::WatchAlertsRequest request;
      request.mutable_filter()->set_horizon_days(90 + i);
      auto source = watch_.Open(request, line_);
      EXPECT_OK(source);
      if (source.ok()) sources.push_back(*std::move(source));
    }
    clock_.Advance(absl::Hours(24));
    return ReadsOf([&] { EXPECT_OK(watch_.Poll()); });
  };
  const int64_t one = look(1);
  const int64_t ten = look(10);
  Print("a look for one who watches", one);
  Print("a look for ten with ten filters", ten);
  EXPECT_LE(ten, one + 10 * 5);
}

TEST_F(AlertCost, DevicesAreNotReadForAnAlertThatDoesNotTellOfThem) {
  std::string id;
  const v1::ListAlertsResponse listed = List();
  for (const v1::Alert& alert : listed.alerts()) {
    if (alert.kind() == v1::Alert::KIND_RENEWAL) id = alert.alert_id();
  }
  v1::AcknowledgeAlertRequest request;
  request.set_alert_id(id);
  request.set_until_date("2026-02-10");
  const auto devices = [&] {
    return counting_.of(TableId::kHistory) + counting_.of(TableId::kSubject);
  };
  counting_.Reset();
  ASSERT_OK(counted_acknowledgements_.Acknowledge(request, "ina"));
  EXPECT_EQ(devices(), 0);
  counting_.Reset();
  Ask(FromText<v1::ListAlertsRequest>("filter { vendor: 'Bell' }"));
  EXPECT_EQ(devices(), 0);
  counting_.Reset();
  Ask({});
  EXPECT_GT(devices(), 0);
}

}  // namespace
}  // namespace rollcall::collector
