#include "agent/app/kept_facts.h"

#include <algorithm>
#include <map>
#include <utility>

#include "common/compression.h"
#include "common/log.h"
#include "common/rows.h"
#include "rollcall/v1/sync.pb.h"

namespace rollcall::agent {
namespace {

// Well below what a frame may hold.
constexpr size_t kFrameBytes = 256 << 10;

void AddFrame(v1::RowBatch& batch, stored::v1::KeptSection& section) {
  if (batch.rows().empty()) return;
  section.add_frames(Compress(batch.SerializeAsString()));
  batch.Clear();
}

void KeepRows(const FactSection& facts, stored::v1::KeptSection& section) {
  v1::RowBatch batch;
  size_t bytes = 0;
  for (const FactRow& row : facts.rows) {
    batch.add_rows(row.canonical);
    bytes += row.canonical.size();
    if (bytes < kFrameBytes) continue;
    AddFrame(batch, section);
    bytes = 0;
  }
  AddFrame(batch, section);
}

absl::StatusOr<ScannedSection> ReadSection(
    const stored::v1::KeptSection& section) {
  ScannedSection scanned;
  scanned.name = section.section();
  std::vector<RowId> ids;
  for (const std::string& frame : section.frames()) {
    const auto content = Decompress(frame);
    if (!content.ok()) return content.status();
    v1::RowBatch batch;
    if (!batch.ParseFromString(*content)) {
      return absl::DataLossError("a frame of kept rows does not parse");
    }
    for (std::string& row : *batch.mutable_rows()) {
      const auto decoded = DecodeRow(scanned.name, row);
      if (!decoded.ok()) return decoded.status();
      const RowId id = ComputeRowId(scanned.name, kRowLevel, row);
      scanned.rows.push_back(
          {id, std::move(row), FindRowKind(*decoded)->scope});
      ids.push_back(id);
    }
  }
  if (!std::is_sorted(ids.begin(), ids.end())) {
    return absl::DataLossError("kept rows are not in order");
  }
  scanned.root = ComputeSectionRoot(ids);
  return scanned;
}

}  // namespace

Facts ToFacts(const Scan& scan) {
  Facts facts;
  facts.subject_root = scan.subject_root;
  facts.evidence = scan.evidence;
  facts.evidence_hash = ComputeEvidenceHash(scan.evidence);
  facts.boot_id = scan.boot_id;
  for (const ScannedSection& section : scan.sections) {
    FactSection& copy = facts.sections[section.name];
    copy.root = section.root;
    copy.rows.reserve(section.rows.size());
    for (const EncodedRow& row : section.rows) {
      copy.rows.push_back({row.id, row.bytes});
    }
  }
  return facts;
}

void KeepSections(const Facts& facts, stored::v1::AgentState& state) {
  state.clear_sections();
  state.set_row_level(kRowLevel);
  for (const auto& [name, section] : facts.sections) {
    stored::v1::KeptSection& kept = *state.add_sections();
    kept.set_section(name);
    KeepRows(section, kept);
  }
}

std::optional<Scan> KeptScan(const stored::v1::AgentState& state) {
  if (state.sections().empty() || state.row_level() != kRowLevel) {
    return std::nullopt;
  }
  Scan scan;
  std::map<std::string, RootId> roots;
  for (const stored::v1::KeptSection& section : state.sections()) {
    auto read = ReadSection(section);
    if (!read.ok()) {
      Log(LogLevel::kWarning, "the kept facts are unreadable; starting afresh",
          {{"section", section.section()}, {"error", read.status().message()}});
      return std::nullopt;
    }
    roots[read->name] = read->root;
    scan.sections.push_back(*std::move(read));
  }
  scan.subject_root = ComputeSubjectRoot(roots);
  return scan;
}

AcknowledgedSets KeptSets(const stored::v1::AgentState& state) {
  const auto scan = KeptScan(state);
  return scan.has_value() ? SetsOf(ToFacts(*scan)) : AcknowledgedSets();
}

}  // namespace rollcall::agent
