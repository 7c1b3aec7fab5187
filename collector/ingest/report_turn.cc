#include "collector/ingest/report_turn.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/ingest/agent_messages.h"
#include "collector/inventory/subject_state.h"
#include "common/compression.h"
#include "common/rows.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr int kMaxFrames = 64;
// What an id takes in memory, among those of its section and those asked for,
// and what a row takes beyond its bytes.
constexpr size_t kHeldBytesPerId = 40;
constexpr size_t kHeldBytesPerRow = 160;

absl::Status NoRoom() {
  return absl::UnavailableError(
      "the collector holds as many rows as it may, of all agents or of this "
      "one; try again later");
}

bool IsOwn(const v1::Row& row) {
  return FindRowKind(row)->scope == v1::ROW_SCOPE_OWN;
}

absl::Status TooManyRows(const std::string& section, const char* what,
                         size_t rows) {
  return absl::InvalidArgumentError(absl::StrCat("delta: section ", section,
                                                 what, rows, " rows; at most ",
                                                 kMaxRowsPerSection));
}

}  // namespace

void ReportTurn::Clear() {
  update_.sections.clear();
  update_.rows.clear();
  // Streams idle for long: their memory is given back.
  subject_ = TurnSubject();
  due_ = std::vector<std::string>();
  needed_ = std::vector<std::pair<size_t, RowId>>();
  deltas_ = rows_ = bytes_ = 0;
  shares_ = std::vector<ByteBudget::Share>();
}

absl::StatusOr<v1::Want> ReportTurn::Begin(const v1::Roots& roots,
                                           TurnSubject subject) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto sections,
                            ReadRoots(roots, subject.row_level));
  Clear();
  subject_ = std::move(subject);
  update_.subject_root = ComputeSubjectRoot(sections);
  v1::Want want;
  for (const auto& [name, root] : sections) {
    update_.sections[name].root = root;
    ROLLCALL_ASSIGN_OR_RETURN(*want.add_sections(), WantOf(name, root));
  }
  return want;
}

std::string ReportTurn::StoredRoot(const std::string& name) const {
  if (subject_.head.row_level() != subject_.row_level) return "";
  for (const auto& section : subject_.head.sections()) {
    if (section.section() == name) return section.root();
  }
  return "";
}

absl::StatusOr<v1::SectionWant> ReportTurn::WantOf(const std::string& name,
                                                   RootId root) {
  v1::SectionWant want;
  want.set_section(name);
  const std::string stored = StoredRoot(name);
  if (stored == root.bytes()) {
    want.set_equal(true);
    return want;
  }
  // A set that others brought already needs no sending either.
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto known,
      deps_.content.bases.FindOfSection(root, name, subject_.row_level));
  if (known != nullptr) {
    update_.sections[name].base = root;
    want.set_equal(true);
    return want;
  }
  if (stored.empty()) {
    want.set_ids(true);
  } else {
    want.set_delta_from(stored);
  }
  due_.push_back(name);
  return want;
}

absl::StatusOr<BasedSet<RowId>> ReportTurn::BaseOf(
    const v1::Delta& delta) const {
  if (delta.base_root().empty()) {
    if (delta.removed_ids().empty()) return BasedSet<RowId>();
    return absl::InvalidArgumentError(
        absl::StrCat("delta: section ", delta.section(),
                     " takes rows away from the empty set"));
  }
  for (const auto& section : subject_.head.sections()) {
    if (section.section() != delta.section() ||
        section.root() != delta.base_root()) {
      continue;
    }
    return ReadSectionIds(deps_.engine, deps_.content, subject_.subject,
                          subject_.head.row_level(), section);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("delta: section ", delta.section(),
                   " was not asked for against the base that it names"));
}

absl::Status ReportTurn::TakeDelta(const v1::Delta& delta) {
  const std::string& name = due_[deltas_];
  if (delta.section() != name) {
    return absl::InvalidArgumentError(
        absl::StrCat("delta: section ", name, " is due"));
  }
  const size_t count = delta.added_ids().size() / RowId::kSize;
  if (count > kMaxRowsPerSection) return TooManyRows(name, " has ", count);
  ROLLCALL_ASSIGN_OR_RETURN(RowSet added, UnpackIds(delta.added_ids()));
  ROLLCALL_ASSIGN_OR_RETURN(RowSet removed, UnpackIds(delta.removed_ids()));
  if (removed.size() > kMaxRowsPerSection) {
    return TooManyRows(name, " removes ", removed.size());
  }
  ROLLCALL_RETURN_IF_ERROR(
      Hold((added.size() + removed.size()) * kHeldBytesPerId));
  ROLLCALL_ASSIGN_OR_RETURN(BasedSet<RowId> ids, BaseOf(delta));
  ids.Remove(removed);
  ids.Add(added);
  if (ids.size() > kMaxRowsPerSection) {
    return TooManyRows(name, " would have ", ids.size());
  }
  ReportedSection& section = update_.sections[name];
  if (delta.new_root() != section.root.bytes() ||
      SectionRootOf(ids) != section.root) {
    return absl::InvalidArgumentError(absl::StrCat(
        "delta: the ids of section ", name, " do not hash to its root"));
  }
  section.base = RootId::FromBytes(delta.base_root()).value_or(RootId());
  section.added = std::move(added);
  section.removed = std::move(removed);
  ++deltas_;
  if (delta.last() == AwaitsDelta()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "delta: ", due_.size(), " are due, and last is set on ", deltas_));
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::Need> ReportTurn::AskForRows() {
  v1::Need need;
  std::string& bits = *need.mutable_unknown();
  size_t place = 0;
  for (size_t due = 0; due < due_.size(); ++due) {
    const RowSet& ids = update_.sections.at(due_[due]).added;
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto known,
        WhichAreKnown(deps_.engine, deps_.content,
                      {subject_.subject, due_[due], subject_.head.row_level()},
                      subject_.row_level, ids));
    for (size_t i = 0; i < ids.size(); ++i, ++place) {
      if (place / 8 >= bits.size()) bits.push_back('\0');
      if (known[i]) continue;
      bits[place / 8] = static_cast<char>(bits[place / 8] | 1 << (place % 8));
      needed_.emplace_back(due, ids[i]);
    }
  }
  return need;
}

absl::Status ReportTurn::TakeRows(const v1::Rows& rows) {
  if (rows.frames_size() > kMaxFrames) {
    return absl::InvalidArgumentError(absl::StrCat(
        "rows has ", rows.frames_size(), " frames; at most ", kMaxFrames));
  }
  if (rows.frames().empty() && !rows.last()) {
    return absl::InvalidArgumentError("a message of rows holds none");
  }
  for (const std::string& frame : rows.frames()) {
    ROLLCALL_RETURN_IF_ERROR(TakeFrame(frame));
  }
  if (rows.last() && rows_ != needed_.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        needed_.size(), " rows were asked for and ", rows_, " came"));
  }
  return absl::OkStatus();
}

absl::Status ReportTurn::TakeFrame(const std::string& frame) {
  ROLLCALL_ASSIGN_OR_RETURN(const std::string content, Decompress(frame));
  // For as long as the frame is being read.
  const auto share =
      deps_.row_budget.AdmitFor(agent_, static_cast<int64_t>(content.size()));
  if (!share.has_value()) return NoRoom();
  v1::RowBatch batch;
  if (!batch.ParseFromString(content)) {
    return absl::InvalidArgumentError("a frame of rows does not parse");
  }
  if (batch.rows().empty()) {
    // There could be any number of them.
    return absl::InvalidArgumentError("a frame of rows holds none");
  }
  // What stays is what was asked for, so that nobody holds more by padding it.
  size_t bytes = static_cast<size_t>(batch.rows_size()) * kHeldBytesPerRow;
  for (const std::string& canonical : batch.rows()) bytes += canonical.size();
  ROLLCALL_RETURN_IF_ERROR(Hold(bytes));
  for (const std::string& canonical : batch.rows()) {
    ROLLCALL_RETURN_IF_ERROR(AddRow(canonical));
  }
  return absl::OkStatus();
}

absl::Status ReportTurn::AddRow(const std::string& canonical) {
  if (rows_ >= needed_.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "more rows came than the ", needed_.size(), " that were asked for"));
  }
  const auto& [due, id] = needed_[rows_];
  const std::string& section = due_[due];
  bytes_ += canonical.size();
  if (bytes_ > deps_.options.max_turn_bytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the rows of one turn have more than ",
                     deps_.options.max_turn_bytes, " bytes"));
  }
  ROLLCALL_ASSIGN_OR_RETURN(const v1::Row row,
                            DecodeRow(section, canonical, subject_.row_level));
  if (ComputeRowId(section, subject_.row_level, canonical) != id) {
    return absl::InvalidArgumentError(
        absl::StrCat("a row of section ", section,
                     " does not hash to the id asked for, ", id.ToHex()));
  }
  update_.rows[id] = ReportedRow{section, canonical, IsOwn(row)};
  ++rows_;
  return absl::OkStatus();
}

absl::Status ReportTurn::TakeWhole(SubjectUpdate update) {
  Clear();
  for (const auto& [name, section] : update.sections) {
    const size_t ids = section.added.size() + section.removed.size();
    ROLLCALL_RETURN_IF_ERROR(Hold(ids * kHeldBytesPerId));
  }
  update_ = std::move(update);
  return absl::OkStatus();
}

absl::Status ReportTurn::Hold(size_t bytes) {
  auto share = deps_.row_budget.AdmitFor(agent_, static_cast<int64_t>(bytes));
  if (!share.has_value()) return NoRoom();
  shares_.push_back(*std::move(share));
  return absl::OkStatus();
}

}  // namespace rollcall::collector
