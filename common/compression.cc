#include "common/compression.h"

#include <zstd.h>

#include <memory>

#include "absl/strings/str_cat.h"

namespace rollcall {

std::string Compress(absl::string_view content) {
  std::string frame(ZSTD_compressBound(content.size()), '\0');
  const size_t size =
      ZSTD_compress(frame.data(), frame.size(), content.data(), content.size(),
                    /*compressionLevel=*/3);
  frame.resize(ZSTD_isError(size) ? 0 : size);
  return frame;
}

absl::StatusOr<std::string> Decompress(absl::string_view frame,
                                       const DecompressLimits& limits) {
  const unsigned long long declared =
      ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (declared == ZSTD_CONTENTSIZE_ERROR) {
    return absl::InvalidArgumentError("compressed frame is malformed");
  }
  if (declared == ZSTD_CONTENTSIZE_UNKNOWN) {
    return absl::InvalidArgumentError(
        "compressed frame does not declare its content size");
  }
  if (declared > limits.max_content_bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("compressed frame declares ", declared, " bytes; at most ",
                     limits.max_content_bytes, " are allowed"));
  }
  if (declared > limits.any_ratio_bytes &&
      declared > limits.max_ratio * frame.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "compressed frame grows from ", frame.size(), " to ", declared,
        " bytes; at most ", limits.max_ratio, "-fold is allowed"));
  }
  std::string content(declared, '\0');
  const size_t size = ZSTD_decompress(content.data(), content.size(),
                                      frame.data(), frame.size());
  if (ZSTD_isError(size) || size != declared) {
    return absl::InvalidArgumentError("compressed frame is malformed");
  }
  return content;
}

}  // namespace rollcall
