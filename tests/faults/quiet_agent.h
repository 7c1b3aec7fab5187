// An agent whose machine does not change, and how long it waits for answers.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "agent/uplink/conversation.h"
#include "agent/uplink/grpc_stream.h"
#include "tests/unit/agent/uplink/facts_builder.h"

namespace rollcall::testing {

inline agent::UplinkOptions UplinkTo(int port,
                                     const TlsCredentials& credentials) {
  agent::UplinkOptions options;
  options.collector = absl::StrCat("127.0.0.1:", port);
  options.credentials = credentials;
  return options;
}

// Not thread-safe.
class QuietAgent {
 public:
  QuietAgent(int port, const TlsCredentials& credentials)
      : uplink_(agent::Uplink::Create(UplinkTo(port, credentials))),
        stream_(uplink_->Open()),
        conversation_(*stream_) {}

  absl::Status Begin() { return conversation_.Begin(facts_, 0); }
  // Says that nothing changed; how long that takes.
  absl::StatusOr<absl::Duration> CheckIn() {
    const absl::Time start = absl::Now();
    const absl::Status answered = conversation_.CheckIn(facts_, {});
    if (!answered.ok()) return answered;
    return absl::Now() - start;
  }

 private:
  const agent::Facts facts_ = FactsWith({"quiet"}, "quiet", "quiet");
  const std::unique_ptr<agent::Uplink> uplink_;
  const std::unique_ptr<agent::MessageStream> stream_;
  agent::Conversation conversation_;
};

}  // namespace rollcall::testing
