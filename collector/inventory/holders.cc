#include "collector/inventory/holders.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collector/inventory/subject_state.h"
#include "common/status.h"

namespace rollcall::collector {

absl::Status Holders::Open() {
  ROLLCALL_RETURN_IF_ERROR(
      overlay_.TakeChanges(std::numeric_limits<size_t>::max()).status());
  ROLLCALL_ASSIGN_OR_RETURN(const auto devices,
                            directory_.ListDevicesOfSeveral(reader_));
  for (const DeviceEntry& device : devices) {
    ROLLCALL_RETURN_IF_ERROR(FindSilent(device));
  }
  return absl::OkStatus();
}

absl::Status Holders::FindSilent(const DeviceEntry& device) {
  // Stamp of the last change, subject, ordinal.
  std::vector<std::tuple<uint64_t, SubjectId, uint32_t>> subjects;
  for (const DeviceSubject& subject : device.subjects) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto head,
                              ReadHead(reader_, subject.subject));
    if (!head.has_value()) continue;
    subjects.emplace_back(head->changed_stamp(), subject.subject,
                          head->ordinal());
  }
  const auto speaker = std::max_element(subjects.begin(), subjects.end());
  for (auto it = subjects.begin(); it != subjects.end(); ++it) {
    if (it != speaker) silent_.add(std::get<uint32_t>(*it));
  }
  return absl::OkStatus();
}

absl::StatusOr<PostingSet> Holders::With(RowNumber row) const {
  ROLLCALL_ASSIGN_OR_RETURN(PostingSet subjects, overlay_.SubjectsWith(row));
  subjects -= silent_;
  return subjects;
}

absl::StatusOr<absl::flat_hash_map<RowNumber, uint64_t>> Holders::CountAll()
    const {
  ROLLCALL_ASSIGN_OR_RETURN(auto counts, overlay_.CountAll());
  if (silent_.isEmpty()) return counts;
  for (auto& [row, count] : counts) {
    ROLLCALL_ASSIGN_OR_RETURN(const PostingSet speaking, With(row));
    count = speaking.cardinality();
  }
  absl::erase_if(counts, [](const auto& count) { return count.second == 0; });
  return counts;
}

absl::StatusOr<DeviceEntry> Holders::DeviceOf(uint32_t ordinal) const {
  ROLLCALL_ASSIGN_OR_RETURN(const auto subject, overlay_.SubjectOf(ordinal));
  if (!subject.has_value()) {
    return absl::DataLossError(absl::StrCat(
        "ordinal ", ordinal,
        " is nobody's; `rollcall store rebuild` puts postings right"));
  }
  return directory_.DeviceOf(reader_, *subject);
}

}  // namespace rollcall::collector
