// zstd with bounds: a frame must say how large its content is, and may not grow
// out of proportion. Pure; thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rollcall {

struct DecompressLimits {
  // A frame that declares more content, in bytes, is refused.
  size_t max_content_bytes = 1 << 20;
  // A frame that declares more than this many times its own size is refused.
  // Package lists reach about 20.
  size_t max_ratio = 200;
  // A frame that declares no more than this is taken whatever its ratio: facts
  // may repeat themselves, and an agent that tells the truth must get through.
  size_t any_ratio_bytes = 512 << 10;
};

// One frame of `content`, which declares its content size.
std::string Compress(absl::string_view content);

// The content of exactly one frame. INVALID_ARGUMENT if it is malformed, does
// not declare its size, or exceeds `limits`; nothing is allocated for a frame
// that does.
absl::StatusOr<std::string> Decompress(absl::string_view frame,
                                       const DecompressLimits& limits = {});

}  // namespace rollcall
