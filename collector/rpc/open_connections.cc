#include "collector/rpc/open_connections.h"

#include <sys/stat.h>

#include <algorithm>
#include <optional>

namespace rollcall::collector {
namespace {

// Every socket has an inode of its own; nothing if the descriptor is free.
std::optional<ino_t> SocketOf(int fd) {
  struct stat status = {};
  if (fstat(fd, &status) != 0 || !S_ISSOCK(status.st_mode)) return std::nullopt;
  return status.st_ino;
}

}  // namespace

void OpenConnections::Add(int fd) {
  const auto socket = SocketOf(fd);
  if (socket.has_value()) connections_.push_back({fd, *socket});
}

size_t OpenConnections::Count() {
  const auto is_gone = [](const Connection& connection) {
    return SocketOf(connection.fd) != connection.socket;
  };
  connections_.erase(
      std::remove_if(connections_.begin(), connections_.end(), is_gone),
      connections_.end());
  return connections_.size();
}

}  // namespace rollcall::collector
