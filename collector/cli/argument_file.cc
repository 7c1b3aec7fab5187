#include "collector/cli/argument_file.h"

#include "common/file.h"

namespace rollcall::cli {

absl::StatusOr<std::string> ReadArgumentFile(absl::string_view path,
                                             size_t max_bytes) {
  auto content = ReadFile(path, max_bytes);
  if (content.ok()) return content;
  return absl::InvalidArgumentError(content.status().message());
}

}  // namespace rollcall::cli
