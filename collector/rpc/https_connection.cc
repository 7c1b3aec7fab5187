#include "collector/rpc/https_connection.h"

#include <boost/asio/post.hpp>
#include <utility>

#include "absl/strings/str_cat.h"

namespace rollcall::collector::https_internal {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

HttpsListener::Respond AnswerDesk::Await(
    std::shared_ptr<Connection> connection) {
  const uint64_t number = next_++;
  waiting_.emplace(number, std::move(connection));
  return [self = shared_from_this(), number](HttpResponse answer) {
    self->Give(number, std::move(answer));
  };
}

void AnswerDesk::Give(uint64_t number, HttpResponse answer) {
  MutexLock lock(&mutex_);
  if (io_ == nullptr) return;
  asio::post(*io_, [self = shared_from_this(), number,
                    answer = std::move(answer)]() mutable {
    const auto found = self->waiting_.find(number);
    if (found == self->waiting_.end()) return;
    const std::shared_ptr<Connection> connection = std::move(found->second);
    self->waiting_.erase(found);
    connection->Answer(std::move(answer));
  });
}

void AnswerDesk::Close() {
  MutexLock lock(&mutex_);
  io_ = nullptr;
}

Connection::Connection(asio::ip::tcp::socket socket,
                       std::shared_ptr<asio::ssl::context> tls,
                       std::string peer, Shared& shared)
    : tls_(std::move(tls)),
      stream_(std::move(socket), *tls_),
      peer_(std::move(peer)),
      shared_(shared) {
  ++shared_.connections;
  ++shared_.per_peer[peer_];
}

Connection::~Connection() {
  --shared_.connections;
  const auto found = shared_.per_peer.find(peer_);
  if (--found->second == 0) shared_.per_peer.erase(found);
}

void Connection::Start() {
  Limit();
  stream_.async_handshake(asio::ssl::stream_base::server,
                          [self = shared_from_this()](beast::error_code error) {
                            if (!error) self->Read();
                          });
}

void Connection::Limit() {
  beast::get_lowest_layer(stream_).expires_after(
      absl::ToChronoMilliseconds(shared_.options.time_limit));
}

void Connection::Read() {
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

void Connection::OnRead(beast::error_code error) {
  if (error) {
    OnBadRead(error);
    return;
  }
  auto& request = parser_->get();
  const HttpRequest plain = {std::string(request.method_string()),
                             std::string(request.target()),
                             std::move(request.body()), peer_};
  // The client has done its part: no limit until the answer is there.
  beast::get_lowest_layer(stream_).expires_never();
  shared_.handler(plain, shared_.desk->Await(shared_from_this()));
}

void Connection::Answer(HttpResponse answer) {
  const auto& request = parser_->get();
  Write(std::move(answer), request.keep_alive(),
        request.method() == http::verb::head);
}

void Connection::OnBadRead(beast::error_code error) {
  constexpr char kText[] = "text/plain; charset=utf-8";
  if (error == http::error::header_limit) {
    Write({431, kText, "the request's header is too large\n", {}}, false);
  } else if (error == http::error::body_limit) {
    Write({413, kText, "the request's body is too large\n", {}}, false);
  } else if (error == http::error::end_of_stream ||
             error == http::error::partial_message ||
             error.category() !=
                 http::make_error_code(http::error::bad_line_ending)
                     .category()) {
    Close();  // hung up, too slow, or TLS is broken
  } else {
    Write({400, kText, absl::StrCat("malformed: ", error.message(), "\n"), {}},
          false);
  }
}

// `header_only` leaves the body out: the answer to HEAD says how long it would
// be, and a client would take it for the next answer.
void Connection::Write(HttpResponse answer, bool keep_alive, bool header_only) {
  response_ = {};
  response_.version(11);
  response_.result(static_cast<unsigned>(answer.status));
  response_.set(http::field::content_type, answer.content_type);
  response_.set(http::field::cache_control, "no-store");
  response_.set("X-Content-Type-Options", "nosniff");
  if (answer.retry_after_seconds.has_value()) {
    response_.set(http::field::retry_after,
                  std::to_string(*answer.retry_after_seconds));
  }
  response_.keep_alive(keep_alive);
  response_.body() = std::move(answer.body);
  response_.prepare_payload();
  if (header_only) response_.body().clear();
  Limit();
  http::async_write(
      stream_, response_,
      [self = shared_from_this(), keep_alive](beast::error_code error, size_t) {
        if (!error && keep_alive) {
          self->Read();
        } else {
          self->Close();
        }
      });
}

void Connection::Close() {
  Limit();
  stream_.async_shutdown([self = shared_from_this()](beast::error_code) {});
}

}  // namespace rollcall::collector::https_internal
