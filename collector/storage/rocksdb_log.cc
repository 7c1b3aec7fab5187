#include "collector/storage/rocksdb_log.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>

#include "absl/strings/string_view.h"
#include "common/log.h"

namespace rollcall::collector {
namespace {

// Longer lines are cut.
constexpr size_t kMaxLineBytes = 2'048;

class ForwardingLogger final : public rocksdb::Logger {
 public:
  ForwardingLogger() : Logger(rocksdb::InfoLogLevel::WARN_LEVEL) {}

  // Lines without a level are headers.
  void Logv(const char* /*format*/, va_list /*arguments*/) override {}

  void Logv(rocksdb::InfoLogLevel level, const char* format,
            va_list arguments) override {
    if (level < rocksdb::InfoLogLevel::WARN_LEVEL ||
        level > rocksdb::InfoLogLevel::FATAL_LEVEL) {
      return;
    }
    char line[kMaxLineBytes];
    const int length = std::vsnprintf(line, sizeof(line), format, arguments);
    if (length < 0) return;
    const size_t kept = std::min<size_t>(length, sizeof(line) - 1);
    Log(level == rocksdb::InfoLogLevel::WARN_LEVEL ? LogLevel::kWarning
                                                   : LogLevel::kError,
        "the database says", {{"text", absl::string_view(line, kept)}});
  }
};

}  // namespace

std::shared_ptr<rocksdb::Logger> MakeRocksDbLogger() {
  return std::make_shared<ForwardingLogger>();
}

}  // namespace rollcall::collector
