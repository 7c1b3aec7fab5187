#include "collector/identity/device_linker.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/identity/link_view.h"
#include "collector/identity/subjects.h"
#include "common/proto_time.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// Subjects of one change: the committer does nothing else meanwhile.
constexpr size_t kSome = 32;
// Subjects that one change makes due.
constexpr size_t kMany = 1'000;

absl::StatusOr<bool> IsEmpty(const Reader& reader, TableId table) {
  const auto cursor = reader.Scan(table, "", "");
  const bool empty = !cursor->Valid();
  if (empty && !cursor->status().ok()) return cursor->status();
  return empty;
}

}  // namespace

absl::Status DeviceLinker::PassOver(SubjectId subject, absl::Status status,
                                    PassedOver& passed_over) {
  if (!absl::IsDataLoss(status)) return status;
  passed_over.subjects.insert(subject);
  passed_over.status.Update(status);
  return absl::OkStatus();
}

absl::Status DeviceLinker::RunDue() {
  PassedOver passed_over;
  ROLLCALL_RETURN_IF_ERROR(CheckOnce(passed_over));
  ROLLCALL_RETURN_IF_ERROR(RunAllDue(passed_over));
  if (passed_over.subjects.empty()) return passed_over.status;
  return absl::DataLossError(absl::StrCat(
      passed_over.subjects.size(), " subjects were passed over, subject ",
      passed_over.subjects.begin()->ToHex(),
      " among them: ", passed_over.status.message()));
}

absl::Status DeviceLinker::CheckOnce(PassedOver& passed_over) {
  MutexLock lock(&check_mutex_);
  if (checked_) return absl::OkStatus();
  ROLLCALL_RETURN_IF_ERROR(MakeAllDue());
  const absl::Status looked = LookAgainAtAll(passed_over);
  if (absl::IsDataLoss(looked)) {
    // What is due does not depend on it; it is tried again the next time.
    passed_over.status.Update(looked);
    return absl::OkStatus();
  }
  if (!looked.ok()) return looked;
  checked_ = !stopping_;
  return absl::OkStatus();
}

absl::Status DeviceLinker::RunAllDue(PassedOver& passed_over) {
  std::optional<SubjectId> after;
  int64_t total = 0;
  for (bool more = true; more && !stopping_;) {
    ROLLCALL_ASSIGN_OR_RETURN(const Due due, ReadDue(after));
    more = due.more;
    total += due.waiting + static_cast<int64_t>(due.subjects.size());
    if (due.subjects.empty()) break;
    ROLLCALL_RETURN_IF_ERROR(RunSome(due.subjects, passed_over));
    after = due.subjects.back();
  }
  MutexLock lock(&mutex_);
  due_ = total;
  return absl::OkStatus();
}

absl::Status DeviceLinker::MakeAllDue() {
  ROLLCALL_ASSIGN_OR_RETURN(const bool no_values,
                            IsEmpty(engine_, TableId::kEvidence));
  if (!no_values) return absl::OkStatus();
  auto scan = kSubjectTable.ScanPrefix(engine_, KeyWriter());
  for (bool more = true; more && !stopping_;) {
    std::vector<SubjectId> subjects;
    while (more && subjects.size() < kMany) {
      ROLLCALL_ASSIGN_OR_RETURN(const auto entry, scan.Next());
      more = entry.has_value();
      if (more) subjects.push_back(entry->key.subject);
    }
    ROLLCALL_RETURN_IF_ERROR(MakeDue(subjects));
  }
  return absl::OkStatus();
}

absl::Status DeviceLinker::MakeDue(const std::vector<SubjectId>& subjects) {
  if (subjects.empty()) return absl::OkStatus();
  const auto build = [&](KnownStamp, const Reader&, Writes& writes) {
    for (const SubjectId id : subjects) {
      kLinkDueTable.Put(writes.head, {id}, stored::v1::LinkDue());
    }
    return absl::OkStatus();
  };
  return committer_.Commit({std::string(kMovesName)}, build).status();
}

absl::StatusOr<bool> DeviceLinker::HasReturned(SubjectId id,
                                               LinkView& view) const {
  ROLLCALL_ASSIGN_OR_RETURN(const LinkSubject* subject, view.Subject(id));
  if (subject == nullptr || !HomeOfMatched(*subject).has_value()) return false;
  ROLLCALL_ASSIGN_OR_RETURN(const LinkSubject* returned,
                            view.FindReturned(*subject));
  return returned != nullptr;
}

absl::Status DeviceLinker::LookAgain(const std::vector<SubjectId>& subjects,
                                     PassedOver& passed_over) {
  LinkView view(engine_, times_);
  std::vector<SubjectId> again;
  for (const SubjectId id : subjects) {
    const auto returned = HasReturned(id, view);
    if (!returned.ok()) {
      ROLLCALL_RETURN_IF_ERROR(PassOver(id, returned.status(), passed_over));
    } else if (*returned) {
      again.push_back(id);
    }
  }
  return MakeDue(again);
}

absl::Status DeviceLinker::LookAgainAtAll(PassedOver& passed_over) {
  auto links = kSubjectLinkTable.ScanPrefix(engine_, KeyWriter());
  for (bool more = true; more && !stopping_;) {
    std::vector<SubjectId> subjects;
    while (more && subjects.size() < kMany) {
      ROLLCALL_ASSIGN_OR_RETURN(const auto entry, links.Next());
      more = entry.has_value();
      if (more && !entry->value.took_over().empty()) {
        subjects.push_back(entry->key.subject);
      }
    }
    ROLLCALL_RETURN_IF_ERROR(LookAgain(subjects, passed_over));
  }
  return absl::OkStatus();
}

absl::StatusOr<DeviceLinker::Due> DeviceLinker::ReadDue(
    std::optional<SubjectId> after) const {
  const absl::Time now = clock_.Now();
  auto scan = after.has_value()
                  ? kLinkDueTable.ScanFrom(engine_, {*after}, KeyWriter())
                  : kLinkDueTable.ScanPrefix(engine_, KeyWriter());
  Due due;
  while (due.subjects.size() < kSome) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, scan.Next());
    if (!entry.has_value()) return due;
    if (after.has_value() && entry->key.subject == *after) continue;
    if (entry->value.has_not_before() &&
        FromProto(entry->value.not_before()) > now) {
      ++due.waiting;
      continue;
    }
    due.subjects.push_back(entry->key.subject);
  }
  due.more = true;
  return due;
}

absl::Status DeviceLinker::RunSome(const std::vector<SubjectId>& due,
                                   PassedOver& passed_over) {
  const absl::Status compared = Compare(due);
  if (absl::IsDataLoss(compared)) {
    // One by one: what one of them needs is damaged.
    for (const SubjectId id : due) {
      ROLLCALL_RETURN_IF_ERROR(PassOver(id, Compare({id}), passed_over));
    }
  } else if (!compared.ok()) {
    return compared;
  }
  return LookAgain(due, passed_over);
}

absl::Status DeviceLinker::Compare(const std::vector<SubjectId>& due) {
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

int64_t DeviceLinker::due() const {
  MutexLock lock(&mutex_);
  return due_;
}

LinkCounts DeviceLinker::counts() const {
  MutexLock lock(&mutex_);
  return counts_;
}

}  // namespace rollcall::collector
