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

// Rows of `level`, with the ids that they have at `id_level`, which is not
// below it.
absl::StatusOr<ScannedSection> ReadSection(
    const stored::v1::KeptSection& section, int level, int id_level) {
  ScannedSection scanned;
  scanned.name = section.section();
  for (const std::string& frame : section.frames()) {
    const auto content = Decompress(frame);
    if (!content.ok()) return content.status();
    v1::RowBatch batch;
    if (!batch.ParseFromString(*content)) {
      return absl::DataLossError("a frame of kept rows does not parse");
    }
    for (std::string& row : *batch.mutable_rows()) {
      const auto decoded = DecodeRow(scanned.name, row, level);
      if (!decoded.ok()) return decoded.status();
      const RowId id = ComputeRowId(scanned.name, id_level, row);
      scanned.rows.push_back(
          {id, std::move(row), FindRowKind(*decoded)->scope});
    }
  }
  const auto by_id = [](const EncodedRow& a, const EncodedRow& b) {
    return a.id < b.id;
  };
  if (level != id_level) {
    std::sort(scanned.rows.begin(), scanned.rows.end(), by_id);
  } else if (!std::is_sorted(scanned.rows.begin(), scanned.rows.end(), by_id)) {
    return absl::DataLossError("kept rows are not in order");
  }
  std::vector<RowId> ids;
  for (const EncodedRow& row : scanned.rows) ids.push_back(row.id);
  scanned.root = ComputeSectionRoot(ids);
  return scanned;
}

// All sections, with the ids of that level.
std::optional<Scan> ReadAll(const stored::v1::AgentState& state, int id_level) {
  Scan scan;
  std::map<std::string, RootId> roots;
  for (const stored::v1::KeptSection& section : state.sections()) {
    auto read = ReadSection(section, state.row_level(), id_level);
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

bool HasSections(const stored::v1::AgentState& state) {
  return !state.sections().empty() && state.row_level() >= 1 &&
         state.row_level() <= kRowLevel;
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
  state.set_row_level(facts.row_level);
  for (const auto& [name, section] : facts.sections) {
    stored::v1::KeptSection& kept = *state.add_sections();
    kept.set_section(name);
    KeepRows(section, kept);
  }
}

std::optional<Scan> KeptScan(const stored::v1::AgentState& state) {
  if (!HasSections(state)) return std::nullopt;
  return ReadAll(state, kRowLevel);
}

AcknowledgedSets KeptSets(const stored::v1::AgentState& state) {
  if (!HasSections(state)) return {};
  const auto scan = ReadAll(state, state.row_level());
  return scan.has_value() ? SetsOf(ToFacts(*scan)) : AcknowledgedSets();
}

int KeptLevel(const stored::v1::AgentState& state) {
  return HasSections(state) ? state.row_level() : kRowLevel;
}

}  // namespace rollcall::agent
