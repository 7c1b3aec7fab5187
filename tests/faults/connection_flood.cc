#include "tests/faults/connection_flood.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/time/clock.h"

namespace rollcall::testing {
namespace {

// Between two looks at what was closed.
constexpr int kLookMillis = 100;

// -1 if it cannot be had.
int Connect(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address),
              sizeof(address)) == 0) {
    return fd;
  }
  close(fd);
  return -1;
}

}  // namespace

ConnectionFlood::ConnectionFlood(int port, size_t connections)
    : port_(port),
      connections_(connections, pollfd{-1, POLLIN, 0}),
      thread_([this] { Run(); }) {}

ConnectionFlood::~ConnectionFlood() {
  stopping_ = true;
  thread_.join();
  for (const pollfd& connection : connections_) {
    if (connection.fd >= 0) close(connection.fd);
  }
}

bool ConnectionFlood::AwaitFilled(absl::Duration timeout) {
  const absl::Time end = absl::Now() + timeout;
  MutexLock lock(&mutex_);
  // One may be under way, and have passed some by.
  const int64_t goal = fills_ + 2;
  while (fills_ < goal && absl::Now() < end) {
    filled_.WaitFor(&mutex_, end - absl::Now());
  }
  return fills_ >= goal;
}

void ConnectionFlood::Run() {
  while (!stopping_) {
    Fill();
    {
      MutexLock lock(&mutex_);
      ++fills_;
    }
    filled_.SignalAll();
    Reap();
  }
}

void ConnectionFlood::Fill() {
  for (pollfd& connection : connections_) {
    if (connection.fd < 0) connection.fd = Connect(port_);
  }
}

void ConnectionFlood::Reap() {
  // Those that are not open are passed over: poll(2).
  poll(nullptr, 0, kLookMillis);
  poll(connections_.data(), connections_.size(), 0);
  for (pollfd& connection : connections_) {
    if (connection.fd < 0 || connection.revents == 0) continue;
    close(connection.fd);
    connection.fd = -1;
  }
}

}  // namespace rollcall::testing
