// Which host an agent's key was made on, so that a copied key is not used on
// another: on a golden image, a cloned guest or a copied disk.
//
//   ASSIGN_OR_RETURN(auto kept, LoadBinding(folder));
//   const HostParts host = HostParts::Of(evidence);
//   if (kept && CompareBinding(*kept, agent, host).IsAnotherHost()) {
//     // make a new key before the first contact, and name `agent` its parent
//   }
//   RETURN_IF_ERROR(KeepBinding(folder, Rebind(kept, agent, host)));
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/id.h"
#include "rollcall/stored/v1/agent_binding.pb.h"
#include "rollcall/v1/inventory.pb.h"

namespace rollcall::agent {

// What tells a host from others. Each may be empty: not known.
struct HostParts {
  std::string machine_id;
  std::string system_uuid;
  std::vector<std::string> disks;
  std::vector<std::string> macs;
  std::string root_fs;
  std::string cloud_instance;

  // Of a scan's evidence; the root file system is not part of it.
  static HostParts Of(const v1::Evidence& evidence);
};

// A record against the host as it is now. A part that either side does not know
// is in neither list; of disks and MACs one in common is enough.
struct BindingComparison {
  std::vector<std::string> same;
  // Parts that are another host's, or were replaced.
  std::vector<std::string> changed;
  // Parts of `changed` that count: all but the root file system, which goes
  // with the disk.
  int strong_changes = 0;

  // One part is replaced now and then, two at once are another host's. A repair
  // that replaces two costs no more than a new key: the collector matches the
  // device by what is left.
  bool IsAnotherHost() const { return strong_changes >= 2; }
};

// Pure. A record of another agent compares as empty: it says nothing of this
// key.
BindingComparison CompareBinding(const stored::v1::BindingRecord& record,
                                 AgentId agent, const HostParts& host);

// The record to keep: what is known now; for what is not known now, what was
// known before. Pure.
stored::v1::BindingRecord Rebind(
    const std::optional<stored::v1::BindingRecord>& before, AgentId agent,
    const HostParts& host);

// What is kept in the agent's state folder; nothing if there is none, or it is
// unreadable, which is logged.
absl::StatusOr<std::optional<stored::v1::BindingRecord>> LoadBinding(
    absl::string_view folder);
// Keeps it durably. The folder exists.
absl::Status KeepBinding(absl::string_view folder,
                         const stored::v1::BindingRecord& record);

}  // namespace rollcall::agent
