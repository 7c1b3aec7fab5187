#include "collector/rpc/connection_acceptor.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <limits>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/sync.h"
#include "tests/support/status_matchers.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr timeval kPatience = {20, 0};

// A connection to this machine, or not open.
UniqueFd Connect(int port) {
  UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof(kPatience));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address),
              sizeof(address)) != 0) {
    return UniqueFd();
  }
  return fd;
}

UniqueFd ConnectV6(int port) {
  UniqueFd fd(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in6 address = {};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(static_cast<uint16_t>(port));
  address.sin6_addr = in6addr_loopback;
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address),
              sizeof(address)) != 0) {
    return UniqueFd();
  }
  return fd;
}

// Whether the other side closes it, and says nothing before.
bool IsClosed(const UniqueFd& fd) {
  char byte = 0;
  const ssize_t got = recv(fd.get(), &byte, 1, 0);
  return got == 0 || (got < 0 && errno == ECONNRESET);
}

int LowestFreeDescriptor() {
  return UniqueFd(open("/dev/null", O_RDONLY | O_CLOEXEC)).get();
}

class ConnectionAcceptorTest : public ::testing::Test {
 protected:
  void Start(const ConnectionBounds& bounds = {}) {
    ASSERT_OK_AND_ASSIGN(ListeningSockets listening, Listen("127.0.0.1:0"));
    ASSERT_OK_AND_ASSIGN(acceptor_,
                         ConnectionAcceptor::Start(
                             std::move(listening), bounds,
                             [this](UniqueFd fd) { Keep(std::move(fd)); }));
  }

  UniqueFd ConnectHere() const { return Connect(acceptor_->port()); }

  bool AwaitTaken(size_t connections) {
    const absl::Time end = absl::Now() + absl::Seconds(20);
    MutexLock lock(&mutex_);
    while (taken_.size() < connections && absl::Now() < end) {
      changed_.WaitFor(&mutex_, end - absl::Now());
    }
    return taken_.size() == connections;
  }

  void LetGo() {
    MutexLock lock(&mutex_);
    taken_.clear();
  }

  std::unique_ptr<ConnectionAcceptor> acceptor_;

 private:
  void Keep(UniqueFd fd) {
    MutexLock lock(&mutex_);
    taken_.push_back(std::move(fd));
    changed_.SignalAll();
  }

  Mutex mutex_;
  CondVar changed_;
  std::vector<UniqueFd> taken_ ABSL_GUARDED_BY(mutex_);
};

TEST_F(ConnectionAcceptorTest, TakesConnections) {
  ASSERT_NO_FATAL_FAILURE(Start());
  const UniqueFd one = ConnectHere();
  const UniqueFd other = ConnectHere();
  EXPECT_TRUE(AwaitTaken(2));
  EXPECT_EQ(acceptor_->refused(), 0);
}

TEST_F(ConnectionAcceptorTest, RefusesWhatIsGivenADescriptorFromTheBoundOn) {
  // Those of the acceptor itself, then a client's and its connection's.
  ASSERT_NO_FATAL_FAILURE(Start({.descriptor = LowestFreeDescriptor() + 2 + 2,
                                 .connections = std::nullopt}));
  const UniqueFd first = ConnectHere();
  ASSERT_TRUE(AwaitTaken(1));
  const UniqueFd second = ConnectHere();
  EXPECT_TRUE(IsClosed(second));
  EXPECT_EQ(acceptor_->refused(), 1);
}

TEST_F(ConnectionAcceptorTest, RefusesMoreThanMayBeOpen) {
  ConnectionBounds bounds;
  bounds.connections = 2;
  ASSERT_NO_FATAL_FAILURE(Start(bounds));
  const UniqueFd first = ConnectHere();
  const UniqueFd second = ConnectHere();
  ASSERT_TRUE(AwaitTaken(2));
  EXPECT_TRUE(IsClosed(ConnectHere()));
  EXPECT_EQ(acceptor_->refused(), 1);
  // Those that their owner closed are not counted, whatever has their
  // descriptors now.
  LetGo();
  const UniqueFd others[] = {UniqueFd(open("/dev/null", O_RDONLY | O_CLOEXEC)),
                             UniqueFd(open("/dev/null", O_RDONLY | O_CLOEXEC))};
  const UniqueFd third = ConnectHere();
  EXPECT_TRUE(AwaitTaken(1));
}

TEST_F(ConnectionAcceptorTest, TakesConnectionsAgainOnceDescriptorsAreFree) {
  ASSERT_NO_FATAL_FAILURE(Start({.descriptor = LowestFreeDescriptor() + 2 + 2,
                                 .connections = std::nullopt}));
  {
    const UniqueFd first = ConnectHere();
    ASSERT_TRUE(AwaitTaken(1));
    EXPECT_TRUE(IsClosed(ConnectHere()));
  }
  LetGo();
  const UniqueFd next = ConnectHere();
  EXPECT_TRUE(AwaitTaken(1));
}

// Sets how many descriptors this process may have, for a while.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(int most) {
    getrlimit(RLIMIT_NOFILE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = static_cast<rlim_t>(most);
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  }
  ~DescriptorLimit() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_ = {};
};

TEST_F(ConnectionAcceptorTest, GoesOnAfterItWasOutOfDescriptors) {
  ASSERT_NO_FATAL_FAILURE(Start());
  UniqueFd waiting;
  {
    // Enough for the client alone.
    const DescriptorLimit limit(LowestFreeDescriptor() + 1);
    waiting = ConnectHere();
    ASSERT_TRUE(waiting.ok());
    while (acceptor_->failures() == 0) std::this_thread::yield();
  }
  EXPECT_TRUE(AwaitTaken(1));
}

TEST_F(ConnectionAcceptorTest, NobodyConnectsAfterItStopped) {
  ASSERT_NO_FATAL_FAILURE(Start());
  acceptor_->Stop();
  EXPECT_FALSE(ConnectHere().ok());
  acceptor_->Stop();
}

TEST(ListeningSocketsTest, EveryAddressOfThisMachineIsOfBothKinds) {
  for (const std::string any : {"0.0.0.0:0", "[::]:0"}) {
    ASSERT_OK_AND_ASSIGN(const ListeningSockets listening, Listen(any));
    EXPECT_TRUE(Connect(listening.port).ok()) << any;
    // Where there is IPv6 at all.
    if (Listen("[::1]:0").ok()) {
      EXPECT_TRUE(ConnectV6(listening.port).ok()) << any;
    }
  }
}

TEST(ListeningSocketsTest, ANameIsAllItsAddressesAtOnePort) {
  ASSERT_OK_AND_ASSIGN(const ListeningSockets listening, Listen("localhost:0"));
  EXPECT_TRUE(Connect(listening.port).ok());
}

TEST(ListeningSocketsTest, OneAddressIsThatAlone) {
  ASSERT_OK_AND_ASSIGN(const ListeningSockets listening, Listen("127.0.0.1:0"));
  EXPECT_THAT(listening.sockets, SizeIs(1));
  EXPECT_FALSE(ConnectV6(listening.port).ok());
}

TEST(ListeningSocketsTest, SaysThatAPortIsTaken) {
  ASSERT_OK_AND_ASSIGN(const ListeningSockets first, Listen("0.0.0.0:0"));
  const std::string taken = absl::StrCat("0.0.0.0:", first.port);
  EXPECT_THAT(Listen(taken), StatusIs(absl::StatusCode::kUnavailable,
                                      HasSubstr("already in use")));
}

TEST(ListeningSocketsTest, RefusesWhatIsNoHostAndPort) {
  for (const char* bad : {"", "7443", ":7443", "127.0.0.1", "127.0.0.1:",
                          "127.0.0.1:x", "127.0.0.1:-1", "127.0.0.1:65536"}) {
    EXPECT_THAT(Listen(bad), StatusIs(absl::StatusCode::kInvalidArgument,
                                      HasSubstr("HOST:PORT")))
        << bad;
  }
}

TEST(ListeningSocketsTest, SaysThatANameIsUnknown) {
  // Reserved: RFC 6761 section 6.4.
  EXPECT_THAT(Listen("no-such-host.invalid:0"),
              StatusIs(absl::StatusCode::kUnavailable,
                       HasSubstr("no-such-host.invalid:0")));
}

}  // namespace
}  // namespace rollcall::collector
