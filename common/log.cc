#include "common/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <map>
#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "common/sync.h"
#include "common/text.h"

namespace rollcall {
namespace {

constexpr int kEventsPerSecond = 20;
constexpr size_t kMaxTrackedMessages = 1'000;

// Counts events per message and second.
class RateLimiter {
 public:
  // How many events were suppressed since the last that passed, or -1 if this
  // one is suppressed too.
  int Admit(absl::string_view message, int64_t second) {
    MutexLock lock(&mutex_);
    if (windows_.size() > kMaxTrackedMessages) windows_.clear();
    Window& window = windows_[std::string(message)];
    if (window.second != second) {
      window.second = second;
      window.count = 0;
    }
    if (++window.count > kEventsPerSecond) {
      ++window.suppressed;
      return -1;
    }
    return std::exchange(window.suppressed, 0);
  }

 private:
  struct Window {
    int64_t second = 0;
    int count = 0;
    int suppressed = 0;
  };
  Mutex mutex_;
  std::map<std::string, Window> windows_ ABSL_GUARDED_BY(mutex_);
};

RateLimiter& Limiter() {
  static auto* const kLimiter = new RateLimiter;
  return *kLimiter;
}

spdlog::logger& Backend() {
  static auto* const kBackend = [] {
    auto* logger = new spdlog::logger(
        "rollcall", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_pattern("time=%Y-%m-%dT%H:%M:%S.%eZ level=%l %v",
                        spdlog::pattern_time_type::utc);
    logger->flush_on(spdlog::level::debug);
    return logger;
  }();
  return *kBackend;
}

spdlog::level::level_enum ToBackend(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
    case LogLevel::kOff:
      return spdlog::level::off;
  }
  return spdlog::level::info;
}

std::string Quote(absl::string_view value) {
  const std::string escaped = EscapeForTerminal(Abbreviate(value, 1'024));
  if (!escaped.empty() && escaped.find_first_of(" \"=") == std::string::npos) {
    return escaped;
  }
  std::string quoted = "\"";
  for (const char c : escaped) {
    if (c == '"') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

}  // namespace

void SetLogLevel(LogLevel level) { Backend().set_level(ToBackend(level)); }

absl::Status SetLogLevelByName(absl::string_view name) {
  const std::map<absl::string_view, LogLevel> levels = {
      {"debug", LogLevel::kDebug},
      {"info", LogLevel::kInfo},
      {"warning", LogLevel::kWarning},
      {"error", LogLevel::kError},
      {"off", LogLevel::kOff}};
  const auto it = levels.find(name);
  if (it == levels.end()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "no log level \"", name, "\"; use debug, info, warning, error or off"));
  }
  SetLogLevel(it->second);
  return absl::OkStatus();
}

void Log(LogLevel level, absl::string_view message,
         std::initializer_list<LogField> fields) {
  if (!Backend().should_log(ToBackend(level))) return;
  const int suppressed =
      Limiter().Admit(message, absl::ToUnixSeconds(absl::Now()));
  if (suppressed < 0) return;
  std::string line = absl::StrCat("msg=", Quote(message));
  for (const LogField& field : fields) {
    absl::StrAppend(&line, " ", field.key, "=", Quote(field.value));
  }
  if (suppressed > 0) absl::StrAppend(&line, " suppressed=", suppressed);
  Backend().log(ToBackend(level),
                spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace rollcall
