#include "collector/rpc/https_listener.h"

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/version.hpp>
#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/log.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;

struct Shared {
  HttpsListenerOptions options;
  HttpsListener::Handler handler;
  std::atomic<int> connections{0};
  std::atomic<int64_t> refused{0};
};

// One connection. Owned by its own pending operation; gone with the last.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, asio::ssl::context& tls, Shared& shared)
      : stream_(std::move(socket), tls), shared_(shared) {
    ++shared_.connections;
  }
  ~Connection() { --shared_.connections; }

  void Start() {
    Limit();
    stream_.async_handshake(
        asio::ssl::stream_base::server,
        [self = shared_from_this()](beast::error_code error) {
          if (!error) self->Read();
        });
  }

 private:
  void Limit() {
    beast::get_lowest_layer(stream_).expires_after(
        absl::ToChronoMilliseconds(shared_.options.time_limit));
  }

  void Read() {
    parser_.emplace();
    parser_->header_limit(
        static_cast<uint32_t>(shared_.options.max_header_bytes));
    parser_->body_limit(shared_.options.max_body_bytes);
    Limit();
    http::async_read(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](beast::error_code error, size_t) {
          self->OnRead(error);
        });
  }

  void OnRead(beast::error_code error) {
    if (error) {
      OnBadRead(error);
      return;
    }
    const auto& request = parser_->get();
    HttpRequest plain = {std::string(request.method_string()),
                         std::string(request.target()), request.body()};
    Write(shared_.handler(plain), request.keep_alive(),
          request.method() == http::verb::head);
  }

  void OnBadRead(beast::error_code error) {
    constexpr char kText[] = "text/plain; charset=utf-8";
    if (error == http::error::header_limit) {
      Write({431, kText, "the request's header is too large\n"}, false);
    } else if (error == http::error::body_limit) {
      Write({413, kText, "the request's body is too large\n"}, false);
    } else if (error == http::error::end_of_stream ||
               error == http::error::partial_message ||
               error.category() !=
                   http::make_error_code(http::error::bad_line_ending)
                       .category()) {
      Close();  // hung up, too slow, or TLS is broken
    } else {
      Write({400, kText, absl::StrCat("malformed: ", error.message(), "\n")},
            false);
    }
  }

  // `header_only` leaves the body out: the answer to HEAD says how long it
  // would be, and a client would take it for the next answer.
  void Write(HttpResponse answer, bool keep_alive, bool header_only = false) {
    response_ = {};
    response_.version(11);
    response_.result(static_cast<unsigned>(answer.status));
    response_.set(http::field::content_type, answer.content_type);
    response_.set(http::field::cache_control, "no-store");
    response_.set("X-Content-Type-Options", "nosniff");
    response_.keep_alive(keep_alive);
    response_.body() = std::move(answer.body);
    response_.prepare_payload();
    if (header_only) response_.body().clear();
    Limit();
    http::async_write(stream_, response_,
                      [self = shared_from_this(), keep_alive](
                          beast::error_code error, size_t) {
                        if (!error && keep_alive) {
                          self->Read();
                        } else {
                          self->Close();
                        }
                      });
  }

  void Close() {
    Limit();
    stream_.async_shutdown([self = shared_from_this()](beast::error_code) {});
  }

  beast::ssl_stream<beast::tcp_stream> stream_;
  Shared& shared_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
};

absl::StatusOr<tcp::endpoint> ParseAddress(const std::string& address) {
  const size_t colon = address.rfind(':');
  int port = -1;
  if (colon != std::string::npos &&
      absl::SimpleAtoi(address.substr(colon + 1), &port) && port >= 0 &&
      port <= 65535) {
    std::string host = address.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
      host = host.substr(1, host.size() - 2);
    }
    beast::error_code error;
    const auto ip =
        asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, error);
    if (!error) return tcp::endpoint(ip, static_cast<uint16_t>(port));
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "\"", address, "\" is not ADDRESS:PORT, such as 127.0.0.1:8443"));
}

absl::Status UseCredentials(const TlsCredentials& credentials,
                            asio::ssl::context& tls) {
  beast::error_code error;
  tls.set_options(asio::ssl::context::default_workarounds |
                  asio::ssl::context::no_tlsv1 |
                  asio::ssl::context::no_tlsv1_1);
  tls.use_certificate_chain(asio::buffer(credentials.certificate_pem), error);
  if (!error) {
    tls.use_private_key(asio::buffer(credentials.private_key_pem),
                        asio::ssl::context::pem, error);
  }
  if (!error) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("the HTTPS certificate is unusable: ", error.message()));
}

class HttpsListenerImpl final : public HttpsListener {
 public:
  HttpsListenerImpl(const HttpsListenerOptions& options, Handler handler)
      : tls_(asio::ssl::context::tls_server), acceptor_(io_) {
    shared_.options = options;
    shared_.handler = std::move(handler);
  }

  ~HttpsListenerImpl() override {
    io_.stop();
    if (thread_.joinable()) thread_.join();
  }

  absl::Status Open() {
    ROLLCALL_RETURN_IF_ERROR(UseCredentials(shared_.options.credentials, tls_));
    ROLLCALL_ASSIGN_OR_RETURN(const tcp::endpoint endpoint,
                              ParseAddress(shared_.options.address));
    beast::error_code error;
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error)
      acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      return absl::UnavailableError(absl::StrCat(
          "cannot listen on ", shared_.options.address, ": ", error.message()));
    }
    port_ = acceptor_.local_endpoint().port();
    Accept();
    thread_ = std::thread([this] { io_.run(); });
    return absl::OkStatus();
  }

  int port() const override { return port_; }
  int64_t refused() const override { return shared_.refused; }

 private:
  void Accept() {
    acceptor_.async_accept([this](beast::error_code error, tcp::socket socket) {
      if (error) {
        // Out of file descriptors, say: go on accepting after a while.
        Log(LogLevel::kWarning, "cannot accept an HTTPS connection",
            {{"error", error.message()}});
        retry_.expires_after(std::chrono::milliseconds(200));
        retry_.async_wait([this](beast::error_code) { Accept(); });
        return;
      }
      if (shared_.connections < shared_.options.max_connections) {
        std::make_shared<Connection>(std::move(socket), tls_, shared_)->Start();
      } else {
        ++shared_.refused;
      }
      Accept();
    });
  }

  Shared shared_;
  asio::io_context io_{1};
  asio::ssl::context tls_;
  tcp::acceptor acceptor_;
  asio::steady_timer retry_{io_};
  int port_ = 0;
  std::thread thread_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<HttpsListener>> HttpsListener::Start(
    const HttpsListenerOptions& options, Handler handler) {
  auto listener =
      std::make_unique<HttpsListenerImpl>(options, std::move(handler));
  ROLLCALL_RETURN_IF_ERROR(listener->Open());
  return listener;
}

}  // namespace rollcall::collector
