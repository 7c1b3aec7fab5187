// Agents with a good certificate and bad manners, over real mutual TLS: what
// they say is refused, logged with their id and counted, and those beside them
// are served.
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "collector/inventory/subject_state.h"
#include "common/compression.h"
#include "common/log.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/random_ids.h"
#include "tests/unit/agent/uplink/facts_builder.h"
#include "tests/unit/collector/ingest/raw_http2.h"
#include "tests/unit/collector/ingest/sync_service_fixture.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::AgentIdOf;
using ::rollcall::testing::DrawIds;
using ::rollcall::testing::FactsOf;
using ::rollcall::testing::FactsWith;
using ::rollcall::testing::FromText;
using ::rollcall::testing::RawCall;
using ::rollcall::testing::RawSocket;
using ::rollcall::testing::StatusIs;
using ::testing::HasSubstr;

constexpr char kSync[] = "/rollcall.v1.SyncService/Sync";

// Passes messages on and remembers them.
class Recorder final : public agent::MessageStream {
 public:
  explicit Recorder(agent::MessageStream& stream) : stream_(stream) {}
  absl::Status Send(const v1::AgentMessage& message) override {
    said_.push_back(message);
    return stream_.Send(message);
  }
  absl::StatusOr<v1::CollectorMessage> Receive() override {
    return stream_.Receive();
  }
  const std::vector<v1::AgentMessage>& said() const { return said_; }

 private:
  agent::MessageStream& stream_;
  std::vector<v1::AgentMessage> said_;
};

class HostileTest : public SyncServiceTest {
 protected:
  void SetUp() override {
    // So that time that passes for others is none for the good agent.
    options_.check_in_interval = absl::Hours(100);
    SyncServiceTest::SetUp();
    SetLogLevel(LogLevel::kInfo);
    ::testing::internal::CaptureStderr();
    good_ = ConnectAs(pki_.Agent(absl::Hours(1'000)));
    good_stream_ = good_->Open();
    good_conversation_.emplace(*good_stream_);
    ASSERT_OK(
        good_conversation_->Begin(FactsWith({"good"}, "good", "good"), 0));
  }
  void TearDown() override {
    // Whatever happened, the good agent is served.
    EXPECT_OK(
        good_conversation_->CheckIn(FactsWith({"good"}, "good", "good"), {}));
    good_conversation_.reset();
    good_stream_.reset();
    ::testing::internal::GetCapturedStderr();
    SetLogLevel(LogLevel::kError);
    SyncServiceTest::TearDown();
  }

  // Sweeps until one stream was late: one that was just opened may not wait
  // yet.
  void AwaitLate() {
    const absl::Time end = absl::Now() + absl::Seconds(20);
    while (stats_.streams_late < 1 && absl::Now() < end) {
      service_.EndLate();
      std::this_thread::yield();
    }
  }

  // Sweeps until only the good agent's stream is there; whether that came.
  bool OthersEnd() {
    const absl::Time end = absl::Now() + absl::Seconds(20);
    while (stats_.streams > 1 && absl::Now() < end) {
      service_.EndLate();
      std::this_thread::yield();
    }
    return stats_.streams == 1;
  }

  // Says Hello on a call that takes no answer, and returns once that is due.
  void SayHello(RawCall& call) {
    ASSERT_TRUE(call.ok());
    const auto facts = FactsWith({"a"});
    v1::AgentMessage hello;
    hello.mutable_hello()->add_row_levels(kRowLevel);
    hello.mutable_hello()->set_subject_root(facts.subject_root.ToBytes());
    hello.mutable_hello()->set_evidence_hash(facts.evidence_hash.ToBytes());
    const std::string bytes = hello.SerializeAsString();
    const int64_t changes = committer_.stats().changes;
    ASSERT_TRUE(call.SendData(
        RawCall::Prefix(static_cast<uint32_t>(bytes.size())) + bytes));
    while (committer_.stats().changes == changes) std::this_thread::yield();
    // The answer is given before the committer turns to this.
    ASSERT_OK(committer_.Commit({}, [](KnownStamp, const Reader&, Writes&) {
      return absl::OkStatus();
    }));
  }

  // What was logged of an agent since the last call.
  static std::string LogOf(const TlsCredentials& credentials) {
    const std::string all = ::testing::internal::GetCapturedStderr();
    ::testing::internal::CaptureStderr();
    std::string lines;
    for (const absl::string_view line : absl::StrSplit(all, '\n')) {
      if (absl::StrContains(line, AgentIdOf(credentials).ToHex())) {
        absl::StrAppend(&lines, line, "\n");
      }
    }
    return lines;
  }

  // The status that the stream ends with when these are said on it.
  absl::Status Say(const TlsCredentials& credentials,
                   const std::vector<v1::AgentMessage>& messages) const {
    const auto uplink = ConnectAs(credentials);
    const auto stream = uplink->Open();
    for (const v1::AgentMessage& message : messages) {
      stream->Send(message).IgnoreError();
    }
    while (true) {
      const auto answer = stream->Receive();
      if (!answer.ok()) return answer.status();
    }
  }

  // Everything that an agent says of its facts to a collector that knows
  // nothing of it.
  std::vector<v1::AgentMessage> Recorded(const TlsCredentials& credentials,
                                         const agent::Facts& facts) const {
    const auto uplink = ConnectAs(credentials);
    const auto stream = uplink->Open();
    Recorder recorder(*stream);
    agent::Conversation conversation(recorder);
    EXPECT_OK(conversation.Begin(facts, 0));
    return recorder.said();
  }

  std::string RootOf(const TlsCredentials& credentials) const {
    const auto subject = subjects_.FindByAgent(engine_, AgentIdOf(credentials));
    EXPECT_OK(subject);
    if (!subject->has_value()) return "none";
    const auto head = ReadHead(engine_, (*subject)->id);
    EXPECT_OK(head);
    return head->has_value() ? (*head)->subject_root() : "none";
  }

  std::unique_ptr<agent::Uplink> good_;
  std::unique_ptr<agent::MessageStream> good_stream_;
  std::optional<agent::Conversation> good_conversation_;
};

// This gRPC looks at a message's length when it has all of it, so the time that
// a message may take is what bounds it.
TEST_F(HostileTest, AMessageThatDeclaresAGigabyteIsNotWaitedFor) {
  const TlsCredentials bad = pki_.Agent();
  const int64_t messages = stats_.messages;
  RawCall call(listener_->port(), bad, kSync);
  ASSERT_TRUE(call.ok());
  ASSERT_TRUE(call.SendData(RawCall::Prefix(1u << 30) + "the first bytes"));
  AwaitStreams(2);
  clock_.Advance(options_.hello_within + absl::Seconds(1));
  AwaitLate();
  EXPECT_TRUE(call.AwaitEnd());
  AwaitStreams(1);
  EXPECT_EQ(stats_.streams_late, 1);
  EXPECT_EQ(stats_.messages, messages);
  EXPECT_THAT(LogOf(bad), HasSubstr("no whole message came in time"));
}

TEST_F(HostileTest, AStreamThatBreaksOffInTheMiddleIsCounted) {
  const TlsCredentials bad = pki_.Agent();
  {
    RawCall call(listener_->port(), bad, kSync);
    ASSERT_TRUE(call.ok());
    ASSERT_TRUE(call.SendData(RawCall::Prefix(100) + "half a message"));
    AwaitStreams(2);
  }
  AwaitStreams(1);
  EXPECT_EQ(stats_.streams_broken_off, 1);
  EXPECT_THAT(LogOf(bad), HasSubstr("broke off"));
}

TEST_F(HostileTest, AStreamThatTricklesIsEndedWhenItsTimeIsUp) {
  const TlsCredentials bad = pki_.Agent();
  RawCall call(listener_->port(), bad, kSync);
  ASSERT_TRUE(call.ok());
  const std::string start = RawCall::Prefix(100) + std::string(10, 'x');
  for (size_t i = 0; i < start.size(); ++i) {
    ASSERT_TRUE(call.SendData(start.substr(i, 1)));
  }
  AwaitStreams(2);
  clock_.Advance(options_.hello_within / 2);
  service_.EndLate();
  EXPECT_EQ(stats_.streams_late, 0);
  clock_.Advance(options_.hello_within);
  AwaitLate();
  EXPECT_TRUE(call.AwaitEnd());
  AwaitStreams(1);
  EXPECT_EQ(stats_.streams_late, 1);
  EXPECT_THAT(LogOf(bad), HasSubstr("no whole message came in time"));
}

TEST_F(HostileTest, AStreamThatTakesNoAnswerIsEndedInTime) {
  const TlsCredentials bad = pki_.Agent();
  RawCall call(listener_->port(), bad, kSync, RawCall::Listens::kNo);
  ASSERT_NO_FATAL_FAILURE(SayHello(call));
  clock_.Advance(options_.message_within / 2);
  service_.EndLate();
  EXPECT_EQ(stats_.streams, 2);
  clock_.Advance(options_.message_within);
  EXPECT_TRUE(OthersEnd());
  EXPECT_TRUE(call.AwaitEnd());
  EXPECT_EQ(stats_.streams_late, 1);
  EXPECT_THAT(LogOf(bad), HasSubstr("no answer was taken"));
}

TEST_F(HostileTest, AnAgentThatTakesNoAnswerIsEndedWhenItIsRevoked) {
  const TlsCredentials bad = pki_.Agent();
  RawCall call(listener_->port(), bad, kSync, RawCall::Listens::kNo);
  ASSERT_NO_FATAL_FAILURE(SayHello(call));
  EXPECT_EQ(service_.streams().End(AgentIdOf(bad),
                                   Revocations::Refusal(AgentIdOf(bad))),
            1);
  EXPECT_TRUE(OthersEnd());
  EXPECT_TRUE(call.AwaitEnd());
  EXPECT_EQ(stats_.streams_late, 0);
}

TEST_F(HostileTest, AStreamThatFallsSilentInATurnIsEnded) {
  const TlsCredentials bad = pki_.Agent(absl::Hours(1'000));
  const auto uplink = ConnectAs(bad);
  const auto stream = uplink->Open();
  const auto facts = FactsWith({"a"});
  v1::AgentMessage hello;
  hello.mutable_hello()->add_row_levels(kRowLevel);
  hello.mutable_hello()->set_subject_root(facts.subject_root.ToBytes());
  hello.mutable_hello()->set_evidence_hash(facts.evidence_hash.ToBytes());
  ASSERT_OK(stream->Send(hello));
  ASSERT_OK(stream->Receive());
  // The collector waits once its answer is written, which may be after it is
  // heard.
  while (stats_.streams_late == 0) {
    clock_.Advance(absl::Seconds(10));
    service_.EndLate();
    std::this_thread::yield();
  }
  EXPECT_THAT(stream->Receive(), StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_EQ(stats_.streams_late, 1);
}

TEST_F(HostileTest, AnAgentThatOnlyWaitsBetweenCheckInsIsNotLate) {
  clock_.Advance(2 * options_.check_in_interval);
  service_.EndLate();
  EXPECT_EQ(stats_.streams_late, 0);
}

TEST_F(HostileTest, HandshakesThatAreBegunAndLeftAreClosed) {
  GrpcListenerOptions options;
  options.address = "127.0.0.1:0";
  options.credentials = pki_.Server();
  options.handshake_within = absl::Seconds(1);
  SyncServiceImpl service(deps_, executor_, budget_);
  ASSERT_OK_AND_ASSIGN(const auto listener,
                       GrpcListener::Start(options, {&service}));
  std::vector<std::unique_ptr<RawSocket>> sockets;
  for (int i = 0; i < 60; ++i) {
    sockets.push_back(std::make_unique<RawSocket>(listener->port()));
    ASSERT_GE(sockets.back()->fd(), 0);
    // A third says nothing, a third begins a TLS record, a third is no TLS.
    if (i % 3 == 1) {
      ASSERT_TRUE(sockets.back()->Send("\x16\x03\x01\x02"));
    }
    if (i % 3 == 2) {
      ASSERT_TRUE(sockets.back()->Send("GET / HTTP/1.1\r\n\r\n"));
    }
  }
  for (const auto& socket : sockets) EXPECT_TRUE(socket->AwaitClose());
  EXPECT_EQ(stats_.streams, 1);  // the good agent's, on the other port
  listener->Stop(absl::ZeroDuration());
}

TEST_F(HostileTest, ACertificateOnAnotherDeviceIsRefused) {
  const TlsCredentials bad = pki_.Agent();
  const auto uplink = ConnectAs(bad);
  agent::Facts own = FactsWith({"a"}, "own", "own");
  own.evidence.add_permanent_macs("00:11:22:33:44:55");
  own.evidence_hash = ComputeEvidenceHash(own.evidence);
  ASSERT_OK(SyncOnce(*uplink, own));
  agent::Facts other = FactsWith({"b"}, "other", "other");
  other.evidence.add_permanent_macs("66:77:88:99:aa:bb");
  other.evidence_hash = ComputeEvidenceHash(other.evidence);
  EXPECT_THAT(SyncOnce(*uplink, other),
              StatusIs(absl::StatusCode::kPermissionDenied,
                       HasSubstr("another device")));
  EXPECT_EQ(stats_.identity_conflicts, 1);
  EXPECT_EQ(RootOf(bad), own.subject_root.bytes());
  EXPECT_THAT(LogOf(bad), HasSubstr("certificate used on another device"));
}

TEST_F(HostileTest, WhatAnotherAgentSaidMovesOnlyWhoRepeatsIt) {
  const TlsCredentials victim = pki_.Agent();
  const auto old = FactsWith({"a"}, "victim", "victim");
  const auto said = Recorded(victim, old);
  const auto now = FactsWith({"a", "b"}, "victim", "victim");
  ASSERT_OK(SyncOnce(*ConnectAs(victim), now));
  const TlsCredentials bad = pki_.Agent();
  Say(bad, said).IgnoreError();
  EXPECT_EQ(RootOf(victim), now.subject_root.bytes());
  EXPECT_OK(SyncOnce(*ConnectAs(victim), now));
}

TEST_F(HostileTest, AMessageThatIsRepeatedIsOutOfOrder) {
  // A row of its own is asked of everybody, so that every message is due.
  const auto said = Recorded(
      pki_.Agent(),
      FactsOf({FromText<v1::Row>("system_identity { serial_number: 's' }")}));
  ASSERT_TRUE(said.back().has_rows());
  for (size_t repeated = 0; repeated < said.size(); ++repeated) {
    const TlsCredentials bad = pki_.Agent();
    std::vector<v1::AgentMessage> messages(
        said.begin(), said.begin() + static_cast<int>(repeated) + 1);
    messages.push_back(said[repeated]);
    EXPECT_THAT(Say(bad, messages),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         HasSubstr("out of order")))
        << repeated;
    EXPECT_THAT(LogOf(bad), HasSubstr("FAILED_PRECONDITION"));
  }
}

TEST_F(HostileTest, AnotherDevicesOwnRowsAreNotHadByNamingThem) {
  const TlsCredentials victim = pki_.Agent();
  const auto facts = FactsOf(
      {FromText<v1::Row>("system_identity { serial_number: 'SECRET' }")},
      "victim");
  const auto said = Recorded(victim, facts);
  // All that the victim said but the row itself.
  std::vector<v1::AgentMessage> messages = said;
  ASSERT_TRUE(messages.back().has_rows());
  messages.back().mutable_rows()->clear_frames();
  const TlsCredentials bad = pki_.Agent();
  EXPECT_THAT(Say(bad, messages),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("1 rows were asked for and 0 came")));
  EXPECT_EQ(RootOf(bad), "none");
  EXPECT_EQ(stats_.messages_malformed, 1);
  EXPECT_THAT(LogOf(bad), HasSubstr("INVALID_ARGUMENT"));
}

// The last message of a turn, with these frames.
class HostileRowsTest : public HostileTest {
 protected:
  absl::Status SayFrame(const TlsCredentials& credentials,
                        const std::string& frame) {
    // A row of its own is asked of everybody.
    auto messages = Recorded(
        pki_.Agent(),
        FactsOf({FromText<v1::Row>("system_identity { serial_number: 's' }")}));
    EXPECT_TRUE(messages.back().has_rows());
    messages.back().mutable_rows()->set_frames(0, frame);
    return Say(credentials, messages);
  }
};

TEST_F(HostileRowsTest, AFrameThatDeclaresAGigabyteIsRefusedByItsHeader) {
  // RFC 8878 section 3.1.1: magic, a single segment with 8 bytes of size, the
  // size, and the head of a last block that repeats one byte.
  std::string frame("\x28\xb5\x2f\xfd\xe0", 5);
  frame.append("\x00\x00\x00\x40\x00\x00\x00\x00", 8);
  frame.append("\x03\x00\x00x", 4);
  const TlsCredentials bad = pki_.Agent();
  EXPECT_THAT(SayFrame(bad, frame), StatusIs(absl::StatusCode::kInvalidArgument,
                                             HasSubstr("1073741824")));
  EXPECT_EQ(stats_.messages_malformed, 1);
  EXPECT_THAT(LogOf(bad), HasSubstr("INVALID_ARGUMENT"));
}

TEST_F(HostileRowsTest, ABombIsRefusedByItsRatio) {
  const TlsCredentials bad = pki_.Agent();
  EXPECT_THAT(SayFrame(bad, Compress(std::string(1 << 20, 'x'))),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(stats_.messages_malformed, 1);
}

TEST_F(HostileRowsTest, ARowWithTextThatIsNotUtf8IsRefused) {
  v1::RowBatch batch;
  // system_identity { serial_number: "\xff" }
  batch.add_rows("\x22\x03\x0a\x01\xff");
  const TlsCredentials bad = pki_.Agent();
  EXPECT_THAT(SayFrame(bad, Compress(batch.SerializeAsString())),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("UTF-8")));
  EXPECT_EQ(stats_.messages_malformed, 1);
}

TEST_F(HostileTest, MoreRowsThanASectionMayHaveAreRefused) {
  const TlsCredentials bad = pki_.Agent();
  agent::Facts facts = FactsWith({}, "h", "m");
  auto& section = facts.sections["software"];
  const std::vector<RowId> ids = DrawIds(random_, kMaxRowsPerSection + 1);
  for (const RowId& id : ids) section.rows.push_back({id, ""});
  section.root = ComputeSectionRoot(ids);
  facts.subject_root = ComputeSubjectRoot(
      {{"os", facts.sections["os"].root}, {"software", section.root}});
  EXPECT_THAT(SyncOnce(*ConnectAs(bad), facts),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("20001 rows; at most 20000")));
  EXPECT_EQ(stats_.messages_malformed, 1);
  EXPECT_EQ(RootOf(bad), "none");
}

}  // namespace
}  // namespace rollcall::collector
