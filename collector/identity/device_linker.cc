#include "collector/identity/device_linker.h"

#include <optional>
#include <string>
#include <utility>

#include "collector/identity/subjects.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// Subjects of one change: the committer does nothing else meanwhile.
constexpr size_t kSome = 32;

}  // namespace

absl::Status DeviceLinker::RunDue() {
  std::optional<SubjectId> after;
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto due, ReadDue(after));
    if (due.empty()) return absl::OkStatus();
    ROLLCALL_RETURN_IF_ERROR(RunSome(due));
    if (due.size() < kSome) return absl::OkStatus();
    after = due.back();
  }
}

absl::StatusOr<std::vector<SubjectId>> DeviceLinker::ReadDue(
    std::optional<SubjectId> after) const {
  auto scan = after.has_value()
                  ? kLinkDueTable.ScanFrom(engine_, {*after}, KeyWriter())
                  : kLinkDueTable.ScanPrefix(engine_, KeyWriter());
  std::vector<SubjectId> due;
  while (due.size() < kSome) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, scan.Next());
    if (!entry.has_value()) break;
    if (after.has_value() && entry->key.subject == *after) continue;
    due.push_back(entry->key.subject);
  }
  return due;
}

absl::Status DeviceLinker::RunSome(const std::vector<SubjectId>& due) {
  std::vector<std::string> names = {std::string(kMovesName)};
  for (const SubjectId id : due) {
    for (std::string& name : Subjects::NamesOf(id)) {
      names.push_back(std::move(name));
    }
  }
  LinkCounts counts;
  const auto build = [&](KnownStamp stamp, const Reader& reader,
                         Writes& writes) -> absl::Status {
    LinkPass pass({options_, times_, clock_.Now(), stamp, reader}, writes.head);
    ROLLCALL_RETURN_IF_ERROR(pass.Run(due));
    counts = pass.counts();
    return absl::OkStatus();
  };
  ROLLCALL_RETURN_IF_ERROR(committer_.Commit(std::move(names), build).status());
  MutexLock lock(&mutex_);
  counts_.subjects += counts.subjects;
  counts_.matches += counts.matches;
  counts_.unmatches += counts.unmatches;
  counts_.possible += counts.possible;
  return absl::OkStatus();
}

LinkCounts DeviceLinker::counts() const {
  MutexLock lock(&mutex_);
  return counts_;
}

}  // namespace rollcall::collector
