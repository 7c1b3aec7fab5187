#include "agent/host/line_reader.h"

#include <algorithm>
#include <string>

namespace rollcall {

void LineSplitter::Append(absl::string_view part) {
  const size_t room = max_line_bytes_ - pending_.size();
  if (part.size() > room) cut_ = true;
  pending_.append(part.data(), std::min(part.size(), room));
}

void LineSplitter::Add(absl::string_view piece) {
  while (!piece.empty()) {
    const size_t newline = piece.find('\n');
    if (newline == absl::string_view::npos) {
      Append(piece);
      return;
    }
    const absl::string_view part = piece.substr(0, newline);
    piece.remove_prefix(newline + 1);
    if (pending_.empty() && !cut_ && part.size() <= max_line_bytes_) {
      consume_(Line{part});
      continue;
    }
    Append(part);
    consume_(Line{pending_, cut_});
    pending_.clear();
    cut_ = false;
  }
}

void LineSplitter::Finish() {
  if (pending_.empty()) return;
  consume_(Line{pending_, cut_, /*complete=*/false});
  pending_.clear();
  cut_ = false;
}

absl::Status ForEachLine(const HostFs& fs, absl::string_view path,
                         const LineLimits& limits,
                         absl::FunctionRef<void(const Line&)> consume) {
  LineSplitter splitter(limits.max_line_bytes, consume);
  absl::Status status =
      fs.ReadPieces(path, limits.max_bytes, [&](absl::string_view piece) {
        splitter.Add(piece);
        return true;
      });
  splitter.Finish();
  return status;
}

}  // namespace rollcall
