#include "collector/identity/revocations.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/identity/agent_lookup.h"
#include "collector/identity/enrolment_tables.h"
#include "common/log.h"
#include "common/proto_time.h"
#include "common/status.h"
#include "common/text.h"

namespace rollcall::collector {
namespace {
constexpr size_t kMaxReasonBytes = 256;
}  // namespace

absl::Status Revocations::Load() {
  auto entries = kRevocationTable.ScanPrefix(engine_, KeyWriter());
  MutexLock lock(&mutex_);
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, entries.Next());
    if (!entry.has_value()) return absl::OkStatus();
    since_[entry->key.agent] = FromProto(entry->value.time());
  }
}

void Revocations::SetEnder(Ender ender) {
  MutexLock lock(&mutex_);
  ender_ = std::move(ender);
}

absl::Time Revocations::RevokedSince(AgentId agent) const {
  MutexLock lock(&mutex_);
  const auto found = since_.find(agent);
  return found == since_.end() ? absl::InfiniteFuture() : found->second;
}

int64_t Revocations::count() const {
  MutexLock lock(&mutex_);
  return static_cast<int64_t>(since_.size());
}

absl::Status Revocations::Refusal(AgentId agent) {
  return absl::PermissionDeniedError(
      absl::StrCat("agent ", agent.ToHex(), " was revoked"));
}

absl::StatusOr<v1::RevokeAgentResponse> Revocations::Store(
    AgentId agent, const std::string& reason, absl::string_view principal) {
  v1::RevokeAgentResponse response;
  const auto build = [&](KnownStamp stamp, const Reader& reader,
                         Writes& writes) -> absl::Status {
    ROLLCALL_RETURN_IF_ERROR(CheckNamesAnAgent(reader, agent));
    ROLLCALL_ASSIGN_OR_RETURN(const bool heard_of,
                              IsAgentHeardOf(reader, agent));
    response.set_never_heard_of(!heard_of);
    ROLLCALL_ASSIGN_OR_RETURN(auto record,
                              kRevocationTable.Get(reader, {agent}));
    response.set_already_revoked(record.has_value());
    if (!record.has_value()) {
      record.emplace();
      *record->mutable_time() = ToProto(stamp.time());
      record->set_revoked_by(std::string(principal));
      record->set_reason(reason);
      kRevocationTable.Put(writes.head, {agent}, *record);
    }
    *response.mutable_revoke_time() = record->time();
    response.set_revoked_by(record->revoked_by());
    response.set_reason(record->reason());
    return absl::OkStatus();
  };
  const std::string name = absl::StrCat("revocation/", agent.ToHex());
  ROLLCALL_RETURN_IF_ERROR(committer_.Commit({name}, build).status());
  return response;
}

absl::StatusOr<v1::RevokeAgentResponse> Revocations::Revoke(
    const v1::RevokeAgentRequest& request, absl::string_view principal) {
  const auto agent = AgentId::FromHex(request.agent_id());
  if (!agent.has_value()) {
    return absl::InvalidArgumentError(
        "agent_id must be 32 hex digits; `rollcall device show` tells a "
        "device's agents");
  }
  if (request.reason().size() > kMaxReasonBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("reason must be at most ", kMaxReasonBytes, " bytes"));
  }
  ROLLCALL_ASSIGN_OR_RETURN(auto response,
                            Store(*agent, request.reason(), principal));
  Ender ender;
  {
    MutexLock lock(&mutex_);
    since_[*agent] = FromProto(response.revoke_time());
    ender = ender_;
  }
  if (!response.already_revoked()) {
    Log(LogLevel::kInfo, "agent revoked",
        {{"agent", agent->ToHex()},
         {"by", principal},
         {"reason", request.reason()}});
  }
  if (ender) response.set_ended_stream_count(ender(*agent));
  return response;
}

}  // namespace rollcall::collector
