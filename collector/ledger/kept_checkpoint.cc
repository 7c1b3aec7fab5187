#include "collector/ledger/kept_checkpoint.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

class KeptReader {
 public:
  explicit KeptReader(absl::string_view text) : rest_(text) {}

  bool AtEnd() const { return rest_.empty(); }

  absl::StatusOr<KeptCheckpoint> Next() {
    const uint64_t first_line = line_;
    KeptCheckpoint kept;
    auto parsed = ParseSignedCheckpoint(TakeLines(kSignedCheckpointLines));
    if (!parsed.ok()) {
      return Annotate(parsed.status(), absl::StrCat("line ", first_line));
    }
    kept.signed_checkpoint = *std::move(parsed);
    ROLLCALL_RETURN_IF_ERROR(TakeLeaves(kept));
    return kept;
  }

 private:
  // The next lines, with their ends; fewer at the end.
  absl::string_view TakeLines(size_t count) {
    size_t end = 0;
    for (; count > 0 && end < rest_.size(); --count, ++line_) {
      const size_t found = rest_.find('\n', end);
      end = found == absl::string_view::npos ? rest_.size() : found + 1;
    }
    const absl::string_view taken = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return taken;
  }

  // Those that follow, if any do.
  absl::Status TakeLeaves(KeptCheckpoint& kept) {
    const Checkpoint& checkpoint = kept.signed_checkpoint.checkpoint;
    if (AtEnd() || absl::StartsWith(rest_, kCheckpointFirstLine)) {
      return absl::OkStatus();
    }
    TreeEdge edge;
    while (edge.size() < checkpoint.size) {
      const uint64_t at = line_;
      const absl::string_view line = TakeLines(1);
      const auto leaf =
          StrictTreeHash(line.substr(0, line.empty() ? 0 : line.size() - 1));
      if (!leaf.ok() || line.back() != '\n') {
        return absl::InvalidArgumentError(absl::StrCat(
            "line ", at, ": not the hash of an entry; there must be ",
            checkpoint.size, " under this checkpoint, or none"));
      }
      edge.Append(*leaf);
      kept.leaves.push_back(*leaf);
    }
    if (edge.Root() == checkpoint.root) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("line ", line_ - 1,
                     ": the hashes up to here are not those of their "
                     "checkpoint, whose root is another"));
  }

  absl::string_view rest_;
  uint64_t line_ = 1;
};

}  // namespace

std::string KeptCheckpointText(const KeptCheckpoint& kept) {
  std::string text = SignedCheckpointText(kept.signed_checkpoint);
  for (const TreeHash& leaf : kept.leaves) {
    absl::StrAppend(&text, absl::BytesToHexString(leaf), "\n");
  }
  return text;
}

absl::StatusOr<std::vector<KeptCheckpoint>> ParseKeptCheckpoints(
    absl::string_view text) {
  std::vector<KeptCheckpoint> all;
  KeptReader reader(text);
  do {
    ROLLCALL_ASSIGN_OR_RETURN(KeptCheckpoint kept, reader.Next());
    all.push_back(std::move(kept));
  } while (!reader.AtEnd());
  return all;
}

}  // namespace rollcall::collector
