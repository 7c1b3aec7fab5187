#include "collector/cli/file_progress.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "collector/cli/file_name.h"
#include "collector/cli/values.h"

namespace rollcall::cli {
namespace {

constexpr size_t kLargeFileBytes = 256 << 10;

}  // namespace

ProgressLine ShowFileProgress(const Session& session, absl::string_view doing,
                              const std::string& path, size_t bytes) {
  return ProgressLine(
      session.err(), session.err_is_terminal() && bytes >= kLargeFileBytes,
      absl::StrCat(doing, " ", FileNameOf(path), " (",
                   BytesText(static_cast<int64_t>(bytes)), ")"));
}

}  // namespace rollcall::cli
