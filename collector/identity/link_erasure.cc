#include "collector/identity/link_erasure.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "collector/identity/device_moves.h"
#include "collector/identity/link_tables.h"
#include "collector/identity/link_view.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

using Links = std::map<SubjectId, stored::v1::SubjectLink>;

// One on its device that took the place of the subject, in the form of
// superseded_by; empty for none.
absl::StatusOr<std::string> FindHeir(const Links& links, SubjectId subject,
                                     const Reader& reader) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto record,
                            kSubjectTable.Get(reader, {subject}));
  if (!record.has_value()) return "";
  ROLLCALL_ASSIGN_OR_RETURN(const DeviceId device,
                            CurrentDevice(*record, links.at(subject)));
  for (const auto& [id, link] : links) {
    const std::vector<SubjectId> taken_over = TakenOver(link);
    if (link.device_id() == device.bytes() &&
        std::count(taken_over.begin(), taken_over.end(), subject) > 0) {
      return id.ToBytes();
    }
  }
  return "";
}

}  // namespace

absl::Status EraseFromLinks(const std::set<SubjectId>& erased,
                            const std::set<SubjectId>& others,
                            const Reader& reader, Batch& batch) {
  Links links;
  for (const SubjectId other : others) {
    ROLLCALL_ASSIGN_OR_RETURN(auto link,
                              kSubjectLinkTable.Get(reader, {other}));
    if (link.has_value()) links.emplace(other, *std::move(link));
  }
  for (auto& [id, link] : links) {
    const std::vector<SubjectId> named = SubjectsIn(link);
    const bool names_erased =
        std::any_of(named.begin(), named.end(),
                    [&](SubjectId one) { return erased.contains(one); });
    if (!names_erased) continue;
    std::string took_over;
    for (const SubjectId one : TakenOver(link)) {
      if (!erased.contains(one)) took_over += one.ToBytes();
    }
    link.set_took_over(took_over);
    const auto heir = SubjectId::FromBytes(link.superseded_by());
    if (heir.has_value() && erased.contains(*heir)) {
      ROLLCALL_ASSIGN_OR_RETURN(*link.mutable_superseded_by(),
                                FindHeir(links, id, reader));
    }
    kSubjectLinkTable.Put(batch, {id}, link);
  }
  return absl::OkStatus();
}

}  // namespace rollcall::collector
