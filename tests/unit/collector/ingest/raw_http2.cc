#include "tests/unit/collector/ingest/raw_http2.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <utility>

#include "common/openssl_ptr.h"

namespace rollcall::testing {
namespace {

constexpr time_t kPatienceSeconds = 20;
// Of RFC 9113.
constexpr char kPreface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr size_t kFrameHeaderBytes = 9;
constexpr uint8_t kData = 0x0;
constexpr uint8_t kHeaders = 0x1;
constexpr uint8_t kReset = 0x3;
constexpr uint8_t kSettings = 0x4;
constexpr uint8_t kGoAway = 0x7;
constexpr uint32_t kInitialWindowSize = 0x4;
constexpr uint8_t kEndStream = 0x1;
constexpr uint8_t kEndHeaders = 0x4;

void AppendUint(uint32_t value, int bytes, std::string* out) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>(value >> shift & 0xff));
  }
}

// A header as RFC 7541 section 6.2.2 has it: with its name, in no index, and
// without Huffman's code. Both are shorter than 127 bytes.
void AppendHeader(absl::string_view name, absl::string_view value,
                  std::string* out) {
  out->push_back('\0');
  out->push_back(static_cast<char>(name.size()));
  out->append(name.data(), name.size());
  out->push_back(static_cast<char>(value.size()));
  out->append(value.data(), value.size());
}

}  // namespace

RawSocket::RawSocket(int port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
  const timeval patience = {kPatienceSeconds, 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd_, reinterpret_cast<const sockaddr*>(&address),
              sizeof(address)) != 0) {
    close(std::exchange(fd_, -1));
  }
}

RawSocket::~RawSocket() {
  if (fd_ >= 0) close(fd_);
}

bool RawSocket::Send(absl::string_view bytes) const {
  return send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(bytes.size());
}

bool RawSocket::AwaitClose() const {
  char buffer[4096];
  while (true) {
    const ssize_t count = recv(fd_, buffer, sizeof(buffer), 0);
    if (count == 0) return true;
    if (count < 0) return errno != EAGAIN && errno != EWOULDBLOCK;
  }
}

RawCall::RawCall(int port, const TlsCredentials& credentials,
                 absl::string_view path, Listens listens)
    : socket_(port), context_(SSL_CTX_new(TLS_client_method())) {
  ok_ = socket_.fd() >= 0 && context_ != nullptr &&
        Open(credentials, path, listens);
}

RawCall::~RawCall() = default;

bool RawCall::Open(const TlsCredentials& credentials, absl::string_view path,
                   Listens listens) {
  const OpenSslPtr<X509> certificate(PEM_read_bio_X509(
      MemoryBio(credentials.certificate_pem).get(), nullptr, nullptr, nullptr));
  const OpenSslPtr<EVP_PKEY> key(PEM_read_bio_PrivateKey(
      MemoryBio(credentials.private_key_pem).get(), nullptr, nullptr, nullptr));
  if (certificate == nullptr || key == nullptr) return false;
  SSL_CTX_use_certificate(context_.get(), certificate.get());
  SSL_CTX_use_PrivateKey(context_.get(), key.get());
  ssl_.reset(SSL_new(context_.get()));
  const unsigned char protocols[] = {2, 'h', '2'};
  SSL_set_alpn_protos(ssl_.get(), protocols, sizeof(protocols));
  SSL_set_fd(ssl_.get(), socket_.fd());
  if (SSL_connect(ssl_.get()) != 1) return false;
  std::string headers;
  AppendHeader(":method", "POST", &headers);
  AppendHeader(":scheme", "https", &headers);
  AppendHeader(":path", path, &headers);
  AppendHeader(":authority", "localhost", &headers);
  AppendHeader("content-type", "application/grpc", &headers);
  AppendHeader("te", "trailers", &headers);
  std::string settings;
  if (listens == Listens::kNo) {
    AppendUint(kInitialWindowSize, 2, &settings);
    AppendUint(0, 4, &settings);
  }
  return Write(kPreface) && SendFrame(kSettings, 0, 0, settings) &&
         SendFrame(kHeaders, kEndHeaders, 1, headers);
}

bool RawCall::SendData(absl::string_view bytes) {
  return SendFrame(kData, 0, 1, bytes);
}

bool RawCall::SendFrame(uint8_t type, uint8_t flags, uint32_t stream,
                        absl::string_view payload) {
  std::string frame;
  AppendUint(static_cast<uint32_t>(payload.size()), 3, &frame);
  frame.push_back(static_cast<char>(type));
  frame.push_back(static_cast<char>(flags));
  AppendUint(stream, 4, &frame);
  frame.append(payload.data(), payload.size());
  return Write(frame);
}

bool RawCall::AwaitEnd() {
  while (true) {
    std::string header(kFrameHeaderBytes, '\0');
    errno = 0;
    if (!Read(header)) return errno != EAGAIN && errno != EWOULDBLOCK;
    const auto byte = [&header](size_t at) {
      return static_cast<uint8_t>(header[at]);
    };
    const uint8_t type = byte(3);
    if (type == kReset || type == kGoAway ||
        (type == kHeaders && (byte(4) & kEndStream) != 0)) {
      return true;
    }
    std::string payload(size_t{byte(0)} << 16 | size_t{byte(1)} << 8 | byte(2),
                        '\0');
    if (!Read(payload)) return errno != EAGAIN && errno != EWOULDBLOCK;
  }
}

std::string RawCall::Prefix(uint32_t length) {
  std::string prefix(1, '\0');  // not compressed
  AppendUint(length, 4, &prefix);
  return prefix;
}

bool RawCall::Write(absl::string_view bytes) {
  return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) ==
         static_cast<int>(bytes.size());
}

bool RawCall::Read(std::string& bytes) {
  for (size_t at = 0; at < bytes.size();) {
    const int count = SSL_read(ssl_.get(), bytes.data() + at,
                               static_cast<int>(bytes.size() - at));
    if (count <= 0) return false;
    at += static_cast<size_t>(count);
  }
  return true;
}

}  // namespace rollcall::testing
