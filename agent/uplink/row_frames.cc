#include "agent/uplink/row_frames.h"

#include "common/compression.h"

namespace rollcall::agent {
namespace {
// Well below what the collector admits for a frame (1 MiB) and for a message,
// even if nothing compresses; large enough that rows share a dictionary.
constexpr size_t kFrameBytes = 256 << 10;
// A row's tag and length in a batch: a row has at most 16 KiB.
constexpr size_t kRowOverheadBytes = 4;
}  // namespace

absl::Status RowFrames::Add(const std::string& canonical) {
  batch_.add_rows(canonical);
  batch_bytes_ += canonical.size() + kRowOverheadBytes;
  if (batch_bytes_ < kFrameBytes) return absl::OkStatus();
  return Send(/*last=*/false);
}

absl::Status RowFrames::Finish() { return Send(/*last=*/true); }

absl::Status RowFrames::Send(bool last) {
  v1::AgentMessage message;
  message.mutable_rows()->set_last(last);
  if (batch_.rows_size() > 0) {
    message.mutable_rows()->add_frames(Compress(batch_.SerializeAsString()));
  }
  batch_.Clear();
  batch_bytes_ = 0;
  return sink_(message);
}

}  // namespace rollcall::agent
