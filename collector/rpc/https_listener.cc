#include "collector/rpc/https_listener.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "collector/rpc/https_connection.h"
#include "common/log.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using https_internal::AnswerDesk;
using https_internal::Connection;
using https_internal::Shared;

// See HttpRequest::peer.
std::string PeerOf(const tcp::socket& socket) {
  beast::error_code error;
  asio::ip::address address = socket.remote_endpoint(error).address();
  if (error) return "";
  if (address.is_v4()) return address.to_string();
  asio::ip::address_v6 v6 = address.to_v6();
  if (v6.is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, v6).to_string();
  }
  asio::ip::address_v6::bytes_type bytes = v6.to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), 0);
  return asio::ip::address_v6(bytes).to_string();
}

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

absl::StatusOr<std::shared_ptr<asio::ssl::context>> MakeContext(
    const TlsCredentials& credentials) {
  auto tls =
      std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  beast::error_code error;
  tls->set_options(asio::ssl::context::default_workarounds |
                   asio::ssl::context::no_tlsv1 |
                   asio::ssl::context::no_tlsv1_1);
  tls->use_certificate_chain(asio::buffer(credentials.certificate_pem), error);
  if (!error) {
    tls->use_private_key(asio::buffer(credentials.private_key_pem),
                         asio::ssl::context::pem, error);
  }
  if (!error) return tls;
  return absl::InvalidArgumentError(
      absl::StrCat("the HTTPS certificate is unusable: ", error.message()));
}

class HttpsListenerImpl final : public HttpsListener {
 public:
  HttpsListenerImpl(const HttpsListenerOptions& options, Handler handler)
      : acceptor_(io_) {
    shared_.options = options;
    shared_.handler = std::move(handler);
    shared_.desk = std::make_shared<AnswerDesk>(io_);
  }

  ~HttpsListenerImpl() override {
    shared_.desk->Close();
    io_.stop();
    if (thread_.joinable()) thread_.join();
    shared_.desk->Clear();
  }

  absl::Status Open() {
    ROLLCALL_RETURN_IF_ERROR(UseCredentials(shared_.options.credentials));
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
  int64_t refused() const override { return refused_; }
  int connections() const override { return shared_.connections; }

  absl::Status UseCredentials(const TlsCredentials& credentials) override {
    ROLLCALL_ASSIGN_OR_RETURN(auto made, MakeContext(credentials));
    MutexLock lock(&mutex_);
    tls_ = std::move(made);
    return absl::OkStatus();
  }

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
      Admit(std::move(socket));
      Accept();
    });
  }

  void Admit(tcp::socket socket) {
    std::string peer = PeerOf(socket);
    const auto held = shared_.per_peer.find(peer);
    if (shared_.connections >= shared_.options.max_connections ||
        socket.native_handle() >= shared_.options.descriptor_bound ||
        (held != shared_.per_peer.end() &&
         held->second >= shared_.options.max_connections_per_peer)) {
      ++refused_;
      return;
    }
    std::make_shared<Connection>(std::move(socket), Context(), std::move(peer),
                                 shared_)
        ->Start();
  }

  std::shared_ptr<asio::ssl::context> Context() {
    MutexLock lock(&mutex_);
    return tls_;
  }

  std::atomic<int64_t> refused_{0};
  Mutex mutex_;
  std::shared_ptr<asio::ssl::context> tls_ ABSL_GUARDED_BY(mutex_);
  Shared shared_;
  asio::io_context io_{1};
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
