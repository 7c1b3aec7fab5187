#include "agent/uplink/section_changes.h"

#include <algorithm>

namespace rollcall::agent {
namespace {

// A set whose rows take more is named by its root rather than spelled out.
constexpr size_t kMostSectionBytes = 4 * 1024;

v1::SectionChange ChangeOf(const std::string& name,
                           const AcknowledgedSection& before,
                           const FactSection& now) {
  const SetDifference difference = Compare(before, now);
  size_t bytes = difference.removed.size() * RowId::kSize;
  for (const FactRow* row : difference.added) bytes += row->canonical.size();
  v1::SectionChange change;
  change.set_section(name);
  if (bytes > kMostSectionBytes) {
    change.set_known_root(now.root.ToBytes());
    return change;
  }
  for (const FactRow* row : difference.added) {
    change.add_added_rows(row->canonical);
  }
  change.set_removed_ids(PackIds(difference.removed));
  return change;
}

}  // namespace

std::string PackIds(const std::vector<RowId>& ids) {
  std::string bytes;
  bytes.reserve(ids.size() * RowId::kSize);
  for (const RowId& id : ids) {
    bytes.append(id.bytes().data(), id.bytes().size());
  }
  return bytes;
}

SetDifference Compare(const AcknowledgedSection& before,
                      const FactSection& now) {
  SetDifference difference;
  auto old = before.ids.begin();
  for (const FactRow& row : now.rows) {
    for (; old != before.ids.end() && *old < row.id; ++old) {
      difference.removed.push_back(*old);
    }
    if (old != before.ids.end() && *old == row.id) {
      ++old;
    } else {
      difference.added.push_back(&row);
    }
  }
  difference.removed.insert(difference.removed.end(), old, before.ids.end());
  return difference;
}

AcknowledgedSets SetsOf(const Facts& facts) {
  AcknowledgedSets sets;
  for (const auto& [name, section] : facts.sections) {
    AcknowledgedSection& set = sets[name];
    set.root = section.root;
    set.ids.reserve(section.rows.size());
    for (const FactRow& row : section.rows) set.ids.push_back(row.id);
  }
  return sets;
}

std::optional<std::vector<v1::SectionChange>> SmallChanges(
    const AcknowledgedSets& before, const Facts& facts) {
  std::vector<v1::SectionChange> changes;
  size_t bytes = 0;
  for (const auto& [name, section] : facts.sections) {
    const auto known = before.find(name);
    if (known != before.end() && known->second.root == section.root) continue;
    changes.push_back(ChangeOf(
        name, known == before.end() ? AcknowledgedSection() : known->second,
        section));
    bytes += changes.back().ByteSizeLong();
    if (bytes > kMostChangeBytes) return std::nullopt;
  }
  for (const auto& [name, section] : before) {
    if (facts.sections.contains(name)) continue;
    v1::SectionChange& gone = changes.emplace_back();
    gone.set_section(name);
    gone.set_gone(true);
  }
  std::sort(changes.begin(), changes.end(), [](const auto& a, const auto& b) {
    return a.section() < b.section();
  });
  return changes;
}

}  // namespace rollcall::agent
