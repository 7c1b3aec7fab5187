#include "agent/uplink/facts.h"

#include <utility>

#include "common/row_level.h"

namespace rollcall::agent {
namespace {

FactSection SectionAtLevel(const std::string& name, const FactSection& section,
                           int level) {
  // In order of the new ids; rows that tell no more what told them apart are
  // one.
  std::map<RowId, std::string> rows;
  for (const FactRow& row : section.rows) {
    auto decoded = DecodeRow(name, row.canonical);
    if (!decoded.ok()) continue;  // our own rows always decode
    const auto lower = RowAtLevel(*std::move(decoded), level);
    if (!lower.has_value()) continue;
    std::string canonical = EncodeRow(*lower);
    const RowId id = ComputeRowId(name, level, canonical);
    rows.emplace(id, std::move(canonical));
  }
  FactSection result;
  std::vector<RowId> ids;
  for (auto& [id, canonical] : rows) {
    ids.push_back(id);
    result.rows.push_back({id, std::move(canonical)});
  }
  result.root = ComputeSectionRoot(ids);
  return result;
}

}  // namespace

Facts FactsAtLevel(const Facts& facts, int level) {
  Facts result;
  result.row_level = level;
  result.evidence = facts.evidence;
  result.evidence_hash = facts.evidence_hash;
  result.boot_id = facts.boot_id;
  std::map<std::string, RootId> roots;
  for (const auto& [name, section] : facts.sections) {
    if (!IsSection(name, level)) continue;
    FactSection& lower = result.sections[name];
    lower = SectionAtLevel(name, section, level);
    roots[name] = lower.root;
  }
  result.subject_root = ComputeSubjectRoot(roots);
  return result;
}

}  // namespace rollcall::agent
