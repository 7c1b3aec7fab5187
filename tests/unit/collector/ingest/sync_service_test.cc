// The agents' port over real mutual TLS: what the reactor does where agents
// are too many, too loud, too late, or gone.
#include "collector/ingest/sync_service.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>

#include <optional>
#include <thread>

#include "absl/strings/str_cat.h"
#include "agent/uplink/conversation.h"
#include "collector/identity/contact_log.h"
#include "tests/support/gate.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/agent/uplink/facts_builder.h"
#include "tests/unit/collector/ingest/sync_service_fixture.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::AgentIdOf;
using ::rollcall::testing::FactsWith;
using ::rollcall::testing::Gate;
using ::rollcall::testing::StatusIs;
using ::testing::HasSubstr;

TEST_F(SyncServiceTest, TakesTheAgentFromTheCertificate) {
  const TlsCredentials credentials = pki_.Agent();
  const auto uplink = ConnectAs(credentials);
  const auto stream = uplink->Open();
  agent::Conversation conversation(*stream);
  const auto facts = FactsWith({"a", "b"});
  ASSERT_OK(conversation.Begin(facts, 0));
  ASSERT_OK(conversation.CheckIn(facts, {}));
  ASSERT_OK_AND_ASSIGN(const auto known,
                       subjects_.FindByAgent(engine_, AgentIdOf(credentials)));
  EXPECT_TRUE(known.has_value());
  EXPECT_EQ(stats_.streams, 1);
  EXPECT_EQ(stats_.syncs_committed, 1);
  EXPECT_EQ(stats_.check_ins, 1);
}

TEST_F(SyncServiceTest, OneWhoIsNoAgentIsRefusedAndCounted) {
  EXPECT_THAT(SyncOnce(*ConnectAs(pki_.Admin("jo")), FactsWith({})),
              StatusIs(absl::StatusCode::kUnauthenticated,
                       HasSubstr("rollcall://agent/")));
  const std::string other = AgentIdOf(pki_.Agent()).ToHex();
  EXPECT_THAT(SyncOnce(*ConnectAs(pki_.Impostor(other)), FactsWith({})),
              StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_EQ(stats_.unauthenticated, 2);
  EXPECT_EQ(stats_.streams_opened, 0);
}

TEST_F(SyncServiceTest, AStreamEndsWhenItsCertificateDoes) {
  const auto uplink = ConnectAs(pki_.Agent(absl::Hours(1)));
  const auto stream = uplink->Open();
  agent::Conversation conversation(*stream);
  const auto facts = FactsWith({"a"});
  ASSERT_OK(conversation.Begin(facts, 0));
  clock_.Advance(absl::Minutes(59));
  ASSERT_OK(conversation.CheckIn(facts, {}));
  clock_.Advance(absl::Minutes(2));
  EXPECT_THAT(
      conversation.CheckIn(facts, {}),
      StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("has expired")));
  AwaitStreams(0);
}

// Revokes it as an administrator does; how many streams ended.
int Revoke(Revocations& revocations, SyncServiceImpl& service, AgentId agent) {
  revocations.SetEnder([&service](AgentId id) {
    return service.streams().End(id, Revocations::Refusal(id));
  });
  v1::RevokeAgentRequest request;
  request.set_agent_id(agent.ToHex());
  const auto response = revocations.Revoke(request, "ada");
  EXPECT_OK(response);
  return response->ended_stream_count();
}

TEST_F(SyncServiceTest, ARevokedAgentsStreamEndsWhileItWaits) {
  const TlsCredentials credentials = pki_.Agent();
  const auto uplink = ConnectAs(credentials);
  const auto stream = uplink->Open();
  agent::Conversation conversation(*stream);
  const auto facts = FactsWith({"a"});
  ASSERT_OK(conversation.Begin(facts, 0));
  const auto other = ConnectAsNew();
  const auto other_stream = other->Open();
  agent::Conversation other_conversation(*other_stream);
  ASSERT_OK(other_conversation.Begin(FactsWith({"b"}), 0));
  EXPECT_EQ(Revoke(revocations_, service_, AgentIdOf(credentials)), 1);
  // Without a word of the agent.
  AwaitStreams(1);
  EXPECT_THAT(
      conversation.CheckIn(facts, {}),
      StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("was revoked")));
  EXPECT_OK(other_conversation.CheckIn(FactsWith({"b"}), {}));
}

TEST_F(SyncServiceTest, ARevokedAgentsStreamEndsThoughItIsAtWork) {
  const TlsCredentials credentials = pki_.Agent();
  const auto uplink = ConnectAs(credentials);
  const auto stream = uplink->Open();
  agent::Conversation conversation(*stream);
  const auto facts = FactsWith({"a"});
  ASSERT_OK(conversation.Begin(facts, 0));
  // Its next message waits for a thread.
  Gate release;
  for (int i = 0; i < executor_options_.threads; ++i) {
    ASSERT_OK(executor_.Post([release] { release.Await(); }));
  }
  while (executor_.queue() > 0) std::this_thread::yield();
  std::thread revoker([&] {
    while (executor_.queue() == 0) std::this_thread::yield();
    EXPECT_EQ(Revoke(revocations_, service_, AgentIdOf(credentials)), 1);
    release.Open();
  });
  // Of new facts: an unchanged check-in would be answered at once.
  conversation.CheckIn(FactsWith({"a", "b"}), {}).IgnoreError();
  revoker.join();
  EXPECT_THAT(conversation.CheckIn(facts, {}),
              StatusIs(absl::StatusCode::kPermissionDenied));
  AwaitStreams(0);
}

TEST_F(SyncServiceTest, ARevokedAgentOpensNoStream) {
  const TlsCredentials credentials = pki_.Agent();
  EXPECT_EQ(Revoke(revocations_, service_, AgentIdOf(credentials)), 0);
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(SyncOnce(*ConnectAs(credentials), FactsWith({"a"})),
                StatusIs(absl::StatusCode::kPermissionDenied,
                         HasSubstr("was revoked")));
  }
  EXPECT_EQ(service_.streams().revoked(), 3);
  EXPECT_EQ(DeviceCount(), 0u);
  EXPECT_OK(SyncOnce(*ConnectAsNew(), FactsWith({"a"})));
}

TEST_F(SyncServiceTest, BeyondTheStreamsItMayHoldAgentsComeBackLater) {
  options_.max_streams = 1;
  const auto first = ConnectAsNew();
  const auto held = first->Open();
  agent::Conversation conversation(*held);
  ASSERT_OK(conversation.Begin(FactsWith({"a"}), 0));
  const auto second = ConnectAsNew();
  std::optional<absl::Duration> retry;
  EXPECT_THAT(
      SyncOnce(*second, FactsWith({"b"}), &retry),
      StatusIs(absl::StatusCode::kUnavailable, HasSubstr("too many agents")));
  ASSERT_TRUE(retry.has_value());
  EXPECT_GE(*retry, options_.retry_after * 0.5);
  EXPECT_LE(*retry, options_.retry_after * 1.5);
  EXPECT_EQ(stats_.streams_turned_away, 1);
  // One who was turned away holds no place.
  AwaitStreams(1);
  ASSERT_OK(conversation.CheckIn(FactsWith({"a"}), {}));
}

TEST_F(SyncServiceTest, BeyondTheStreamsItHoldsAgentsHangUpAndCallBack) {
  options_.held_streams = 1;
  const auto facts = FactsWith({"a"});
  const auto first = ConnectAsNew();
  const auto held = first->Open();
  agent::Conversation conversation(*held);
  ASSERT_OK(conversation.Begin(facts, 0));
  ASSERT_OK(conversation.CheckIn(facts, {}));
  EXPECT_EQ(conversation.call_back_after(), std::nullopt);
  const auto second = ConnectAsNew();
  const auto stream = second->Open();
  agent::Conversation other(*stream);
  const auto others = FactsWith({"b"}, "host-2", "machine-2");
  ASSERT_OK(other.Begin(others, 0));
  // Also where the check-in brings a change, which is stored first.
  ASSERT_OK(other.CheckIn(FactsWith({"b", "c"}, "host-2", "machine-2"), {}));
  ASSERT_TRUE(other.call_back_after().has_value());
  EXPECT_GE(*other.call_back_after(), options_.call_back_after * 0.8);
  EXPECT_LE(*other.call_back_after(), options_.call_back_after * 1.2);
  EXPECT_EQ(stats_.syncs_committed, 3);
  // The collector has ended the stream, and holds the other.
  AwaitStreams(1);
  EXPECT_FALSE(stream->Receive().ok());
  EXPECT_EQ(stats_.streams_hung_up, 1);
  EXPECT_OK(conversation.CheckIn(facts, {}));
}

TEST_F(SyncServiceTest, AtAStartAgentsAreLetInSlowly) {
  options_.slow_start = absl::Minutes(1);
  options_.slow_start_rate = 1;
  SyncServiceImpl service(deps_, executor_, budget_);
  GrpcListenerOptions options;
  options.address = "127.0.0.1:0";
  options.credentials = pki_.Server();
  listener_->Stop(absl::ZeroDuration());
  ASSERT_OK_AND_ASSIGN(listener_, GrpcListener::Start(options, {&service}));
  EXPECT_OK(SyncOnce(*ConnectAsNew(), FactsWith({"a"})));
  std::optional<absl::Duration> retry;
  EXPECT_THAT(
      SyncOnce(*ConnectAsNew(), FactsWith({"b"}), &retry),
      StatusIs(absl::StatusCode::kUnavailable, HasSubstr("just started")));
  EXPECT_TRUE(retry.has_value());
  EXPECT_EQ(service.refused_by_slow_start(), 1);
  clock_.Advance(options_.slow_start);
  for (int i = 0; i < 3; ++i) {
    EXPECT_OK(SyncOnce(*ConnectAsNew(), FactsWith({"b"})));
  }
  listener_->Stop(absl::ZeroDuration());
  listener_.reset();
}

TEST_F(SyncServiceTest, BeyondTheBytesItMayHoldAgentsComeBackLater) {
  const auto taken = budget_.Admit(budget_.limit());
  std::optional<absl::Duration> retry;
  EXPECT_THAT(SyncOnce(*ConnectAsNew(), FactsWith({"a"}), &retry),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("bytes")));
  EXPECT_TRUE(retry.has_value());
  EXPECT_EQ(budget_.refused(), 1);
}

TEST_F(SyncServiceTest, BeyondTheWorkItMayQueueAgentsComeBackLater) {
  Gate release;
  for (int i = 0; i < executor_options_.threads; ++i) {
    ASSERT_OK(executor_.Post([release] { release.Await(); }));
  }
  while (executor_.queue() > 0) std::this_thread::yield();
  while (executor_.Post([] {}).ok()) {
  }
  std::optional<absl::Duration> retry;
  EXPECT_THAT(SyncOnce(*ConnectAsNew(), FactsWith({"a"}), &retry),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("wait")));
  EXPECT_TRUE(retry.has_value());
  release.Open();
}

TEST_F(SyncServiceTest, AnUnchangedCheckInIsAnsweredThoughNoThreadIsFree) {
  const auto uplink = ConnectAsNew();
  const auto stream = uplink->Open();
  agent::Conversation conversation(*stream);
  const auto facts = FactsWith({"a"});
  ASSERT_OK(conversation.Begin(facts, 0));
  Gate release;
  for (int i = 0; i < executor_options_.threads; ++i) {
    ASSERT_OK(executor_.Post([release] { release.Await(); }));
  }
  EXPECT_OK(conversation.CheckIn(facts, {}));
  release.Open();
}

TEST_F(SyncServiceTest, AMalformedMessageEndsTheStreamAndIsCounted) {
  grpc::SslCredentialsOptions tls;
  const TlsCredentials credentials = pki_.Agent();
  tls.pem_root_certs = credentials.ca_pem;
  tls.pem_cert_chain = credentials.certificate_pem;
  tls.pem_private_key = credentials.private_key_pem;
  grpc::GenericStub stub(
      grpc::CreateChannel(absl::StrCat("127.0.0.1:", listener_->port()),
                          grpc::SslCredentials(tls)));
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  const auto next = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
  };
  const auto call =
      stub.PrepareCall(&context, "/rollcall.v1.SyncService/Sync", &queue);
  call->StartCall(nullptr);
  next();
  // A field of text that is not UTF-8.
  grpc::Slice slice(std::string("\x0a\x03\x0a\x01\xff"));
  call->Write(grpc::ByteBuffer(&slice, 1), nullptr);
  next();
  grpc::Status status;
  call->Finish(&status, nullptr);
  next();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(stats_.messages_malformed, 1);
}

TEST_F(SyncServiceTest, ManyAgentsAtOnceAreAllServed) {
  constexpr int kThreads = 4;
  constexpr int kAgents = 5;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([this, i] {
      for (int j = 0; j < kAgents; ++j) {
        const auto uplink = ConnectAsNew();
        const std::string name = absl::StrCat("host-", i, "-", j);
        const auto facts = FactsWith({"shared", name}, name, name);
        EXPECT_OK(SyncOnce(*uplink, facts));
        EXPECT_OK(SyncOnce(*uplink, facts));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(DeviceCount(), static_cast<size_t>(kThreads * kAgents));
  EXPECT_EQ(stats_.streams_opened, 2 * kThreads * kAgents);
  EXPECT_EQ(stats_.syncs_committed, kThreads * kAgents);
}

// Two machines, or two starts of one, with the key of one agent.
class TwinServiceTest : public SyncServiceTest {
 protected:
  struct Machine {
    std::unique_ptr<agent::Uplink> uplink;
    std::unique_ptr<agent::MessageStream> stream;
    std::unique_ptr<agent::Conversation> conversation;
    agent::Facts facts;
  };
  // Says Hello; `boot` tells the starts of machines apart.
  Machine Start(char boot) {
    Machine machine;
    machine.facts = FactsWith({"a"});
    machine.facts.boot_id = std::string(16, boot);
    machine.uplink = ConnectAs(credentials_);
    machine.stream = machine.uplink->Open();
    machine.conversation =
        std::make_unique<agent::Conversation>(*machine.stream);
    EXPECT_OK(machine.conversation->Begin(machine.facts, 0));
    return machine;
  }
  static absl::Status CheckIn(Machine& machine) {
    return machine.conversation->CheckIn(machine.facts, {});
  }

  const TlsCredentials credentials_ = pki_.Agent();
};

TEST_F(TwinServiceTest, OfTwoMachinesThatBothAnswerTheLaterIsRefused) {
  Machine older = Start('a');
  Machine newer = Start('b');
  EXPECT_OK(CheckIn(newer));
  EXPECT_OK(CheckIn(older));
  AwaitStreams(1);
  EXPECT_THAT(CheckIn(newer), StatusIs(absl::StatusCode::kPermissionDenied,
                                       HasSubstr("several machines")));
  EXPECT_OK(CheckIn(older));
  EXPECT_EQ(stats_.twins_cloned, 1);
}

TEST_F(TwinServiceTest, AStreamWithoutAMachineIsEndedInTime) {
  Machine older = Start('a');
  Machine newer = Start('b');
  EXPECT_OK(CheckIn(newer));
  clock_.Advance(2 * options_.check_in_interval);
  EXPECT_OK(CheckIn(newer));
  service_.twins().EndSilent();
  AwaitStreams(1);
  EXPECT_OK(CheckIn(newer));
  EXPECT_EQ(stats_.twins_silent, 1);
  EXPECT_EQ(stats_.twins_cloned, 0);
}

TEST_F(TwinServiceTest, TwoStreamsOfOneMachineAreBothServed) {
  Machine older = Start('a');
  Machine newer = Start('a');
  for (int i = 0; i < 3; ++i) {
    EXPECT_OK(CheckIn(newer));
    EXPECT_OK(CheckIn(older));
    clock_.Advance(options_.check_in_interval);
    service_.twins().EndSilent();
  }
  EXPECT_EQ(stats_.streams, 2);
  EXPECT_EQ(stats_.twins_challenged, 2);
}

TEST_F(TwinServiceTest, AnAnswerThatNobodyAskedForIsMalformed) {
  Machine machine = Start('a');
  v1::AgentMessage answer;
  answer.mutable_challenge_answer()->set_nonce(std::string(16, 'n'));
  EXPECT_OK(machine.stream->Send(answer));
  EXPECT_THAT(machine.stream->Receive(),
              StatusIs(absl::StatusCode::kInvalidArgument));
  AwaitStreams(0);
  EXPECT_EQ(stats_.messages_malformed, 1);
}

TEST_F(TwinServiceTest, OneAgentOpensSoManyStreamsAndNoMore) {
  options_.max_agent_streams = 2;
  const Machine first = Start('a');
  std::optional<Machine> second = Start('a');
  std::optional<absl::Duration> retry;
  EXPECT_THAT(SyncOnce(*ConnectAs(credentials_), FactsWith({"a"}), &retry),
              StatusIs(absl::StatusCode::kUnavailable,
                       HasSubstr("too many streams of this agent")));
  EXPECT_TRUE(retry.has_value());
  EXPECT_EQ(stats_.streams_turned_away, 1);
  EXPECT_OK(SyncOnce(*ConnectAsNew(), FactsWith({"b"})));
  // Once one of them has gone there is room again.
  second.reset();
  AwaitStreams(1);
  EXPECT_OK(SyncOnce(*ConnectAs(credentials_), FactsWith({"a"})));
}

// Holds the committer after an agent's Hello, so that its facts stay in flight.
class StalledSyncServiceTest : public SyncServiceTest {
 protected:
  // A change that does nothing for long.
  struct Stall {
    Gate begun;
    Gate end;
  };

  void Submit(const Stall& stall, std::vector<std::string> names) {
    ASSERT_OK(committer_.Submit({std::move(names),
                                 [stall](KnownStamp, const Reader&, Writes&) {
                                   stall.begun.Open();
                                   stall.end.Await();
                                   return absl::OkStatus();
                                 },
                                 [](const absl::StatusOr<KnownStamp>&) {}}));
  }
  void AwaitQueue(size_t changes) const {
    while (committer_.stats().queue < changes) std::this_thread::yield();
  }

  // Starts an agent and returns once its facts wait to be written.
  void SendFacts(const TlsCredentials& credentials, agent::Uplink& uplink) {
    ASSERT_NO_FATAL_FAILURE(Submit(before_hello_, {}));
    before_hello_.begun.Await();
    agent_ = std::thread([&] { status_ = SyncOnce(uplink, FactsWith({"a"})); });
    AwaitQueue(1);
    // Of a name with the Hello and one with the facts, and so not in one group
    // with either, however soon the facts come.
    const AgentId agent = AgentIdOf(credentials);
    std::vector<std::string> names = Subjects::NamesOfNew(SubjectId(), agent);
    for (const std::string& name : ContactLog::NamesOf(agent)) {
      names.push_back(name);
    }
    ASSERT_NO_FATAL_FAILURE(Submit(after_hello_, std::move(names)));
    before_hello_.end.Open();
    after_hello_.begun.Await();
    AwaitQueue(1);
  }

  Stall before_hello_;
  Stall after_hello_;
  std::thread agent_;
  absl::Status status_;
};

TEST_F(StalledSyncServiceTest, AnAgentThatVanishesWhileItsFactsAreWritten) {
  const TlsCredentials credentials = pki_.Agent();
  const auto uplink = ConnectAs(credentials);
  ASSERT_NO_FATAL_FAILURE(SendFacts(credentials, *uplink));
  uplink->Interrupt();
  agent_.join();
  EXPECT_THAT(status_, StatusIs(absl::StatusCode::kCancelled));
  after_hello_.end.Open();
  // The change is made all the same, and the reactor ends after it.
  AwaitStreams(0);
  EXPECT_EQ(DeviceCount(), 1u);
}

TEST_F(StalledSyncServiceTest, StoppingWaitsForFactsThatAreBeingWritten) {
  const TlsCredentials credentials = pki_.Agent();
  const auto uplink = ConnectAs(credentials);
  ASSERT_NO_FATAL_FAILURE(SendFacts(credentials, *uplink));
  std::thread stopper([&] { listener_->Stop(absl::ZeroDuration()); });
  agent_.join();  // it is cancelled while the collector still writes
  EXPECT_FALSE(status_.ok());
  after_hello_.end.Open();
  stopper.join();
  EXPECT_EQ(stats_.streams, 0);
  EXPECT_EQ(DeviceCount(), 1u);
}

}  // namespace
}  // namespace rollcall::collector
