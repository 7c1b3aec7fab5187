#include "collector/rpc/listening_sockets.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include <memory>
#include <system_error>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// A connection whose peer confirms nothing for that long has gone: the time
// that gRPC gives its own.
constexpr int kUnconfirmedMillis = 20'000;

struct Address {
  sockaddr_storage storage = {};
  socklen_t length = 0;

  const sockaddr* get() const {
    return reinterpret_cast<const sockaddr*>(&storage);
  }
  in6_addr& v6() {
    return reinterpret_cast<sockaddr_in6*>(&storage)->sin6_addr;
  }
  in_addr& v4() { return reinterpret_cast<sockaddr_in*>(&storage)->sin_addr; }
  // Both kinds keep it in the same place.
  in_port_t& port() {
    return reinterpret_cast<sockaddr_in*>(&storage)->sin_port;
  }
  // Whether it stands for all addresses.
  bool IsAny() {
    return storage.ss_family == AF_INET6 ? IN6_IS_ADDR_UNSPECIFIED(&v6()) != 0
                                         : v4().s_addr == htonl(INADDR_ANY);
  }
};

Address AnyOf(sa_family_t family) {
  Address any;
  any.storage.ss_family = family;
  any.length = static_cast<socklen_t>(family == AF_INET6 ? sizeof(sockaddr_in6)
                                                         : sizeof(sockaddr_in));
  return any;
}

absl::Status Malformed(const std::string& address) {
  return absl::InvalidArgumentError(absl::StrCat(
      "\"", address, "\" is not HOST:PORT, for example 0.0.0.0:7443"));
}

absl::Status CannotListen(const std::string& address, absl::string_view why) {
  return absl::UnavailableError(
      absl::StrCat("cannot listen on ", address, ": ", why,
                   "; is the address this machine's, and the port free?"));
}

absl::StatusOr<std::vector<Address>> LookUp(const std::string& address,
                                            std::string host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* list = nullptr;
  const int error = getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (error != 0) return CannotListen(address, gai_strerror(error));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned(list,
                                                             &freeaddrinfo);
  std::vector<Address> found;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    if (entry->ai_family != AF_INET && entry->ai_family != AF_INET6) continue;
    Address& next = found.emplace_back();
    next.length = entry->ai_addrlen;
    memcpy(&next.storage, entry->ai_addr, entry->ai_addrlen);
  }
  if (found.empty()) return CannotListen(address, "it has no address");
  // One socket serves both kinds where there is IPv6.
  if (found.front().IsAny()) found = {AnyOf(AF_INET6), AnyOf(AF_INET)};
  return found;
}

void Set(const UniqueFd& fd, int level, int option, int value) {
  setsockopt(fd.get(), level, option, &value, sizeof(value));
}

// Not open, with errno set, on failure. Connections inherit what is set here.
UniqueFd ListenOn(Address address, int port) {
  UniqueFd fd(socket(address.storage.ss_family,
                     SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.ok()) return fd;
  Set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  Set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  Set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, kUnconfirmedMillis);
  if (address.storage.ss_family == AF_INET6) {
    Set(fd, IPPROTO_IPV6, IPV6_V6ONLY, address.IsAny() ? 0 : 1);
  }
  address.port() = htons(static_cast<in_port_t>(port));
  if (bind(fd.get(), address.get(), address.length) != 0 ||
      listen(fd.get(), SOMAXCONN) != 0) {
    return UniqueFd();
  }
  return fd;
}

int PortOf(const UniqueFd& fd) {
  Address bound;
  bound.length = sizeof(bound.storage);
  getsockname(fd.get(), reinterpret_cast<sockaddr*>(&bound.storage),
              &bound.length);
  return ntohs(bound.port());
}

bool IsOfNoKindHere(int error) {
  return error == EAFNOSUPPORT || error == EADDRNOTAVAIL;
}

}  // namespace

absl::StatusOr<ListeningSockets> Listen(const std::string& address) {
  const size_t colon = address.rfind(':');
  ListeningSockets listening;
  if (colon == std::string::npos || colon == 0 ||
      !absl::SimpleAtoi(address.substr(colon + 1), &listening.port) ||
      listening.port < 0 || listening.port > 65'535) {
    return Malformed(address);
  }
  ROLLCALL_ASSIGN_OR_RETURN(const std::vector<Address> found,
                            LookUp(address, address.substr(0, colon)));
  int error = 0;
  for (Address one : found) {
    UniqueFd fd = ListenOn(one, listening.port);
    if (!fd.ok()) {
      error = errno;
      if (IsOfNoKindHere(error)) continue;
      return CannotListen(address, std::generic_category().message(error));
    }
    listening.port = PortOf(fd);
    listening.sockets.push_back(std::move(fd));
    if (one.IsAny()) break;
  }
  if (listening.sockets.empty())
    return CannotListen(address, std::generic_category().message(error));
  return listening;
}

}  // namespace rollcall::collector
