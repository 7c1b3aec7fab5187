#include "collector/cli/import.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "collector/cli/argument_file.h"

namespace rollcall::cli {
namespace {

// What the collector takes.
constexpr size_t kMaxFileBytes = 32 << 20;

// Whether it begins as .xlsx and .ods (ZIP), or .xls, do.
bool IsWorkbook(absl::string_view content) {
  return absl::StartsWith(content, "PK\x03\x04") ||
         absl::StartsWith(content, "\xd0\xcf\x11\xe0");
}

}  // namespace

void ImportArguments::Declare(Arguments& arguments) {
  arguments
      .Positional("FILE", "The CSV file: UTF-8, with a header line", &path_)
      .Fills("content");
  arguments.Flag("quarantine",
                 "Import the good lines and keep the bad ones aside",
                 &quarantine_);
  arguments.Flag("dry-run", "Check the file and tell what would change",
                 &dry_run_);
  arguments
      .Text("request-id",
            "A name of yours for this import: repeated with it, the import "
            "happens once",
            &request_id_)
      .Fills("request_id");
}

absl::StatusOr<std::string> ImportArguments::ReadContent() const {
  ROLLCALL_ASSIGN_OR_RETURN(std::string content,
                            ReadArgumentFile(path_, kMaxFileBytes));
  if (IsWorkbook(content)) {
    return absl::InvalidArgumentError(absl::StrCat(
        path_,
        ": this is a spreadsheet's own file; save it there as CSV, UTF-8, "
        "separated by commas, and import that"));
  }
  if (content.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path_, ": the file is empty"));
  }
  return content;
}

}  // namespace rollcall::cli
