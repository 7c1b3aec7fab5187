#include "collector/rpc/call_turns.h"

#include <string>
#include <vector>

#include "tests/support/gate.h"
#include "tests/support/status_matchers.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::Gate;
using ::rollcall::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A call that runs until the gate opens.
CallTurns::Task Until(Gate gate) {
  return [gate](const absl::Status&) { gate.Await(); };
}

CallTurns::Task Opens(Gate gate) {
  return [gate](const absl::Status&) { gate.Open(); };
}

TEST(CallTurns, OneCallersManyCallsLeaveAThreadToTheOthers) {
  Executor executor({.threads = 2, .max_queue = 100});
  CallTurns turns(executor, {});
  const Gate release;
  for (int i = 0; i < 10; ++i) ASSERT_OK(turns.Post("jo", 1, Until(release)));
  const Gate served;
  ASSERT_OK(turns.Post("mia", 1, Opens(served)));
  served.Await();
  EXPECT_EQ(turns.waiting(), 9u);
  release.Open();
}

TEST(CallTurns, CallersTakeTurns) {
  std::vector<std::string> order;
  {
    Executor executor({.threads = 1, .max_queue = 100});
    CallTurns turns(executor, {});
    const Gate release;
    ASSERT_OK(turns.Post("jo", 1, Until(release)));
    const auto notes = [&order](const std::string& name) {
      return [&order, name](const absl::Status&) { order.push_back(name); };
    };
    for (const char* name : {"jo 1", "jo 2", "jo 3"}) {
      ASSERT_OK(turns.Post("jo", 1, notes(name)));
    }
    for (const char* name : {"mia 1", "mia 2"}) {
      ASSERT_OK(turns.Post("mia", 1, notes(name)));
    }
    release.Open();
  }
  EXPECT_THAT(order, ElementsAre("mia 1", "jo 1", "mia 2", "jo 2", "jo 3"));
}

TEST(CallTurns, RefusesAndCountsWhatACallerHasTooMuchOf) {
  Executor executor({.threads = 2, .max_queue = 100});
  CallTurns turns(executor, {.of_principal = 3, .bytes_of_principal = 100});
  const Gate release;
  ASSERT_OK(turns.Post("jo", 60, Until(release)));
  EXPECT_THAT(turns.Post("jo", 41, Until(release)),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       HasSubstr("jo has 1 requests of 60 bytes")));
  ASSERT_OK(turns.Post("jo", 40, Until(release)));
  ASSERT_OK(turns.Post("jo", 0, Until(release)));
  EXPECT_THAT(turns.Post("jo", 0, Until(release)),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       HasSubstr("try again once they are")));
  ASSERT_OK(turns.Post("mia", 100, Until(release)));
  EXPECT_EQ(turns.refused(), 2);
  release.Open();
}

TEST(CallTurns, RefusesWhatAllHaveTooMuchOf) {
  Executor executor({.threads = 2, .max_queue = 100});
  CallTurns turns(executor, {.in_all = 2, .bytes_in_all = 100});
  const Gate release;
  ASSERT_OK(turns.Post("jo", 60, Until(release)));
  EXPECT_THAT(turns.Post("mia", 41, Until(release)),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       HasSubstr("1 requests of 60 bytes")));
  ASSERT_OK(turns.Post("mia", 40, Until(release)));
  EXPECT_THAT(
      turns.Post("sam", 0, Until(release)),
      StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("2 requests")));
  release.Open();
}

TEST(CallTurns, WhatIsAnsweredMakesRoom) {
  Executor executor({.threads = 1, .max_queue = 100});
  CallTurns turns(executor, {.of_principal = 1, .bytes_of_principal = 10});
  for (int i = 0; i < 100; ++i) {
    const Gate served;
    absl::Status posted = turns.Post("jo", 10, Opens(served));
    // The one before is answered a moment before it leaves.
    while (absl::IsResourceExhausted(posted)) {
      posted = turns.Post("jo", 10, Opens(served));
    }
    ASSERT_OK(posted);
    served.Await();
  }
}

TEST(CallTurns, ACallThatTheExecutorDoesNotTakeIsToldWhy) {
  Executor executor({.threads = 1, .max_queue = 1});
  const Gate running;
  const Gate release;
  ASSERT_OK(executor.Post([running, release] {
    running.Open();
    release.Await();
  }));
  running.Await();
  ASSERT_OK(executor.Post([] {}));
  CallTurns turns(executor, {});
  absl::Status told;
  ASSERT_OK(
      turns.Post("jo", 1, [&told](const absl::Status& turn) { told = turn; }));
  EXPECT_THAT(told, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(turns.waiting(), 0u);
  release.Open();
}

}  // namespace
}  // namespace rollcall::collector
