#include "collector/ingest/check_in_changes.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/inventory/subject_state.h"
#include "common/rows.h"
#include "common/status.h"
#include "common/text.h"

namespace rollcall::collector {
namespace {

using stored::v1::Head;
using stored::v1::HeadSection;

// Applies changes one section after the other.
class Applier {
 public:
  Applier(const ChangeTarget& target, const Head& head)
      : target_(target), head_(head) {
    for (const HeadSection& section : head.sections()) {
      const auto root = RootId::FromBytes(section.root());
      update_.sections[section.section()].root = root.value_or(RootId());
    }
  }

  // Whether the change could be applied.
  absl::StatusOr<bool> Apply(const v1::SectionChange& change) {
    const std::string& name = change.section();
    if (!IsSection(name, target_.row_level)) {
      return absl::InvalidArgumentError(
          absl::StrCat("check_in.changes: there is no section \"",
                       EscapeForTerminal(Abbreviate(name, 64)),
                       "\" at row level ", target_.row_level));
    }
    if (name <= last_) {
      return absl::InvalidArgumentError(
          "check_in.changes: sections are not in order of their names");
    }
    last_ = name;
    if (change.gone()) return update_.sections.erase(name) == 1;
    if (!change.known_root().empty()) return TakeKnown(change);
    return TakeRows(change);
  }

  // The update, if it makes the root.
  std::optional<SubjectUpdate> Finish() {
    std::map<std::string, RootId> roots;
    for (const auto& [name, section] : update_.sections) {
      roots[name] = section.root;
    }
    if (ComputeSubjectRoot(roots) != target_.root) return std::nullopt;
    update_.subject_root = target_.root;
    return std::move(update_);
  }

 private:
  absl::StatusOr<bool> TakeKnown(const v1::SectionChange& change) {
    const auto root = RootId::FromBytes(change.known_root());
    if (!root.has_value()) {
      return absl::InvalidArgumentError(
          "check_in.changes: known_root must have 16 bytes");
    }
    ROLLCALL_ASSIGN_OR_RETURN(const auto known,
                              target_.content.bases.FindOfSection(
                                  *root, change.section(), target_.row_level));
    if (known == nullptr) return false;
    update_.sections[change.section()] = {*root, *root, {}, {}};
    return true;
  }

  absl::StatusOr<bool> TakeRows(const v1::SectionChange& change) {
    ROLLCALL_ASSIGN_OR_RETURN(BasedSet<RowId> ids, IdsOf(change.section()));
    ROLLCALL_ASSIGN_OR_RETURN(RowSet removed, UnpackIds(change.removed_ids()));
    ROLLCALL_ASSIGN_OR_RETURN(RowSet added, TakeAdded(change));
    ids.Remove(removed);
    ids.Add(added);
    if (ids.size() > kMaxRowsPerSection) {
      return absl::InvalidArgumentError(absl::StrCat(
          "check_in.changes: section ", change.section(), " would have ",
          ids.size(), " rows; at most ", kMaxRowsPerSection));
    }
    ReportedSection& section = update_.sections[change.section()];
    RootMarks marks = target_.ids.TakeMarks(section.root);
    const RootId root = marks.RootOf(ids, FirstOf(added, removed));
    target_.ids.Hold(root, ids, std::move(marks));
    // Of one that is not stored the root is zero, which is the empty set.
    section = {root, section.root, std::move(added), std::move(removed)};
    return true;
  }

  // The lowest id of both, of which one may be empty.
  static RowId FirstOf(const RowSet& a, const RowSet& b) {
    if (a.empty() && b.empty()) return RowId();
    if (a.empty()) return b.front();
    if (b.empty()) return a.front();
    return std::min(a.front(), b.front());
  }

  // The ids of all rows that the section has now.
  absl::StatusOr<BasedSet<RowId>> IdsOf(const std::string& name) const {
    for (const HeadSection& section : head_.sections()) {
      if (section.section() != name) continue;
      const auto root = RootId::FromBytes(section.root());
      if (auto held = target_.ids.Find(root.value_or(RootId()))) return *held;
      return ReadSectionIds(target_.reader, target_.content, target_.subject,
                            head_.row_level(), section);
    }
    return BasedSet<RowId>();
  }

  absl::StatusOr<RowSet> TakeAdded(const v1::SectionChange& change) {
    RowSet ids;
    for (const std::string& canonical : change.added_rows()) {
      bytes_ += canonical.size();
      if (bytes_ > kMaxChangeBytes) {
        return absl::InvalidArgumentError(
            absl::StrCat("check_in.changes: the rows have more than ",
                         kMaxChangeBytes, " bytes"));
      }
      ROLLCALL_ASSIGN_OR_RETURN(
          const v1::Row row,
          DecodeRow(change.section(), canonical, target_.row_level));
      const RowId id =
          ComputeRowId(change.section(), target_.row_level, canonical);
      if (!ids.empty() && id <= ids.back()) {
        return absl::InvalidArgumentError(
            "check_in.changes: rows are not in order of their ids");
      }
      ids.push_back(id);
      const bool own = FindRowKind(row)->scope == v1::ROW_SCOPE_OWN;
      update_.rows[id] = ReportedRow{change.section(), canonical, own};
    }
    return ids;
  }

  const ChangeTarget& target_;
  const Head& head_;
  std::string last_;
  size_t bytes_ = 0;
  SubjectUpdate update_;
};

}  // namespace

absl::StatusOr<std::optional<SubjectUpdate>> ApplyChanges(
    const google::protobuf::RepeatedPtrField<v1::SectionChange>& changes,
    const ChangeTarget& target) {
  const auto& stored = target.basis.stored;
  if (!stored.has_value() || stored->head.row_level() != target.row_level) {
    return std::optional<SubjectUpdate>();
  }
  Applier applier(target, stored->head);
  for (const v1::SectionChange& change : changes) {
    ROLLCALL_ASSIGN_OR_RETURN(const bool applied, applier.Apply(change));
    if (!applied) return std::optional<SubjectUpdate>();
  }
  return applier.Finish();
}

}  // namespace rollcall::collector
