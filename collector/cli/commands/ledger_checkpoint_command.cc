#include "absl/strings/str_cat.h"
#include "collector/cli/commands.h"
#include "collector/cli/ledger_files.h"
#include "collector/cli/session.h"
#include "collector/cli/views/ledger_view.h"
#include "collector/ledger/ledger_file.h"
#include "common/status.h"
#include "rollcall/v1/ledger_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

using collector::HashLeaf;
using collector::KeptCheckpoint;

// Hashes the entries of an export, part after part.
class LeafCollector {
 public:
  explicit LeafCollector(KeptCheckpoint& kept) : kept_(kept) {}

  absl::Status Take(const std::string& text) {
    // Only the first part has a header; every part has whole lines.
    const std::string whole =
        first_ ? text : absl::StrCat(collector::LedgerFileHeader(""), text);
    first_ = false;
    for (const absl::string_view line :
         collector::SplitLedgerFile(whole).entries) {
      if (kept_.leaves.size() == size()) return absl::OkStatus();
      ROLLCALL_ASSIGN_OR_RETURN(const auto entry,
                                collector::ParseLedgerFileLine(line));
      kept_.leaves.push_back(HashLeaf(entry.line));
    }
    return absl::OkStatus();
  }

 private:
  uint64_t size() const { return kept_.signed_checkpoint.checkpoint.size; }

  KeptCheckpoint& kept_;
  bool first_ = true;
};

class LedgerCheckpointCommand final : public Command {
 public:
  absl::string_view name() const override { return "ledger checkpoint"; }
  absl::string_view summary() const override {
    return "Print the signed checkpoint, to be kept elsewhere";
  }
  absl::string_view examples() const override {
    return "  rollcall ledger checkpoint >2026-11.checkpoint\n"
           "\n"
           "With a checkpoint that is kept away from the collector `rollcall "
           "ledger verify` sees\n"
           "whether entries were cut off or written anew, even by somebody "
           "who holds the key. The\n"
           "hashes under it name the first entry that is another one.\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Flag("short", "Without the hashes of the entries", &short_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::LedgerService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        session.Call(*stub, &v1::LedgerService::Stub::GetCheckpoint,
                     v1::GetCheckpointRequest()));
    ROLLCALL_ASSIGN_OR_RETURN(const std::string text,
                              TextOf(session, response.checkpoint()));
    ROLLCALL_RETURN_IF_ERROR(session.Print(
        response,
        [&](const v1::GetCheckpointResponse&, int /*width*/) { return text; },
        LedgerCheckpointCsv, ""));
    return ExitCode::kOk;
  }

 private:
  // What is printed has been read again: nobody would look at it for months.
  absl::StatusOr<std::string> TextOf(
      Session& session, const v1::LedgerCheckpoint& checkpoint) const {
    KeptCheckpoint kept;
    auto parsed = collector::ParseSignedCheckpoint(checkpoint.text());
    if (!parsed.ok()) return absl::InternalError(parsed.status().message());
    kept.signed_checkpoint = *std::move(parsed);
    if (!short_ && session.options().output == "table") {
      LeafCollector leaves(kept);
      ROLLCALL_RETURN_IF_ERROR(FollowExport(
          session,
          [&leaves](const std::string& text) { return leaves.Take(text); }));
    }
    std::string text = collector::KeptCheckpointText(kept);
    const auto read = collector::ParseKeptCheckpoints(text);
    if (read.ok()) return text;
    return absl::DataLossError(absl::StrCat(
        "the collector's entries are not those of its checkpoint: ",
        read.status().message()));
  }

  bool short_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeLedgerCheckpointCommand() {
  return std::make_unique<LedgerCheckpointCommand>();
}

}  // namespace rollcall::cli
