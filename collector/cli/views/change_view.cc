#include "collector/cli/views/change_view.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/cli/columns.h"
#include "collector/cli/enums.h"
#include "collector/cli/values.h"
#include "collector/cli/views/device_view.h"

namespace rollcall::cli {
namespace {

using v1::Approval;
using v1::ChangeSet;

std::string Approvers(const ChangeSet& change_set) {
  std::vector<std::string> people;
  for (const Approval& approval : change_set.approvals()) {
    if (!approval.lapse_reason().empty()) continue;
    people.push_back(
        absl::StrCat(approval.principal(), " as ", EnumWord(approval.role())));
  }
  return absl::StrJoin(people, ", ");
}

constexpr Column<ListedChangeSet> kColumns[] = {
    {"CHANGE-SET", nullptr, Align::kKey,
     [](const ListedChangeSet& c) {
       return ShortId(c.change_set.change_set_id());
     }},
    {nullptr, "change_set_id", Align::kKey,
     [](const ListedChangeSet& c) { return c.change_set.change_set_id(); }},
    {"STATE", "state", Align::kKey,
     [](const ListedChangeSet& c) { return EnumWord(c.change_set.state()); }},
    {"KIND", "kind", Align::kKey,
     [](const ListedChangeSet& c) { return EnumWord(c.change_set.kind()); }},
    {"WHAT", nullptr, Align::kRight,
     [](const ListedChangeSet& c) { return CountsText(c.change_set); }},
    {nullptr, "added_count", Align::kRight,
     [](const ListedChangeSet& c) {
       return absl::StrCat(c.change_set.added_count());
     }},
    {nullptr, "changed_count", Align::kRight,
     [](const ListedChangeSet& c) {
       return absl::StrCat(c.change_set.changed_count());
     }},
    {nullptr, "removed_count", Align::kRight,
     [](const ListedChangeSet& c) {
       return absl::StrCat(c.change_set.removed_count());
     }},
    {nullptr, "quarantined_count", Align::kRight,
     [](const ListedChangeSet& c) {
       return absl::StrCat(c.change_set.quarantined_count());
     }},
    {"PROPOSED", nullptr, Align::kKey,
     [](const ListedChangeSet& c) {
       return TimeText(c.change_set.proposed_time());
     }},
    {nullptr, "proposed_time", Align::kLeft,
     [](const ListedChangeSet& c) {
       return ExactTimeText(c.change_set.proposed_time());
     }},
    {"BY", "proposed_by", Align::kLeft,
     [](const ListedChangeSet& c) { return c.change_set.proposed_by(); }},
    {"APPROVED BY", "approved_by", Align::kLeft,
     [](const ListedChangeSet& c) { return Approvers(c.change_set); }},
    {"AWAITS", "awaits", Align::kKey,
     [](const ListedChangeSet& c) { return c.awaits; }},
    {nullptr, "applied_by", Align::kLeft,
     [](const ListedChangeSet& c) { return c.change_set.applied_by(); }},
    {nullptr, "applied_time", Align::kLeft,
     [](const ListedChangeSet& c) {
       return ExactTimeText(c.change_set.applied_time());
     }},
    {nullptr, "applied_digest", Align::kLeft,
     [](const ListedChangeSet& c) { return c.change_set.applied_digest(); }},
    {nullptr, "ended_by", Align::kLeft,
     [](const ListedChangeSet& c) { return c.change_set.ended_by(); }},
    {nullptr, "ended_time", Align::kLeft,
     [](const ListedChangeSet& c) {
       return ExactTimeText(c.change_set.ended_time());
     }},
    {nullptr, "end_reason", Align::kLeft,
     [](const ListedChangeSet& c) { return c.change_set.end_reason(); }},
    {nullptr, "file_sha256", Align::kLeft,
     [](const ListedChangeSet& c) { return c.change_set.file_sha256(); }},
    {"FILE", "file_name", Align::kLeft,
     [](const ListedChangeSet& c) { return c.change_set.file_name(); }},
    {"REASON", "reason", Align::kWrap,
     [](const ListedChangeSet& c) { return c.change_set.reason(); }},
};

// "2026-01-31 17:05Z by ada: because".
std::string Deed(const std::string& time, const std::string& who,
                 const std::string& why) {
  return absl::StrCat(time, " by ", who, why.empty() ? "" : ": ", why);
}

// Facts of one change-set; those that are not known are left out.
class ChangeFacts {
 public:
  void Add(absl::string_view title, std::string value) {
    if (value.empty()) return;
    table_.rows.push_back({std::string(title), std::move(value)});
  }
  std::string Render(int width) const { return RenderTable(table_, width); }

 private:
  Table table_ = {{{"FACT", Align::kKey}, {"VALUE", Align::kWrap}}, {}};
};

void AddEnd(const ChangeSet& change_set, ChangeFacts& facts) {
  if (change_set.state() == ChangeSet::STATE_APPLIED) {
    facts.Add("in effect", Deed(TimeText(change_set.applied_time()),
                                change_set.applied_by(), ""));
  }
  if (change_set.ended_by().empty()) return;
  facts.Add(EnumWord(change_set.state()),
            Deed(TimeText(change_set.ended_time()), change_set.ended_by(),
                 change_set.end_reason()));
}

// "7 objects: vendor Acme, contract C-1, ...".
std::string OverlapObjects(const v1::PendingOverlap& overlap) {
  return absl::StrCat(
      CountText(overlap.object_count(), "object", "objects"), ": ",
      absl::StrJoin(overlap.names(), ", "),
      overlap.object_count() > overlap.names_size() ? ", ..." : "");
}

void AddOverlaps(const v1::GetChangeSetResponse& response, ChangeFacts& facts) {
  for (const v1::PendingOverlap& overlap : response.overlaps()) {
    facts.Add(
        "also changed by",
        absl::StrCat("pending ", overlap.change_set_id(), " of ",
                     overlap.proposed_by(), ": ", OverlapObjects(overlap)));
  }
  if (response.more_overlaps()) {
    facts.Add("also changed by", "maybe others that are pending");
  }
}

void AddApprovals(const ChangeSet& change_set, ChangeFacts& facts) {
  for (const Approval& approval : change_set.approvals()) {
    const std::string role = EnumWord(approval.role());
    // For --as-of, which shows what he was shown.
    std::string deed = Deed(ExactTimeText(approval.time()),
                            absl::StrCat(approval.principal(), " as ", role),
                            approval.comment());
    if (!approval.lapse_reason().empty()) {
      absl::StrAppend(
          &deed, " (does not count any more: ", approval.lapse_reason(), ")");
    }
    facts.Add("approved", std::move(deed));
  }
}

// "Change-set 0011... ".
std::string Named(const ChangeSet& change_set) {
  return absl::StrCat("Change-set ", change_set.change_set_id(), " ");
}

std::string OneCsv(const ChangeSet& change_set, std::string awaits) {
  const ListedChangeSet listed = {change_set, std::move(awaits)};
  return ChangeSetsCsv({&listed, 1});
}

std::string InEffect(const ChangeSet& change_set) {
  return EscapedLine(absl::StrCat(Named(change_set), "is in effect since ",
                                  ExactTimeText(change_set.applied_time()),
                                  ": ", CountsText(change_set), "."));
}

}  // namespace

std::string AwaitsText(
    const google::protobuf::RepeatedPtrField<v1::AwaitedApproval>& awaited) {
  std::vector<std::string> seats;
  for (const v1::AwaitedApproval& seat : awaited) {
    if (!seat.approved_by().empty()) continue;
    seats.push_back(
        absl::StrJoin(seat.roles(), " or ", [](std::string* out, int role) {
          out->append(EnumWord(static_cast<v1::Role>(role)));
        }));
  }
  return absl::StrJoin(seats, " and ");
}

std::string CountsText(const ChangeSet& change_set) {
  std::vector<std::string> counts;
  const auto add = [&](int count, absl::string_view sign) {
    if (count > 0) counts.push_back(absl::StrCat(sign, count));
  };
  add(change_set.added_count(), "+");
  add(change_set.changed_count(), "~");
  add(change_set.removed_count(), "-");
  return counts.empty() ? "nothing" : absl::StrJoin(counts, " ");
}

std::string ChangeSetsTable(absl::Span<const ListedChangeSet> change_sets,
                            int width) {
  if (change_sets.empty()) return "";
  return RenderTable(WithoutEmptyColumns(ToTable(kColumns, change_sets)),
                     width);
}

std::string ChangeSetsCsv(absl::Span<const ListedChangeSet> change_sets) {
  return ToCsv(kColumns, change_sets);
}

std::string ChangeSetFacts(const v1::GetChangeSetResponse& response,
                           int width) {
  const ChangeSet& change_set = response.change_set();
  ChangeFacts facts;
  facts.Add("change-set", change_set.change_set_id());
  facts.Add("state", EnumWord(change_set.state()));
  facts.Add("kind", EnumWord(change_set.kind()));
  facts.Add("changes", CountsText(change_set));
  if (change_set.quarantined_count() > 0) {
    facts.Add("kept aside",
              CountText(change_set.quarantined_count(), "line", "lines"));
  }
  if (!change_set.repairs_change_set_id().empty()) {
    facts.Add("repairs", absl::StrCat("line ", change_set.repairs_line(),
                                      " of change-set ",
                                      change_set.repairs_change_set_id()));
  }
  if (change_set.settled_before_count() > 0) {
    facts.Add("settled before", CountText(change_set.settled_before_count(),
                                          "bad line", "bad lines"));
  }
  facts.Add("proposed", Deed(TimeText(change_set.proposed_time()),
                             change_set.proposed_by(), change_set.reason()));
  facts.Add("file", change_set.file_name());
  facts.Add("file's SHA-256", change_set.file_sha256());
  facts.Add("mapping", change_set.mapping());
  AddApprovals(change_set, facts);
  facts.Add("awaits", AwaitsText(response.awaited()));
  AddOverlaps(response, facts);
  AddEnd(change_set, facts);
  facts.Add("digest", response.digest().empty() ? change_set.applied_digest()
                                                : response.digest());
  return facts.Render(width);
}

std::vector<std::string> OverlapLines(
    const v1::GetChangeSetResponse& response) {
  std::vector<std::string> lines;
  for (const v1::PendingOverlap& overlap : response.overlaps()) {
    lines.push_back(absl::StrCat("Also changed by pending change-set ",
                                 overlap.change_set_id(), ", proposed by ",
                                 overlap.proposed_by(), ": ",
                                 OverlapObjects(overlap), "."));
  }
  if (response.more_overlaps()) {
    lines.push_back("Other pending change-sets may change the same, too.");
  }
  return lines;
}

std::string ApprovedText(const v1::ApproveChangeSetResponse& response, int) {
  const ChangeSet& change_set = response.change_set();
  if (change_set.state() == ChangeSet::STATE_APPLIED) {
    return InEffect(change_set);
  }
  return EscapedLine(absl::StrCat(Named(change_set), "is approved by ",
                                  Approvers(change_set), "; it awaits ",
                                  AwaitsText(response.awaited()), " still."));
}

std::string ApprovedCsv(const v1::ApproveChangeSetResponse& response) {
  return OneCsv(response.change_set(), AwaitsText(response.awaited()));
}

std::string EndedText(const ChangeSet& change_set, int) {
  return EscapedLine(absl::StrCat(Named(change_set), "is ",
                                  EnumWord(change_set.state()),
                                  "; it will not take effect."));
}

std::string EndedCsv(const ChangeSet& change_set) {
  return OneCsv(change_set, "");
}

std::string ProposedText(const v1::ProposeChangesResponse& response, int) {
  const ChangeSet& change_set = response.change_set();
  if (change_set.state() == ChangeSet::STATE_APPLIED) {
    return InEffect(change_set);
  }
  return absl::StrCat(EscapedLine(absl::StrCat("Proposed as change-set ",
                                               change_set.change_set_id(), ": ",
                                               CountsText(change_set), ".")),
                      EscapedLine(absl::StrCat(
                          "It takes effect once procurement and itam approved "
                          "it. Look at it with: rollcall changes show ",
                          change_set.change_set_id())));
}

std::string ProposedCsv(const v1::ProposeChangesResponse& response) {
  return OneCsv(response.change_set(), "");
}

}  // namespace rollcall::cli
