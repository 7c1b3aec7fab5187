#include "agent/state/host_binding.h"

#include <optional>

#include "absl/strings/str_join.h"
#include "agent/state/binding_record.h"
#include "common/log.h"
#include "common/status.h"

namespace rollcall::agent {
namespace {

using stored::v1::BindingRecord;

absl::Status RekeyOnAnotherHost(const BindingRecord& kept,
                                const HostParts& host, AgentKey& key) {
  const AgentId parent = key.agent();
  const BindingComparison comparison = CompareBinding(kept, parent, host);
  if (!comparison.IsAnotherHost()) return absl::OkStatus();
  ROLLCALL_RETURN_IF_ERROR(key.ReplaceKey());
  Log(LogLevel::kWarning,
      "this agent's key was made on another host; it has a new one now",
      {{"agent", key.agent().ToHex()},
       {"copied_from", parent.ToHex()},
       {"differing", absl::StrJoin(comparison.changed, ", ")},
       {"agreeing", absl::StrJoin(comparison.same, ", ")}});
  return absl::OkStatus();
}

}  // namespace

absl::Status BindToHost(const v1::Evidence& evidence, absl::string_view folder,
                        AgentKey& key) {
  const HostParts host = HostParts::Of(evidence);
  if (Rebind(std::nullopt, key.agent(), host).parts().empty()) {
    Log(LogLevel::kWarning,
        "nothing that tells this host from others can be read; a copy of this "
        "agent would not know that it is one",
        {{"agent", key.agent().ToHex()}});
    return absl::OkStatus();
  }
  ROLLCALL_ASSIGN_OR_RETURN(const auto kept, LoadBinding(folder));
  if (kept.has_value()) {
    ROLLCALL_RETURN_IF_ERROR(RekeyOnAnotherHost(*kept, host, key));
  }
  const BindingRecord record = Rebind(kept, key.agent(), host);
  if (kept.has_value() &&
      kept->SerializeAsString() == record.SerializeAsString()) {
    return absl::OkStatus();
  }
  const absl::Status bound = KeepBinding(folder, record);
  if (!bound.ok()) {
    Log(LogLevel::kWarning, "the record of this agent's host cannot be kept",
        {{"error", bound.message()}});
  }
  return absl::OkStatus();
}

}  // namespace rollcall::agent
