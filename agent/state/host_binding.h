// Keeps an agent's key on the host that it was made on.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "agent/state/agent_key.h"
#include "rollcall/v1/inventory.pb.h"

namespace rollcall::agent {

// Compares this host, as `evidence` has it, with the one that the key in
// `folder` is bound to (binding_record.h says when that is another), and gives
// `key` a new one if it is: then this is a new agent, and the old one its
// parent. The key is bound to this host from then on. Call it at start, before
// the agent contacts anybody.
//
// First the key changes, in one step, then the record. A crash in between
// leaves a new key that is not bound, and is at the next start; never an old
// key that is bound to this host. What cannot be read of the host is not
// compared, and if nothing can be, that is logged and all stays as it is.
//
// On an error the agent is the one that it was; it must not go on, since its
// key may be another host's. That a record could not be kept is logged and no
// error. Blocking.
absl::Status BindToHost(const v1::Evidence& evidence, absl::string_view folder,
                        AgentKey& key);

}  // namespace rollcall::agent
