#include "collector/inventory/subject_update.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/inventory/subject_state.h"
#include "collector/inventory/tables.h"
#include "common/rows.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

using stored::v1::Head;
using stored::v1::HeadSection;
using stored::v1::HistoryEntry;
using stored::v1::SectionChange;

const HeadSection* FindSection(const Head& head, absl::string_view name) {
  for (const HeadSection& section : head.sections()) {
    if (section.section() == name) return &section;
  }
  return nullptr;
}

// Takes one update apart section by section.
class UpdateBuilder {
 public:
  UpdateBuilder(const SubjectUpdate& update, const Reader& reader,
                Writes& writes)
      : update_(update), reader_(reader), writes_(writes) {}

  absl::Status Build(KnownStamp stamp) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto stored,
                              ReadHead(reader_, update_.subject));
    const Head before = stored.value_or(Head());
    first_report_ = !stored.has_value();
    if (before.subject_root() == update_.subject_root.bytes() &&
        before.row_level() == update_.row_level) {
      return absl::OkStatus();
    }
    for (const auto& [name, reported] : update_.sections) {
      ROLLCALL_RETURN_IF_ERROR(
          AddSection(name, reported, FindSection(before, name)));
    }
    for (const HeadSection& section : before.sections()) {
      if (!update_.sections.contains(section.section())) {
        ROLLCALL_RETURN_IF_ERROR(DropSection(section));
      }
    }
    WriteHead(stamp);
    WriteHistory(before, stamp);
    return absl::OkStatus();
  }

 private:
  absl::Status AddSection(const std::string& name,
                          const ReportedSection& reported,
                          const HeadSection* before) {
    if (before != nullptr && before->root() == reported.root.bytes()) {
      *head_.add_sections() = *before;
      return absl::OkStatus();
    }
    if (reported.ids.empty() && reported.root != ComputeSectionRoot({})) {
      // Its rows were not asked for, since the store had them at that time.
      return absl::FailedPreconditionError(absl::StrCat(
          "section ", name, " changed while it was reported; start again"));
    }
    SectionState old;
    if (before != nullptr) {
      ROLLCALL_ASSIGN_OR_RETURN(old.fleet, ReadFleetRows(reader_, *before));
      ROLLCALL_ASSIGN_OR_RETURN(old.own,
                                ReadOwnRows(reader_, update_.subject, name));
    } else {
      history_.add_new_sections(name);
    }
    SectionState now;
    ROLLCALL_RETURN_IF_ERROR(Partition(name, reported, old, now));
    Record(name, old, now);
    ROLLCALL_ASSIGN_OR_RETURN(HeadSection section,
                              ChooseBase(name, now.fleet, before));
    section.set_root(reported.root.ToBytes());
    *head_.add_sections() = std::move(section);
    return absl::OkStatus();
  }

  // Tells fleet rows from own rows, and writes those that are new.
  absl::Status Partition(const std::string& name,
                         const ReportedSection& reported,
                         const SectionState& old, SectionState& now) {
    std::vector<std::string> to_check;
    for (const RowId& id : reported.ids) {
      const auto sent = update_.rows.find(id);
      if (const auto own = old.own.find(id); own != old.own.end()) {
        now.own[id] = own->second;
      } else if (sent != update_.rows.end() && sent->second.own) {
        now.own[id] = sent->second.canonical;
      } else {
        now.fleet.push_back(id);
        if (sent != update_.rows.end()) {
          WriteFleetRow(id, sent->second);
        } else if (!std::binary_search(old.fleet.begin(), old.fleet.end(),
                                       id)) {
          to_check.push_back(id.ToBytes());
        }
      }
    }
    ROLLCALL_ASSIGN_OR_RETURN(const auto found,
                              reader_.MultiGet(TableId::kRow, to_check));
    for (const auto& row : found) {
      if (row.has_value()) continue;
      return absl::FailedPreconditionError(absl::StrCat(
          "a row of section ", name, " is neither known nor was sent"));
    }
    return absl::OkStatus();
  }

  void WriteFleetRow(RowId id, const ReportedRow& row) {
    stored::v1::FleetRow value;
    value.set_section(row.section);
    value.set_row_level(update_.row_level);
    value.set_canonical(row.canonical);
    kRowTable.Put(writes_.content, {id}, value);
  }

  // Writes own rows that differ, and notes what changed.
  void Record(const std::string& name, const SectionState& old,
              const SectionState& now) {
    SectionChange change;
    change.set_section(name);
    change.set_added_ids(PackIds(Minus(now.fleet, old.fleet)));
    change.set_removed_ids(PackIds(Minus(old.fleet, now.fleet)));
    for (const auto& [id, canonical] : now.own) {
      if (old.own.contains(id)) continue;
      change.add_own_added(canonical);
      stored::v1::OwnRow value;
      value.set_canonical(canonical);
      kOwnRowTable.Put(writes_.head, {update_.subject, name, id}, value);
    }
    for (const auto& [id, canonical] : old.own) {
      if (now.own.contains(id)) continue;
      change.add_own_removed(canonical);
      kOwnRowTable.Delete(writes_.head, {update_.subject, name, id});
    }
    // The first report is the whole state: history need not hold it again.
    if (!first_report_) *history_.add_sections() = std::move(change);
  }

  absl::Status DropSection(const HeadSection& section) {
    SectionState old;
    ROLLCALL_ASSIGN_OR_RETURN(old.fleet, ReadFleetRows(reader_, section));
    ROLLCALL_ASSIGN_OR_RETURN(
        old.own, ReadOwnRows(reader_, update_.subject, section.section()));
    Record(section.section(), old, SectionState());
    history_.add_gone_sections(section.section());
    return absl::OkStatus();
  }

  absl::StatusOr<HeadSection> ChooseBase(const std::string& name,
                                         const RowSet& fleet,
                                         const HeadSection* before) {
    HeadSection section;
    section.set_section(name);
    if (before != nullptr && !before->base_root().empty()) {
      HeadSection base_only;
      base_only.set_base_root(before->base_root());
      ROLLCALL_ASSIGN_OR_RETURN(const RowSet base,
                                ReadFleetRows(reader_, base_only));
      const RowSet added = Minus(fleet, base);
      const RowSet removed = Minus(base, fleet);
      const size_t limit = std::max(kMinDifferences, fleet.size() / 4);
      if (added.size() + removed.size() <= limit) {
        section.set_base_root(before->base_root());
        section.set_added_ids(PackIds(added));
        section.set_removed_ids(PackIds(removed));
        return section;
      }
    }
    if (fleet.size() <= kMinDifferences) {
      section.set_added_ids(PackIds(fleet));
      return section;
    }
    const RootId root = ComputeSectionRoot(fleet);
    stored::v1::BaseSet base;
    base.set_ids(PackIds(fleet));
    kBaseTable.Put(writes_.content, {root}, base);
    section.set_base_root(root.ToBytes());
    return section;
  }

  void WriteHead(KnownStamp stamp) {
    head_.set_row_level(update_.row_level);
    head_.set_subject_root(update_.subject_root.ToBytes());
    head_.set_changed_stamp(stamp.raw());
    head_.set_agent_id(update_.agent.ToBytes());
    head_.set_agent_version(update_.agent_version);
    kHeadTable.Put(writes_.head, {update_.subject}, head_);
  }

  void WriteHistory(const Head& before, KnownStamp stamp) {
    v1::DeviceChange::Cause cause = v1::DeviceChange::CAUSE_MACHINE;
    if (first_report_) {
      cause = v1::DeviceChange::CAUSE_FIRST_REPORT;
    } else if (before.row_level() != update_.row_level) {
      cause = v1::DeviceChange::CAUSE_SCHEMA;
    }
    history_.set_cause(cause);
    kHistoryTable.Put(writes_.head, {update_.subject, stamp}, history_);
  }

  const SubjectUpdate& update_;
  const Reader& reader_;
  Writes& writes_;
  bool first_report_ = false;
  Head head_;
  HistoryEntry history_;
};

}  // namespace

absl::Status BuildSubjectUpdate(const SubjectUpdate& update, KnownStamp stamp,
                                const Reader& reader, Writes& writes) {
  return UpdateBuilder(update, reader, writes).Build(stamp);
}

}  // namespace rollcall::collector
