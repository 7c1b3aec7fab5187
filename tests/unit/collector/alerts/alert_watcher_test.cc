#include "collector/alerts/alert_watcher.h"

#include <memory>
#include <random>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"

namespace rollcall::collector {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

v1::Alert Named(const std::string& id, const std::string& action = "do it",
                bool acknowledged = false, int days_left = 7) {
  v1::Alert alert;
  alert.set_alert_id(id);
  alert.set_action(action);
  alert.set_days_left(days_left);
  if (acknowledged) {
    alert.mutable_acknowledgement()->set_until_date("2026-12-31");
  }
  return alert;
}

using AlertList = std::vector<v1::Alert>;

class AlertWatcherTest : public ::testing::Test {
 protected:
  void Update(AlertList alerts) {
    watcher_->Update(std::make_shared<const AlertList>(std::move(alerts)));
  }
  void IncludeAcknowledged() {
    AlertChoice choice;
    choice.include_acknowledged = true;
    watcher_ = std::make_unique<AlertWatcher>(choice);
  }

  // "CHANGE id", of at most so many.
  std::vector<std::string> Told(int most = 1'000) {
    std::vector<std::string> told;
    while (most-- > 0) {
      const auto next = watcher_->Next();
      if (!next.has_value()) break;
      told.push_back(absl::StrCat(
          v1::WatchAlertsResponse::Change_Name(next->change()).substr(7), " ",
          next->alert().alert_id()));
    }
    return told;
  }

  std::unique_ptr<AlertWatcher> watcher_ =
      std::make_unique<AlertWatcher>(AlertChoice());
};

TEST_F(AlertWatcherTest, TellsWhatIsThereThenThatThisIsAll) {
  Update({Named("a"), Named("b", "do it", /*acknowledged=*/true)});
  EXPECT_THAT(Told(), ElementsAre("CURRENT a", "INITIAL_END "));
  EXPECT_THAT(Told(), IsEmpty());
}

TEST_F(AlertWatcherTest, TellsWhatIsNewChangedAndGone) {
  Update({Named("a"), Named("b")});
  Told();
  Update({Named("b", "do more"), Named("c")});
  EXPECT_THAT(Told(), ElementsAre("CHANGED b", "NEW c", "GONE a"));
}

TEST_F(AlertWatcherTest, ThatADayPassedIsNoChange) {
  Update({Named("a", "do it", false, 7)});
  Told();
  Update({Named("a", "do it", false, 6)});
  EXPECT_THAT(Told(), IsEmpty());
}

TEST_F(AlertWatcherTest, AnAcknowledgementIsToldOnceAndItsEndIsNew) {
  Update({Named("a")});
  Told();
  Update({Named("a", "do it", true)});
  EXPECT_THAT(Told(), ElementsAre("ACKNOWLEDGED a"));
  Update({Named("a", "changed meanwhile", true)});
  EXPECT_THAT(Told(), IsEmpty());
  Update({Named("a")});
  EXPECT_THAT(Told(), ElementsAre("NEW a"));
}

TEST_F(AlertWatcherTest, WhatIsAcknowledgedStaysWhereItIsAskedFor) {
  IncludeAcknowledged();
  Update({Named("a", "do it", true)});
  EXPECT_THAT(Told(), ElementsAre("CURRENT a", "INITIAL_END "));
  Update({Named("a")});
  EXPECT_THAT(Told(), ElementsAre("CHANGED a"));
  Update({Named("a", "do it", true)});
  EXPECT_THAT(Told(), ElementsAre("ACKNOWLEDGED a"));
  Update({});
  EXPECT_THAT(Told(), ElementsAre("GONE a"));
}

TEST_F(AlertWatcherTest, WhoReadsSlowlyIsToldHowThingsAreInTheEnd) {
  Update({Named("a"), Named("b"), Named("c")});
  EXPECT_THAT(Told(1), ElementsAre("CURRENT a"));
  Update({Named("b", "do more"), Named("d")});
  Update({Named("b", "do most"), Named("e")});
  EXPECT_THAT(Told(),
              ElementsAre("CURRENT b", "CURRENT e", "GONE a", "INITIAL_END "));
}

TEST_F(AlertWatcherTest, KeepsAlertsOnlyUntilAllIsTold) {
  const auto first = std::make_shared<const AlertList>(AlertList{Named("a")});
  watcher_->Update(first);
  Told(1);
  EXPECT_EQ(first.use_count(), 2);
  Told();
  EXPECT_EQ(first.use_count(), 1);
  const auto same = std::make_shared<const AlertList>(AlertList{Named("a")});
  watcher_->Update(same);
  EXPECT_EQ(same.use_count(), 1);
}

// However reading and changes interleave: whoever applies what he is told has
// in the end what there is, and what waits is never more than both together.
TEST_F(AlertWatcherTest, WhatIsToldAddsUpToWhatThereIs) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    std::mt19937 draw(seed);
    AlertWatcher watcher{AlertChoice()};
    std::map<std::string, std::string> seen;
    std::map<std::string, std::string> there;
    bool complete = false;
    const auto read = [&](int most) {
      int count = 0;
      while (count < most) {
        const auto next = watcher.Next();
        if (!next.has_value()) break;
        ++count;
        const std::string& id = next->alert().alert_id();
        switch (next->change()) {
          case v1::WatchAlertsResponse::CHANGE_INITIAL_END:
            EXPECT_FALSE(complete) << seed;
            complete = true;
            break;
          case v1::WatchAlertsResponse::CHANGE_GONE:
          case v1::WatchAlertsResponse::CHANGE_ACKNOWLEDGED:
            EXPECT_EQ(seen.erase(id), 1u) << seed;
            break;
          default:
            seen[id] = next->alert().action();
        }
      }
      return count;
    };
    for (int step = 0; step < 20; ++step) {
      AlertList alerts;
      there.clear();
      for (const char* id : {"a", "b", "c", "d"}) {
        const auto state = draw() % 4;
        if (state == 0) continue;
        const std::string action = absl::StrCat("do ", draw() % 2);
        alerts.push_back(Named(id, action, state == 1));
        if (state != 1) there[id] = action;
      }
      watcher.Update(std::make_shared<const AlertList>(std::move(alerts)));
      read(static_cast<int>(draw() % 5));
    }
    EXPECT_LE(read(100), 9) << seed;
    EXPECT_TRUE(complete);
    EXPECT_EQ(seen, there) << seed;
  }
}

}  // namespace
}  // namespace rollcall::collector
