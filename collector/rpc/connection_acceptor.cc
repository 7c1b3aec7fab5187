#include "collector/rpc/connection_acceptor.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <bit>
#include <utility>

#include "absl/status/status.h"
#include "common/log.h"

namespace rollcall::collector {
namespace {

// How long accepting rests when it fails for want of something.
constexpr int kPauseMillis = 100;
// Accepted in one go, so that every socket has its turn.
constexpr int kMostAtOnce = 64;

// Of accept(2): the connection failed, not accepting.
bool IsOfTheConnection(int error) {
  switch (error) {
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case EPERM:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH:
    case ETIMEDOUT:
      return true;
    default:
      return false;
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<ConnectionAcceptor>> ConnectionAcceptor::Start(
    ListeningSockets listening, const ConnectionBounds& bounds, Take take) {
  UniqueFd stop(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!stop.ok()) {
    return absl::ResourceExhaustedError(
        absl::ErrnoToStatus(errno, "cannot accept connections").message());
  }
  return std::unique_ptr<ConnectionAcceptor>(new ConnectionAcceptor(
      std::move(listening), bounds, std::move(take), std::move(stop)));
}

ConnectionAcceptor::ConnectionAcceptor(ListeningSockets listening,
                                       const ConnectionBounds& bounds,
                                       Take take, UniqueFd stop)
    : port_(listening.port),
      sockets_(std::move(listening.sockets)),
      bounds_(bounds),
      take_(std::move(take)),
      stop_(std::move(stop)),
      thread_([this] { Run(); }) {}

ConnectionAcceptor::~ConnectionAcceptor() { Stop(); }

void ConnectionAcceptor::Stop() {
  if (!thread_.joinable()) return;
  eventfd_write(stop_.get(), 1);
  thread_.join();
  sockets_.clear();
}

void ConnectionAcceptor::Run() {
  std::vector<pollfd> waiting = {{stop_.get(), POLLIN, 0}};
  for (const UniqueFd& socket : sockets_) {
    waiting.push_back({socket.get(), POLLIN, 0});
  }
  while (true) {
    if (poll(waiting.data(), waiting.size(), -1) < 0) continue;
    if (waiting[0].revents != 0) return;
    for (size_t i = 1; i < waiting.size(); ++i) {
      if (waiting[i].revents == 0) continue;
      if (!AcceptFrom(sockets_[i - 1])) Pause();
    }
  }
}

bool ConnectionAcceptor::AcceptFrom(const UniqueFd& listening) {
  for (int i = 0; i < kMostAtOnce; ++i) {
    UniqueFd connection(accept4(listening.get(), nullptr, nullptr,
                                SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (connection.ok()) {
      if (HasRoomFor(connection)) {
        take_(std::move(connection));
      } else {
        Refuse();
      }
      continue;
    }
    if (errno == EAGAIN) return true;
    if (IsOfTheConnection(errno)) continue;
    const absl::Status error = absl::ErrnoToStatus(errno, "accept");
    ++failures_;
    Log(LogLevel::kWarning, "cannot accept connections for the moment",
        {{"error", error.message()}});
    return false;
  }
  return true;
}

bool ConnectionAcceptor::HasRoomFor(const UniqueFd& connection) {
  if (connection.get() >= bounds_.descriptor) return false;
  if (!bounds_.connections.has_value()) return true;
  if (open_.Count() >= *bounds_.connections) return false;
  open_.Add(connection.get());
  return true;
}

void ConnectionAcceptor::Refuse() {
  const auto refused = static_cast<uint64_t>(++refused_);
  // A flood is told of as it doubles.
  if (!std::has_single_bit(refused)) return;
  Log(LogLevel::kWarning,
      "connections are refused: too many file descriptors are in use",
      {{"port", port_}, {"refused", refused}});
}

void ConnectionAcceptor::Pause() const {
  pollfd stopped = {stop_.get(), POLLIN, 0};
  poll(&stopped, 1, kPauseMillis);
}

}  // namespace rollcall::collector
