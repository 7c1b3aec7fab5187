// The carrier over real mutual TLS, to a collector that does what a test says.
#include "agent/uplink/grpc_stream.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <functional>
#include <thread>

#include "absl/strings/str_cat.h"
#include "rollcall/v1/sync.grpc.pb.h"
#include "tests/support/gate.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_pki.h"

namespace rollcall::agent {
namespace {

using ::rollcall::testing::EqualsProto;
using ::rollcall::testing::Gate;
using ::rollcall::testing::IsOkAndHolds;
using ::rollcall::testing::StatusIs;
using ::rollcall::testing::TestPki;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

using ServerStream =
    grpc::ServerReaderWriter<v1::CollectorMessage, v1::AgentMessage>;

class TestCollector final : public v1::SyncService::Service {
 public:
  using Talk = std::function<grpc::Status(grpc::ServerContext&, ServerStream&)>;
  explicit TestCollector(Talk talk) : talk_(std::move(talk)) {}
  grpc::Status Sync(grpc::ServerContext* context,
                    ServerStream* stream) override {
    return talk_(*context, *stream);
  }

 private:
  const Talk talk_;
};

v1::AgentMessage CheckIn(int sequence) {
  v1::AgentMessage message;
  message.mutable_check_in()->set_sequence(sequence);
  return message;
}

class GrpcStreamTest : public ::testing::Test {
 protected:
  GrpcStreamTest() {
    grpc::SslServerCredentialsOptions tls(
        GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    const TlsCredentials own = pki_.Server();
    tls.pem_root_certs = own.ca_pem;
    tls.pem_key_cert_pairs.push_back(
        {own.private_key_pem, own.certificate_pem});
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::SslServerCredentials(tls),
                             &port);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    options_.collector = absl::StrCat("127.0.0.1:", port);
    options_.credentials = pki_.Agent();
  }
  ~GrpcStreamTest() override { StopCollector(); }

  void StopCollector() {
    if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::now());
    server_.reset();
  }

  // Sends one message and waits for the answer.
  static absl::Status Exchange(MessageStream& stream) {
    const absl::Status sent = stream.Send(CheckIn(1));
    return sent.ok() ? stream.Receive().status() : sent;
  }

  // What the collector does with a stream; by default it acknowledges
  // check-ins.
  TestCollector::Talk talk_ = [](grpc::ServerContext&, ServerStream& stream) {
    v1::AgentMessage message;
    while (stream.Read(&message)) {
      v1::CollectorMessage answer;
      answer.mutable_ack()->set_sequence(message.check_in().sequence());
      stream.Write(answer);
    }
    return grpc::Status::OK;
  };
  TestCollector service_{
      [this](grpc::ServerContext& context, ServerStream& stream) {
        return talk_(context, stream);
      }};
  const TestPki pki_;
  std::unique_ptr<grpc::Server> server_;
  UplinkOptions options_;
};

TEST_F(GrpcStreamTest, CarriesMessagesBothWays) {
  const auto uplink = Uplink::Create(options_);
  const auto stream = uplink->Open();
  for (int i = 1; i <= 3; ++i) {
    ASSERT_OK(stream->Send(CheckIn(i)));
    v1::CollectorMessage expected;
    expected.mutable_ack()->set_sequence(i);
    EXPECT_THAT(stream->Receive(), IsOkAndHolds(EqualsProto(expected)));
  }
}

TEST_F(GrpcStreamTest, OneStreamFollowsAnother) {
  const auto uplink = Uplink::Create(options_);
  for (int i = 0; i < 3; ++i) {
    const auto stream = uplink->Open();
    ASSERT_OK(stream->Send(CheckIn(1)));
    EXPECT_OK(stream->Receive());
  }
}

TEST_F(GrpcStreamTest, AStreamThatIsGivenUpEndsThere) {
  Gate ended;
  talk_ = [&](grpc::ServerContext&, ServerStream& stream) {
    v1::AgentMessage message;
    while (stream.Read(&message)) {
    }
    ended.Open();
    return grpc::Status::OK;
  };
  const auto uplink = Uplink::Create(options_);
  uplink->Open();  // never used
  ASSERT_OK(uplink->Open()->Send(CheckIn(1)));
  ended.Await();
}

TEST_F(GrpcStreamTest, WithoutACollectorItSaysWhatToLookAt) {
  StopCollector();
  const auto uplink = Uplink::Create(options_);
  const auto stream = uplink->Open();
  EXPECT_THAT(
      Exchange(*stream),
      StatusIs(absl::StatusCode::kUnavailable,
               AllOf(HasSubstr("no connection to " + options_.collector),
                     HasSubstr("is the collector running"))));
}

TEST_F(GrpcStreamTest, AfterACollectorThatIsAwayComesTheNext) {
  options_.alternates = {options_.collector};
  options_.collector = "127.0.0.1:1";
  const auto uplink = Uplink::Create(options_);
  EXPECT_THAT(Exchange(*uplink->Open()),
              StatusIs(absl::StatusCode::kUnavailable,
                       HasSubstr("no connection to 127.0.0.1:1")));
  EXPECT_OK(Exchange(*uplink->Open()));
  // Who answers is kept.
  EXPECT_OK(Exchange(*uplink->Open()));
  StopCollector();
  EXPECT_FALSE(Exchange(*uplink->Open()).ok());
  EXPECT_THAT(Exchange(*uplink->Open()),
              StatusIs(absl::StatusCode::kUnavailable,
                       HasSubstr("no connection to 127.0.0.1:1")));
}

TEST_F(GrpcStreamTest, NewCredentialsCountForTheNextStream) {
  const TlsCredentials good = options_.credentials;
  options_.credentials = pki_.Agent(-absl::Minutes(1));
  const auto uplink = Uplink::Create(options_);
  EXPECT_FALSE(Exchange(*uplink->Open()).ok());
  uplink->UseCredentials(good);
  const auto stream = uplink->Open();
  EXPECT_OK(Exchange(*stream));
  // A stream that is open goes on with what it has.
  uplink->UseCredentials(pki_.Agent(-absl::Minutes(1)));
  EXPECT_OK(Exchange(*stream));
}

TEST_F(GrpcStreamTest, NeitherSideTalksToAStranger) {
  const TestPki other;
  TlsCredentials we_are_strange = other.Agent();
  we_are_strange.ca_pem = pki_.ca_pem();
  TlsCredentials they_are_strange = pki_.Agent();
  they_are_strange.ca_pem = other.ca_pem();
  for (const TlsCredentials& credentials :
       {we_are_strange, they_are_strange, pki_.Agent(-absl::Minutes(1))}) {
    options_.credentials = credentials;
    const auto uplink = Uplink::Create(options_);
    const auto stream = uplink->Open();
    EXPECT_THAT(Exchange(*stream),
                StatusIs(absl::StatusCode::kUnavailable,
                         HasSubstr("from its CA and not expired")));
  }
}

TEST_F(GrpcStreamTest, GivesTheStatusThatTheCollectorEndsWith) {
  talk_ = [](grpc::ServerContext&, ServerStream&) {
    return grpc::Status(grpc::StatusCode::PERMISSION_DENIED, "not you");
  };
  const auto uplink = Uplink::Create(options_);
  const auto stream = uplink->Open();
  EXPECT_THAT(Exchange(*stream),
              StatusIs(absl::StatusCode::kPermissionDenied, "not you"));
}

TEST_F(GrpcStreamTest, AServerThatTakesNoAgentsIsSaidToBeAnotherPort) {
  const auto another_port =
      AllOf(HasSubstr(options_.collector + " does not take agents"),
            HasSubstr("agents' port (7443)"));
  talk_ = [](grpc::ServerContext&, ServerStream&) {
    return grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "");
  };
  const auto uplink = Uplink::Create(options_);
  EXPECT_THAT(Exchange(*uplink->Open()),
              StatusIs(absl::StatusCode::kUnimplemented, another_port));
  talk_ = [](grpc::ServerContext&, ServerStream&) {
    return grpc::Status(grpc::StatusCode::INTERNAL, "");
  };
  EXPECT_THAT(Exchange(*uplink->Open()),
              StatusIs(absl::StatusCode::kInternal, another_port));
}

TEST_F(GrpcStreamTest, WhatTheCollectorSaysBeforeItEndsTheStreamIsHeard) {
  v1::CollectorMessage farewell;
  farewell.mutable_retry()->set_reason("later");
  talk_ = [&](grpc::ServerContext&, ServerStream& stream) {
    stream.Write(farewell);
    return grpc::Status::OK;
  };
  const auto uplink = Uplink::Create(options_);
  const auto stream = uplink->Open();
  // More than fits on the way, so that the end comes between.
  v1::AgentMessage large;
  large.mutable_rows()->add_frames(std::string(1 << 20, 'x'));
  for (int i = 0; i < 10; ++i) ASSERT_OK(stream->Send(large));
  EXPECT_THAT(stream->Receive(), IsOkAndHolds(EqualsProto(farewell)));
  EXPECT_THAT(stream->Receive(), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(GrpcStreamTest, AnOrderlyEndIsAnErrorToOneWhoWaitsForAnAnswer) {
  talk_ = [](grpc::ServerContext&, ServerStream& stream) {
    v1::AgentMessage message;
    stream.Read(&message);
    return grpc::Status::OK;
  };
  const auto uplink = Uplink::Create(options_);
  const auto stream = uplink->Open();
  ASSERT_OK(stream->Send(CheckIn(1)));
  EXPECT_THAT(stream->Receive(), StatusIs(absl::StatusCode::kUnavailable,
                                          HasSubstr("ended the stream")));
}

TEST_F(GrpcStreamTest, ACollectorThatAnsweredIsNotSaidToBeOutOfReach) {
  talk_ = [](grpc::ServerContext&, ServerStream& stream) {
    v1::AgentMessage message;
    stream.Read(&message);
    stream.Write(v1::CollectorMessage());
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "the disk is full");
  };
  const auto uplink = Uplink::Create(options_);
  const auto stream = uplink->Open();
  ASSERT_OK(stream->Send(CheckIn(1)));
  ASSERT_OK(stream->Receive());
  EXPECT_THAT(stream->Receive(),
              StatusIs(absl::StatusCode::kUnavailable,
                       AllOf(HasSubstr("the disk is full"),
                             HasSubstr(options_.collector),
                             Not(HasSubstr("no connection")))));
}

TEST_F(GrpcStreamTest, AnAnswerThatDoesNotComeIsNotAwaitedForEver) {
  Gate release;
  talk_ = [release](grpc::ServerContext&, ServerStream&) {
    release.Await();
    return grpc::Status::OK;
  };
  options_.timeout = absl::Milliseconds(500);
  const auto uplink = Uplink::Create(options_);
  const auto stream = uplink->Open();
  ASSERT_OK(stream->Send(CheckIn(1)));
  EXPECT_THAT(stream->Receive(), StatusIs(absl::StatusCode::kDeadlineExceeded,
                                          AllOf(HasSubstr(options_.collector),
                                                HasSubstr("within 500ms"))));
  release.Open();
}

TEST_F(GrpcStreamTest, AMessageThatIsTooLargeForTheCollectorSaysSo) {
  const auto uplink = Uplink::Create(options_);
  const auto stream = uplink->Open();
  v1::AgentMessage huge;
  huge.mutable_rows()->add_frames(std::string(5 << 20, 'x'));
  absl::Status status = stream->Send(huge);
  if (status.ok()) status = stream->Receive().status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted,
                               HasSubstr("larger than max")));
}

TEST_F(GrpcStreamTest, AnInterruptEndsAWaitForAnAnswer) {
  Gate heard;
  talk_ = [heard](grpc::ServerContext&, ServerStream& stream) {
    v1::AgentMessage message;
    stream.Read(&message);
    heard.Open();
    stream.Read(&message);
    return grpc::Status::OK;
  };
  const auto uplink = Uplink::Create(options_);
  const auto stream = uplink->Open();
  ASSERT_OK(stream->Send(CheckIn(1)));
  std::thread interrupter([&] {
    heard.Await();
    uplink->Interrupt();
  });
  EXPECT_THAT(stream->Receive(), StatusIs(absl::StatusCode::kCancelled));
  interrupter.join();
}

TEST_F(GrpcStreamTest, AnInterruptEndsAlsoTheStreamsThatFollow) {
  const auto uplink = Uplink::Create(options_);
  uplink->Interrupt();
  for (int i = 0; i < 2; ++i) {
    const auto stream = uplink->Open();
    EXPECT_THAT(Exchange(*stream), StatusIs(absl::StatusCode::kCancelled));
  }
}

}  // namespace
}  // namespace rollcall::agent
