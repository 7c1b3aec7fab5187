// A listener, and clients that can break every rule.
#pragma once

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "collector/rpc/https_listener.h"
#include "common/sync.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_pki.h"

namespace rollcall::collector {

// A TCP connection to the listener. No read waits for ever.
class TcpClient {
 public:
  explicit TcpClient(int port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval patience = {30, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(fd_, reinterpret_cast<sockaddr*>(&address),
                         sizeof(address)) == 0;
    EXPECT_TRUE(connected_);
  }
  ~TcpClient() { close(fd_); }
  TcpClient(const TcpClient&) = delete;
  TcpClient& operator=(const TcpClient&) = delete;

  int fd() const { return fd_; }

  void Send(absl::string_view bytes) const {
    EXPECT_EQ(send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }

  // Whether the other side hangs up; what it sends before is dropped.
  bool AwaitEnd() const {
    char buffer[4096];
    ssize_t count = 0;
    while ((count = recv(fd_, buffer, sizeof(buffer), 0)) > 0) {
    }
    return count == 0 || errno == ECONNRESET;
  }

 private:
  const int fd_;
  bool connected_ = false;
};

// A TLS connection over it.
class TlsClient {
 public:
  TlsClient(int port, const std::string& ca_pem, int max_version = 0)
      : tcp_(port), context_(SSL_CTX_new(TLS_client_method())) {
    if (max_version != 0) {
      SSL_CTX_set_security_level(context_, 0);
      SSL_CTX_set_min_proto_version(context_, TLS1_VERSION);
      SSL_CTX_set_max_proto_version(context_, max_version);
    }
    BIO* bio = BIO_new_mem_buf(ca_pem.data(), static_cast<int>(ca_pem.size()));
    X509* ca = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context_), ca);
    X509_free(ca);
    BIO_free(bio);
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, tcp_.fd());
    ready_ = SSL_connect(ssl_) == 1;
  }
  ~TlsClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  bool ready() const { return ready_; }
  int fd() const { return tcp_.fd(); }

  // Whether it could be sent.
  bool Send(absl::string_view bytes) {
    return ready_ &&
           SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())) > 0;
  }

  // All that comes until the other side hangs up.
  std::string ReadToEnd() {
    while (ReadMore()) {
    }
    return std::exchange(received_, "");
  }

  // One answer: its header and as much body as that says.
  std::string ReadAnswer() {
    size_t end = std::string::npos;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
      if (!ReadMore()) return std::exchange(received_, "");
    }
    size_t size = end + 4;
    const size_t field = received_.find("Content-Length: ");
    size_t body = 0;
    if (field < end) {
      EXPECT_TRUE(absl::SimpleAtoi(
          received_.substr(field + 16,
                           received_.find("\r\n", field) - field - 16),
          &body));
    }
    size += body;
    while (received_.size() < size && ReadMore()) {
    }
    std::string answer = received_.substr(0, size);
    received_.erase(0, answer.size());
    return answer;
  }

 private:
  bool ReadMore() {
    char buffer[16 * 1024];
    const int count = SSL_read(ssl_, buffer, sizeof(buffer));
    if (count <= 0) return false;
    received_.append(buffer, static_cast<size_t>(count));
    return true;
  }

  TcpClient tcp_;
  SSL_CTX* const context_;
  SSL* ssl_ = nullptr;
  bool ready_ = false;
  std::string received_;
};

class HttpsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    // OpenSSL writes to connections that are gone.
    signal(SIGPIPE, SIG_IGN);
    ASSERT_NO_FATAL_FAILURE(Listen());
  }

  void Listen() {
    listener_.reset();
    options_.address = "127.0.0.1:0";
    options_.credentials = pki_.Server();
    ASSERT_OK_AND_ASSIGN(
        listener_, HttpsListener::Start(
                       options_, [this](const HttpRequest& request,
                                        const HttpsListener::Respond& respond) {
                         respond(Answer(request));
                       }));
  }

  HttpResponse Answer(const HttpRequest& request) {
    MutexLock lock(&mutex_);
    requests_.push_back(
        absl::StrCat(request.method, " ", request.target, " ", request.body));
    return answer_;
  }

  // What the handler was asked so far.
  std::vector<std::string> requests() {
    MutexLock lock(&mutex_);
    return requests_;
  }

  TlsClient Connect() { return TlsClient(listener_->port(), pki_.ca_pem()); }

  // Sends and reads until the listener hangs up.
  std::string Exchange(absl::string_view bytes) {
    TlsClient client = Connect();
    EXPECT_TRUE(client.Send(bytes));
    return client.ReadToEnd();
  }

  // Whether somebody else is served.
  ::testing::AssertionResult ServesOthers() {
    TlsClient client = Connect();
    if (client.Send("GET /other HTTP/1.1\r\nHost: h\r\n\r\n") &&
        absl::StartsWith(client.ReadAnswer(), "HTTP/1.1 200 OK")) {
      return ::testing::AssertionSuccess();
    }
    return ::testing::AssertionFailure() << "others are not served";
  }

  const testing::TestPki pki_;
  HttpsListenerOptions options_;
  Mutex mutex_;
  std::vector<std::string> requests_ ABSL_GUARDED_BY(mutex_);
  HttpResponse answer_ = {200, "text/plain", "hello\n", {}};
  std::unique_ptr<HttpsListener> listener_;
};

}  // namespace rollcall::collector
