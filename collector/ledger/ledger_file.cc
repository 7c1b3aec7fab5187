#include "collector/ledger/ledger_file.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "collector/ledger/checkpoint.h"
#include "collector/ledger/ledger_key.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr absl::string_view kHeader = "rollcall ledger 1 log ";
constexpr absl::string_view kLineEnd = "\n";
constexpr size_t kSignatureDigits = 88;
constexpr size_t kRootDigits = 2 * kTreeHashBytes;

// The first line of `text` with its end, which it loses.
absl::string_view TakeLine(absl::string_view& text) {
  const size_t found = text.find('\n');
  const absl::string_view line =
      text.substr(0, found == absl::string_view::npos ? found : found + 1);
  text.remove_prefix(line.size());
  return line;
}

}  // namespace

std::string LedgerFileHeader(absl::string_view log_id) {
  return absl::StrCat(kHeader, log_id, kLineEnd);
}

std::string LedgerFileLine(const FiledEntry& entry) {
  return absl::StrCat(absl::Base64Escape(entry.signature), " ",
                      absl::BytesToHexString(entry.root), " ", entry.line,
                      kLineEnd);
}

absl::StatusOr<std::string> ParseLedgerFileHeader(absl::string_view line) {
  if (absl::ConsumePrefix(&line, kHeader) &&
      absl::ConsumeSuffix(&line, kLineEnd) && IsLogId(line)) {
    return std::string(line);
  }
  return absl::InvalidArgumentError(
      "not \"rollcall ledger 1 log \" and the id of a ledger: this is no "
      "export of one, or of another version");
}

absl::StatusOr<FiledEntry> ParseLedgerFileLine(absl::string_view line) {
  constexpr size_t kLineBegin = kSignatureDigits + 1 + kRootDigits + 1;
  FiledEntry entry;
  if (line.size() <= kLineBegin || line[kSignatureDigits] != ' ' ||
      line[kLineBegin - 1] != ' ' || !absl::ConsumeSuffix(&line, kLineEnd)) {
    return absl::InvalidArgumentError(
        "not a signature, a root and an entry in one line");
  }
  auto signature = StrictBase64(line.substr(0, kSignatureDigits));
  if (!signature.ok() || signature->size() != kLedgerSignatureBytes) {
    return absl::InvalidArgumentError("it does not begin with a signature");
  }
  auto root = StrictTreeHash(line.substr(kSignatureDigits + 1, kRootDigits));
  if (!root.ok()) {
    return absl::InvalidArgumentError("no root follows its signature");
  }
  entry.signature = *std::move(signature);
  entry.root = *std::move(root);
  entry.line = line.substr(kLineBegin);
  return entry;
}

LedgerFile SplitLedgerFile(absl::string_view text) {
  LedgerFile file;
  file.header = TakeLine(text);
  while (!text.empty() && !absl::StartsWith(text, kCheckpointFirstLine)) {
    file.entries.push_back(TakeLine(text));
  }
  file.end = text;
  return file;
}

}  // namespace rollcall::collector
