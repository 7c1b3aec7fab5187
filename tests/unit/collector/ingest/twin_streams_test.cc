#include "collector/ingest/twin_streams.h"

#include "gmock/gmock.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/status_matchers.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::FakeClock;
using ::rollcall::testing::FakeRandom;
using ::rollcall::testing::StatusIs;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class FakeStream final : public LiveStream {
 public:
  void End(const absl::Status& status) override { ended.push_back(status); }
  std::vector<absl::Status> ended;
};

// A stream and what it was asked last.
struct Stream {
  std::shared_ptr<FakeStream> live = std::make_shared<FakeStream>();
  std::shared_ptr<TwinSeat> seat = std::make_shared<TwinSeat>();
  std::optional<Nonce> asked;
};

class TwinStreamsTest : public ::testing::Test {
 protected:
  // A stream whose Hello was taken; `machine` is a boot of one.
  Stream Open(char machine) { return OpenAs(agent_, std::string(16, machine)); }
  Stream OpenAs(AgentId agent, const std::string& boot_id) {
    Stream stream;
    stream.seat->agent = agent;
    stream.seat->stream = stream.live;
    stream.seat->boot_id = boot_id;
    stream.seat->given = Nonce::Generate(random_);
    twins_.Greet(stream.seat);
    return stream;
  }
  // What goes before an answer on this stream.
  bool Hear(Stream& stream) {
    stream.asked = twins_.TakeChallenge(*stream.seat);
    return stream.asked.has_value();
  }
  absl::Status Answer(Stream& stream) {
    return twins_.Answer(*stream.seat, stream.asked->bytes());
  }
  // The agent checks in: it hears what it is asked, and answers.
  void CheckIn(Stream& stream) {
    if (Hear(stream)) {
      EXPECT_OK(Answer(stream));
    }
  }

  FakeClock clock_;
  FakeRandom random_;
  IngestStats stats_;
  const AgentId agent_ = AgentId::Generate(random_);
  std::vector<TwinVerdict> verdicts_;
  TwinStreams twins_{clock_,
                     random_,
                     stats_,
                     [this](const TwinVerdict& v) { verdicts_.push_back(v); },
                     {.answer_within = absl::Minutes(10), .max_streams = 3}};
};

TEST_F(TwinStreamsTest, AStreamAloneIsNotAsked) {
  Stream only = Open('a');
  Stream other = OpenAs(AgentId::Generate(random_), std::string(16, 'b'));
  EXPECT_FALSE(Hear(only));
  EXPECT_FALSE(Hear(other));
  clock_.Advance(absl::Hours(10));
  twins_.EndSilent();
  EXPECT_THAT(only.live->ended, IsEmpty());
  EXPECT_EQ(stats_.twins_challenged, 0);
}

TEST_F(TwinStreamsTest, TwoMachinesThatBothAnswerAreAClone) {
  Stream older = Open('a');
  Stream newer = Open('b');
  CheckIn(newer);
  EXPECT_THAT(verdicts_, IsEmpty());
  CheckIn(older);
  ASSERT_THAT(verdicts_, SizeIs(1));
  EXPECT_EQ(verdicts_[0].agent, agent_);
  EXPECT_EQ(verdicts_[0].older, older.seat->given);
  EXPECT_EQ(verdicts_[0].newer, newer.seat->given);
  EXPECT_EQ(verdicts_[0].newer_stream, newer.live);
  EXPECT_EQ(stats_.twins_cloned, 1);
  // It is said once.
  twins_.Leave(*newer.seat);
  CheckIn(older);
  EXPECT_THAT(verdicts_, SizeIs(1));
}

TEST_F(TwinStreamsTest, TheOrderOfTheAnswersIsOfNoMatter) {
  Stream older = Open('a');
  Stream newer = Open('b');
  CheckIn(older);
  CheckIn(newer);
  ASSERT_THAT(verdicts_, SizeIs(1));
  EXPECT_EQ(verdicts_[0].newer_stream, newer.live);
}

TEST_F(TwinStreamsTest, AMachineThatLostItsPowerIsNoClone) {
  Stream older = Open('a');
  Stream newer = Open('b');
  CheckIn(newer);
  clock_.Advance(absl::Minutes(10));
  twins_.EndSilent();
  EXPECT_THAT(older.live->ended, IsEmpty());
  clock_.Advance(absl::Seconds(1));
  twins_.EndSilent();
  twins_.EndSilent();
  ASSERT_THAT(older.live->ended, SizeIs(1));
  EXPECT_THAT(older.live->ended[0], StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(newer.live->ended, IsEmpty());
  EXPECT_THAT(verdicts_, IsEmpty());
  EXPECT_EQ(stats_.twins_silent, 1);
}

TEST_F(TwinStreamsTest, AfterASecondProgramLeftLosingPowerIsStillNoClone) {
  Stream service = Open('a');
  Stream once = Open('a');
  CheckIn(service);
  twins_.Leave(*once.seat);
  // The machine starts again before its old stream is found to be dead.
  Stream after = Open('b');
  CheckIn(after);
  EXPECT_THAT(verdicts_, IsEmpty());
}

TEST_F(TwinStreamsTest, WhoOnlyHearsTheQuestionIsSilent) {
  Stream older = Open('a');
  Stream newer = Open('b');
  EXPECT_TRUE(Hear(older));
  CheckIn(newer);
  clock_.Advance(absl::Minutes(11));
  twins_.EndSilent();
  EXPECT_THAT(older.live->ended, SizeIs(1));
  EXPECT_THAT(verdicts_, IsEmpty());
}

TEST_F(TwinStreamsTest, AHelloThatWasDelayedOnItsWayIsNoClone) {
  // It comes after that of the next start, and nobody is at its end.
  Stream now = Open('b');
  Stream late = Open('a');
  CheckIn(now);
  clock_.Advance(absl::Minutes(11));
  twins_.EndSilent();
  EXPECT_THAT(late.live->ended, SizeIs(1));
  EXPECT_THAT(now.live->ended, IsEmpty());
  EXPECT_THAT(verdicts_, IsEmpty());
}

TEST_F(TwinStreamsTest, TwoProgramsOfOneMachineAreLeftAlone) {
  Stream older = Open('a');
  Stream newer = Open('a');
  CheckIn(older);
  CheckIn(newer);
  clock_.Advance(absl::Hours(1));
  twins_.EndSilent();
  EXPECT_FALSE(Hear(older));
  EXPECT_THAT(verdicts_, IsEmpty());
  EXPECT_THAT(older.live->ended, IsEmpty());
  EXPECT_THAT(newer.live->ended, IsEmpty());
}

TEST_F(TwinStreamsTest, AMachineThatDoesNotTellItsBootMayBeEither) {
  Stream older = OpenAs(agent_, "");
  Stream newer = Open('b');
  CheckIn(older);
  CheckIn(newer);
  EXPECT_THAT(verdicts_, IsEmpty());
}

TEST_F(TwinStreamsTest, AnAnswerFromBeforeTheOtherCameProvesNothing) {
  Stream first = Open('a');
  Stream second = Open('a');
  EXPECT_TRUE(Hear(first));
  Stream third = Open('b');
  // The answer was on its way when the third came, and nobody is there now.
  EXPECT_OK(Answer(first));
  CheckIn(third);
  EXPECT_THAT(verdicts_, IsEmpty());
  // Asked once more, it proves it.
  CheckIn(first);
  ASSERT_THAT(verdicts_, SizeIs(1));
  EXPECT_EQ(verdicts_[0].newer_stream, third.live);
  EXPECT_EQ(verdicts_[0].older, first.seat->given);
}

TEST_F(TwinStreamsTest, OfThreeMachinesBothLaterOnesGo) {
  Stream first = Open('a');
  Stream second = Open('b');
  Stream third = Open('c');
  for (Stream* stream : {&first, &second, &third}) CheckIn(*stream);
  for (Stream* stream : {&first, &second, &third}) CheckIn(*stream);
  ASSERT_THAT(verdicts_, SizeIs(2));
  for (const TwinVerdict& verdict : verdicts_) {
    EXPECT_EQ(verdict.older, first.seat->given);
  }
}

TEST_F(TwinStreamsTest, AnAnswerToAnotherQuestionIsMalformed) {
  Stream older = Open('a');
  Stream newer = Open('b');
  const auto wrong = [&](absl::string_view nonce) {
    EXPECT_THAT(twins_.Answer(*older.seat, nonce),
                StatusIs(absl::StatusCode::kInvalidArgument));
  };
  // It was not sent yet.
  wrong(older.seat->challenge->bytes());
  EXPECT_TRUE(Hear(older));
  EXPECT_TRUE(Hear(newer));
  wrong("");
  wrong(newer.asked->bytes());
  EXPECT_OK(Answer(older));
  wrong(older.asked->bytes());
}

TEST_F(TwinStreamsTest, OfTooManyStreamsTheOldestIsEnded) {
  std::vector<Stream> streams;
  streams.reserve(10);
  for (int i = 0; i < 10; ++i) streams.push_back(Open('a'));
  for (size_t i = 0; i < streams.size(); ++i) {
    EXPECT_THAT(streams[i].live->ended, SizeIs(i < 7 ? 1 : 0)) << i;
  }
  EXPECT_EQ(stats_.twins_crowded_out, 7);
  // Those that are gone are no longer asked.
  for (Stream& stream : streams) twins_.Leave(*stream.seat);
  clock_.Advance(absl::Hours(1));
  twins_.EndSilent();
  EXPECT_EQ(stats_.twins_silent, 0);
}

}  // namespace
}  // namespace rollcall::collector
