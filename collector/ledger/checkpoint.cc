#include "collector/ledger/checkpoint.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "collector/ledger/ledger_line.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr size_t kLogIdDigits = 32;

bool IsLowerHex(absl::string_view text, size_t digits) {
  return text.size() == digits && absl::c_all_of(text, [](char c) {
           return absl::ascii_isdigit(static_cast<unsigned char>(c)) ||
                  (c >= 'a' && c <= 'f');
         });
}

// Takes a text apart line by line.
class LineTaker {
 public:
  explicit LineTaker(absl::string_view text) : rest_(text) {}

  // The value of the next line, "name value"; empty if it is another line.
  absl::string_view Take(absl::string_view name) {
    absl::string_view line = rest_.substr(0, rest_.find('\n'));
    rest_.remove_prefix(std::min(rest_.size(), line.size() + 1));
    if (absl::ConsumePrefix(&line, name) && absl::ConsumePrefix(&line, " ")) {
      return line;
    }
    return "";
  }

 private:
  absl::string_view rest_;
};

}  // namespace

absl::StatusOr<std::string> StrictBase64(absl::string_view text) {
  std::string bytes;
  if (!absl::Base64Unescape(text, &bytes) ||
      absl::Base64Escape(bytes) != text) {
    return absl::InvalidArgumentError("not base64");
  }
  return bytes;
}

absl::StatusOr<TreeHash> StrictTreeHash(absl::string_view text) {
  if (!IsLowerHex(text, 2 * kTreeHashBytes)) {
    return absl::InvalidArgumentError("not 64 hex digits in lower case");
  }
  return absl::HexStringToBytes(text);
}

bool IsLogId(absl::string_view text) { return IsLowerHex(text, kLogIdDigits); }

std::string CheckpointText(const Checkpoint& checkpoint) {
  return absl::StrCat(kCheckpointFirstLine, "log ", checkpoint.log_id,
                      "\nsize ", checkpoint.size, "\nroot ",
                      absl::BytesToHexString(checkpoint.root), "\ntime ",
                      LedgerTimeText(checkpoint.time), "\nkey ",
                      checkpoint.key_sha256, "\n");
}

std::string SignedCheckpointText(const SignedCheckpoint& signed_checkpoint) {
  return absl::StrCat(CheckpointText(signed_checkpoint.checkpoint),
                      "signature ",
                      absl::Base64Escape(signed_checkpoint.signature), "\n");
}

absl::StatusOr<SignedCheckpoint> ParseSignedCheckpoint(absl::string_view text) {
  SignedCheckpoint result;
  Checkpoint& checkpoint = result.checkpoint;
  const auto malformed = [] {
    return absl::InvalidArgumentError(
        "not a checkpoint: seven lines of which the first is \"rollcall ledger "
        "checkpoint 1\"");
  };
  absl::string_view rest = text;
  if (!absl::ConsumePrefix(&rest, kCheckpointFirstLine)) return malformed();
  LineTaker lines(rest);
  checkpoint.log_id = std::string(lines.Take("log"));
  std::string why;
  if (!IsLogId(checkpoint.log_id) ||
      !absl::SimpleAtoi(lines.Take("size"), &checkpoint.size)) {
    return malformed();
  }
  ROLLCALL_ASSIGN_OR_RETURN(checkpoint.root,
                            StrictTreeHash(lines.Take("root")));
  if (!absl::ParseTime(absl::RFC3339_full, lines.Take("time"), &checkpoint.time,
                       &why)) {
    return malformed();
  }
  checkpoint.key_sha256 = std::string(lines.Take("key"));
  ROLLCALL_RETURN_IF_ERROR(StrictTreeHash(checkpoint.key_sha256).status());
  ROLLCALL_ASSIGN_OR_RETURN(result.signature,
                            StrictBase64(lines.Take("signature")));
  // What could be written in two ways is taken in one.
  if (SignedCheckpointText(result) != text) return malformed();
  return result;
}

}  // namespace rollcall::collector
