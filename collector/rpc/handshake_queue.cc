#include "collector/rpc/handshake_queue.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "absl/status/status.h"

namespace rollcall::collector {
namespace {

// Each takes a processor some 2 ms. No fewer than two processors do: clients
// are far away, and while they think another's can be worked on.
constexpr size_t kHandshakesPerProcessor = 48;
constexpr unsigned kFewestProcessors = 2;

// How often it looks whether others may begin: of those under way only a few
// end meanwhile, and each look at all of them costs. How often whether those
// that began have ended, where none waits for it; and whether any is late.
constexpr int kWhileTheyWaitMillis = 5;
constexpr int kWhileTheyBeginMillis = 50;
constexpr int kWhileTheyAreSilentMillis = 500;

absl::Status CannotStart() {
  return absl::ResourceExhaustedError(
      absl::ErrnoToStatus(errno, "cannot take connections").message());
}

// Whether the client waits for an answer.
bool StillThere(const UniqueFd& connection) {
  pollfd state = {connection.get(), POLLRDHUP, 0};
  return poll(&state, 1, 0) == 0;
}

bool Watch(const UniqueFd& epoll, int fd, uint32_t events) {
  epoll_event event = {};
  event.events = events;
  event.data.fd = fd;
  return epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

}  // namespace

size_t MostHandshakes(unsigned processors) {
  return kHandshakesPerProcessor * std::max(processors, kFewestProcessors);
}

absl::StatusOr<std::unique_ptr<HandshakeQueue>> HandshakeQueue::Start(
    const HandshakeQueueOptions& options, Begin begin) {
  UniqueFd epoll(epoll_create1(EPOLL_CLOEXEC));
  UniqueFd wake(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!epoll.ok() || !wake.ok() || !Watch(epoll, wake.get(), EPOLLIN)) {
    return CannotStart();
  }
  return std::unique_ptr<HandshakeQueue>(new HandshakeQueue(
      options, std::move(begin), std::move(epoll), std::move(wake)));
}

HandshakeQueue::~HandshakeQueue() { Stop(); }

void HandshakeQueue::Stop() {
  if (!thread_.joinable()) return;
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    added_.clear();
  }
  eventfd_write(wake_.get(), 1);
  thread_.join();
  silent_.clear();
  waiting_.clear();
  handshakes_.clear();
  waiting_count_ = 0;
}

void HandshakeQueue::Add(UniqueFd connection) {
  {
    MutexLock lock(&mutex_);
    if (stopping_) return;
    added_.push_back(std::move(connection));
  }
  eventfd_write(wake_.get(), 1);
}

void HandshakeQueue::Run() {
  std::array<epoll_event, 256> events = {};
  while (true) {
    const int count = epoll_wait(epoll_.get(), events.data(),
                                 static_cast<int>(events.size()), Pause());
    {
      MutexLock lock(&mutex_);
      if (stopping_) return;
    }
    for (int i = 0; i < count; ++i) {
      const int fd = events[static_cast<size_t>(i)].data.fd;
      if (fd == wake_.get()) {
        TakeAdded();
      } else {
        Heard(fd);
      }
    }
    CloseSilent();
    ForgetEnded();
    BeginSome();
    waiting_count_ = static_cast<int64_t>(waiting_.size());
  }
}

int HandshakeQueue::Pause() const {
  if (!waiting_.empty()) return kWhileTheyWaitMillis;
  if (!handshakes_.empty()) return kWhileTheyBeginMillis;
  return silent_.empty() ? -1 : kWhileTheyAreSilentMillis;
}

void HandshakeQueue::TakeAdded() {
  eventfd_t signals = 0;
  eventfd_read(wake_.get(), &signals);
  std::vector<UniqueFd> added;
  {
    MutexLock lock(&mutex_);
    added.swap(added_);
  }
  const absl::Duration late = clock_.Monotonic() + options_.speaks_within;
  for (UniqueFd& connection : added) {
    const int fd = connection.get();
    if (!Watch(epoll_, fd, EPOLLIN | EPOLLRDHUP | EPOLLONESHOT)) {
      // It begins unheard: gRPC closes it if it says nothing.
      waiting_.push_back(std::move(connection));
      continue;
    }
    silent_[fd] = {std::move(connection), ++numbers_};
    late_.push_back({late, fd, numbers_});
  }
}

void HandshakeQueue::Heard(int fd) {
  const auto speaker = silent_.find(fd);
  if (speaker == silent_.end()) return;
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  waiting_.push_back(std::move(speaker->second.connection));
  silent_.erase(speaker);
}

void HandshakeQueue::CloseSilent() {
  const absl::Duration now = clock_.Monotonic();
  for (; !late_.empty(); late_.pop_front()) {
    const Late& first = late_.front();
    const auto silent = silent_.find(first.fd);
    // The descriptor may be another connection's by now.
    if (silent == silent_.end() || silent->second.number != first.number) {
      continue;
    }
    if (first.at > now) return;
    // First, so that who sees it closed sees it counted.
    ++silent_closed_;
    silent_.erase(silent);
  }
}

void HandshakeQueue::ForgetEnded() {
  const absl::Duration now = clock_.Monotonic();
  std::erase_if(handshakes_, [now](Handshake& one) {
    return one.counts_until <= now || one.progress.HasEnded();
  });
}

void HandshakeQueue::BeginSome() {
  const absl::Duration counts_until = clock_.Monotonic() + options_.counts_for;
  while (!waiting_.empty() && handshakes_.size() < options_.most) {
    UniqueFd connection = std::move(waiting_.front());
    waiting_.pop_front();
    if (!StillThere(connection)) continue;
    UniqueFd watch(fcntl(connection.get(), F_DUPFD_CLOEXEC, 0));
    if (watch.get() >= options_.descriptor_bound) watch = UniqueFd();
    handshakes_.push_back({TcpProgress(std::move(watch)), counts_until});
    begin_(std::move(connection));
  }
}

}  // namespace rollcall::collector
