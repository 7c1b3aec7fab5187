#include "tests/swarm/report.h"

#include <algorithm>
#include <utility>

#include "common/rows.h"

namespace rollcall::swarm {
namespace {

bool ById(const EncodedRow* a, const EncodedRow* b) { return a->id < b->id; }

// What turns the rows of one section into those of another.
v1::SectionChange Difference(const std::string& name, const SectionReport& from,
                             const SectionReport& to) {
  v1::SectionChange change;
  change.set_section(name);
  auto old = from.rows.begin();
  for (const EncodedRow* row : to.rows) {
    for (; old != from.rows.end() && ById(*old, row); ++old) {
      change.mutable_removed_ids()->append((*old)->id.ToBytes());
    }
    if (old != from.rows.end() && (*old)->id == row->id) {
      ++old;
    } else {
      change.add_added_rows(row->canonical);
    }
  }
  for (; old != from.rows.end(); ++old) {
    change.mutable_removed_ids()->append((*old)->id.ToBytes());
  }
  return change;
}

}  // namespace

SectionRow Encode(const v1::Row& row) {
  SectionRow result;
  result.section = FindRowKind(row)->section;
  result.row.canonical = EncodeRow(row);
  result.row.id = ComputeRowId(result.section, kRowLevel, result.row.canonical);
  return result;
}

std::shared_ptr<const SectionReport> MakeSection(
    std::vector<const EncodedRow*> rows, std::deque<EncodedRow> own) {
  auto section = std::make_shared<SectionReport>();
  section->own = std::move(own);
  for (const EncodedRow& row : section->own) rows.push_back(&row);
  std::sort(rows.begin(), rows.end(), ById);
  section->rows = std::move(rows);
  std::vector<RowId> ids;
  ids.reserve(section->rows.size());
  section->ids.reserve(section->rows.size() * RowId::kSize);
  for (const EncodedRow* row : section->rows) {
    ids.push_back(row->id);
    const absl::string_view bytes = row->id.bytes();
    section->ids.append(bytes.data(), bytes.size());
  }
  section->root = ComputeSectionRoot(ids);
  return section;
}

std::shared_ptr<const Report> MakeReport(
    std::map<std::string, std::shared_ptr<const SectionReport>> sections,
    const v1::Evidence& evidence) {
  auto report = std::make_shared<Report>();
  report->sections = std::move(sections);
  std::map<std::string, RootId> roots;
  for (const auto& [name, section] : report->sections) {
    roots[name] = section->root;
  }
  report->subject_root = ComputeSubjectRoot(roots);
  report->evidence = evidence;
  report->evidence_hash = ComputeEvidenceHash(evidence);
  return report;
}

std::vector<v1::SectionChange> ChangesBetween(const Report& from,
                                              const Report& to) {
  static const SectionReport kNothing;
  std::map<std::string, v1::SectionChange> changes;
  for (const auto& [name, section] : to.sections) {
    const auto old = from.sections.find(name);
    if (old != from.sections.end() && old->second->root == section->root) {
      continue;
    }
    changes[name] = Difference(
        name, old == from.sections.end() ? kNothing : *old->second, *section);
  }
  for (const auto& [name, section] : from.sections) {
    if (to.sections.contains(name)) continue;
    changes[name].set_section(name);
    changes[name].set_gone(true);
  }
  std::vector<v1::SectionChange> result;
  result.reserve(changes.size());
  for (auto& [name, change] : changes) result.push_back(std::move(change));
  return result;
}

}  // namespace rollcall::swarm
