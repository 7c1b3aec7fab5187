#include "collector/inventory/section_rows.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "collector/inventory/subject_state.h"
#include "common/rows.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// Tells rows of one section apart.
class Sorter {
 public:
  Sorter(const SubjectUpdate& update, absl::string_view section,
         const Content& content)
      : update_(update), section_(section), content_(content) {}

  // Takes rows out of `own`, and returns the numbers of the others.
  absl::StatusOr<RowNumbers> TakeAway(const RowSet& rows, OwnRows& own) const {
    ROLLCALL_ASSIGN_OR_RETURN(const auto found, Find(rows));
    RowNumbers numbers;
    for (size_t i = 0; i < rows.size(); ++i) {
      if (found[i].has_value()) {
        numbers.push_back(*found[i]);
      } else {
        own.erase(rows[i]);
      }
    }
    std::sort(numbers.begin(), numbers.end());
    return numbers;
  }

  // Adds own rows, of which the subject has `old`, to `own`, and returns the
  // numbers of the others.
  absl::StatusOr<RowNumbers> Add(const RowSet& rows, const OwnRows& old,
                                 OwnRows& own) const {
    RowSet fleet;
    fleet.reserve(rows.size());
    for (const RowId& id : rows) {
      const auto sent = update_.rows.find(id);
      if (const auto kept = old.find(id); kept != old.end()) {
        own[id] = kept->second;
      } else if (sent != update_.rows.end() && sent->second.own) {
        own[id] = sent->second.canonical;
      } else {
        fleet.push_back(id);
      }
    }
    ROLLCALL_ASSIGN_OR_RETURN(const auto found, Find(fleet));
    RowNumbers numbers;
    numbers.reserve(found.size());
    for (const auto& number : found) {
      if (!number.has_value()) {
        return absl::FailedPreconditionError(absl::StrCat(
            "a row of section ", section_, " is neither known nor was sent"));
      }
      numbers.push_back(*number);
    }
    std::sort(numbers.begin(), numbers.end());
    return numbers;
  }

 private:
  absl::StatusOr<std::vector<std::optional<RowNumber>>> Find(
      const RowSet& rows) const {
    return content_.rows.Find(section_, update_.row_level, rows);
  }

  const SubjectUpdate& update_;
  const absl::string_view section_;
  const Content& content_;
};

absl::Status Changed(absl::string_view section) {
  return absl::FailedPreconditionError(absl::StrCat(
      "section ", section, " changed while it was reported; start again"));
}

// What the section differs from.
absl::StatusOr<SectionRows> BaseOf(const SubjectUpdate& update,
                                   const std::string& name,
                                   const SectionBefore& before,
                                   const Content& content) {
  const ReportedSection& reported = update.sections.at(name);
  if (reported.base.IsZero()) {
    // Nothing but a root, which the store held when it was told.
    const bool untold =
        reported.added.empty() && reported.root != ComputeSectionRoot({});
    if (untold) return Changed(name);
    return SectionRows();
  }
  if (reported.base == before.root) return before.rows;
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto known,
      content.bases.FindOfSection(reported.base, name, update.row_level));
  if (known == nullptr) return Changed(name);
  return SectionRows{BasedSet<RowNumber>(NumbersOf(known)), {}};
}

}  // namespace

absl::StatusOr<SectionRows> ReadSectionRows(
    const Reader& reader, const Content& content, SubjectId subject,
    int row_level, const stored::v1::HeadSection& section) {
  SectionRows rows;
  ROLLCALL_ASSIGN_OR_RETURN(rows.fleet, ReadFleetNumbers(content, section));
  ROLLCALL_ASSIGN_OR_RETURN(
      rows.own, ReadOwnRows(reader, {subject, section.section(), row_level}));
  return rows;
}

absl::StatusOr<SectionRows> ApplyReport(const SubjectUpdate& update,
                                        const std::string& name,
                                        const SectionBefore& before,
                                        const Content& content) {
  const ReportedSection& reported = update.sections.at(name);
  ROLLCALL_ASSIGN_OR_RETURN(SectionRows now,
                            BaseOf(update, name, before, content));
  const Sorter sorter(update, name, content);
  if (!reported.removed.empty()) {
    ROLLCALL_ASSIGN_OR_RETURN(const RowNumbers removed,
                              sorter.TakeAway(reported.removed, now.own));
    now.fleet.Remove(removed);
  }
  if (!reported.added.empty()) {
    ROLLCALL_ASSIGN_OR_RETURN(
        const RowNumbers added,
        sorter.Add(reported.added, before.rows.own, now.own));
    now.fleet.Add(added);
  }
  return now;
}

}  // namespace rollcall::collector
