#include "collector/alerts/alert_watch.h"

#include "tests/unit/collector/alerts/alert_world.h"

namespace rollcall::collector {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using testing::FromText;
using ::testing::IsEmpty;
using testing::StatusIs;

// Counts how often there was said to be more.
class NoStream final : public WritableStream {
 public:
  bool BeginNextWrite() override {
    ++asked;
    return false;
  }
  void FinishWith(const absl::Status& status) override { finished = status; }
  void BreakWrite() override {}

  int asked = 0;
  absl::Status finished;
};

class AlertWatchTest : public AlertWorld {
 protected:
  void SetUp() override {
    Agree({Vendor(), Contract("C-1", "end_date: '2026-04-15'")});
    line_->Open();
  }
  ~AlertWatchTest() override { line_->Detach(); }

  std::unique_ptr<AlertWatch::Source> Open(const std::string& request = "") {
    auto source = watch_.Open(FromText<v1::WatchAlertsRequest>(request), line_);
    EXPECT_OK(source);
    return source.ok() ? *std::move(source) : nullptr;
  }
  static std::vector<std::string> Told(AlertWatch::Source& source) {
    std::vector<std::string> told;
    while (const auto next = source.Next()) {
      told.push_back(absl::StrCat(
          v1::WatchAlertsResponse::Change_Name(next->change()).substr(7), " ",
          absl::StrJoin(next->alert().subject().parts(), "/")));
    }
    return told;
  }

  AlertWatch watch_{reader_, acknowledgements_, clock_};
  NoStream stream_;
  const std::shared_ptr<StreamLine> line_ =
      std::make_shared<StreamLine>(stream_);
};

TEST_F(AlertWatchTest, TellsWhatTakesEffect) {
  const auto source = Open();
  EXPECT_THAT(Told(*source), ElementsAre("CURRENT C-1", "INITIAL_END "));
  const int asked = stream_.asked;
  ASSERT_OK(watch_.Poll());
  EXPECT_EQ(stream_.asked, asked);
  Agree({Contract("C-2", "end_date: '2026-04-16'")});
  ASSERT_OK(watch_.Poll());
  EXPECT_EQ(stream_.asked, asked + 1);
  EXPECT_THAT(Told(*source), ElementsAre("NEW C-2"));
  // What is held, and that its contract states no audit clause.
  Agree(
      {Audit("contract_number: 'C-1' notice_date: '2026-02-02' "
             "held_products: 'nginx'")});
  ASSERT_OK(watch_.Poll());
  EXPECT_THAT(Told(*source), ElementsAre("NEW Acme/A-1", "NEW Acme/A-1"));
}

TEST_F(AlertWatchTest, TellsThatADayBegan) {
  Agree({Contract("C-2", "end_date: '2026-05-04'")});
  const auto source = Open();
  EXPECT_THAT(Told(*source), ElementsAre("CURRENT C-1", "INITIAL_END "));
  clock_.Advance(absl::Hours(24));
  ASSERT_OK(watch_.Poll());
  EXPECT_THAT(Told(*source), ElementsAre("NEW C-2"));
}

TEST_F(AlertWatchTest, TellsOfAcknowledgementsAndTheirEnd) {
  const auto source = Open();
  Told(*source);
  const std::string id = List().alerts(0).alert_id();
  ASSERT_OK(Acknowledge(id, "2026-02-03"));
  ASSERT_OK(watch_.Poll());
  EXPECT_THAT(Told(*source), ElementsAre("ACKNOWLEDGED C-1"));
  ASSERT_OK(Revoke(id));
  ASSERT_OK(watch_.Poll());
  EXPECT_THAT(Told(*source), ElementsAre("NEW C-1"));
  ASSERT_OK(Acknowledge(id, "2026-02-03"));
  ASSERT_OK(watch_.Poll());
  Told(*source);
  clock_.Advance(absl::Hours(48));
  ASSERT_OK(watch_.Poll());
  EXPECT_THAT(Told(*source), ElementsAre("NEW C-1"));
}

TEST_F(AlertWatchTest, EachIsToldWhatHeAskedFor) {
  const auto notices = Open("filter { kinds: KIND_NOTICE }");
  const auto all = Open();
  EXPECT_THAT(Told(*notices), ElementsAre("INITIAL_END "));
  Told(*all);
  Agree({Contract("C-2",
                  "end_date: '2026-04-16' clauses { renewal { "
                  "notice_days: 10 } }")});
  ASSERT_OK(watch_.Poll());
  EXPECT_THAT(Told(*notices), ElementsAre("NEW C-2"));
  EXPECT_THAT(Told(*all), ElementsAre("NEW C-2", "NEW C-2"));
}

TEST_F(AlertWatchTest, WhoHasGoneIsForgotten) {
  auto source = Open();
  const int asked = stream_.asked;
  source.reset();
  Agree({Contract("C-2", "end_date: '2026-04-16'")});
  ASSERT_OK(watch_.Poll());
  EXPECT_EQ(stream_.asked, asked);
}

TEST_F(AlertWatchTest, WhoCannotBeToldIsTurnedAwayWithTheReason) {
  const auto source = Open();
  Batch batch;
  batch.Put(TableId::kAlertAcknowledgement, "damaged", "");
  ASSERT_OK(engine_->Write(batch, Durability::kSynced));
  clock_.Advance(absl::Hours(24));
  EXPECT_OK(watch_.Poll());
  EXPECT_THAT(stream_.finished, StatusIs(StatusCode::kDataLoss));
}

TEST_F(AlertWatchTest, RefusesAFilterThatMayNotBe) {
  EXPECT_THAT(watch_.Open(FromText<v1::WatchAlertsRequest>(
                              "filter { horizon_days: -1 }"),
                          line_),
              StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace rollcall::collector
