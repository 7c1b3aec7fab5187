// The HTTPS port against clients that keep the rules and clients that do not.
#include "collector/rpc/https_listener.h"

#include <poll.h>
#include <sys/socket.h>

#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/unit/collector/rpc/https_fixture.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::StatusIs;
using ::rollcall::testing::TestPki;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

TEST_F(HttpsTest, AnswersWhatTheHandlerSays) {
  TlsClient client = Connect();
  ASSERT_TRUE(
      client.Send("POST /p?q=%20 HTTP/1.1\r\nHost: h\r\n"
                  "Content-Length: 4\r\n\r\nbody"));
  const std::string answer = client.ReadAnswer();
  EXPECT_THAT(answer, AllOf(StartsWith("HTTP/1.1 200 OK\r\n"),
                            HasSubstr("Content-Type: text/plain\r\n"),
                            HasSubstr("Content-Length: 6\r\n"),
                            HasSubstr("Cache-Control: no-store\r\n"),
                            HasSubstr("X-Content-Type-Options: nosniff\r\n"),
                            EndsWith("\r\n\r\nhello\n")));
  EXPECT_THAT(requests(), ElementsAre("POST /p?q=%20 body"));
}

TEST_F(HttpsTest, KeepsTheConnectionForTheNextRequest) {
  TlsClient client = Connect();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
    EXPECT_THAT(client.ReadAnswer(), EndsWith("hello\n"));
  }
}

TEST_F(HttpsTest, ClosesWhereTheClientAsksForIt) {
  EXPECT_THAT(
      Exchange("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
      AllOf(HasSubstr("Connection: close\r\n"), EndsWith("hello\n")));
  EXPECT_THAT(Exchange("GET / HTTP/1.0\r\n\r\n"), EndsWith("hello\n"));
}

TEST_F(HttpsTest, AnswersPipelinedRequestsInTheirOrder) {
  EXPECT_THAT(Exchange("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n"
                       "POST /2 HTTP/1.1\r\nHost: h\r\n"
                       "Content-Length: 3\r\n\r\nabc"
                       "GET /3 HTTP/1.1\r\nHost: h\r\n"
                       "Connection: close\r\n\r\n"),
              EndsWith("hello\n"));
  EXPECT_THAT(requests(), ElementsAre("GET /1 ", "POST /2 abc", "GET /3 "));
}

TEST_F(HttpsTest, TheAnswerToHeadHasNoBodyToTakeForTheNextAnswer) {
  const std::string both = Exchange(
      "HEAD /1 HTTP/1.1\r\nHost: h\r\n\r\n"
      "GET /2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const size_t end = both.find("\r\n\r\n");
  ASSERT_NE(end, std::string::npos);
  EXPECT_THAT(both.substr(0, end), HasSubstr("Content-Length: 6"));
  EXPECT_THAT(both.substr(end + 4),
              AllOf(StartsWith("HTTP/1.1 200 OK"), EndsWith("hello\n")));
}

TEST_F(HttpsTest, TakesAHeaderUpToTheLimitAndNoMore) {
  const std::string fits(7'000, 'x');
  EXPECT_THAT(Exchange(absl::StrCat("GET / HTTP/1.1\r\nConnection: close\r\n",
                                    "X: ", fits, "\r\n\r\n")),
              StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Exchange(absl::StrCat("GET / HTTP/1.1\r\nConnection: close\r\n",
                                    "X: ", fits, fits, "\r\n\r\n")),
              AllOf(StartsWith("HTTP/1.1 431 "), HasSubstr("header")));
  EXPECT_THAT(requests(), ElementsAre("GET / "));
}

TEST_F(HttpsTest, RefusesATargetWithoutEnd) {
  EXPECT_THAT(Exchange(absl::StrCat("GET /", std::string(12'000, 'a'))),
              StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(requests(), IsEmpty());
}

TEST_F(HttpsTest, RefusesABodyThatSaysItIsTooLarge) {
  EXPECT_THAT(Exchange("POST / HTTP/1.1\r\nContent-Length: 65537\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 413 "), HasSubstr("body")));
  EXPECT_THAT(
      Exchange("POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999"
               "\r\n\r\n"),
      StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(requests(), IsEmpty());
}

TEST_F(HttpsTest, RefusesABodyThatTurnsOutTooLarge) {
  options_.max_body_bytes = 1'000;
  ASSERT_NO_FATAL_FAILURE(Listen());
  const std::string chunk =
      absl::StrCat("258\r\n", std::string(600, 'x'), "\r\n");
  EXPECT_THAT(
      Exchange(absl::StrCat("POST / HTTP/1.1\r\nTransfer-Encoding: chunked"
                            "\r\n\r\n",
                            chunk, chunk, "0\r\n\r\n")),
      StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(requests(), IsEmpty());
}

TEST_F(HttpsTest, ABodyThatLooksLikeARequestIsABody) {
  EXPECT_THAT(Exchange("POST /1 HTTP/1.1\r\nContent-Length: 27\r\n"
                       "Connection: close\r\n\r\n"
                       "GET /smuggled HTTP/1.1\r\n\r\n\r\n"),
              StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(requests(), ElementsAre(StartsWith("POST /1 GET /smuggled")));
}

TEST_F(HttpsTest, WhereTwoReadersMightDisagreeNothingIsAnswered) {
  for (const absl::string_view request :
       {// Where does the body end?
        "POST /1 HTTP/1.1\r\nContent-Length: 4\r\n"
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        "GET /smuggled HTTP/1.1\r\n\r\n",
        "POST /1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n"
        "Content-Length: 4\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n",
        "POST /1 HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 27\r\n\r\n"
        "GET /smuggled HTTP/1.1\r\n\r\n",
        "POST /1 HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST /1 HTTP/1.1\r\nContent-Length: 0x1\r\n\r\n",
        // Where does a field end?
        "GET /1 HTTP/1.1\r\nX : y\r\n\r\n", "GET /1 HTTP/1.1\r\nX\r\n\r\n",
        "GET /1 HTTP/1.1\r\nX: a\rY: b\r\n\r\n",
        // Where does the first line end?
        "GET /1\r\n\r\n", "GET  /1 HTTP/1.1\r\n\r\n", "GET /1 HTTP/9.9\r\n\r\n",
        "GET /a b HTTP/1.1\r\n\r\n", "\x80\x81 / HTTP/1.1\r\n\r\n"}) {
    EXPECT_THAT(Exchange(request), Not(HasSubstr(" 200 "))) << request;
  }
  EXPECT_THAT(requests(), IsEmpty());
  EXPECT_TRUE(ServesOthers());
}

TEST_F(HttpsTest, SaysThatARequestIsMalformed) {
  EXPECT_THAT(Exchange("GET / HTTP/1.1\r\nno colon\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 400 "), HasSubstr("malformed: "),
                    HasSubstr("Connection: close\r\n")));
}

TEST_F(HttpsTest, GarbageInsteadOfTlsIsHungUpOn) {
  for (const std::string& garbage :
       {std::string("GET / HTTP/1.1\r\n\r\n"), std::string(1'000, '\0'),
        std::string(100'000, '\xff'), std::string("\x16\x03\x01\xff\xff")}) {
    const TcpClient client(listener_->port());
    send(client.fd(), garbage.data(), garbage.size(), MSG_NOSIGNAL);
    shutdown(client.fd(), SHUT_WR);
    EXPECT_TRUE(client.AwaitEnd());
  }
  EXPECT_TRUE(ServesOthers());
}

TEST_F(HttpsTest, OldTlsIsRefused) {
  EXPECT_FALSE(
      TlsClient(listener_->port(), pki_.ca_pem(), TLS1_1_VERSION).ready());
  EXPECT_TRUE(
      TlsClient(listener_->port(), pki_.ca_pem(), TLS1_2_VERSION).ready());
}

TEST_F(HttpsTest, ClientsThatVanishLeaveNothingBehind) {
  options_.max_connections = 2;
  ASSERT_NO_FATAL_FAILURE(Listen());
  for (int i = 0; i < 20; ++i) {
    TlsClient client = Connect();
    client.Send("GET / HT");
  }
  // As soon as the listener has noticed.
  while (!ServesOthers()) {
  }
}

// A listener that waits for a tenth of a second.
class ImpatientHttpsTest : public HttpsTest {
 protected:
  void SetUp() override {
    options_.time_limit = absl::Milliseconds(100);
    ASSERT_NO_FATAL_FAILURE(HttpsTest::SetUp());
  }
};

TEST_F(ImpatientHttpsTest, CutsAClientThatNeverShakesHands) {
  const TcpClient client(listener_->port());
  EXPECT_TRUE(client.AwaitEnd());
}

TEST_F(ImpatientHttpsTest, CutsAClientThatStopsInTheMiddleOfARequest) {
  EXPECT_THAT(Exchange("GET / HTTP/1.1\r\nHost:"), IsEmpty());
  EXPECT_THAT(Exchange("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc"),
              IsEmpty());
  EXPECT_THAT(requests(), IsEmpty());
}

TEST_F(ImpatientHttpsTest, DoesNotCutAConnectionThatIsInUse) {
  options_.time_limit = absl::Seconds(1);
  ASSERT_NO_FATAL_FAILURE(Listen());
  TlsClient client = Connect();
  const absl::Time end = absl::Now() + 1.3 * options_.time_limit;
  while (absl::Now() < end) {
    ASSERT_TRUE(client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
    ASSERT_THAT(client.ReadAnswer(), EndsWith("hello\n"));
  }
}

TEST_F(ImpatientHttpsTest, CutsAConnectionThatIsIdle) {
  TlsClient client = Connect();
  ASSERT_TRUE(client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_THAT(client.ReadAnswer(), EndsWith("hello\n"));
  EXPECT_THAT(client.ReadToEnd(), IsEmpty());
}

TEST_F(ImpatientHttpsTest, AByteNowAndThenGainsNoTime) {
  TlsClient client = Connect();
  ASSERT_TRUE(client.Send("GET / HTTP/1.1\r\nX: "));
  const absl::Time end = absl::Now() + absl::Seconds(20);
  pollfd hang_up = {client.fd(), POLLIN, 0};
  // A byte each 10 ms, as long as the listener does not hang up.
  while (poll(&hang_up, 1, 10) == 0 && absl::Now() < end && client.Send("x")) {
  }
  EXPECT_LT(absl::Now(), end);
  EXPECT_THAT(client.ReadToEnd(), IsEmpty());
}

TEST_F(ImpatientHttpsTest, CutsAClientThatDoesNotTakeItsAnswer) {
  options_.max_connections = 1;
  ASSERT_NO_FATAL_FAILURE(Listen());
  answer_.body.assign(64 << 20, 'x');
  TlsClient deaf = Connect();
  ASSERT_TRUE(deaf.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  while (requests().empty()) std::this_thread::yield();
  {
    MutexLock lock(&mutex_);
    answer_.body = "short\n";
  }
  // There is room for one: the next is served once the deaf one is cut.
  while (!ServesOthers()) {
  }
  EXPECT_LT(deaf.ReadToEnd().size(), 64u << 20);
}

// The handler answers from another thread, when a test says so.
class SlowHttpsTest : public HttpsTest {
 protected:
  void SetUp() override {
    signal(SIGPIPE, SIG_IGN);
    options_.address = "127.0.0.1:0";
    options_.credentials = pki_.Server();
    options_.time_limit = absl::Milliseconds(200);
    ASSERT_OK_AND_ASSIGN(
        listener_,
        HttpsListener::Start(options_, [this](const HttpRequest& request,
                                              HttpsListener::Respond respond) {
          if (request.target == "/other") {
            respond(answer_);
            return;
          }
          MutexLock lock(&mutex_);
          peer_ = request.peer;
          responds_.push_back(std::move(respond));
        }));
  }
  // What answers the first request, which is waited for.
  HttpsListener::Respond AwaitRequest() {
    while (true) {
      MutexLock lock(&mutex_);
      if (!responds_.empty()) return responds_[0];
    }
  }
  std::string peer() {
    MutexLock lock(&mutex_);
    return peer_;
  }

  std::string peer_ ABSL_GUARDED_BY(mutex_);
  std::vector<HttpsListener::Respond> responds_ ABSL_GUARDED_BY(mutex_);
};

TEST_F(SlowHttpsTest, OthersAreServedWhileAnAnswerIsMade) {
  TlsClient client = Connect();
  ASSERT_TRUE(client.Send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n"));
  const auto respond = AwaitRequest();
  EXPECT_EQ(peer(), "127.0.0.1");
  EXPECT_TRUE(ServesOthers());
  // Longer than a client may take; what the collector takes is its own matter.
  for (int i = 0; i < 2; ++i) EXPECT_THAT(Connect().ReadToEnd(), IsEmpty());
  respond({429, "text/plain", "late\n", 7});
  EXPECT_THAT(client.ReadAnswer(),
              AllOf(StartsWith("HTTP/1.1 429 "),
                    HasSubstr("Retry-After: 7\r\n"), EndsWith("late\n")));
  // The connection goes on.
  ASSERT_TRUE(client.Send("GET /other HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_THAT(client.ReadAnswer(), EndsWith("hello\n"));
}

TEST_F(SlowHttpsTest, AnAnswerForOneWhoHasGoneIsDropped) {
  {
    TlsClient client = Connect();
    ASSERT_TRUE(client.Send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n"));
    AwaitRequest();
  }
  AwaitRequest()(answer_);
  EXPECT_TRUE(ServesOthers());
}

TEST_F(SlowHttpsTest, AnAnswerMayComeAfterTheListenerHasGone) {
  TlsClient client = Connect();
  ASSERT_TRUE(client.Send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n"));
  const auto respond = AwaitRequest();
  listener_.reset();
  EXPECT_THAT(client.ReadToEnd(), IsEmpty());
  respond(answer_);
}

TEST_F(HttpsTest, ShowsANewCertificateToThoseWhoComeThen) {
  const TestPki other;
  TlsClient before = Connect();
  ASSERT_TRUE(before.ready());
  ASSERT_OK(listener_->UseCredentials(other.Server()));
  EXPECT_FALSE(Connect().ready());
  TlsClient after(listener_->port(), other.ca_pem());
  ASSERT_TRUE(after.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_THAT(after.ReadAnswer(), EndsWith("hello\n"));
  // A connection that was there goes on.
  ASSERT_TRUE(before.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_THAT(before.ReadAnswer(), EndsWith("hello\n"));
  // What is unusable changes nothing.
  EXPECT_THAT(listener_->UseCredentials({"", "garbage", "garbage"}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_TRUE(TlsClient(listener_->port(), other.ca_pem()).ready());
}

class CrowdedHttpsTest : public HttpsTest {
 protected:
  void SetUp() override {
    options_.max_connections = 2;
    ASSERT_NO_FATAL_FAILURE(HttpsTest::SetUp());
  }
};

TEST_F(CrowdedHttpsTest, OneConnectionTooManyIsClosedAtOnceAndCounted) {
  TlsClient first = Connect();
  TlsClient second = Connect();
  ASSERT_TRUE(first.ready());
  ASSERT_TRUE(second.ready());
  EXPECT_EQ(listener_->refused(), 0);
  const TcpClient third(listener_->port());
  EXPECT_TRUE(third.AwaitEnd());
  EXPECT_EQ(listener_->refused(), 1);
  ASSERT_TRUE(first.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_THAT(first.ReadAnswer(), EndsWith("hello\n"));
}

TEST_F(CrowdedHttpsTest, OnePeerCannotTakeAllConnections) {
  options_.max_connections = 10;
  options_.max_connections_per_peer = 1;
  ASSERT_NO_FATAL_FAILURE(Listen());
  {
    TlsClient first = Connect();
    ASSERT_TRUE(first.ready());
    const TcpClient second(listener_->port());
    EXPECT_TRUE(second.AwaitEnd());
    EXPECT_EQ(listener_->refused(), 1);
  }
  while (!ServesOthers()) {
  }
}

TEST_F(CrowdedHttpsTest, WhoGoesMakesRoom) {
  TlsClient first = Connect();
  {
    TlsClient second = Connect();
    ASSERT_TRUE(second.ready());
  }
  while (!ServesOthers()) {
  }
}

TEST_F(HttpsTest, GoingEndsOpenConnections) {
  TlsClient idle = Connect();
  ASSERT_TRUE(idle.ready());
  TlsClient asking = Connect();
  ASSERT_TRUE(asking.Send("GET / HT"));
  const TcpClient silent(listener_->port());
  listener_.reset();
  EXPECT_THAT(idle.ReadToEnd(), IsEmpty());
  EXPECT_THAT(asking.ReadToEnd(), IsEmpty());
  EXPECT_TRUE(silent.AwaitEnd());
}

TEST_F(HttpsTest, SaysWhichAddressIsNoAddress) {
  for (const char* address :
       {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
        "host.example:1", ":1", "[::1:1"}) {
    options_.address = address;
    EXPECT_THAT(HttpsListener::Start(options_, nullptr),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr(absl::StrCat("\"", address, "\""))));
  }
}

TEST_F(HttpsTest, SaysThatAPortIsTaken) {
  options_.address = absl::StrCat("127.0.0.1:", listener_->port());
  EXPECT_THAT(
      HttpsListener::Start(options_, nullptr),
      StatusIs(absl::StatusCode::kUnavailable,
               AllOf(HasSubstr(options_.address), HasSubstr("in use"))));
}

TEST_F(HttpsTest, SaysThatCredentialsAreUnusable) {
  options_.credentials.private_key_pem = pki_.Server().private_key_pem;
  EXPECT_THAT(HttpsListener::Start(options_, nullptr),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("HTTPS certificate is unusable")));
  options_.credentials.certificate_pem = "garbage";
  EXPECT_THAT(HttpsListener::Start(options_, nullptr),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace rollcall::collector
