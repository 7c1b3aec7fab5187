#include "collector/rpc/tcp_progress.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <optional>
#include <utility>

namespace rollcall::collector {
namespace {

// Of the kernel's state machine (net/tcp_states.h).
constexpr uint8_t kEstablished = 1;

std::optional<tcp_info> InfoOf(const UniqueFd& connection) {
  tcp_info info = {};
  socklen_t size = sizeof(info);
  if (getsockopt(connection.get(), IPPROTO_TCP, TCP_INFO, &info, &size) != 0) {
    return std::nullopt;
  }
  return info;
}

}  // namespace

TcpProgress::TcpProgress(UniqueFd watch) : watch_(std::move(watch)) {
  if (!watch_.ok()) return;
  if (const auto info = InfoOf(watch_)) hello_ = info->tcpi_bytes_received;
}

bool TcpProgress::HasEnded() const {
  if (!watch_.ok()) return false;
  const auto info = InfoOf(watch_);
  if (!info.has_value() || info->tcpi_state != kEstablished) return true;
  return info->tcpi_bytes_received > hello_ && info->tcpi_bytes_sent > 0 &&
         info->tcpi_last_data_sent <= info->tcpi_last_data_recv;
}

}  // namespace rollcall::collector
