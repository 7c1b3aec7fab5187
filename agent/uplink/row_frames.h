// Packs rows into Rows messages that the collector admits. Not thread-safe.
#pragma once

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "rollcall/v1/sync.pb.h"

namespace rollcall::agent {

// Collects rows into compressed frames, a frame a message, and passes each
// message on as soon as it is full, so that little is held.
class RowFrames {
 public:
  using Sink = std::function<absl::Status(const v1::AgentMessage&)>;
  explicit RowFrames(Sink sink) : sink_(std::move(sink)) {}

  // Fails as the sink does.
  absl::Status Add(const std::string& canonical);
  // Sends what is left, marked as last. Call it once, at the end.
  absl::Status Finish();

 private:
  absl::Status Send(bool last);

  const Sink sink_;
  v1::RowBatch batch_;
  size_t batch_bytes_ = 0;
};

}  // namespace rollcall::agent
