// The carrier of messages to a collector: one gRPC stream over mutual TLS.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/uplink/conversation.h"
#include "common/tls.h"

namespace rollcall::agent {

struct UplinkOptions {
  // HOST:PORT of the collector's agents' port.
  std::string collector;
  // Others, in the order in which they are tried where one is out of reach.
  std::vector<std::string> alternates;
  // The URL of a proxy to connect through; empty: none, whatever the
  // environment says.
  std::string proxy;
  TlsCredentials credentials;
  // For the connection, and for each message to be taken or answered. The
  // collector may sync to disk before it answers.
  absl::Duration timeout = absl::Seconds(60);
};

// Connects to a collector. Not thread-safe but for UseCredentials
// and Interrupt.
class Uplink {
 public:
  static std::unique_ptr<Uplink> Create(const UplinkOptions& options);
  virtual ~Uplink() = default;

  // A new stream; an earlier one must be gone. The first Send, or the Receive
  // after it, finds out whether there is a collector: UNAVAILABLE, and the text
  // says what to look at. After a stream on which no collector said anything,
  // the next goes to the next collector.
  virtual std::unique_ptr<MessageStream> Open() = 0;
  // Takes these for the streams to come, where it needs any. Thread-safe.
  virtual void UseCredentials(const TlsCredentials& /*credentials*/) {}
  // Lets the connection go: the next stream makes a new one. The stream must be
  // gone.
  virtual void HangUp() {}
  // Ends the stream that is open, now or as soon as there is one, with
  // CANCELLED. For use from another thread, once, when the process is to stop.
  virtual void Interrupt() = 0;
};

}  // namespace rollcall::agent
