#include "common/https_exchange.h"

#include <openssl/ssl.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/host_port.h"
#include "common/proxy_url.h"
#include "common/status.h"
#include "common/text.h"

namespace rollcall {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;

constexpr size_t kMaxHeaderBytes = 16 << 10;

// A client's context that trusts these roots.
asio::ssl::context TrustingContext(const std::string& ca_pem,
                                   beast::error_code& error) {
  asio::ssl::context context(asio::ssl::context::tls_client);
  context.set_options(asio::ssl::context::default_workarounds |
                          asio::ssl::context::no_tlsv1 |
                          asio::ssl::context::no_tlsv1_1,
                      error);
  if (!error) context.add_certificate_authority(asio::buffer(ca_pem), error);
  return context;
}

// One request and its answer: steps that each wait for one operation, all of
// them before one deadline.
class Exchange {
 public:
  // `interrupted` tells whether to give up; it does so, too, once `io` stops.
  Exchange(const HttpsClientOptions& options, asio::io_context& io,
           std::function<bool()> interrupted)
      : options_(options),
        io_(io),
        interrupted_(std::move(interrupted)),
        tls_(TrustingContext(options.ca_pem, bad_authorities_)),
        stream_(io, tls_),
        deadline_(std::chrono::steady_clock::now() +
                  absl::ToChronoMilliseconds(options.timeout)) {}

  absl::StatusOr<HttpAnswer> Post(absl::string_view path, std::string body) {
    ROLLCALL_RETURN_IF_ERROR(SetUpTls());
    if (options_.proxy.empty()) {
      ROLLCALL_RETURN_IF_ERROR(ConnectTo(options_.server));
    } else {
      ROLLCALL_RETURN_IF_ERROR(ConnectThroughProxy());
    }
    ROLLCALL_RETURN_IF_ERROR(Check(
        Await([this](auto done) {
          stream_.async_handshake(asio::ssl::stream_base::client, done);
        }),
        "there is no TLS with it; is its certificate for this host, from a "
        "trusted authority, and not expired?"));
    ROLLCALL_RETURN_IF_ERROR(Write(path, std::move(body)));
    return Read();
  }

 private:
  // Waits for one asynchronous operation, which `start` is given the end of.
  template <typename Start>
  beast::error_code Await(Start start) {
    std::optional<beast::error_code> ended;
    start([&ended](beast::error_code error, auto&&...) { ended = error; });
    io_.restart();
    // What was interrupted before that is seen here, and after it there.
    if (!interrupted_()) io_.run_until(deadline_);
    if (ended.has_value()) return *ended;
    const bool stopped = interrupted_();
    beast::error_code ignored;
    resolver_.cancel();
    beast::get_lowest_layer(stream_).socket().close(ignored);
    // The operation refers to what is here: it must end first.
    while (!ended.has_value()) {
      io_.restart();
      io_.run();
    }
    return stopped ? beast::error_code(asio::error::operation_aborted)
                   : beast::error_code(beast::error::timeout);
  }

  absl::Status Check(beast::error_code error, absl::string_view what) const {
    if (!error) return absl::OkStatus();
    if (error == asio::error::operation_aborted) {
      return absl::CancelledError("interrupted");
    }
    if (error == beast::error::timeout) {
      return absl::DeadlineExceededError(
          absl::StrCat("no answer from ", options_.server, " within ",
                       absl::FormatDuration(options_.timeout)));
    }
    return absl::UnavailableError(
        absl::StrCat("no connection to ", options_.server, ": ", what, " (",
                     EscapeForTerminal(error.message()), ")"));
  }

  absl::Status SetUpTls() {
    if (bad_authorities_) {
      return absl::InvalidArgumentError(
          "there is no PEM certificate among the authorities");
    }
    ROLLCALL_ASSIGN_OR_RETURN(const HostPort server,
                              ParseHostPort(options_.server));
    beast::error_code error;
    stream_.set_verify_mode(asio::ssl::verify_peer, error);
    stream_.set_verify_callback(asio::ssl::host_name_verification(server.host),
                                error);
    if (error) return absl::InternalError(error.message());
    asio::ip::make_address(server.host, error);
    const bool is_name = bool{error};
    if (is_name) {
      SSL_set_tlsext_host_name(stream_.native_handle(), server.host.c_str());
    }
    return absl::OkStatus();
  }

  absl::Status ConnectTo(const std::string& address) {
    ROLLCALL_ASSIGN_OR_RETURN(const HostPort to, ParseHostPort(address));
    tcp::resolver::results_type found;
    ROLLCALL_RETURN_IF_ERROR(
        Check(Await([&](auto done) {
                resolver_.async_resolve(
                    to.host, to.port,
                    [&found, done](beast::error_code error, auto results) {
                      found = std::move(results);
                      done(error);
                    });
              }),
              "its name cannot be resolved"));
    return Check(Await([&](auto done) {
                   asio::async_connect(
                       beast::get_lowest_layer(stream_).socket(), found, done);
                 }),
                 "is the collector running there, and is this its HTTPS port?");
  }

  absl::Status ConnectThroughProxy() {
    ROLLCALL_ASSIGN_OR_RETURN(const ProxyUrl proxy,
                              ParseProxyUrl(options_.proxy));
    ROLLCALL_RETURN_IF_ERROR(Annotate(ConnectTo(proxy.address), "proxy"));
    auto& tcp_stream = beast::get_lowest_layer(stream_).socket();
    http::request<http::empty_body> connect(http::verb::connect,
                                            options_.server, 11);
    connect.set(http::field::host, options_.server);
    if (!proxy.credentials.empty()) {
      connect.set(
          http::field::proxy_authorization,
          absl::StrCat("Basic ", absl::Base64Escape(proxy.credentials)));
    }
    ROLLCALL_RETURN_IF_ERROR(Check(
        Await([&](auto done) { http::async_write(tcp_stream, connect, done); }),
        "the proxy hung up"));
    beast::flat_buffer buffer;
    http::response_parser<http::empty_body> answer;
    answer.header_limit(kMaxHeaderBytes);
    // What follows the header of a good answer belongs to the tunnel.
    answer.skip(true);
    ROLLCALL_RETURN_IF_ERROR(Check(Await([&](auto done) {
                                     http::async_read_header(tcp_stream, buffer,
                                                             answer, done);
                                   }),
                                   "the proxy did not answer as a proxy does"));
    if (answer.get().result() == http::status::ok) return absl::OkStatus();
    return absl::UnavailableError(absl::StrCat(
        "the proxy ", proxy.address, " does not connect to ", options_.server,
        ": HTTP status ", answer.get().result_int()));
  }

  absl::Status Write(absl::string_view path, std::string body) {
    http::request<http::string_body> request(
        http::verb::post, beast::string_view(path.data(), path.size()), 11);
    request.set(http::field::host, options_.server);
    request.set(http::field::content_type, "application/json");
    request.keep_alive(false);
    request.body() = std::move(body);
    request.prepare_payload();
    return Check(
        Await([&](auto done) { http::async_write(stream_, request, done); }),
        "it hung up");
  }

  absl::StatusOr<HttpAnswer> Read() {
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.header_limit(kMaxHeaderBytes);
    parser.body_limit(options_.max_body_bytes);
    constexpr absl::string_view kNoAnswer =
        "it does not answer as a collector's HTTPS port does";
    ROLLCALL_RETURN_IF_ERROR(Check(Await([&](auto done) {
                                     http::async_read_header(stream_, buffer,
                                                             parser, done);
                                   }),
                                   kNoAnswer));
    // Beast 1.74 holds only answers without a length to the limit.
    if (parser.content_length().value_or(0) > options_.max_body_bytes) {
      return absl::UnavailableError(
          absl::StrCat(options_.server, ": the answer is too large"));
    }
    ROLLCALL_RETURN_IF_ERROR(Check(Await([&](auto done) {
                                     http::async_read(stream_, buffer, parser,
                                                      done);
                                   }),
                                   kNoAnswer));
    return HttpAnswer{parser.get().result_int(), parser.get().body()};
  }

  const HttpsClientOptions& options_;
  asio::io_context& io_;
  const std::function<bool()> interrupted_;
  beast::error_code bad_authorities_;
  asio::ssl::context tls_;
  beast::ssl_stream<beast::tcp_stream> stream_;
  tcp::resolver resolver_{io_};
  const std::chrono::steady_clock::time_point deadline_;
};

}  // namespace

absl::StatusOr<HttpAnswer> PostOnce(const HttpsClientOptions& options,
                                    asio::io_context& io,
                                    std::function<bool()> interrupted,
                                    absl::string_view path, std::string body) {
  return Exchange(options, io, std::move(interrupted))
      .Post(path, std::move(body));
}

}  // namespace rollcall
