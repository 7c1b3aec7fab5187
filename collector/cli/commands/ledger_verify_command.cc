#include <algorithm>

#include "absl/strings/str_cat.h"
#include "collector/cli/argument_file.h"
#include "collector/cli/commands.h"
#include "collector/cli/ledger_files.h"
#include "collector/cli/session.h"
#include "collector/cli/views/ledger_findings.h"
#include "collector/ledger/ledger_file.h"
#include "collector/ledger/ledger_verification.h"
#include "common/status.h"

namespace rollcall::cli {
namespace {

constexpr size_t kMaxLedgerBytes = size_t{4} << 30;

// INVALID_ARGUMENT for a file that is nothing of a ledger: that is a slip, and
// no alteration.
absl::Status CheckIsLedger(const std::string& path, absl::string_view text) {
  const collector::LedgerFile file = collector::SplitLedgerFile(text);
  const auto header = collector::ParseLedgerFileHeader(file.header);
  if (header.ok() ||
      std::any_of(file.entries.begin(), file.entries.end(),
                  [](absl::string_view line) {
                    return collector::ParseLedgerFileLine(line).ok();
                  })) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat(path, ": the first line is ", header.status().message()));
}

class LedgerVerifyCommand final : public Command {
 public:
  absl::string_view name() const override { return "ledger verify"; }
  absl::string_view summary() const override {
    return "Check an exported ledger; needs no collector";
  }
  absl::string_view examples() const override {
    return "  rollcall ledger verify ledger.txt --public-key=ledger.pub\n"
           "  rollcall ledger verify ledger.txt --public-key=ledger.pub "
           "--checkpoint=2026-11.checkpoint\n"
           "\n"
           "Says what the file, the keys and the checkpoints can show, and "
           "names the first entry that\n"
           "is wrong. Keys and checkpoints show nothing unless they were kept "
           "away from who might\n"
           "have altered the ledger.\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("FILE", "The file that `ledger export` wrote", &path_);
    arguments.Texts("public-key",
                    "A file of public keys, PEM, that may have signed; needed",
                    &keys_);
    arguments.Texts("checkpoint",
                    "A file that `ledger checkpoint` printed and that was kept "
                    "elsewhere",
                    &checkpoints_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    if (keys_.empty()) {
      return absl::InvalidArgumentError(
          "--public-key is needed: the file that `rollcall ledger key` "
          "printed, kept since where nobody could replace it");
    }
    collector::LedgerTrust trust;
    ROLLCALL_ASSIGN_OR_RETURN(trust.keys, ReadPublicKeys(keys_));
    ROLLCALL_ASSIGN_OR_RETURN(trust.checkpoints, ReadCheckpoints(checkpoints_));
    ROLLCALL_ASSIGN_OR_RETURN(const std::string text,
                              ReadArgumentFile(path_, kMaxLedgerBytes));
    ROLLCALL_RETURN_IF_ERROR(CheckIsLedger(path_, text));
    const collector::LedgerVerdict verdict =
        collector::VerifyLedgerFile(text, trust);
    ROLLCALL_RETURN_IF_ERROR(session.Print(
        LedgerFindings(verdict), LedgerFindingsTable, LedgerFindingsCsv, ""));
    return verdict.good() ? ExitCode::kOk : ExitCode::kNegative;
  }

 private:
  std::string path_;
  std::vector<std::string> keys_;
  std::vector<std::string> checkpoints_;
};

}  // namespace

std::unique_ptr<Command> MakeLedgerVerifyCommand() {
  return std::make_unique<LedgerVerifyCommand>();
}

}  // namespace rollcall::cli
