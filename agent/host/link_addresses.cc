// rtnetlink(7): RTM_GETLINK for all links, of which IFLA_PERM_ADDRESS is kept.
#include <errno.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "agent/host/host_probe.h"
#include "common/unique_fd.h"

namespace rollcall {
namespace {

// Since Linux 5.6; the headers of older systems lack the name.
constexpr uint16_t kIflaPermAddress = 54;
// The kernel fills at most this much for one receive.
constexpr size_t kReceiveBytes = 64 * 1024;
constexpr int kMaxReceives = 1024;

absl::Status NetlinkError(absl::string_view what) {
  return absl::UnavailableError(
      absl::StrCat("rtnetlink: cannot ", what, " (error ", errno, ")"));
}

absl::Status SendRequest(int fd) {
  struct {
    nlmsghdr header;
    ifinfomsg body;
  } request = {};
  request.header.nlmsg_len = NLMSG_LENGTH(sizeof(request.body));
  request.header.nlmsg_type = RTM_GETLINK;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.header.nlmsg_seq = 1;
  request.body.ifi_family = AF_UNSPEC;
  if (send(fd, &request, request.header.nlmsg_len, 0) < 0) {
    return NetlinkError("ask");
  }
  return absl::OkStatus();
}

std::string FormatAddress(const uint8_t* bytes, size_t size) {
  std::string text;
  for (size_t i = 0; i < size; ++i) {
    absl::StrAppend(&text, i == 0 ? "" : ":",
                    absl::Hex(bytes[i], absl::kZeroPad2));
  }
  return text;
}

// Walks the attributes of one link. Lengths come from the kernel, and are
// checked all the same.
void AddLink(const char* data, size_t size,
             std::map<std::string, std::string>* addresses) {
  std::string name;
  std::string address;
  size_t offset = NLMSG_ALIGN(sizeof(ifinfomsg));
  while (offset + sizeof(rtattr) <= size) {
    rtattr attribute;
    std::memcpy(&attribute, data + offset, sizeof(attribute));
    if (attribute.rta_len < sizeof(attribute)) return;
    if (attribute.rta_len > size - offset) return;
    const char* value = data + offset + RTA_LENGTH(0);
    const size_t value_size = attribute.rta_len - RTA_LENGTH(0);
    if (attribute.rta_type == IFLA_IFNAME) {
      name.assign(value, strnlen(value, value_size));
    } else if (attribute.rta_type == kIflaPermAddress && value_size == 6) {
      address =
          FormatAddress(reinterpret_cast<const uint8_t*>(value), value_size);
    }
    offset += RTA_ALIGN(attribute.rta_len);
  }
  if (!name.empty() && !address.empty()) (*addresses)[name] = address;
}

// Walks one receive; true once the dump is over.
bool AddMessages(const char* data, size_t size,
                 std::map<std::string, std::string>* addresses) {
  size_t offset = 0;
  while (offset + sizeof(nlmsghdr) <= size) {
    nlmsghdr header;
    std::memcpy(&header, data + offset, sizeof(header));
    if (header.nlmsg_len < sizeof(header)) return true;
    if (header.nlmsg_len > size - offset) return true;
    if (header.nlmsg_type == NLMSG_DONE || header.nlmsg_type == NLMSG_ERROR) {
      return true;
    }
    if (header.nlmsg_type == RTM_NEWLINK) {
      AddLink(data + offset + NLMSG_HDRLEN, header.nlmsg_len - NLMSG_HDRLEN,
              addresses);
    }
    offset += NLMSG_ALIGN(header.nlmsg_len);
  }
  return false;
}

}  // namespace

absl::StatusOr<std::map<std::string, std::string>>
SystemHostProbe::PermanentAddresses() const {
  const UniqueFd fd(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!fd.ok()) return NetlinkError("open a socket");
  const timeval timeout{2, 0};
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
  if (absl::Status sent = SendRequest(fd.get()); !sent.ok()) return sent;
  std::map<std::string, std::string> addresses;
  std::string buffer(kReceiveBytes, '\0');
  for (int i = 0; i < kMaxReceives; ++i) {
    const ssize_t size = recv(fd.get(), buffer.data(), buffer.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return NetlinkError("receive");
    if (AddMessages(buffer.data(), static_cast<size_t>(size), &addresses)) {
      return addresses;
    }
  }
  return absl::UnavailableError("rtnetlink: endless answer");
}

}  // namespace rollcall
