// Connections of this machine, whose handshakes are played by hand.
#include "collector/rpc/handshake_queue.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <deque>
#include <memory>
#include <thread>
#include <utility>

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
    const absl::Time end = absl::Now() + absl::Seconds(20);
    while (queue_->waiting() != count && absl::Now() < end) {
      std::this_thread::yield();
    }
    ASSERT_EQ(queue_->waiting(), count);
  }
  // The one place is taken by `first`, and `second` waits for it.
  void FillOnePlace(absl::Duration counts_for) {
    Start({.most = 1, .counts_for = counts_for});
    first_ = Queue();
    Say(first_);
    ASSERT_TRUE(AwaitBegun(1));
    second_ = Queue();
    Say(second_);
  }
  // As a handshake does, as far as the server's first answer.
  void PlayFirstFlights(const UniqueFd& client, const UniqueFd& server) {
    EXPECT_TRUE(Hear(server));
    Say(server);
    EXPECT_TRUE(Hear(client));
  }

  Mutex mutex_;
  CondVar changed_;
  // A deque, since references to its elements stay good.
  std::deque<UniqueFd> begun_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<HandshakeQueue> queue_;
  UniqueFd first_;
  UniqueFd second_;
};

TEST(MostHandshakesTest, GrowWithTheProcessors) {
  EXPECT_EQ(MostHandshakes(16), 4 * MostHandshakes(4));
  EXPECT_EQ(MostHandshakes(0), MostHandshakes(2));
}

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
  FillOnePlace(absl::Hours(1));
  AwaitWaiting(1);
  PlayFirstFlights(first_, Server(0));
  EXPECT_EQ(begun(), 1u);
  Say(first_);
  EXPECT_TRUE(Hear(Server(0)));
  Say(Server(0));
  ASSERT_TRUE(AwaitBegun(2));
  EXPECT_TRUE(Hear(Server(1)));
}

TEST_F(HandshakeQueueTest, TheNextBeginsWhenAConnectionHasEnded) {
  FillOnePlace(absl::Hours(1));
  AwaitWaiting(1);
  first_ = UniqueFd();
  EXPECT_TRUE(AwaitBegun(2));
}

TEST_F(HandshakeQueueTest, OneThatStallsKeepsOthersWaitingForAWhileOnly) {
  FillOnePlace(absl::Milliseconds(100));
  EXPECT_TRUE(AwaitBegun(2));
}

TEST_F(HandshakeQueueTest, OneThatHungUpWhileItWaitedIsPassedOver) {
  FillOnePlace(absl::Hours(1));
  AwaitWaiting(1);
  second_ = UniqueFd();
  const UniqueFd third = Queue();
  Say(third);
  AwaitWaiting(2);
  first_ = UniqueFd();
  ASSERT_TRUE(AwaitBegun(2));
  Say(Server(1));
  EXPECT_TRUE(Hear(third));
  EXPECT_EQ(begun(), 2u);
}

TEST_F(HandshakeQueueTest, WhatHasNotBegunIsClosedWhenItStops) {
  FillOnePlace(absl::Hours(1));
  AwaitWaiting(1);
  const UniqueFd silent = Queue();
  queue_->Stop();
  EXPECT_FALSE(Hear(second_));
  EXPECT_FALSE(Hear(silent));
  EXPECT_FALSE(Hear(Queue()));
}

}  // namespace
}  // namespace rollcall::collector
