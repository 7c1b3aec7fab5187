// The agent's life over days, in memory: a machine that changes, a collector
// that comes and goes, and a clock that moves when the agent waits.
#include "agent/app/agent_loop.h"

#include <deque>
#include <functional>
#include <thread>

#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/agent/uplink/facts_builder.h"

namespace rollcall::agent {
namespace {

using ::rollcall::testing::FactsWith;
using ::rollcall::testing::FakeClock;
using ::rollcall::testing::FakeRandom;
using ::rollcall::testing::StatusIs;
using ::rollcall::testing::TempDir;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::Not;
using ::testing::SizeIs;

class FakeSource final : public FactSource {
 public:
  explicit FakeSource(const Clock& clock) : clock_(clock) {}

  Facts Scan(absl::Span<const std::string> disabled_sources) override {
    scans_.push_back(clock_.Monotonic());
    disabled_.emplace_back(disabled_sources.begin(), disabled_sources.end());
    return facts_;
  }
  v1::Vitals ReadVitals() override { return {}; }

  // What the machine is from now on.
  void Become(const Facts& facts) { facts_ = facts; }
  // When it was scanned, and without what.
  const std::vector<absl::Duration>& scans() const { return scans_; }
  const std::vector<std::vector<std::string>>& disabled() const {
    return disabled_;
  }

 private:
  const Clock& clock_;
  Facts facts_ = FactsWith({"package"});
  std::vector<absl::Duration> scans_;
  std::vector<std::vector<std::string>> disabled_;
};

// A collector that keeps to the protocol and takes all sections as equal, so
// that a turn is Hello or CheckIn, Roots, Ack.
class FakeCollector final : public Uplink {
 public:
  explicit FakeCollector(const Clock& clock) : clock_(clock) {}

  std::unique_ptr<MessageStream> Open() override {
    ++streams_;
    return std::make_unique<Stream>(*this);
  }
  void Interrupt() override {}
  void HangUp() override { ++hung_up_; }

  // While this is not OK no stream can be opened.
  absl::Status reachable;
  // While set, Hello is answered with this.
  std::optional<absl::Duration> retry_after;
  // While set, Hello is answered by the wish that it become another agent.
  bool wants_rekey = false;
  // Roots are not answered.
  bool break_after_plan = false;
  // Check-ins after which a stream breaks off.
  int check_ins_per_stream = 1 << 30;
  absl::Duration check_in_interval = absl::Minutes(5);
  absl::Duration scan_interval = absl::Hours(1);
  std::vector<std::string> disabled_sources;
  // While set, every check-in is acknowledged with this.
  std::optional<absl::Duration> call_back_after;

  // How often the connection was let go.
  int hung_up() const { return hung_up_; }
  int streams() const { return streams_; }
  // When each Hello and each CheckIn came.
  const std::vector<absl::Duration>& hellos() const { return hellos_; }
  const std::vector<absl::Duration>& check_ins() const { return check_ins_; }
  // The root that it holds.
  const std::string& root() const { return root_; }
  // The nonce of each Hello.
  const std::vector<std::string>& nonces() const { return nonces_; }

 private:
  class Stream final : public MessageStream {
   public:
    explicit Stream(FakeCollector& collector) : collector_(collector) {}
    absl::Status Send(const v1::AgentMessage& message) override {
      if (!collector_.reachable.ok()) return collector_.reachable;
      collector_.Hear(message, check_ins_, answers_);
      return absl::OkStatus();
    }
    absl::StatusOr<v1::CollectorMessage> Receive() override {
      if (answers_.empty()) return absl::UnavailableError("it broke off");
      v1::CollectorMessage next = std::move(answers_.front());
      answers_.pop_front();
      return next;
    }

   private:
    FakeCollector& collector_;
    int check_ins_ = 0;
    std::deque<v1::CollectorMessage> answers_;
  };

  void Hear(const v1::AgentMessage& message, int& check_ins,
            std::deque<v1::CollectorMessage>& answers) {
    if (message.has_hello()) {
      hellos_.push_back(clock_.Monotonic());
      nonces_.push_back(message.hello().nonce());
      if (wants_rekey) {
        answers.emplace_back().mutable_rekey()->set_reason("a copy");
      } else if (retry_after.has_value()) {
        answers.emplace_back().mutable_retry()->mutable_after()->set_seconds(
            absl::ToInt64Seconds(*retry_after));
      } else {
        Plan(message.hello().subject_root(), answers);
      }
    } else if (message.has_check_in()) {
      if (++check_ins > check_ins_per_stream) return;
      check_ins_.push_back(clock_.Monotonic());
      if (message.check_in().subject_root() != root_) {
        Plan(message.check_in().subject_root(), answers);
      } else {
        Ack(message.check_in().sequence(), answers);
      }
    } else if (message.has_roots() && !break_after_plan) {
      auto& want = *answers.emplace_back().mutable_want();
      for (const auto& section : message.roots().sections()) {
        want.add_sections()->set_section(section.section());
        want.mutable_sections()->rbegin()->set_equal(true);
      }
      root_ = offered_;
      Ack(0, answers);
    }
  }

  static std::string NonceAfter(size_t hellos) {
    return std::string(Nonce::kSize, static_cast<char>('0' + hellos));
  }

  void Plan(const std::string& offered,
            std::deque<v1::CollectorMessage>& answers) {
    offered_ = offered;
    v1::Plan& plan = *answers.emplace_back().mutable_plan();
    plan.set_row_level(kRowLevel);
    plan.set_equal(offered == root_);
    plan.set_send_roots(offered != root_);
    plan.set_store_incarnation(5);
    plan.set_next_nonce(NonceAfter(hellos_.size()));
    plan.mutable_check_in_interval()->set_seconds(
        absl::ToInt64Seconds(check_in_interval));
    plan.mutable_scan_interval()->set_seconds(
        absl::ToInt64Seconds(scan_interval));
    for (const std::string& source : disabled_sources) {
      plan.mutable_policy()->add_disabled_sources(source);
    }
  }

  void Ack(int64_t sequence, std::deque<v1::CollectorMessage>& answers) {
    v1::Ack& ack = *answers.emplace_back().mutable_ack();
    ack.set_sequence(sequence);
    ack.set_subject_root(root_);
    if (sequence > 0 && call_back_after.has_value()) {
      ack.mutable_call_back_after()->set_seconds(
          absl::ToInt64Seconds(*call_back_after));
    }
  }

  const Clock& clock_;
  int streams_ = 0;
  int hung_up_ = 0;
  std::vector<absl::Duration> hellos_;
  std::vector<std::string> nonces_;
  std::vector<absl::Duration> check_ins_;
  std::string root_;
  std::string offered_;
};

// Moves the clock instead of waiting, up to a number of waits.
class FakeWaiter final : public Waiter {
 public:
  explicit FakeWaiter(FakeClock& clock) : clock_(clock) {}

  bool WaitFor(absl::Duration duration) override {
    waits_.push_back(duration);
    clock_.Advance(duration);
    if (on_wait) on_wait(waits_.size());
    return !stopped();
  }
  bool stopped() const override { return waits_.size() >= stop_after; }

  // The agent is told to stop in this wait.
  size_t stop_after = 1;
  // Called with how many waits there were, at the end of each.
  std::function<void(size_t)> on_wait;
  const std::vector<absl::Duration>& waits() const { return waits_; }

 private:
  FakeClock& clock_;
  std::vector<absl::Duration> waits_;
};

class AgentLoopTest : public ::testing::Test {
 protected:
  void Run(size_t waits) {
    waiter_.stop_after = waits;
    loop_.Run();
  }

  FakeClock clock_;
  FakeRandom random_;
  FakeSource source_{clock_};
  FakeCollector collector_{clock_};
  StateFile state_ = *StateFile::Open("");
  FakeWaiter waiter_{clock_};
  AgentLoop loop_{source_, collector_, state_, waiter_, clock_, random_};
  const absl::Duration start_ = clock_.Monotonic();
};

TEST_F(AgentLoopTest, OnceIsAScanAHelloAndACheckIn) {
  ASSERT_OK(loop_.RunOnce());
  EXPECT_THAT(source_.scans(), SizeIs(1));
  EXPECT_THAT(collector_.hellos(), SizeIs(1));
  EXPECT_THAT(collector_.check_ins(), SizeIs(1));
  EXPECT_THAT(waiter_.waits(), IsEmpty());
}

TEST_F(AgentLoopTest, OnceFailsAsTheStreamDoes) {
  collector_.reachable = absl::PermissionDeniedError("not you");
  EXPECT_THAT(loop_.RunOnce(),
              StatusIs(absl::StatusCode::kPermissionDenied, "not you"));
}

TEST_F(AgentLoopTest, RemembersWhatWasAcknowledgedAndByWhichStore) {
  ASSERT_OK(loop_.RunOnce());
  EXPECT_EQ(state_.state().store_incarnation(), 5);
  EXPECT_EQ(state_.state().acknowledged_root(), collector_.root());
}

TEST_F(AgentLoopTest, EachHelloBringsTheNonceThatTheLastWasGiven) {
  ASSERT_OK(loop_.RunOnce());
  ASSERT_OK(loop_.RunOnce());
  EXPECT_THAT(collector_.nonces(), ElementsAre("", std::string(16, '1')));
  EXPECT_EQ(state_.state().nonce(), std::string(16, '2'));
}

TEST_F(AgentLoopTest, ANonceIsKeptThoughTheTurnFails) {
  collector_.break_after_plan = true;
  EXPECT_FALSE(loop_.RunOnce().ok());
  collector_.break_after_plan = false;
  ASSERT_OK(loop_.RunOnce());
  EXPECT_THAT(collector_.nonces(), ElementsAre("", std::string(16, '1')));
}

TEST_F(AgentLoopTest, ChecksInAndScansAsOftenAsItIsAsked) {
  collector_.check_in_interval = absl::Minutes(20);
  collector_.scan_interval = absl::Minutes(50);
  Run(7);
  EXPECT_EQ(collector_.streams(), 1);
  EXPECT_THAT(source_.scans(), ElementsAre(start_, start_ + absl::Minutes(50),
                                           start_ + absl::Minutes(100)));
  EXPECT_THAT(waiter_.waits(), ElementsAre(absl::Minutes(20), absl::Minutes(20),
                                           absl::Minutes(10), absl::Minutes(20),
                                           absl::Minutes(20), absl::Minutes(10),
                                           absl::Minutes(20)));
}

TEST_F(AgentLoopTest, WhatChangedGoesWithTheCheckInAfterTheScan) {
  const Facts changed = FactsWith({"another"});
  waiter_.on_wait = [&](size_t) { source_.Become(changed); };
  Run(14);
  EXPECT_EQ(collector_.streams(), 1);
  EXPECT_EQ(collector_.root(), changed.subject_root.ToBytes());
}

TEST_F(AgentLoopTest, WaitsLongerAfterEachFailureUpToABound) {
  collector_.reachable = absl::UnavailableError("down");
  Run(14);
  absl::Duration expected = absl::Seconds(1);
  for (const absl::Duration wait : waiter_.waits()) {
    EXPECT_THAT(wait, AllOf(Ge(expected * 0.7), Le(expected * 1.3)));
    expected = std::min(2 * expected, absl::Minutes(5));
  }
  EXPECT_EQ(collector_.streams(), 14);
}

TEST_F(AgentLoopTest, OnceInStepWaitsAreShortAgain) {
  collector_.reachable = absl::UnavailableError("down");
  waiter_.on_wait = [&](size_t count) {
    collector_.reachable = count == 8 || count == 9
                               ? absl::OkStatus()
                               : absl::UnavailableError("down");
  };
  Run(11);
  EXPECT_THAT(waiter_.waits()[7], Ge(absl::Seconds(60)));
  EXPECT_THAT(waiter_.waits()[10], Le(absl::Milliseconds(1'300)));
}

TEST_F(AgentLoopTest, ACollectorThatTakesAHelloAndNoMoreIsNotHammered) {
  collector_.check_ins_per_stream = 0;
  Run(12);
  EXPECT_THAT(waiter_.waits().back(), Ge(absl::Minutes(3)));
}

// Gives a new identity, if it can, with which the collector is content.
class FakeRekeyer final : public Rekeyer {
 public:
  explicit FakeRekeyer(FakeCollector& collector) : collector_(collector) {}
  absl::StatusOr<AgentId> Rekey() override {
    ++calls;
    if (!result.ok()) return result;
    collector_.wants_rekey = still_wants;
    agent = AgentId::Generate(random_);
    return agent;
  }

  int calls = 0;
  AgentId agent;
  absl::Status result;
  bool still_wants = false;

 private:
  FakeCollector& collector_;
  FakeRandom random_{9};
};

class RekeyedAgentLoopTest : public AgentLoopTest {
 protected:
  FakeRekeyer rekeyer_{collector_};
  AgentLoop rekeying_{source_, collector_, state_, waiter_,
                      clock_,  random_,    {},     &rekeyer_};
};

TEST_F(RekeyedAgentLoopTest, ToldSoItIsAnotherAgentWithoutAPast) {
  ASSERT_OK(state_.BelongTo(AgentId::Generate(random_)));
  ASSERT_OK(rekeying_.RunOnce());
  collector_.wants_rekey = true;
  ASSERT_OK(rekeying_.RunOnce());
  EXPECT_EQ(rekeyer_.calls, 1);
  EXPECT_EQ(state_.state().agent_id(), rekeyer_.agent.ToBytes());
  EXPECT_EQ(state_.state().store_incarnation(), 5);
  EXPECT_THAT(collector_.nonces(), ElementsAre("", std::string(16, '1'), ""));
}

TEST_F(RekeyedAgentLoopTest, ADaemonTriesUntilItIsAnother) {
  collector_.wants_rekey = true;
  rekeyer_.result = absl::UnavailableError("nobody certifies");
  waiter_.on_wait = [this](size_t count) {
    if (count == 4) rekeyer_.result = absl::OkStatus();
  };
  waiter_.stop_after = 6;
  rekeying_.Run();
  EXPECT_EQ(rekeyer_.calls, 4);
  EXPECT_THAT(collector_.check_ins(), Not(IsEmpty()));
  EXPECT_EQ(state_.state().agent_id(), rekeyer_.agent.ToBytes());
}

TEST_F(RekeyedAgentLoopTest, HoweverOftenItIsToldItIsAnotherOnceAnHourAtMost) {
  collector_.wants_rekey = true;
  rekeyer_.still_wants = true;
  waiter_.stop_after = 40;
  rekeying_.Run();
  const absl::Duration ran = clock_.Monotonic() - start_;
  EXPECT_THAT(ran, Ge(absl::Hours(2)));
  EXPECT_THAT(rekeyer_.calls, AllOf(Ge(2), Le(ran / absl::Hours(1) + 1)));
}

TEST_F(AgentLoopTest, AKeyOfOthersStaysWhatItIs) {
  collector_.wants_rekey = true;
  EXPECT_THAT(loop_.RunOnce(), StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(collector_.hellos(), SizeIs(1));
}

TEST_F(AgentLoopTest, ComesBackWhenItIsAskedTo) {
  collector_.retry_after = absl::Seconds(77);
  Run(5);
  EXPECT_THAT(waiter_.waits(), SizeIs(5));
  EXPECT_THAT(waiter_.waits(), Each(absl::Seconds(77)));
}

TEST_F(AgentLoopTest, AskedToHangUpItCallsBackInTimeWithWhatIsSoThen) {
  collector_.call_back_after = absl::Hours(2);
  waiter_.on_wait = [this](size_t) {
    source_.Become(FactsWith({"package", "another"}));
  };
  Run(2);
  EXPECT_EQ(collector_.hung_up(), 2);
  ASSERT_THAT(collector_.hellos(), SizeIs(2));
  EXPECT_EQ(collector_.hellos()[1] - collector_.hellos()[0], absl::Hours(2));
  // One check-in a stream, no check-ins or scans between, and a new scan then.
  EXPECT_THAT(collector_.check_ins(), SizeIs(2));
  EXPECT_EQ(source_.scans(), collector_.hellos());
  EXPECT_EQ(collector_.root(),
            FactsWith({"package", "another"}).subject_root.ToBytes());
}

TEST_F(AgentLoopTest, SentAwayItHoldsNoConnection) {
  collector_.retry_after = absl::Seconds(100);
  Run(2);
  EXPECT_EQ(collector_.hung_up(), 2);
}

TEST_F(AgentLoopTest, HavingBeenAskedToWaitIsNoFailure) {
  collector_.retry_after = absl::Seconds(77);
  waiter_.on_wait = [&](size_t count) {
    if (count == 10) {
      collector_.retry_after.reset();
      collector_.reachable = absl::UnavailableError("down");
    }
  };
  Run(11);
  EXPECT_THAT(waiter_.waits()[10], Le(absl::Milliseconds(1'300)));
}

TEST_F(AgentLoopTest, AfterLongWithoutACollectorItSendsWhatTheMachineIsNow) {
  collector_.reachable = absl::UnavailableError("down for hours");
  const Facts now = FactsWith({"installed", "meanwhile"});
  source_.Become(FactsWith({"long", "gone"}));
  waiter_.on_wait = [&](size_t count) {
    if (count == 10) source_.Become(now);
    if (count == 40) collector_.reachable = absl::OkStatus();
  };
  Run(41);
  ASSERT_GT(collector_.hellos()[0], start_ + absl::Hours(2));
  EXPECT_EQ(collector_.root(), now.subject_root.ToBytes());
  EXPECT_THAT(collector_.hellos()[0] - source_.scans().back(),
              Le(absl::Hours(1)));
}

TEST_F(AgentLoopTest, WhileThereIsNoCollectorItDoesNotScanMoreOftenThanAsked) {
  collector_.reachable = absl::UnavailableError("down");
  Run(40);
  EXPECT_THAT(source_.scans(), SizeIs(Le(4u)));
}

TEST_F(AgentLoopTest, StreamsThatKeepBreakingDoNotPutOffTheScan) {
  // Each lasts ten minutes; a scan is due each hour.
  collector_.check_ins_per_stream = 3;
  Run(100);
  EXPECT_GT(collector_.streams(), 20);
  ASSERT_THAT(source_.scans(), SizeIs(Ge(5u)));
  for (size_t i = 1; i < source_.scans().size(); ++i) {
    EXPECT_THAT(source_.scans()[i] - source_.scans()[i - 1],
                AllOf(Ge(absl::Minutes(60)), Le(absl::Minutes(66))));
  }
}

TEST_F(AgentLoopTest, NewEvidenceStartsANewStreamAtOnce) {
  waiter_.on_wait = [&](size_t) {
    source_.Become(FactsWith({"package"}, "host", "another machine"));
  };
  Run(13);
  EXPECT_EQ(collector_.streams(), 2);
  ASSERT_THAT(collector_.hellos(), SizeIs(2));
  EXPECT_EQ(collector_.hellos()[1], source_.scans()[1]);
}

TEST_F(AgentLoopTest, WhatThePolicySwitchesOffIsLeftOutAtOnceAndFromThenOn) {
  collector_.disabled_sources = {"software"};
  Run(20);
  ASSERT_THAT(source_.scans(),
              ElementsAre(start_, start_, start_ + absl::Hours(1)));
  EXPECT_THAT(source_.disabled()[0], IsEmpty());
  for (size_t i = 1; i < source_.disabled().size(); ++i) {
    EXPECT_THAT(source_.disabled()[i], ElementsAre("software"));
  }
}

TEST_F(AgentLoopTest, AStateFolderThatIsGoneDoesNotStopIt) {
  const TempDir dir;
  const std::string folder = dir.File("state");
  ASSERT_OK_AND_ASSIGN(StateFile file, StateFile::Open(folder));
  ASSERT_EQ(rmdir(folder.c_str()), 0);
  AgentLoop loop(source_, collector_, file, waiter_, clock_, random_);
  EXPECT_OK(loop.RunOnce());
}

TEST(StopSignal, EndsAWaitAndAllThatFollow) {
  StopSignal stop;
  EXPECT_TRUE(stop.WaitFor(absl::ZeroDuration()));
  EXPECT_TRUE(stop.WaitFor(absl::Milliseconds(1)));
  EXPECT_FALSE(stop.stopped());
  std::thread stopper([&stop] { stop.Stop(); });
  EXPECT_FALSE(stop.WaitFor(absl::InfiniteDuration()));
  stopper.join();
  EXPECT_TRUE(stop.stopped());
  EXPECT_FALSE(stop.WaitFor(absl::ZeroDuration()));
}

}  // namespace
}  // namespace rollcall::agent
