#include "tests/faults/rude_caller.h"

#include <utility>

#include "tests/swarm/raw_stream.h"
#include "tests/swarm/send_raw.h"

namespace rollcall::testing {

RudeCaller::RudeCaller(int port, TlsCredentials credentials, std::string bytes,
                       absl::Duration pause)
    : port_(port),
      credentials_(std::move(credentials)),
      bytes_(std::move(bytes)),
      pause_(pause),
      thread_([this] { Run(); }) {}

RudeCaller::~RudeCaller() {
  stopping_.Notify();
  thread_.join();
}

void RudeCaller::Run() {
  const auto channel = swarm::MakeChannel(port_, credentials_);
  while (!stopping_.WaitForNotificationWithTimeout(pause_)) {
    const grpc::StatusCode code = swarm::SendRaw(channel, bytes_).error_code();
    if (code != grpc::StatusCode::OK && code != grpc::StatusCode::UNAVAILABLE) {
      ++refused_;
    }
  }
}

}  // namespace rollcall::testing
