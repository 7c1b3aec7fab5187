// Streams of messages over real mutual TLS: who may have them, what they tell,
// and when they end.
#include "collector/rpc/server_stream.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <atomic>
#include <deque>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collector/rpc/grpc_listener.h"
#include "collector/rpc/unary.h"
#include "common/answer_mark.h"
#include "gmock/gmock.h"
#include "rollcall/v1/alert_service.grpc.pb.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_revoked.h"
#include "tests/support/gate.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_pki.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::FakeClock;
using ::rollcall::testing::FakeRevoked;
using ::rollcall::testing::Gate;
using ::rollcall::testing::StatusIs;
using ::rollcall::testing::TestPki;
using ::testing::HasSubstr;

using Message = v1::WatchAlertsResponse;

// What all streams of a test tell: messages named by a test. Thread-safe.
class Board {
 public:
  class Source final : public StreamSource<Message> {
   public:
    explicit Source(Board& board) : board_(board) {}
    std::optional<Message> Next() override {
      auto message = board_.At(next_);
      if (message.has_value()) ++next_;
      return message;
    }

   private:
    Board& board_;
    size_t next_ = 0;
  };

  std::unique_ptr<StreamSource<Message>> Open(
      const std::shared_ptr<StreamLine>& line) {
    MutexLock lock(&mutex_);
    lines_.push_back(line);
    opened_.SignalAll();
    return std::make_unique<Source>(*this);
  }
  void Tell(const std::string& name) {
    std::vector<std::shared_ptr<StreamLine>> lines;
    {
      MutexLock lock(&mutex_);
      messages_.emplace_back().mutable_alert()->set_alert_id(name);
      lines = lines_;
    }
    for (const auto& line : lines) line->Wake();
  }
  void AwaitOpened(size_t count) {
    MutexLock lock(&mutex_);
    while (lines_.size() < count) opened_.Wait(&mutex_);
  }
  size_t opened() {
    MutexLock lock(&mutex_);
    return lines_.size();
  }

 private:
  std::optional<Message> At(size_t place) {
    MutexLock lock(&mutex_);
    return place < messages_.size() ? std::optional(messages_[place])
                                    : std::nullopt;
  }

  Mutex mutex_;
  CondVar opened_;
  std::deque<Message> messages_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<StreamLine>> lines_ ABSL_GUARDED_BY(mutex_);
};

// WatchAlerts tells what the board does; ListAlerts answers at once.
class BoardService final : public v1::AlertService::CallbackService {
 public:
  using Open = StreamDispatcher::OpenSource<Message>;

  BoardService(const UnaryDispatcher& unary, const StreamDispatcher& dispatcher,
               Open open)
      : unary_(unary), dispatcher_(dispatcher), open_(std::move(open)) {}

  grpc::ServerUnaryReactor* ListAlerts(grpc::CallbackServerContext* context,
                                       const v1::ListAlertsRequest* request,
                                       v1::ListAlertsResponse*) override {
    return unary_.Run(context, *request,
                      [](const Caller&) { return absl::OkStatus(); });
  }

  grpc::ServerWriteReactor<Message>* WatchAlerts(
      grpc::CallbackServerContext* context,
      const v1::WatchAlertsRequest* request) override {
    return dispatcher_.Serve<Message>(context, *request, open_);
  }

 private:
  const UnaryDispatcher& unary_;
  const StreamDispatcher& dispatcher_;
  const Open open_;
};

class BoardRoles final : public PrincipalRoles {
 public:
  absl::StatusOr<RoleSet> RolesOf(absl::string_view principal) const override {
    MutexLock lock(&mutex_);
    return without_role_ == principal ? RoleSet() : RoleSet({v1::ROLE_VIEWER});
  }
  void Take(const std::string& principal) {
    MutexLock lock(&mutex_);
    without_role_ = principal;
  }

 private:
  mutable Mutex mutex_;
  std::string without_role_ ABSL_GUARDED_BY(mutex_);
};

std::unique_ptr<v1::AlertService::Stub> StubOf(
    int port, const TlsCredentials& credentials) {
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = credentials.ca_pem;
  tls.pem_cert_chain = credentials.certificate_pem;
  tls.pem_private_key = credentials.private_key_pem;
  return v1::AlertService::NewStub(grpc::CreateChannel(
      absl::StrCat("127.0.0.1:", port), grpc::SslCredentials(tls)));
}

absl::Status ToAbsl(const grpc::Status& status) {
  return {static_cast<absl::StatusCode>(status.error_code()),
          status.error_message()};
}

// A client's end.
class Stream {
 public:
  Stream(int port, const TlsCredentials& credentials)
      : stub_(StubOf(port, credentials)),
        reader_(stub_->WatchAlerts(&context_, {})) {}

  // The next message's name; "" at the end.
  std::string Read() {
    Message message;
    return reader_->Read(&message) ? message.alert().alert_id() : "";
  }
  absl::Status Finish() {
    while (!Read().empty()) {
    }
    return ToAbsl(reader_->Finish());
  }
  void Cancel() { context_.TryCancel(); }
  // REQUIRES: it is finished.
  bool is_marked() const {
    return context_.GetServerTrailingMetadata().contains(kAnswerMark);
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<v1::AlertService::Stub> stub_;
  std::unique_ptr<grpc::ClientReader<Message>> reader_;
};

class ServerStreamTest : public ::testing::Test {
 protected:
  void SetUp() override {
    GrpcListenerOptions options;
    options.address = "127.0.0.1:0";
    options.credentials = pki_.Server();
    ASSERT_OK_AND_ASSIGN(listener_, GrpcListener::Start(options, {&service_}));
  }
  void TearDown() override {
    streams_.Stop();
    listener_->Stop(absl::ZeroDuration());
    EXPECT_EQ(streams_.size(), 0u);
  }

  std::unique_ptr<Stream> Call(const TlsCredentials& credentials) {
    return std::make_unique<Stream>(listener_->port(), credentials);
  }
  std::unique_ptr<Stream> CallAs(const std::string& principal) {
    return Call(pki_.Admin(principal));
  }
  // Makes a call that is no stream.
  absl::Status AskAs(const std::string& principal) {
    grpc::ClientContext context;
    v1::ListAlertsResponse response;
    return ToAbsl(StubOf(listener_->port(), pki_.Admin(principal))
                      ->ListAlerts(&context, {}, &response));
  }

  const TestPki pki_;
  FakeClock clock_{absl::Now()};
  BoardRoles roles_;
  FakeRevoked revoked_;
  const AccessControl access_{roles_, revoked_, clock_};
  Executor executor_{{.threads = 2, .max_queue = 16}};
  OpenStreams streams_{clock_, {.of_principal = 2, .in_all = 3}};
  CallTurns turns_{executor_, {}};
  const UnaryDispatcher unary_{turns_, access_};
  const StreamDispatcher dispatcher_{turns_, access_, streams_};
  Board board_;
  // What opening a stream does before.
  std::function<absl::Status(const Caller&)> before_open_ = [](const Caller&) {
    return absl::OkStatus();
  };
  BoardService service_{
      unary_, dispatcher_,
      [this](const Caller& caller, const std::shared_ptr<StreamLine>& line)
          -> absl::StatusOr<std::unique_ptr<StreamSource<Message>>> {
        const absl::Status status = before_open_(caller);
        if (!status.ok()) return status;
        return board_.Open(line);
      }};
  std::unique_ptr<GrpcListener> listener_;
};

TEST_F(ServerStreamTest, TellsWhatIsThereAndWhatComes) {
  board_.Tell("a");
  board_.Tell("b");
  const auto stream = CallAs("jo");
  EXPECT_EQ(stream->Read(), "a");
  EXPECT_EQ(stream->Read(), "b");
  board_.Tell("c");
  EXPECT_EQ(stream->Read(), "c");
}

TEST_F(ServerStreamTest, WhoMayNotIsRefused) {
  roles_.Take("jo");
  EXPECT_THAT(CallAs("jo")->Finish(),
              StatusIs(absl::StatusCode::kPermissionDenied,
                       HasSubstr("may not call AlertService.WatchAlerts")));
  EXPECT_THAT(Call(pki_.Agent())->Finish(),
              StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_EQ(board_.opened(), 0u);
}

TEST_F(ServerStreamTest, AnErrorOfOpeningIsTheCalls) {
  before_open_ = [](const Caller& caller) {
    return absl::InvalidArgumentError(caller.principal + ": not so");
  };
  const auto stream = CallAs("jo");
  EXPECT_THAT(stream->Finish(),
              StatusIs(absl::StatusCode::kInvalidArgument, "jo: not so"));
  EXPECT_TRUE(stream->is_marked());
}

TEST_F(ServerStreamTest, ARefusalIsMarkedAsTheCollectorsOwn) {
  roles_.Take("jo");
  const auto stream = CallAs("jo");
  EXPECT_THAT(stream->Finish(), StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_TRUE(stream->is_marked());
}

TEST_F(ServerStreamTest, StreamsAreBoundedForEachPrincipalAndInAll) {
  const auto first = CallAs("jo");
  const auto second = CallAs("jo");
  board_.AwaitOpened(2);
  EXPECT_THAT(CallAs("jo")->Finish(),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       HasSubstr("jo has 2 streams open")));
  const auto third = CallAs("al");
  board_.AwaitOpened(3);
  EXPECT_THAT(CallAs("al")->Finish(),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       HasSubstr("3 streams are open")));
  // One who hangs up makes room.
  first->Cancel();
  EXPECT_THAT(first->Finish(), StatusIs(absl::StatusCode::kCancelled));
  while (streams_.size() == 3) std::this_thread::yield();
  board_.Tell("a");
  EXPECT_EQ(CallAs("jo")->Read(), "a");
}

TEST_F(ServerStreamTest, AStreamEndsWithItsCertificate) {
  board_.Tell("a");
  const auto stream = Call(pki_.Admin("jo", absl::Hours(1)));
  EXPECT_EQ(stream->Read(), "a");
  clock_.Advance(absl::Minutes(59));
  streams_.Sweep();
  board_.Tell("b");
  EXPECT_EQ(stream->Read(), "b");
  clock_.Advance(absl::Minutes(2));
  streams_.Sweep();
  EXPECT_THAT(stream->Finish(),
              StatusIs(absl::StatusCode::kUnauthenticated,
                       HasSubstr("the certificate has expired")));
}

TEST_F(ServerStreamTest, AStreamEndsWithTheRole) {
  board_.Tell("a");
  const auto jo = CallAs("jo");
  const auto al = CallAs("al");
  EXPECT_EQ(jo->Read(), "a");
  EXPECT_EQ(al->Read(), "a");
  roles_.Take("jo");
  streams_.Sweep();
  EXPECT_THAT(jo->Finish(), StatusIs(absl::StatusCode::kPermissionDenied));
  board_.Tell("b");
  EXPECT_EQ(al->Read(), "b");
}

TEST_F(ServerStreamTest, AStreamEndsWithACertificateThatIsRevoked) {
  board_.Tell("a");
  const TlsCredentials stolen = pki_.Admin("jo");
  const auto thief = Call(stolen);
  const auto jo = CallAs("jo");
  EXPECT_EQ(thief->Read(), "a");
  EXPECT_EQ(jo->Read(), "a");
  revoked_.Revoke("jo", ReadCertificate(stolen.certificate_pem)->sha256);
  streams_.Sweep();
  EXPECT_THAT(thief->Finish(), StatusIs(absl::StatusCode::kUnauthenticated,
                                        HasSubstr("was revoked")));
  board_.Tell("b");
  EXPECT_EQ(jo->Read(), "b");
}

TEST_F(ServerStreamTest, AStreamEndsWhenTheCollectorStopsAndNoneOpensThen) {
  board_.Tell("a");
  const auto stream = CallAs("jo");
  EXPECT_EQ(stream->Read(), "a");
  streams_.Stop();
  EXPECT_THAT(stream->Finish(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(CallAs("jo")->Finish(), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(ServerStreamTest, AStreamThatIsEndedWhileItOpensEnds) {
  const Gate gate;
  before_open_ = [gate](const Caller&) {
    gate.Await();
    return absl::OkStatus();
  };
  const auto stream = CallAs("jo");
  while (streams_.size() == 0) std::this_thread::yield();
  streams_.Stop();
  gate.Open();
  EXPECT_THAT(stream->Finish(), StatusIs(absl::StatusCode::kUnavailable));
}

// Two streams of jo on two threads: one is being opened until the gate is open,
// and one waits for its turn.
class SlowOpeningTest : public ServerStreamTest {
 protected:
  void SetUp() override {
    ServerStreamTest::SetUp();
    before_open_ = [this](const Caller&) {
      ++begun_;
      release_.Await();
      return absl::OkStatus();
    };
    first_ = CallAs("jo");
    while (begun_ == 0) std::this_thread::yield();
    second_ = CallAs("jo");
    while (turns_.waiting() == 0) std::this_thread::yield();
  }

  std::atomic<int> begun_{0};
  const Gate release_{};
  std::unique_ptr<Stream> first_;
  std::unique_ptr<Stream> second_;
};

TEST_F(SlowOpeningTest, StreamsOfOneCallerLeaveAThreadToTheCallsOfOthers) {
  EXPECT_OK(AskAs("al"));
  release_.Open();
  board_.AwaitOpened(2);
}

TEST_F(SlowOpeningTest, AStreamThatEndsWhileItWaitsForItsTurnIsNotOpened) {
  streams_.Stop();
  release_.Open();
  EXPECT_THAT(first_->Finish(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(second_->Finish(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(begun_, 1);
}

TEST_F(SlowOpeningTest, AStreamWhoseCallerLostTheRoleMeanwhileIsNotOpened) {
  roles_.Take("jo");
  release_.Open();
  EXPECT_THAT(second_->Finish(), StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_EQ(begun_, 1);
}

// --- the line ---------------------------------------------------------------

class FakeStream final : public WritableStream {
 public:
  bool BeginNextWrite() override { return has_more; }
  void FinishWith(const absl::Status& status) override {
    finished.push_back(status);
  }
  void BreakWrite() override { ++broken; }

  bool has_more = true;
  std::vector<absl::Status> finished;
  int broken = 0;
};

TEST(StreamLine, WhatIsWrittenIsFinishedFirst) {
  FakeStream stream;
  StreamLine line(stream);
  line.Open();
  line.End(absl::UnavailableError("stops"));
  line.End(absl::InternalError("later"));
  EXPECT_TRUE(stream.finished.empty());
  line.Wrote(true);
  line.Wake();
  ASSERT_EQ(stream.finished.size(), 1u);
  EXPECT_THAT(stream.finished[0], StatusIs(absl::StatusCode::kUnavailable));
}

TEST(StreamLine, OneThatWaitsIsFinishedAtOnce) {
  FakeStream stream;
  StreamLine line(stream);
  stream.has_more = false;
  line.Open();
  line.End(absl::UnavailableError("stops"));
  EXPECT_EQ(stream.finished.size(), 1u);
}

TEST(StreamLine, AMessageThatIsNotTakenIsBrokenOff) {
  FakeStream stream;
  StreamLine line(stream);
  line.Open();
  const absl::Duration minute = absl::Minutes(1);
  line.Sweep(absl::Minutes(10), minute);
  line.Sweep(absl::Minutes(11), minute);
  EXPECT_EQ(stream.broken, 0);
  line.Sweep(absl::Minutes(12), minute);
  line.Sweep(absl::Minutes(13), minute);
  EXPECT_EQ(stream.broken, 1);
  line.Wrote(false);
  ASSERT_EQ(stream.finished.size(), 1u);
  EXPECT_THAT(stream.finished[0],
              StatusIs(absl::StatusCode::kDeadlineExceeded));
}

TEST(StreamLine, OneThatIsTakenInTimeGoesOn) {
  FakeStream stream;
  StreamLine line(stream);
  line.Open();
  for (int minute = 0; minute < 10; ++minute) {
    line.Sweep(absl::Minutes(2 * minute), absl::Minutes(1));
    line.Wrote(true);
  }
  EXPECT_EQ(stream.broken, 0);
  EXPECT_TRUE(stream.finished.empty());
}

TEST(StreamLine, NothingReachesAStreamThatHasGone) {
  FakeStream stream;
  StreamLine line(stream);
  stream.has_more = false;
  line.Open();
  line.Detach();
  line.Wake();
  line.End(absl::UnavailableError("stops"));
  EXPECT_TRUE(stream.finished.empty());
}

}  // namespace
}  // namespace rollcall::collector
