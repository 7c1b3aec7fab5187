#include "collector/identity/agent_lookup.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "collector/identity/enrolment_tables.h"
#include "collector/identity/merged_devices.h"
#include "collector/identity/subjects.h"
#include "collector/identity/tables.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// "X is a device; its agents are ...; revoke those".
absl::Status NotAnAgent(AgentId id, absl::string_view what,
                        absl::Span<const AgentId> agents) {
  // A text as long as an error may be.
  constexpr size_t kMost = 50;
  std::string names;
  for (size_t i = 0; i < std::min(kMost, agents.size()); ++i) {
    absl::StrAppend(&names, i == 0 ? "" : ", ", agents[i].ToHex());
  }
  if (agents.size() > kMost) {
    absl::StrAppend(&names, " and ", agents.size() - kMost, " more");
  }
  return absl::FailedPreconditionError(absl::StrCat(
      id.ToHex(), " is a ", what, "; ",
      agents.size() == 1 ? "its agent is " : "its agents are ", names,
      agents.size() == 1 ? "; revoke that" : "; revoke those"));
}

absl::Status CheckIsNoDevice(const Reader& reader, AgentId id) {
  const DeviceId device = *DeviceId::FromBytes(id.bytes());
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto found,
      Subjects().FindDevice(reader, device, KnownStamp::Max()));
  if (found.has_value()) {
    std::vector<AgentId> agents;
    for (const LinkedSubject& subject : found->subjects) {
      agents.insert(agents.end(), subject.agents.begin(), subject.agents.end());
    }
    return NotAnAgent(id, "device", agents);
  }
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto merged, FindMerged(reader, device.ToHex(), KnownStamp::Max()));
  if (!merged.has_value()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(MergedText(*merged), ", and `rollcall device show ",
                   merged->into.ToHex(), "` tells its agents; revoke those"));
}

absl::Status CheckIsNoSubject(const Reader& reader, AgentId id) {
  const SubjectId subject = *SubjectId::FromBytes(id.bytes());
  ROLLCALL_ASSIGN_OR_RETURN(const auto record,
                            kSubjectTable.Get(reader, {subject}));
  if (!record.has_value()) return absl::OkStatus();
  std::vector<AgentId> agents;
  for (const std::string& bytes : record->agent_ids()) {
    if (const auto agent = AgentId::FromBytes(bytes)) agents.push_back(*agent);
  }
  return NotAnAgent(id, "subject", agents);
}

}  // namespace

absl::Status CheckNamesAnAgent(const Reader& reader, AgentId agent) {
  ROLLCALL_RETURN_IF_ERROR(CheckIsNoDevice(reader, agent));
  return CheckIsNoSubject(reader, agent);
}

absl::StatusOr<bool> IsAgentHeardOf(const Reader& reader, AgentId agent) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto enrolled,
                            kEnrolledAgentTable.Get(reader, {agent}));
  if (enrolled.has_value()) return true;
  ROLLCALL_ASSIGN_OR_RETURN(const auto reports,
                            kAgentTable.Get(reader, {agent}));
  return reports.has_value();
}

}  // namespace rollcall::collector
