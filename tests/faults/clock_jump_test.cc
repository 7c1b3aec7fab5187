// The collector's clock jumps, by hours and by years, back and forth: what was
// known when is told right all the same, nobody is taken for a copy of itself,
// and certificates are judged by the clock as it is.
//
// ROLLCALL_CLOCK_JUMPS sets how often.
#include <deque>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/uplink/grpc_stream.h"
#include "tests/faults/fault_options.h"
#include "tests/faults/local_collector.h"
#include "tests/support/fake_random.h"
#include "tests/support/memory_store.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/agent/uplink/facts_builder.h"

namespace rollcall::testing {
namespace {

using collector::KnownStamp;

constexpr absl::Duration kTenYears = absl::Hours(24 * 3'652);
constexpr absl::Duration kForEver = absl::Hours(24 * 365 * 30);
constexpr int kAgents = 4;
// One change of so many comes on a stream of its own.
constexpr uint64_t kNewStreamOneOf = 3;

// Civil time that goes where a test says; the other goes on as it does.
class JumpingClock final : public Clock {
 public:
  absl::Time Now() const override {
    MutexLock lock(&mutex_);
    return real_.Now() + ahead_;
  }
  absl::Duration Monotonic() const override { return real_.Monotonic(); }

  // So far ahead of the machine's own from now on; negative: behind.
  void SetAhead(absl::Duration by) {
    MutexLock lock(&mutex_);
    ahead_ = by;
  }

 private:
  const SystemClock real_{};
  mutable Mutex mutex_;
  absl::Duration ahead_ ABSL_GUARDED_BY(mutex_);
};

// One that says what its test tells it to.
class SteppedAgent {
 public:
  SteppedAgent(std::string name, const TlsCredentials& credentials)
      : name_(std::move(name)), credentials_(credentials) {}

  // One more package than before, on the stream that is open if there is one.
  absl::Status Upgrade(int port) {
    packages_.push_back(absl::StrCat(name_, "-", packages_.size()));
    const agent::Facts facts = FactsWith(packages_, name_, name_);
    root_ = facts.subject_root;
    if (conversation_.has_value()) return conversation_->CheckIn(facts, {});
    agent::UplinkOptions options;
    options.collector = absl::StrCat("127.0.0.1:", port);
    options.credentials = credentials_;
    uplink_ = agent::Uplink::Create(options);
    stream_ = uplink_->Open();
    conversation_.emplace(*stream_);
    const absl::Status begun =
        conversation_->Begin(facts, incarnation_, nonce_);
    // None is given to one who was refused.
    if (!conversation_->next_nonce().empty()) {
      nonce_ = conversation_->next_nonce();
    }
    incarnation_ = conversation_->store_incarnation();
    return begun;
  }

  void HangUp() {
    conversation_.reset();
    stream_.reset();
    uplink_.reset();
  }

  AgentId id() const { return AgentIdOf(credentials_); }
  // Of what it said last; nothing if that is nothing.
  std::optional<RootId> root() const { return root_; }

 private:
  const std::string name_;
  const TlsCredentials credentials_;
  std::vector<std::string> packages_;
  std::optional<RootId> root_;
  std::string nonce_;
  int64_t incarnation_ = 0;
  std::unique_ptr<agent::Uplink> uplink_;
  std::unique_ptr<agent::MessageStream> stream_;
  std::optional<agent::Conversation> conversation_;
};

class ClockJumpTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_NO_FATAL_FAILURE(StartCollector()); }

  void StartCollector() {
    collector_.emplace(engine_, clock_);
    ASSERT_OK(collector_->Start(pki_));
  }

  // Anywhere from ten years back to ten years ahead; mostly by hours.
  void Jump() {
    const auto draw = static_cast<int64_t>(random_.Next64() % 2'001) - 1'000;
    const absl::Duration most =
        random_.Next64() % 3 == 0 ? kTenYears : absl::Hours(10);
    clock_.SetAhead(most * draw / 1'000);
  }

  JumpingClock clock_;
  FakeRandom random_{FaultSeed()};
  const TestPki pki_;
  collector::Engine& engine_ = EmptyStore();
  std::optional<LocalCollector> collector_;
};

class ClockJumpHistoryTest : public ClockJumpTest {
 protected:
  ClockJumpHistoryTest() {
    for (int i = 0; i < kAgents; ++i) {
      agents_.emplace_back(absl::StrCat("host-", i), pki_.Agent(kForEver));
    }
  }
  void TearDown() override { HangUp(); }

  void HangUp() {
    for (SteppedAgent& agent : agents_) agent.HangUp();
  }

  // A jump, then a change of one of them, then a note of what all hold.
  void Step() {
    Jump();
    SteppedAgent& agent = agents_[random_.Next64() % agents_.size()];
    if (random_.Next64() % kNewStreamOneOf == 0) agent.HangUp();
    ASSERT_OK(agent.Upgrade(collector_->port()));
    Moment moment = {collector_->Mark(), {}};
    for (const SteppedAgent& one : agents_) moment.roots.push_back(one.root());
    if (!moments_.empty()) {
      ASSERT_GT(moment.stamp, moments_.back().stamp);
    }
    moments_.push_back(std::move(moment));
  }

  // A collector that starts anew knows no better than its store.
  void Restart() {
    HangUp();
    collector_.reset();
    // It was never stored, so it may be given again.
    moments_.pop_back();
    Jump();
    ASSERT_NO_FATAL_FAILURE(StartCollector());
  }

  void ExpectHistoryIsRight() const {
    for (size_t i = 0; i < moments_.size(); ++i) {
      for (size_t agent = 0; agent < agents_.size(); ++agent) {
        EXPECT_THAT(collector_->RootOf(agents_[agent].id(), moments_[i].stamp),
                    IsOkAndHolds(moments_[i].roots[agent]))
            << "agent " << agent << " at moment " << i;
      }
    }
  }

 private:
  struct Moment {
    KnownStamp stamp;
    // In the order of the agents.
    std::vector<std::optional<RootId>> roots;
  };

  std::deque<SteppedAgent> agents_;
  std::vector<Moment> moments_;
};

TEST_F(ClockJumpHistoryTest, WhatWasHeldWhenIsToldRight) {
  const int64_t jumps = FaultOption("ROLLCALL_CLOCK_JUMPS", 60);
  for (int64_t jump = 0; jump < jumps; ++jump) {
    SCOPED_TRACE(jump);
    ASSERT_NO_FATAL_FAILURE(Step());
    if (jump % 20 == 19) {
      ASSERT_NO_FATAL_FAILURE(Restart());
    }
  }
  HangUp();
  ExpectHistoryIsRight();
  std::cout << jumps
            << " jumps of the clock: what was held when is told right\n";
}

TEST_F(ClockJumpTest, ACertificateEndsByTheClockAsItIs) {
  SteppedAgent agent("host", pki_.Agent(absl::Hours(1)));
  ASSERT_OK(agent.Upgrade(collector_->port()));
  clock_.SetAhead(kTenYears);
  EXPECT_THAT(agent.Upgrade(collector_->port()),
              StatusIs(absl::StatusCode::kUnauthenticated,
                       ::testing::HasSubstr("expired")));
  agent.HangUp();
  EXPECT_THAT(agent.Upgrade(collector_->port()),
              StatusIs(absl::StatusCode::kUnauthenticated));
  agent.HangUp();
  // Set right again, the clock has done no lasting harm.
  clock_.SetAhead(absl::ZeroDuration());
  EXPECT_OK(agent.Upgrade(collector_->port()));
  clock_.SetAhead(-kTenYears);
  EXPECT_OK(agent.Upgrade(collector_->port()));
  agent.HangUp();
  EXPECT_THAT(collector_->RootOf(agent.id()), IsOkAndHolds(agent.root()));
}

TEST_F(ClockJumpTest, AStreamIsNotLateSinceTheClockWentAhead) {
  SteppedAgent agent("host", pki_.Agent(kForEver));
  ASSERT_OK(agent.Upgrade(collector_->port()));
  clock_.SetAhead(kTenYears);
  EXPECT_EQ(collector_->EndLate(), 0);
  EXPECT_OK(agent.Upgrade(collector_->port()));
}

}  // namespace
}  // namespace rollcall::testing
