// The agent's side of the protocol against a collector that follows a script,
// also where the script breaks the rules.
#include "agent/uplink/conversation.h"

#include <deque>

#include "absl/strings/str_cat.h"
#include "common/compression.h"
#include "common/version.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/agent/uplink/facts_builder.h"

namespace rollcall::agent {
namespace {

using ::rollcall::testing::EqualsProto;
using ::rollcall::testing::FactsOf;
using ::rollcall::testing::FactsWith;
using ::rollcall::testing::FromText;
using ::rollcall::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

v1::CollectorMessage Plan(const std::string& fields) {
  return FromText<v1::CollectorMessage>(
      absl::StrCat("plan { row_level: ", kRowLevel, " ", fields, " }"));
}
v1::CollectorMessage Want(const std::string& sections) {
  return FromText<v1::CollectorMessage>("want { " + sections + " }");
}
v1::CollectorMessage Need(const std::string& bits) {
  v1::CollectorMessage message;
  message.mutable_need()->set_unknown(bits);
  return message;
}
v1::CollectorMessage Ack(const Facts& facts, int64_t sequence = 0) {
  v1::CollectorMessage message;
  message.mutable_ack()->set_sequence(sequence);
  message.mutable_ack()->set_subject_root(facts.subject_root.ToBytes());
  return message;
}

constexpr char kWantAll[] =
    "sections { section: 'os' ids: true } "
    "sections { section: 'software' ids: true }";

// Says what it is told to, whatever it hears. At the end of its script it ends
// the stream.
class ScriptedCollector final : public MessageStream {
 public:
  absl::Status Send(const v1::AgentMessage& message) override {
    heard_.push_back(message);
    return absl::OkStatus();
  }
  absl::StatusOr<v1::CollectorMessage> Receive() override {
    if (script_.empty()) return end_;
    v1::CollectorMessage next = std::move(script_.front());
    script_.pop_front();
    return next;
  }

  void Says(std::vector<v1::CollectorMessage> messages) {
    script_.assign(messages.begin(), messages.end());
  }
  void EndsWith(const absl::Status& status) { end_ = status; }
  const std::vector<v1::AgentMessage>& heard() const { return heard_; }
  const v1::AgentMessage& last() const { return heard_.back(); }
  // Names of the messages that it heard, in their order.
  std::vector<std::string> kinds() const {
    std::vector<std::string> kinds;
    for (const auto& message : heard_) {
      const auto* field = message.GetDescriptor()->FindFieldByNumber(
          static_cast<int>(message.message_case()));
      kinds.push_back(field->name());
    }
    return kinds;
  }
  // The canonical rows that it was sent.
  std::vector<std::string> rows() const {
    std::vector<std::string> rows;
    for (const auto& message : heard_) {
      for (const std::string& frame : message.rows().frames()) {
        v1::RowBatch batch;
        EXPECT_TRUE(batch.ParseFromString(*Decompress(frame)));
        rows.insert(rows.end(), batch.rows().begin(), batch.rows().end());
      }
    }
    return rows;
  }

 private:
  std::deque<v1::CollectorMessage> script_;
  absl::Status end_ = absl::UnavailableError("the script is over");
  std::vector<v1::AgentMessage> heard_;
};

v1::CollectorMessage Challenge(char fill) {
  v1::CollectorMessage message;
  message.mutable_challenge()->set_nonce(std::string(16, fill));
  return message;
}

class ConversationTest : public ::testing::Test {
 protected:
  absl::Status Begin(std::vector<v1::CollectorMessage> script) {
    collector_.Says(std::move(script));
    return conversation_.Begin(facts_, 7);
  }
  // Whether the agent calls it a breach of the protocol.
  static auto IsBreach(const std::string& text) {
    return StatusIs(
        absl::StatusCode::kInternal,
        AllOf(HasSubstr("the collector broke the protocol"), HasSubstr(text)));
  }

  const Facts facts_ = FactsWith({"a", "b", "c"});
  ScriptedCollector collector_;
  Conversation conversation_{collector_};
};

TEST_F(ConversationTest, AChallengeIsReturnedAndTheAnswerAwaited) {
  ASSERT_OK(Begin({Challenge('1'), Challenge('2'), Plan("equal: true")}));
  EXPECT_THAT(collector_.kinds(),
              ElementsAre("hello", "challenge_answer", "challenge_answer"));
  EXPECT_EQ(collector_.heard()[1].challenge_answer().nonce(),
            std::string(16, '1'));
  EXPECT_EQ(collector_.last().challenge_answer().nonce(), std::string(16, '2'));
  collector_.Says({Challenge('3'), Ack(facts_, 1)});
  EXPECT_OK(conversation_.CheckIn(facts_, {}));
}

TEST_F(ConversationTest, ToldToRekeyItSaysSo) {
  EXPECT_FALSE(conversation_.must_rekey());
  v1::CollectorMessage rekey;
  rekey.mutable_rekey()->set_reason("a copy");
  EXPECT_THAT(Begin({rekey}), StatusIs(absl::StatusCode::kPermissionDenied,
                                       HasSubstr("a copy")));
  EXPECT_TRUE(conversation_.must_rekey());
}

TEST_F(ConversationTest, ChallengesWithoutEndAreABreach) {
  EXPECT_THAT(Begin(std::vector<v1::CollectorMessage>(1'000, Challenge('1'))),
              IsBreach("without end"));
}

TEST_F(ConversationTest, HelloSaysWhoSpeaksAndWhatItHolds) {
  ASSERT_OK(Begin({Plan("equal: true")}));
  v1::AgentMessage expected;
  v1::Hello& hello = *expected.mutable_hello();
  hello.set_agent_version(kVersion);
  hello.add_row_levels(1);
  hello.add_row_levels(2);
  hello.set_root_level(2);
  hello.set_boot_id(facts_.boot_id);
  hello.set_store_incarnation(7);
  hello.set_evidence_hash(facts_.evidence_hash.ToBytes());
  hello.set_subject_root(facts_.subject_root.ToBytes());
  EXPECT_THAT(collector_.heard(), ElementsAre(EqualsProto(expected)));
}

TEST_F(ConversationTest, SendsEveryRowToACollectorThatKnowsNothing) {
  ASSERT_OK(Begin({Plan("send_roots: true send_evidence: true"), Want(kWantAll),
                   Need("\x0f"), Ack(facts_)}));
  EXPECT_THAT(collector_.kinds(), ElementsAre("hello", "evidence", "roots",
                                              "delta", "delta", "rows"));
  EXPECT_THAT(collector_.rows(), SizeIs(4));
  EXPECT_TRUE(collector_.last().rows().last());
}

TEST_F(ConversationTest, SendsExactlyTheRowsThatAreUnknown) {
  // One of "os", then three of "software": the second of these.
  ASSERT_OK(Begin(
      {Plan("send_roots: true"), Want(kWantAll), Need("\x04"), Ack(facts_)}));
  EXPECT_THAT(collector_.rows(),
              ElementsAre(facts_.sections.at("software").rows[1].canonical));
}

TEST_F(ConversationTest, SendsNothingOfASectionThatIsEqual) {
  ASSERT_OK(Begin({Plan("send_roots: true"),
                   Want("sections { section: 'os' equal: true } "
                        "sections { section: 'software' ids: true }"),
                   Need("\x07"), Ack(facts_)}));
  EXPECT_THAT(collector_.kinds(),
              ElementsAre("hello", "roots", "delta", "rows"));
  EXPECT_TRUE(collector_.heard()[2].delta().last());
  EXPECT_THAT(collector_.rows(), SizeIs(3));
}

TEST_F(ConversationTest, WhereEveryRowIsKnownOnlyTheAckIsDue) {
  ASSERT_OK(Begin({Plan("send_roots: true"), Want(kWantAll),
                   Need(std::string(1, '\0')), Ack(facts_)}));
  EXPECT_THAT(collector_.rows(), IsEmpty());
}

TEST_F(ConversationTest, WhereEverySectionIsEqualOnlyTheAckIsDue) {
  EXPECT_OK(Begin({Plan("send_roots: true"),
                   Want("sections { section: 'os' equal: true } "
                        "sections { section: 'software' equal: true }"),
                   Ack(facts_)}));
}

TEST_F(ConversationTest, EvidenceAloneIsAcknowledgedToo) {
  ASSERT_OK(Begin({Plan("equal: true send_evidence: true"), Ack(facts_)}));
  EXPECT_THAT(collector_.last().evidence(), EqualsProto(facts_.evidence));
}

TEST_F(ConversationTest, AMachineWithoutFactsSaysThatItHasNone) {
  Facts nothing;
  nothing.subject_root = ComputeSubjectRoot({});
  collector_.Says({Plan("send_roots: true"), Want(""), Ack(nothing)});
  ASSERT_OK(conversation_.Begin(nothing, 0));
  EXPECT_TRUE(collector_.last().has_roots());
}

TEST_F(ConversationTest, CheckInsAreCountedAndSayWhatIsHeld) {
  ASSERT_OK(Begin({Plan("equal: true")}));
  v1::Vitals vitals;
  vitals.set_uptime_seconds(12);
  for (int64_t sequence = 1; sequence <= 3; ++sequence) {
    collector_.Says({Ack(facts_, sequence)});
    ASSERT_OK(conversation_.CheckIn(facts_, vitals));
    EXPECT_EQ(collector_.last().check_in().sequence(), sequence);
    EXPECT_EQ(collector_.last().check_in().subject_root(),
              facts_.subject_root.ToBytes());
    EXPECT_THAT(collector_.last().check_in().vitals(), EqualsProto(vitals));
  }
}

TEST_F(ConversationTest, ACheckInWithNewFactsMayBeMetByAPlan) {
  ASSERT_OK(Begin({Plan("equal: true")}));
  collector_.Says(
      {Plan("send_roots: true"), Want(kWantAll), Need("\x08"), Ack(facts_)});
  EXPECT_OK(conversation_.CheckIn(facts_, {}));
}

TEST_F(ConversationTest, RemembersTheIncarnationAndThePolicy) {
  ASSERT_OK(
      Begin({Plan("equal: true store_incarnation: 9 "
                  "policy { disabled_sources: 'os' }")}));
  EXPECT_EQ(conversation_.store_incarnation(), 9);
  EXPECT_THAT(conversation_.disabled_sources(), ElementsAre("os"));
}

TEST_F(ConversationTest, CountsWhatItSent) {
  ASSERT_OK(Begin({Plan("equal: true")}));
  EXPECT_EQ(conversation_.bytes_sent(),
            static_cast<int64_t>(collector_.last().ByteSizeLong()));
}

TEST_F(ConversationTest, TheCollectorsCadenceIsTakenWithinReason) {
  const auto cadence_of = [this](const std::string& check_in,
                                 const std::string& scan) {
    Conversation conversation(collector_);
    collector_.Says({Plan("equal: true check_in_interval { " + check_in +
                          " } scan_interval { " + scan + " }")});
    EXPECT_OK(conversation.Begin(facts_, 0));
    return std::pair(conversation.cadence().check_in,
                     conversation.cadence().scan);
  };
  EXPECT_EQ(cadence_of("seconds: 90", "seconds: 600"),
            std::pair(absl::Seconds(90), absl::Seconds(600)));
  // Neither spin nor sleep for ever.
  EXPECT_EQ(cadence_of("nanos: 1", "nanos: 1"),
            std::pair(absl::Seconds(1), absl::Seconds(1)));
  EXPECT_EQ(cadence_of("seconds: 9223372036854775807",
                       "seconds: 9223372036854775807"),
            std::pair(absl::Hours(24), absl::Hours(24)));
  const Cadence usual;
  EXPECT_EQ(cadence_of("", ""), std::pair(usual.check_in, usual.scan));
  EXPECT_EQ(cadence_of("seconds: -5", "seconds: -9223372036854775808"),
            std::pair(usual.check_in, usual.scan));
}

TEST_F(ConversationTest, TheStreamsEndIsPassedOnFromEveryPlace) {
  const std::vector<v1::CollectorMessage> whole = {
      Plan("send_roots: true send_evidence: true"), Want(kWantAll),
      Need("\x0f"), Ack(facts_)};
  for (size_t cut = 0; cut < whole.size(); ++cut) {
    ScriptedCollector collector;
    collector.Says({whole.begin(), whole.begin() + static_cast<int>(cut)});
    collector.EndsWith(absl::PermissionDeniedError("not you"));
    Conversation conversation(collector);
    EXPECT_THAT(conversation.Begin(facts_, 0),
                StatusIs(absl::StatusCode::kPermissionDenied, "not you"))
        << cut;
  }
}

TEST_F(ConversationTest, AskedToComeBackLaterItSaysWhenFromEveryPlace) {
  const std::vector<v1::CollectorMessage> whole = {
      Plan("send_roots: true send_evidence: true"), Want(kWantAll),
      Need("\x0f"), Ack(facts_)};
  for (size_t cut = 0; cut < whole.size(); ++cut) {
    auto script = whole;
    script[cut] = FromText<v1::CollectorMessage>(
        "retry { after { seconds: 42 } reason: 'busy' }");
    ScriptedCollector collector;
    collector.Says(script);
    Conversation conversation(collector);
    EXPECT_THAT(conversation.Begin(facts_, 0),
                StatusIs(absl::StatusCode::kUnavailable, HasSubstr("busy")));
    EXPECT_EQ(conversation.retry_after(), absl::Seconds(42)) << cut;
  }
}

TEST_F(ConversationTest, WhenToComeBackIsTakenWithinReason) {
  const std::vector<std::pair<std::string, absl::Duration>> cases = {
      {"", absl::Seconds(30)},
      {"after { seconds: -1 }", absl::Seconds(30)},
      {"after { nanos: 1 }", absl::Seconds(1)},
      {"after { seconds: 9223372036854775807 }", absl::Hours(24)}};
  for (const auto& [after, expected] : cases) {
    ScriptedCollector collector;
    collector.Says({FromText<v1::CollectorMessage>("retry { " + after + " }")});
    Conversation conversation(collector);
    EXPECT_THAT(conversation.Begin(facts_, 0),
                StatusIs(absl::StatusCode::kUnavailable));
    EXPECT_EQ(conversation.retry_after(), expected) << after;
  }
}

// Where anything but what is due comes.
TEST_F(ConversationTest, AnyMessageOutOfPlaceIsABreach) {
  const std::vector<v1::CollectorMessage> whole = {
      Plan("send_roots: true"), Want(kWantAll), Need("\x0f"), Ack(facts_)};
  const auto other_messages = {Plan("equal: true"), Want(""), Need(""),
                               Ack(facts_), v1::CollectorMessage()};
  for (size_t place = 0; place < whole.size(); ++place) {
    for (const v1::CollectorMessage& other : other_messages) {
      if (other.message_case() == whole[place].message_case()) continue;
      auto script = whole;
      script[place] = other;
      ScriptedCollector collector;
      collector.Says(script);
      Conversation conversation(collector);
      EXPECT_THAT(conversation.Begin(facts_, 0), IsBreach(""))
          << place << ": " << other.ShortDebugString();
    }
  }
}

TEST_F(ConversationTest, APlanForARowLevelThatWasNotOfferedIsABreach) {
  for (const char* plan :
       {"plan { equal: true }", "plan { row_level: 3 equal: true }",
        "plan { row_level: -1 send_roots: true }"}) {
    ScriptedCollector collector;
    collector.Says({FromText<v1::CollectorMessage>(plan)});
    Conversation conversation(collector);
    EXPECT_THAT(conversation.Begin(facts_, 0), IsBreach("row level")) << plan;
  }
}

TEST_F(ConversationTest, APlanForALowerLevelIsMetAtThatLevel) {
  const Facts facts = FactsOf({FromText<v1::Row>(
      "os_release { id: 'fedora' support_end: '2026-05-13' }")});
  const Facts lower = FactsAtLevel(facts, 1);
  collector_.Says(
      {FromText<v1::CollectorMessage>("plan { row_level: 1 send_roots: true }"),
       Want("sections { section: 'os' ids: true }"), Need("\x01"), Ack(lower),
       Ack(lower, 1)});
  ASSERT_OK(conversation_.Begin(facts, 0));
  EXPECT_EQ(conversation_.row_level(), 1);
  EXPECT_THAT(collector_.rows(),
              ElementsAre(lower.sections.at("os").rows[0].canonical));
  EXPECT_EQ(conversation_.acknowledged().at("os").root,
            lower.sections.at("os").root);
  // And goes on at that level.
  ASSERT_OK(conversation_.CheckIn(facts, {}));
  EXPECT_EQ(collector_.last().check_in().subject_root(),
            lower.subject_root.bytes());
  EXPECT_THAT(collector_.last().check_in().changes(), IsEmpty());
}

TEST_F(ConversationTest, TheRootOfTheNextHelloIsAtTheLevelOfTheLastPlan) {
  Conversation next(collector_, {}, 1);
  collector_.Says(
      {FromText<v1::CollectorMessage>("plan { row_level: 1 equal: true }")});
  ASSERT_OK(next.Begin(facts_, 0));
  const v1::Hello& hello = collector_.last().hello();
  EXPECT_EQ(hello.root_level(), 1);
  EXPECT_EQ(hello.subject_root(), FactsAtLevel(facts_, 1).subject_root.bytes());
}

TEST_F(ConversationTest, FactsAtALevelThatWasNotNamedCannotBeEqual) {
  collector_.Says(
      {FromText<v1::CollectorMessage>("plan { row_level: 1 equal: true }")});
  EXPECT_THAT(conversation_.Begin(facts_, 0), IsBreach("calls them equal"));
}

TEST_F(ConversationTest, AnAckMayAskToHangUpAndCallBack) {
  v1::CollectorMessage ack = Ack(facts_, 1);
  ack.mutable_ack()->mutable_call_back_after()->set_seconds(90);
  collector_.Says({Plan("equal: true"), ack});
  ASSERT_OK(conversation_.Begin(facts_, 0));
  EXPECT_EQ(conversation_.call_back_after(), std::nullopt);
  ASSERT_OK(conversation_.CheckIn(facts_, {}));
  EXPECT_EQ(conversation_.call_back_after(), absl::Seconds(90));
}

TEST_F(ConversationTest, APlanThatLeavesTheFactsOutIsABreach) {
  // Nothing would be durable, and the agent would think it were.
  EXPECT_THAT(Begin({Plan("")}), IsBreach("does not ask for ours"));
  ScriptedCollector collector;
  collector.Says({Plan("equal: true"), Plan("")});
  Conversation conversation(collector);
  ASSERT_OK(conversation.Begin(facts_, 0));
  EXPECT_THAT(conversation.CheckIn(facts_, {}),
              IsBreach("does not ask for ours"));
}

TEST_F(ConversationTest, AWantThatIsNotForTheRootsIsABreach) {
  const std::string os = "sections { section: 'os' ids: true } ";
  const std::string software = "sections { section: 'software' ids: true } ";
  for (const std::string& want :
       {std::string(), os, absl::StrCat(software, os),
        absl::StrCat(os, os, software), absl::StrCat(os, software, software),
        absl::StrCat(os, "sections { section: 'hardware.cpu' ids: true }"),
        absl::StrCat(os, software, "sections { section: 'x' equal: true }")}) {
    ScriptedCollector collector;
    collector.Says({Plan("send_roots: true"), Want(want)});
    Conversation conversation(collector);
    EXPECT_THAT(conversation.Begin(facts_, 0), IsBreach("its want")) << want;
    EXPECT_EQ(collector.kinds().back(), "roots") << want;
  }
}

TEST_F(ConversationTest, BitsForMoreOrFewerRowsThanThereAreAreABreach) {
  for (const std::string& bits :
       {std::string(), std::string(2, '\xff'), std::string(1 << 20, '\xff')}) {
    ScriptedCollector collector;
    collector.Says({Plan("send_roots: true"), Want(kWantAll), Need(bits)});
    Conversation conversation(collector);
    EXPECT_THAT(conversation.Begin(facts_, 0), IsBreach("for 4 rows"));
    EXPECT_THAT(collector.rows(), IsEmpty());
  }
}

TEST_F(ConversationTest, AnAckOfOtherFactsIsABreach) {
  const Facts other = FactsWith({"other"});
  EXPECT_THAT(Begin({Plan("send_roots: true"), Want(kWantAll), Need("\x0f"),
                     Ack(other)}),
              IsBreach("other facts"));
}

TEST_F(ConversationTest, AnAckOfAnotherCheckInOrOfOtherFactsIsABreach) {
  ASSERT_OK(Begin({Plan("equal: true")}));
  collector_.Says({Ack(facts_, 2)});
  EXPECT_THAT(conversation_.CheckIn(facts_, {}), IsBreach("check-in"));
  collector_.Says({Ack(FactsWith({"other"}), 2)});
  EXPECT_THAT(conversation_.CheckIn(facts_, {}), IsBreach("other facts"));
  v1::CollectorMessage empty_root = Ack(facts_, 3);
  empty_root.mutable_ack()->clear_subject_root();
  collector_.Says({empty_root});
  EXPECT_THAT(conversation_.CheckIn(facts_, {}), IsBreach("other facts"));
}

}  // namespace
}  // namespace rollcall::agent
