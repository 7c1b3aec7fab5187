// Connections of this machine, whose handshakes are played by hand.
#include "collector/rpc/handshake_queue.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "tests/support/status_matchers.h"

namespace rollcall::collector {
namespace {

constexpr timeval kPatience = {20, 0};

// Both ends of a connection.
struct Ends {
  UniqueFd client;
  UniqueFd server;
};

Ends Connect() {
  const UniqueFd listening(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  EXPECT_EQ(bind(listening.get(), any, size), 0);
  EXPECT_EQ(listen(listening.get(), 1), 0);
  EXPECT_EQ(getsockname(listening.get(), any, &size), 0);
  Ends ends;
  ends.client = UniqueFd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(connect(ends.client.get(), any, size), 0);
  ends.server = UniqueFd(accept(listening.get(), nullptr, nullptr));
  for (const UniqueFd* end : {&ends.client, &ends.server}) {
    setsockopt(end->get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience,
               sizeof(kPatience));
  }
  return ends;
}

void Say(const UniqueFd& end) { EXPECT_EQ(send(end.get(), "hello", 5, 0), 5); }
// Whether the other side said something; false if it closed.
bool Hear(const UniqueFd& end) {
  char text[5];
  return recv(end.get(), text, sizeof(text), MSG_WAITALL) == 5;
}

class HandshakeQueueTest : public ::testing::Test {
 protected:
  void Start(const HandshakeQueueOptions& options) {
    ASSERT_OK_AND_ASSIGN(
        queue_, HandshakeQueue::Start(options, [this](UniqueFd connection) {
          MutexLock lock(&mutex_);
          begun_.push_back(std::move(connection));
          changed_.SignalAll();
        }));
  }
  ~HandshakeQueueTest() override {
    if (queue_ != nullptr) queue_->Stop();
  }

  // The client's end of a connection that was queued.
  UniqueFd Queue() {
    Ends ends = Connect();
    queue_->Add(std::move(ends.server));
    return std::move(ends.client);
  }
  // Waits until so many have begun.
  bool AwaitBegun(size_t count) {
    const absl::Time end = absl::Now() + absl::Seconds(20);
    MutexLock lock(&mutex_);
    while (begun_.size() < count && absl::Now() < end) {
      changed_.WaitFor(&mutex_, end - absl::Now());
    }
    return begun_.size() >= count;
  }
  size_t begun() {
    MutexLock lock(&mutex_);
    return begun_.size();
  }
  const UniqueFd& Server(size_t i) {
    MutexLock lock(&mutex_);
    return begun_[i];
  }
  void AwaitWaiting(int64_t count) {
    while (queue_->waiting() != count) absl::SleepFor(absl::Milliseconds(1));
  }
  // As a handshake does, as far as the server's first answer.
  void PlayFirstFlights(const UniqueFd& client, const UniqueFd& server) {
    EXPECT_TRUE(Hear(server));
    Say(server);
    EXPECT_TRUE(Hear(client));
  }

  Mutex mutex_;
  CondVar changed_;
  std::vector<UniqueFd> begun_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<HandshakeQueue> queue_;
};

TEST_F(HandshakeQueueTest, OneThatSpeaksBegins) {
  Start({});
  const UniqueFd client = Queue();
  Say(client);
  ASSERT_TRUE(AwaitBegun(1));
  EXPECT_TRUE(Hear(Server(0)));
}

TEST_F(HandshakeQueueTest, OneThatSaysNothingIsClosedAndNeverBegins) {
  Start({.speaks_within = absl::Milliseconds(50)});
  const UniqueFd client = Queue();
  EXPECT_FALSE(Hear(client));
  EXPECT_EQ(begun(), 0u);
  EXPECT_EQ(queue_->silent(), 1);
}

TEST_F(HandshakeQueueTest, TheNextBeginsWhenAHandshakeHasEnded) {
  Start({.most = 1, .counts_for = absl::Hours(1)});
  const UniqueFd first = Queue();
  Say(first);
  ASSERT_TRUE(AwaitBegun(1));
  const UniqueFd second = Queue();
  Say(second);
  AwaitWaiting(1);
  PlayFirstFlights(first, Server(0));
  EXPECT_EQ(begun(), 1u);
  Say(first);
  EXPECT_TRUE(Hear(Server(0)));
  Say(Server(0));
  ASSERT_TRUE(AwaitBegun(2));
  EXPECT_TRUE(Hear(Server(1)));
}

TEST_F(HandshakeQueueTest, TheNextBeginsWhenAConnectionHasEnded) {
  Start({.most = 1, .counts_for = absl::Hours(1)});
  UniqueFd first = Queue();
  Say(first);
  ASSERT_TRUE(AwaitBegun(1));
  const UniqueFd second = Queue();
  Say(second);
  AwaitWaiting(1);
  first = UniqueFd();
  EXPECT_TRUE(AwaitBegun(2));
}

TEST_F(HandshakeQueueTest, OneThatStallsKeepsOthersWaitingForAWhileOnly) {
  Start({.most = 1, .counts_for = absl::Milliseconds(100)});
  const UniqueFd first = Queue();
  Say(first);
  ASSERT_TRUE(AwaitBegun(1));
  const UniqueFd second = Queue();
  Say(second);
  EXPECT_TRUE(AwaitBegun(2));
}

TEST_F(HandshakeQueueTest, OneThatHungUpWhileItWaitedIsPassedOver) {
  Start({.most = 1, .counts_for = absl::Hours(1)});
  UniqueFd first = Queue();
  Say(first);
  ASSERT_TRUE(AwaitBegun(1));
  UniqueFd second = Queue();
  Say(second);
  AwaitWaiting(1);
  second = UniqueFd();
  const UniqueFd third = Queue();
  Say(third);
  AwaitWaiting(2);
  first = UniqueFd();
  ASSERT_TRUE(AwaitBegun(2));
  Say(Server(1));
  EXPECT_TRUE(Hear(third));
  EXPECT_EQ(begun(), 2u);
}

TEST_F(HandshakeQueueTest, WhatHasNotBegunIsClosedWhenItStops) {
  Start({.most = 1, .counts_for = absl::Hours(1)});
  const UniqueFd first = Queue();
  Say(first);
  ASSERT_TRUE(AwaitBegun(1));
  const UniqueFd second = Queue();
  Say(second);
  AwaitWaiting(1);
  const UniqueFd silent = Queue();
  queue_->Stop();
  EXPECT_FALSE(Hear(second));
  EXPECT_FALSE(Hear(silent));
  EXPECT_FALSE(Hear(Queue()));
}

}  // namespace
}  // namespace rollcall::collector
