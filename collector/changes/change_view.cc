#include "collector/changes/change_view.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/rpc/role_set.h"
#include "common/proto_time.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr size_t kMostNamed = 5;

std::string TimeText(KnownStamp stamp) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", stamp.time(),
                          absl::UTCTimeZone());
}

// Why whoever approved does not count as what he was; "" if he does. A role
// that he lost and got again is a new one: who gave it knew nothing of the
// approval.
absl::StatusOr<std::string> RoleLapse(const v1::Approval& approval,
                                      const RoleHolders& roles,
                                      const Reader& reader) {
  const auto holds = [&](absl::Time since) {
    return roles.Holds(reader, approval.principal(), approval.role(), since);
  };
  ROLLCALL_ASSIGN_OR_RETURN(const bool since_then,
                            holds(FromProto(approval.time())));
  if (since_then) return "";
  ROLLCALL_ASSIGN_OR_RETURN(const bool now, holds(absl::InfiniteFuture()));
  return absl::StrCat(approval.principal(), now ? " was not " : " is not ",
                      RoleWord(approval.role()),
                      now ? " all the time since" : " any more");
}

// Why what was approved does not count; "" if it does.
std::string LapseReason(const v1::Approval& approval, KnownStamp given,
                        const Compared& compared) {
  if (approval.digest() == compared.digest) return "";
  const std::string moved = MovedInWords(compared, given);
  return moved.empty() ? "what it comes to is another now"
                       : absl::StrCat("moved since: ", moved);
}

absl::Status MarkLapsed(const RoleHolders& roles, const Reader& reader,
                        ChangeView& view) {
  v1::ChangeSet& change_set = *view.kept.record.mutable_change_set();
  const auto& stamps = view.kept.record.approval_stamps();
  for (int i = 0; i < change_set.approvals_size(); ++i) {
    v1::Approval& approval = *change_set.mutable_approvals(i);
    ROLLCALL_ASSIGN_OR_RETURN(std::string reason,
                              RoleLapse(approval, roles, reader));
    const auto given =
        KnownStamp::FromRaw(i < stamps.size() ? stamps.Get(i) : 0);
    if (reason.empty()) reason = LapseReason(approval, given, view.compared);
    approval.set_lapse_reason(reason);
  }
  return absl::OkStatus();
}

}  // namespace

KnownStamp ComparedAt(const KeptChangeSet& kept) {
  switch (kept.record.change_set().state()) {
    case v1::ChangeSet::STATE_PROPOSED:
      return KnownStamp::Max();
    case v1::ChangeSet::STATE_APPLIED:
      return KnownStamp::FromRaw(
          std::max<uint64_t>(kept.record.applied_stamp(), 1) - 1);
    default:
      return kept.key.stamp;
  }
}

std::string MovedInWords(const Compared& compared, KnownStamp since) {
  std::vector<std::string> moved;
  for (const Moved& base : compared.bases) {
    if (base.stamp <= since) break;
    if (moved.size() == kMostNamed) {
      moved.push_back("and others");
      break;
    }
    moved.push_back(absl::StrCat(base.what, ", by change-set ", base.by.ToHex(),
                                 " at ", TimeText(base.stamp)));
  }
  return absl::StrJoin(moved, "; ");
}

absl::StatusOr<ChangeView> ViewChangeSet(const ChangeContents& contents,
                                         const RoleHolders& roles,
                                         const Reader& reader,
                                         absl::string_view text) {
  ChangeView view;
  ROLLCALL_ASSIGN_OR_RETURN(view.kept, FindChangeSet(reader, text));
  view.stored = view.kept.record;
  const v1::ChangeSet& change_set = view.stored.change_set();
  const auto content = contents.find(change_set.kind());
  if (content == contents.end()) return view;
  view.content = content->second;
  ROLLCALL_ASSIGN_OR_RETURN(view.items, ReadProposed(reader, view.kept));
  ROLLCALL_ASSIGN_OR_RETURN(
      view.compared, CompareItems(*view.content, view.kept.key.id, view.items,
                                  reader, ComparedAt(view.kept)));
  if (change_set.state() == v1::ChangeSet::STATE_PROPOSED) {
    ROLLCALL_RETURN_IF_ERROR(MarkLapsed(roles, reader, view));
  }
  return view;
}

}  // namespace rollcall::collector
