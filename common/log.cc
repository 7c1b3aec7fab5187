#include "common/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <map>
#include <memory>
#include <string>

#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "common/log_limiter.h"
#include "common/text.h"

namespace rollcall {
namespace {

LogLimiter& Limiter() {
  static auto* const kLimiter = new LogLimiter;
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

// A value that stays one value however it is read: a backslash of its own would
// take a quotation mark, or an escape of ours, for something else.
std::string Quote(absl::string_view value) {
  const std::string escaped = EscapeForTerminal(
      absl::StrReplaceAll(Abbreviate(value, 1'024), {{"\\", "\\\\"}}));
  if (!escaped.empty() &&
      escaped.find_first_of(" \"=\\") == std::string::npos) {
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
