#include "collector/inventory/posting_change.h"

#include <algorithm>
#include <set>
#include <string>

#include "collector/inventory/row_number.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

using stored::v1::Head;
using stored::v1::HeadSection;

// All sections of a head together: a row is of one section only, so nothing is
// lost by it.
struct Terms {
  std::set<std::string> bases;
  RowNumbers added;
  RowNumbers removed;
};

absl::Status Append(const std::string& packed, RowNumbers& all) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto numbers, UnpackNumbers(packed));
  all.insert(all.end(), numbers.begin(), numbers.end());
  return absl::OkStatus();
}

absl::StatusOr<Terms> TermsOf(const HeadSections& sections) {
  Terms terms;
  for (const HeadSection* section : sections) {
    if (!section->base_root().empty()) terms.bases.insert(section->base_root());
    ROLLCALL_RETURN_IF_ERROR(Append(section->added_rows(), terms.added));
    ROLLCALL_RETURN_IF_ERROR(Append(section->removed_rows(), terms.removed));
  }
  std::sort(terms.added.begin(), terms.added.end());
  std::sort(terms.removed.begin(), terms.removed.end());
  return terms;
}

}  // namespace

HeadSections SectionsOf(const Head& head) {
  HeadSections sections;
  for (const HeadSection& section : head.sections()) {
    sections.push_back(&section);
  }
  return sections;
}

absl::StatusOr<stored::v1::ChangedSubject> MakePostingChange(
    SubjectId subject, const HeadSections& before, const HeadSections& after) {
  ROLLCALL_ASSIGN_OR_RETURN(const Terms old, TermsOf(before));
  ROLLCALL_ASSIGN_OR_RETURN(const Terms now, TermsOf(after));
  stored::v1::ChangedSubject change;
  change.set_subject_id(subject.ToBytes());
  for (const std::string& base : now.bases) {
    if (!old.bases.contains(base)) change.add_bases_gained(base);
  }
  for (const std::string& base : old.bases) {
    if (!now.bases.contains(base)) change.add_bases_lost(base);
  }
  change.set_added_gained(PackNumbers(Minus(now.added, old.added)));
  change.set_added_lost(PackNumbers(Minus(old.added, now.added)));
  change.set_removed_gained(PackNumbers(Minus(now.removed, old.removed)));
  change.set_removed_lost(PackNumbers(Minus(old.removed, now.removed)));
  return change;
}

}  // namespace rollcall::collector
