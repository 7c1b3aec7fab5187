#include "collector/csv/import_file.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/csv/csv_splitter.h"
#include "common/hash.h"
#include "common/text.h"

namespace rollcall::collector {
namespace {

constexpr int kMaxListedErrors = 10'000;
constexpr size_t kMaxFileNameBytes = 256;
constexpr size_t kMaxContentBytes = 4'096;
// The mark of a cut takes three bytes itself.
constexpr size_t kCutMarkBytes = 3;

}  // namespace

void KeepFirstErrors(std::vector<v1::ImportError>& errors) {
  if (errors.size() > kMaxLineErrors) errors.resize(kMaxLineErrors);
}

absl::Status CheckImportFile(absl::string_view content,
                             absl::string_view file_name) {
  const size_t max_bytes = CsvLimits().max_file_bytes;
  if (content.empty()) return absl::InvalidArgumentError("content is empty");
  if (content.size() > max_bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("content has ", content.size(), " bytes; at most ",
                     max_bytes, " are allowed"));
  }
  if (file_name.size() > kMaxFileNameBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("file_name is longer than ", kMaxFileNameBytes, " bytes"));
  }
  return absl::OkStatus();
}

std::string QuarantineContent(absl::string_view raw) {
  return Abbreviate(EscapeForTerminal(raw.substr(0, kMaxContentBytes)),
                    kMaxContentBytes - kCutMarkBytes);
}

BadLine MakeBadLine(int line, absl::string_view raw,
                    std::vector<v1::ImportError> errors) {
  return {line, QuarantineContent(raw), Sha256().Update(raw).Finish(),
          std::move(errors)};
}

void ErrorList::Add(const std::vector<v1::ImportError>& errors) {
  for (const v1::ImportError& error : errors) {
    if (++count_ <= kMaxListedErrors) *errors_.Add() = error;
  }
}

}  // namespace rollcall::collector
