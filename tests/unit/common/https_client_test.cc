// The client against a listener of ours, against proxies, and against what is
// neither.
#include "common/https_client.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "collector/rpc/https_listener.h"
#include "common/sync.h"
#include "rollcall/v1/enrolment.pb.h"
#include "tests/support/gate.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_pki.h"

namespace rollcall {
namespace {

using ::rollcall::testing::CertificateSpec;
using ::rollcall::testing::Gate;
using ::rollcall::testing::StatusIs;
using ::rollcall::testing::TestPki;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// A port where somebody accepts, says `greeting`, and nothing more.
class MuteServer {
 public:
  explicit MuteServer(std::string greeting = "")
      : greeting_(std::move(greeting)), fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)),
              0);
    EXPECT_EQ(listen(fd_, 8), 0);
    socklen_t size = sizeof(address);
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Run(); });
  }
  ~MuteServer() {
    shutdown(fd_, SHUT_RDWR);
    thread_.join();
    for (const int peer : peers_) close(peer);
    close(fd_);
  }
  std::string address() const { return absl::StrCat("127.0.0.1:", port_); }
  // What was said to it, where it answers.
  std::string heard() const {
    MutexLock lock(&mutex_);
    return heard_;
  }

 private:
  void Run() {
    int peer = -1;
    while ((peer = accept(fd_, nullptr, nullptr)) >= 0) {
      peers_.push_back(peer);
      char request[4096];
      if (greeting_.empty()) continue;
      const ssize_t size = recv(peer, request, sizeof(request), 0);
      if (size > 0) {
        {
          MutexLock lock(&mutex_);
          heard_.append(request, static_cast<size_t>(size));
        }
        send(peer, greeting_.data(), greeting_.size(), MSG_NOSIGNAL);
      }
    }
  }

  const std::string greeting_;
  const int fd_;
  int port_ = 0;
  std::vector<int> peers_;
  mutable Mutex mutex_;
  std::string heard_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

class HttpsClientTest : public ::testing::Test {
 protected:
  void SetUp() override {
    signal(SIGPIPE, SIG_IGN);
    collector::HttpsListenerOptions listen;
    listen.address = "127.0.0.1:0";
    listen.credentials = pki_.Server();
    ASSERT_OK_AND_ASSIGN(
        listener_,
        collector::HttpsListener::Start(
            listen, [this](const collector::HttpRequest& request,
                           const collector::HttpsListener::Respond& respond) {
              asked_ = absl::StrCat(request.method, " ", request.target, " ",
                                    request.body);
              respond(answer_);
            }));
    options_.server = absl::StrCat("127.0.0.1:", listener_->port());
    options_.ca_pem = pki_.ca_pem();
    options_.timeout = absl::Seconds(30);
  }

  absl::Status Post() {
    v1::LoginRequest request;
    request.set_token("t");
    return HttpsClient(options_).PostJson("/v1/login", request, &response_);
  }

  const TestPki pki_;
  std::string asked_;
  collector::HttpResponse answer_ = {
      200, "application/json", "{\"principal\": \"jo\", \"new\": 1}", {}};
  std::unique_ptr<collector::HttpsListener> listener_;
  HttpsClientOptions options_;
  v1::LoginResponse response_;
};

TEST_F(HttpsClientTest, PostsJsonAndReadsJson) {
  ASSERT_OK(Post());
  EXPECT_EQ(asked_, "POST /v1/login {\"token\":\"t\"}");
  EXPECT_EQ(response_.principal(), "jo");
  options_.server = absl::StrCat("localhost:", listener_->port());
  EXPECT_OK(Post());
}

TEST_F(HttpsClientTest, AnErrorSaysWhatTheServerSays) {
  const std::pair<int, absl::StatusCode> codes[] = {
      {400, absl::StatusCode::kInvalidArgument},
      {401, absl::StatusCode::kUnauthenticated},
      {403, absl::StatusCode::kPermissionDenied},
      {429, absl::StatusCode::kResourceExhausted},
      {503, absl::StatusCode::kUnavailable},
      {500, absl::StatusCode::kInternal},
      {507, absl::StatusCode::kInternal},
  };
  for (const auto& [status, code] : codes) {
    answer_ = {status,
               "application/json",
               "{\"code\": \"X\", \"message\": \"no \\u001b[2J\"}",
               {}};
    EXPECT_THAT(Post(), StatusIs(code, AllOf(HasSubstr("no \\x1b[2J"),
                                             HasSubstr(options_.server))));
  }
}

TEST_F(HttpsClientTest, AnErrorWithoutWordsHasACodeThatFits) {
  const std::pair<int, absl::StatusCode> codes[] = {
      {400, absl::StatusCode::kInvalidArgument},
      {401, absl::StatusCode::kUnauthenticated},
      {403, absl::StatusCode::kPermissionDenied},
      {404, absl::StatusCode::kUnimplemented},
      {507, absl::StatusCode::kInternal},
  };
  for (const auto& [status, code] : codes) {
    answer_ = {status, "text/html", "<html>", {}};
    EXPECT_THAT(Post(), StatusIs(code, HasSubstr(absl::StrCat(status))));
  }
}

TEST_F(HttpsClientTest, WhatIsBeforeTheServerSaysThatItIsAway) {
  for (const int status : {429, 500, 502, 503, 504}) {
    answer_ = {status, "text/html", "<html>", {}};
    EXPECT_THAT(Post(), StatusIs(absl::StatusCode::kUnavailable,
                                 HasSubstr(absl::StrCat(status))));
  }
}

TEST_F(HttpsClientTest, WhatIsNoJsonIsAnError) {
  answer_.body = "garbage";
  EXPECT_THAT(Post(), StatusIs(absl::StatusCode::kInternal));
}

TEST_F(HttpsClientTest, AnAnswerWithoutEndIsCut) {
  options_.max_body_bytes = 1'000;
  answer_.body.assign(1'001, ' ');
  EXPECT_THAT(Post(), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(HttpsClientTest, OnlyAServerThatIsTrustedIsAsked) {
  const TestPki other;
  options_.ca_pem = other.ca_pem();
  EXPECT_THAT(Post(), StatusIs(absl::StatusCode::kUnavailable,
                               HasSubstr("certificate")));
  EXPECT_EQ(asked_, "");
  // While roots rotate, there are two.
  options_.ca_pem = other.ca_pem() + pki_.ca_pem();
  EXPECT_OK(Post());
  options_.ca_pem = "garbage";
  EXPECT_THAT(Post(), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(HttpsClientTest, OnlyAServerOfThatNameIsAsked) {
  CertificateSpec spec;
  spec.hosts = {"elsewhere.example"};
  ASSERT_OK(listener_->UseCredentials(pki_.Issue(spec)));
  EXPECT_THAT(Post(), StatusIs(absl::StatusCode::kUnavailable));
  options_.server = absl::StrCat("localhost:", listener_->port());
  EXPECT_THAT(Post(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(asked_, "");
}

TEST_F(HttpsClientTest, WhereNobodyListensItSaysSo) {
  listener_.reset();
  EXPECT_THAT(Post(), StatusIs(absl::StatusCode::kUnavailable,
                               AllOf(HasSubstr(options_.server),
                                     HasSubstr("is the collector running"))));
}

TEST_F(HttpsClientTest, AServerThatSaysNothingIsNotAwaitedForEver) {
  const MuteServer mute;
  options_.server = mute.address();
  options_.timeout = absl::Milliseconds(200);
  EXPECT_THAT(Post(), StatusIs(absl::StatusCode::kDeadlineExceeded,
                               HasSubstr("within 200ms")));
}

TEST_F(HttpsClientTest, AnInterruptEndsACallAndThoseThatFollow) {
  const MuteServer mute;
  options_.server = mute.address();
  HttpsClient client(options_);
  Gate begun;
  std::thread interrupter([&] {
    begun.Await();
    client.Interrupt();
  });
  begun.Open();
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(client.PostJson("/", v1::LoginRequest(), &response_),
                StatusIs(absl::StatusCode::kCancelled));
  }
  interrupter.join();
}

TEST_F(HttpsClientTest, AProxyThatRefusesIsNamed) {
  const MuteServer proxy("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
  options_.proxy = absl::StrCat("http://", proxy.address());
  EXPECT_THAT(Post(),
              StatusIs(absl::StatusCode::kUnavailable,
                       AllOf(HasSubstr(proxy.address()), HasSubstr("403"))));
}

TEST_F(HttpsClientTest, AProxyIsToldWhoAsksAndNobodyElseIs) {
  const MuteServer proxy("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
  options_.proxy = absl::StrCat("http://jo:secret@", proxy.address());
  EXPECT_THAT(Post(), StatusIs(absl::StatusCode::kUnavailable,
                               AllOf(HasSubstr(proxy.address()),
                                     Not(HasSubstr("secret")))));
  EXPECT_THAT(proxy.heard(),
              HasSubstr("Proxy-Authorization: Basic am86c2VjcmV0\r\n"));
}

TEST_F(HttpsClientTest, WhatIsNoProxyIsNotTakenForOne) {
  const MuteServer proxy("SSH-2.0-x\r\n\r\n");
  options_.proxy = absl::StrCat("http://", proxy.address());
  EXPECT_THAT(Post(), StatusIs(absl::StatusCode::kUnavailable));
  options_.proxy = proxy.address();
  EXPECT_THAT(Post(), StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("http://HOST:PORT")));
}

}  // namespace
}  // namespace rollcall
