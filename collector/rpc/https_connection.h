// One connection of the HTTPS port. Part of https_listener.
#pragma once

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "collector/rpc/https_listener.h"
#include "common/sync.h"

namespace rollcall::collector::https_internal {

class Connection;

// The way back for answers that come from other threads. Outlives the listener
// as long as an answer is due.
class AnswerDesk : public std::enable_shared_from_this<AnswerDesk> {
 public:
  explicit AnswerDesk(boost::asio::io_context& io) : io_(&io) {}

  // On the listener's thread: keeps `connection` until its answer is there, and
  // returns what that is to be given to. Call it once, from any thread; it does
  // nothing where the listener or the connection has gone.
  HttpsListener::Respond Await(std::shared_ptr<Connection> connection);
  // No answer is passed on any more.
  void Close();
  // Lets go of the connections. The listener's thread must have ended.
  void Clear() { waiting_.clear(); }

 private:
  void Give(uint64_t number, HttpResponse answer);

  Mutex mutex_;
  boost::asio::io_context* io_ ABSL_GUARDED_BY(mutex_);
  // On the listener's thread only.
  std::map<uint64_t, std::shared_ptr<Connection>> waiting_;
  uint64_t next_ = 0;
};

// What the connections of a listener share. On the listener's thread only, but
// for reading their number.
struct Shared {
  HttpsListenerOptions options;
  HttpsListener::Handler handler;
  std::shared_ptr<AnswerDesk> desk;
  std::atomic<int> connections{0};
  // By peer.
  std::map<std::string, int> per_peer;
};

// Owned by its pending operation, or by the desk while its answer is awaited;
// gone with the last. On the listener's thread only. `shared` outlives it.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(boost::asio::ip::tcp::socket socket,
             std::shared_ptr<boost::asio::ssl::context> tls, std::string peer,
             Shared& shared);
  ~Connection();

  void Start();
  // The handler's answer to the request that was read last.
  void Answer(HttpResponse answer);

 private:
  void Limit();
  void Read();
  void OnRead(boost::beast::error_code error);
  void OnBadRead(boost::beast::error_code error);
  void Write(HttpResponse answer, bool keep_alive, bool header_only = false);
  void Close();

  // Of the time when it was made; a later one is for later connections.
  const std::shared_ptr<boost::asio::ssl::context> tls_;
  boost::beast::ssl_stream<boost::beast::tcp_stream> stream_;
  const std::string peer_;
  Shared& shared_;
  boost::beast::flat_buffer buffer_;
  std::optional<
      boost::beast::http::request_parser<boost::beast::http::string_body>>
      parser_;
  boost::beast::http::response<boost::beast::http::string_body> response_;
};

}  // namespace rollcall::collector::https_internal
