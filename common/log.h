// Structured, rate-limited logs: one line an event, in logfmt
// (time=... level=... msg="..." key=value ...).
#pragma once

#include <initializer_list>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace rollcall {

enum class LogLevel { kDebug, kInfo, kWarning, kError, kOff };

// One key and its value. Anything absl::StrCat takes is a value.
struct LogField {
  LogField(absl::string_view k, const absl::AlphaNum& v)
      : key(k), value(v.Piece()) {}
  absl::string_view key;
  std::string value;
};

// Sets the least level that is written, for the whole process. To standard
// error; the level is kInfo before the first call. Call it from main.
void SetLogLevel(LogLevel level);

// "debug", "info", "warning", "error" or "off", else INVALID_ARGUMENT.
absl::Status SetLogLevelByName(absl::string_view name);

// Writes one event. Thread-safe. `message` is a constant text: what varies goes
// into fields. Of events with the same message at most 20 a second are written;
// the next that is written says how many were not. Values are escaped, so that
// no value can forge a line.
void Log(LogLevel level, absl::string_view message,
         std::initializer_list<LogField> fields = {});

}  // namespace rollcall
