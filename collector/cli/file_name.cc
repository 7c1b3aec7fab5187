#include "collector/cli/file_name.h"

#include <cstddef>

#include "common/text.h"

namespace rollcall::cli {

std::string FileNameOf(absl::string_view path) {
  constexpr size_t kMaxBytes = 250;
  const size_t slash = path.rfind('/');
  const size_t begin = slash == absl::string_view::npos ? 0 : slash + 1;
  return Abbreviate(ToValidUtf8(path.substr(begin)), kMaxBytes);
}

}  // namespace rollcall::cli
