#include "agent/state/agent_state.h"

#include <errno.h>
#include <sys/stat.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/file.h"
#include "common/log.h"
#include "common/status.h"

namespace rollcall::agent {
namespace {
constexpr size_t kMaxStateBytes = 64 << 20;
constexpr char kStateFileName[] = "agent-state.pb";
}  // namespace

absl::StatusOr<StateFile> StateFile::Open(const std::string& folder) {
  if (folder.empty()) return StateFile("");
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return FileError(folder, "cannot make the state folder", errno);
  }
  StateFile file(absl::StrCat(folder, "/", kStateFileName));
  const auto content = ReadFile(file.path_, kMaxStateBytes);
  if (absl::IsNotFound(content.status())) return file;
  // Not the file is wrong, but where it is: state could never be kept there.
  if (absl::IsPermissionDenied(content.status()) ||
      absl::IsFailedPrecondition(content.status())) {
    return content.status();
  }
  if (!content.ok() || !file.state_.ParseFromString(*content)) {
    Log(LogLevel::kWarning, "the state file is unreadable; starting afresh",
        {{"file", file.path_}});
    file.state_.Clear();
  }
  return file;
}

absl::Status StateFile::BelongTo(AgentId agent) {
  const std::string id = agent.ToBytes();
  stored::v1::AgentState state;
  if (state_.agent_id().empty() || state_.agent_id() == id) {
    state = state_;
  } else {
    Log(LogLevel::kInfo, "the kept state is another agent's; starting afresh",
        {{"file", path_}});
  }
  state.set_agent_id(id);
  const absl::Status kept = Keep(state);
  state_ = std::move(state);
  return kept;
}

absl::Status StateFile::Keep(const stored::v1::AgentState& state) {
  const std::string bytes = state.SerializeAsString();
  if (bytes == state_.SerializeAsString()) return absl::OkStatus();
  if (!path_.empty()) {
    ROLLCALL_RETURN_IF_ERROR(WriteFileAtomically(path_, bytes, 0600));
  }
  state_ = state;
  return absl::OkStatus();
}

}  // namespace rollcall::agent
