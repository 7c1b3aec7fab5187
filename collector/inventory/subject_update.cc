#include "collector/inventory/subject_update.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/inventory/base_choice.h"
#include "collector/inventory/level_switch.h"
#include "collector/inventory/posting_change.h"
#include "collector/inventory/section_rows.h"
#include "collector/inventory/subject_state.h"
#include "collector/inventory/tables.h"
#include "common/rows.h"
#include "common/status.h"
#include "rollcall/v1/device_service.pb.h"

namespace rollcall::collector {
namespace {

using stored::v1::Head;
using stored::v1::HeadSection;
using stored::v1::SectionChange;

HeadSection* FindSection(Head& head, absl::string_view name) {
  for (HeadSection& section : *head.mutable_sections()) {
    if (section.section() == name) return &section;
  }
  return nullptr;
}

// Takes one update apart section by section.
class UpdateBuilder {
 public:
  UpdateBuilder(const SubjectUpdate& update, const Reader& reader,
                const Content& content)
      : update_(update), reader_(reader), content_(content) {}

  absl::StatusOr<PreparedUpdate> Build(UpdateBasis basis) {
    prepared_.pin = std::move(basis.pin);
    prepared_.subject = update_.subject;
    first_report_ = !basis.stored.has_value();
    if (!first_report_) {
      before_ = std::move(basis.stored->head);
      prepared_.made_from = std::move(basis.stored->bytes);
    }
    if (before_.subject_root() == update_.subject_root.bytes() &&
        before_.row_level() == update_.row_level) {
      return std::move(prepared_);
    }
    prepared_.changes = true;
    ROLLCALL_RETURN_IF_ERROR(KeepFleetRows());
    for (const auto& [name, reported] : update_.sections) {
      ROLLCALL_RETURN_IF_ERROR(
          AddSection(name, reported, FindSection(before_, name)));
    }
    for (const HeadSection& section : before_.sections()) {
      // Those that did not change were taken over.
      if (section.section().empty()) continue;
      if (!update_.sections.contains(section.section())) {
        ROLLCALL_RETURN_IF_ERROR(DropSection(section));
      }
    }
    ROLLCALL_ASSIGN_OR_RETURN(prepared_.postings,
                              MakePostingChange(update_.subject, went_, came_));
    prepared_.postings.set_is_new(first_report_);
    auto& changes = *prepared_.history.mutable_sections();
    std::sort(changes.begin(), changes.end(),
              [](const SectionChange& a, const SectionChange& b) {
                return a.section() < b.section();
              });
    FillHead();
    FillCause();
    prepared_.content = content_.rows.writer().current();
    return std::move(prepared_);
  }

 private:
  // Stores the fleet rows that were sent.
  absl::Status KeepFleetRows() {
    std::vector<NewRow> rows;
    for (const auto& [id, row] : update_.rows) {
      if (row.own) continue;
      rows.push_back({id, row.section, update_.row_level, row.canonical});
    }
    return content_.rows.Keep(rows);
  }

  absl::Status AddSection(const std::string& name,
                          const ReportedSection& reported,
                          HeadSection* stored) {
    SectionBefore before;
    if (stored != nullptr && before_.row_level() == update_.row_level) {
      before.root = RootId::FromBytes(stored->root()).value_or(RootId());
    }
    if (!before.root.IsZero() && before.root == reported.root) {
      prepared_.head.add_sections()->Swap(stored);
      return absl::OkStatus();
    }
    if (stored != nullptr) {
      ROLLCALL_ASSIGN_OR_RETURN(before.rows, ReadRows(*stored));
      went_.push_back(stored);
    } else {
      prepared_.history.add_new_sections(name);
    }
    ROLLCALL_ASSIGN_OR_RETURN(const SectionRows now,
                              ApplyReport(update_, name, before, content_));
    HeadSection& section = *prepared_.head.add_sections();
    came_.push_back(&section);
    section.set_section(name);
    section.set_root(reported.root.ToBytes());
    WriteOwn(before.rows, now, stored, section);
    ROLLCALL_RETURN_IF_ERROR(Record(name, before.rows, now));
    // Of a set that was told as a whole the ids are at hand.
    const bool whole = reported.base.IsZero() && now.own.empty();
    return ChooseBase({now.fleet, whole ? &reported.added : nullptr},
                      BaseOf(reported, before, stored), content_, section);
  }

  // A base set that the report names, else the one that the section has.
  static BaseBefore BaseOf(const ReportedSection& reported,
                           const SectionBefore& before,
                           const HeadSection* stored) {
    if (!reported.base.IsZero() && reported.base != before.root) {
      return {reported.base, 0};
    }
    if (stored == nullptr) return {};
    return {RootId::FromBytes(stored->base_root()),
            CountNumbers(stored->added_rows()) +
                CountNumbers(stored->removed_rows())};
  }

  absl::StatusOr<SectionRows> ReadRows(const HeadSection& section) const {
    return ReadSectionRows(reader_, content_, update_.subject,
                           before_.row_level(), section);
  }

  void WriteOwn(const SectionRows& old, const SectionRows& now,
                const HeadSection* before, HeadSection& section) {
    const uint32_t bits = before == nullptr ? 0 : before->pack_bits();
    const uint32_t chosen = ChoosePackBits(now.own.size(), bits);
    section.set_pack_bits(chosen);
    WriteOwnRows({update_.subject, section.section(), update_.row_level},
                 {old.own, bits, now.own, chosen}, prepared_.own);
  }

  // Notes what changed.
  absl::Status Record(const std::string& name, const SectionRows& old,
                      const SectionRows& now) {
    // The first report is the whole state: history need not hold it again.
    if (first_report_) return absl::OkStatus();
    SectionChange change;
    change.set_section(name);
    const auto fleet = ChangeBetween(old.fleet, now.fleet);
    change.set_added_rows(PackNumbers(fleet.added));
    change.set_removed_rows(PackNumbers(fleet.removed));
    if (before_.row_level() != update_.row_level) {
      ROLLCALL_RETURN_IF_ERROR(RecordSwitch(old, now, change));
    } else {
      RecordOwn(old, now, change);
    }
    *prepared_.history.add_sections() = std::move(change);
    return absl::OkStatus();
  }

  static void RecordOwn(const SectionRows& old, const SectionRows& now,
                        SectionChange& change) {
    for (const auto& [id, canonical] : now.own) {
      if (!old.own.contains(id)) change.add_own_added(canonical);
    }
    for (const auto& [id, canonical] : old.own) {
      if (!now.own.contains(id)) change.add_own_removed(canonical);
    }
  }

  // Every row went and came at another level: notes those that changed beyond
  // that, and what undoing the switch needs.
  absl::Status RecordSwitch(const SectionRows& old, const SectionRows& now,
                            SectionChange& change) const {
    // Rows are compared by their bytes, which only the store has.
    ROLLCALL_RETURN_IF_ERROR(content_.rows.writer().WriteAll());
    ROLLCALL_ASSIGN_OR_RETURN(const SectionState old_ids, ById(old));
    ROLLCALL_ASSIGN_OR_RETURN(const SectionState now_ids, ById(now));
    ROLLCALL_ASSIGN_OR_RETURN(
        const SectionSwitch differing,
        CompareLevels(reader_, change.section(), {old_ids, before_.row_level()},
                      {now_ids, update_.row_level}));
    ROLLCALL_ASSIGN_OR_RETURN(const auto added,
                              content_.rows.NumbersOf(differing.fleet_added));
    ROLLCALL_ASSIGN_OR_RETURN(const auto removed,
                              content_.rows.NumbersOf(differing.fleet_removed));
    change.set_new_rows(PackNumbers(added));
    change.set_gone_rows(PackNumbers(removed));
    for (const auto& [id, row] : differing.own_added) change.add_own_added(row);
    for (const auto& [id, row] : differing.own_removed) {
      change.add_own_removed(row);
    }
    for (const auto& [id, row] : differing.own_lost) change.add_own_lost(row);
    return absl::OkStatus();
  }

  absl::StatusOr<SectionState> ById(const SectionRows& rows) const {
    SectionState state = {{}, rows.own};
    ROLLCALL_ASSIGN_OR_RETURN(state.fleet,
                              content_.rows.IdsOf(rows.fleet.All()));
    return state;
  }

  absl::Status DropSection(const HeadSection& section) {
    ROLLCALL_ASSIGN_OR_RETURN(const SectionRows old, ReadRows(section));
    went_.push_back(&section);
    HeadSection gone = section;
    WriteOwn(old, SectionRows(), &section, gone);
    prepared_.history.add_gone_sections(section.section());
    return Record(section.section(), old, SectionRows());
  }

  void FillHead() {
    prepared_.head.set_row_level(update_.row_level);
    prepared_.head.set_subject_root(update_.subject_root.ToBytes());
    prepared_.head.set_agent_id(update_.agent.ToBytes());
    prepared_.head.set_agent_version(update_.agent_version);
  }

  void FillCause() {
    v1::DeviceChange::Cause cause = v1::DeviceChange::CAUSE_MACHINE;
    if (first_report_) {
      cause = v1::DeviceChange::CAUSE_FIRST_REPORT;
    } else if (before_.row_level() != update_.row_level) {
      cause = v1::DeviceChange::CAUSE_SCHEMA;
      prepared_.history.set_row_level_before(before_.row_level());
      prepared_.history.set_row_level_after(update_.row_level);
    }
    prepared_.history.set_cause(cause);
  }

  const SubjectUpdate& update_;
  const Reader& reader_;
  const Content& content_;
  bool first_report_ = false;
  Head before_;
  // Sections that changed: of before_, and of the new head.
  HeadSections went_;
  HeadSections came_;
  PreparedUpdate prepared_;
};

}  // namespace

absl::StatusOr<UpdateBasis> ReadBasis(const Reader& reader,
                                      const Content& content,
                                      SubjectId subject) {
  UpdateBasis basis;
  basis.pin = content.rows.pins().Take();
  ROLLCALL_ASSIGN_OR_RETURN(basis.stored, ReadStoredHead(reader, subject));
  return basis;
}

absl::StatusOr<PreparedUpdate> PrepareSubjectUpdate(const SubjectUpdate& update,
                                                    UpdateBasis basis,
                                                    const Reader& reader,
                                                    const Content& content) {
  return UpdateBuilder(update, reader, content).Build(std::move(basis));
}

absl::StatusOr<PreparedUpdate> PrepareSubjectUpdate(const SubjectUpdate& update,
                                                    const Reader& reader,
                                                    const Content& content) {
  ROLLCALL_ASSIGN_OR_RETURN(UpdateBasis basis,
                            ReadBasis(reader, content, update.subject));
  return PrepareSubjectUpdate(update, std::move(basis), reader, content);
}

absl::Status WriteSubjectUpdate(PreparedUpdate& update, const Content& content,
                                uint32_t ordinal, KnownStamp stamp,
                                const Reader& reader, Writes& writes) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto stored,
                            kHeadTable.GetBytes(reader, {update.subject}));
  if (stored != update.made_from) {
    return absl::FailedPreconditionError(
        "the subject changed while it was reported; start again");
  }
  if (!update.changes) return absl::OkStatus();
  ROLLCALL_RETURN_IF_ERROR(content.rows.writer().WriteThrough(update.content));
  update.head.set_changed_stamp(stamp.raw());
  update.head.set_ordinal(ordinal);
  update.head_bytes = update.head.SerializeAsString();
  kHeadTable.PutBytes(writes.head, {update.subject}, update.head_bytes);
  kHistoryTable.Put(writes.head, {update.subject, stamp}, update.history);
  update.postings.set_ordinal(ordinal);
  kChangeTable.Put(writes.head, {stamp}, update.postings);
  writes.head.Append(std::move(update.own));
  return absl::OkStatus();
}

}  // namespace rollcall::collector
