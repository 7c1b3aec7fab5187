#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "collector/cli/commands.h"
#include "collector/cli/ledger_files.h"
#include "collector/cli/new_file.h"
#include "collector/cli/session.h"
#include "collector/cli/values.h"
#include "common/file.h"
#include "common/status.h"

namespace rollcall::cli {
namespace {

// A file that is written part by part and gets its name only once it is whole.
class GrowingFile {
 public:
  GrowingFile(const std::string& path, bool replace)
      : path_(path),
        replace_(replace),
        temporary_(absl::StrCat(path, ".new")) {}
  ~GrowingFile() {
    if (file_ == nullptr) return;
    fclose(file_);
    unlink(temporary_.c_str());
  }
  GrowingFile(const GrowingFile&) = delete;
  GrowingFile& operator=(const GrowingFile&) = delete;

  absl::Status Open() {
    ROLLCALL_RETURN_IF_ERROR(CheckNoFile(path_, replace_));
    file_ = fopen(temporary_.c_str(), "we");
    return file_ != nullptr ? absl::OkStatus() : Failed("cannot create");
  }

  absl::Status Append(const std::string& text) {
    bytes_ += text.size();
    return fwrite(text.data(), 1, text.size(), file_) == text.size()
               ? absl::OkStatus()
               : Failed("cannot write");
  }

  absl::Status Finish() {
    if (fflush(file_) != 0 || fsync(fileno(file_)) != 0) {
      return Failed("cannot write");
    }
    fclose(file_);
    file_ = nullptr;
    return PutInPlace(temporary_, path_, replace_);
  }

  size_t bytes() const { return bytes_; }

 private:
  absl::Status Failed(absl::string_view what) const {
    return absl::InvalidArgumentError(FileError(path_, what, errno).message());
  }

  const std::string path_;
  const bool replace_;
  const std::string temporary_;
  FILE* file_ = nullptr;
  size_t bytes_ = 0;
};

class LedgerExportCommand final : public Command {
 public:
  absl::string_view name() const override { return "ledger export"; }
  absl::string_view summary() const override {
    return "Write the whole ledger to a file, for `ledger verify`";
  }
  absl::string_view examples() const override {
    return "  rollcall ledger export ledger.txt\n"
           "\n"
           "The file has a line for each entry: signature, root and the entry "
           "as JSON.\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("FILE", "The file to write", &path_);
    arguments.Flag("force", kForceHelp, &force_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    GrowingFile file(path_, force_);
    ROLLCALL_RETURN_IF_ERROR(file.Open());
    ROLLCALL_RETURN_IF_ERROR(FollowExport(
        session,
        [&file](const std::string& text) { return file.Append(text); }));
    ROLLCALL_RETURN_IF_ERROR(file.Finish());
    session.Note(absl::StrCat("Wrote ", path_, ", ",
                              BytesText(static_cast<int64_t>(file.bytes())),
                              "."));
    return ExitCode::kOk;
  }

 private:
  std::string path_;
  bool force_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeLedgerExportCommand() {
  return std::make_unique<LedgerExportCommand>();
}

}  // namespace rollcall::cli
