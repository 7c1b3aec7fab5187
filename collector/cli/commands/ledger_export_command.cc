#include "absl/strings/str_cat.h"
#include "collector/cli/commands.h"
#include "collector/cli/growing_file.h"
#include "collector/cli/ledger_files.h"
#include "collector/cli/new_file.h"
#include "collector/cli/session.h"
#include "collector/cli/values.h"
#include "common/status.h"

namespace rollcall::cli {
namespace {

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
    GrowingFile file(path_, force_, 0666);
    ROLLCALL_RETURN_IF_ERROR(file.Open());
    ROLLCALL_RETURN_IF_ERROR(FollowExport(
        session,
        [&file](const std::string& text) { return file.Append(text); }));
    ROLLCALL_RETURN_IF_ERROR(file.Close());
    ROLLCALL_RETURN_IF_ERROR(file.TakeName());
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
