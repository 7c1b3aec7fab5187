#include "agent/state/binding_record.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "common/file.h"
#include "common/hash.h"
#include "common/log.h"
#include "common/status.h"

namespace rollcall::agent {
namespace {

using stored::v1::BindingRecord;
using stored::v1::BoundPart;
using PartHash = Id<struct PartHashTag>;

constexpr size_t kMaxBindingBytes = 64 << 10;
constexpr char kBindingFileName[] = "agent-binding.pb";

struct PartKind {
  BoundPart::Kind kind;
  absl::string_view name;
  bool strong;
};

constexpr PartKind kKinds[] = {
    {BoundPart::KIND_MACHINE_ID, "machine id", true},
    {BoundPart::KIND_SYSTEM_UUID, "system UUID", true},
    {BoundPart::KIND_DISKS, "disks", true},
    {BoundPart::KIND_MACS, "MAC addresses", true},
    {BoundPart::KIND_ROOT_FS, "root file system", false},
    {BoundPart::KIND_CLOUD_INSTANCE, "cloud instance", true},
};

std::vector<std::string> ValuesOf(const HostParts& host, BoundPart::Kind kind) {
  switch (kind) {
    case BoundPart::KIND_MACHINE_ID:
      return {host.machine_id};
    case BoundPart::KIND_SYSTEM_UUID:
      return {host.system_uuid};
    case BoundPart::KIND_DISKS:
      return host.disks;
    case BoundPart::KIND_MACS:
      return host.macs;
    case BoundPart::KIND_ROOT_FS:
      return {host.root_fs};
    case BoundPart::KIND_CLOUD_INSTANCE:
      return {host.cloud_instance};
    default:
      return {};
  }
}

// Hashes of the values that are known, ascending.
std::set<std::string> Hashes(AgentId agent, BoundPart::Kind kind,
                             const HostParts& host) {
  std::set<std::string> hashes;
  for (const std::string& value : ValuesOf(host, kind)) {
    const std::string canonical =
        absl::AsciiStrToLower(absl::StripAsciiWhitespace(value));
    if (canonical.empty()) continue;
    hashes.insert(Sha256()
                      .Update(agent.bytes())
                      .UpdateUint32(static_cast<uint32_t>(kind))
                      .Update(canonical)
                      .FinishAs<PartHash>()
                      .ToBytes());
  }
  return hashes;
}

const BoundPart* FindPart(const BindingRecord& record, BoundPart::Kind kind) {
  for (const BoundPart& part : record.parts()) {
    if (part.kind() == kind && !part.hashes().empty()) return &part;
  }
  return nullptr;
}

std::string PathIn(absl::string_view folder) {
  return absl::StrCat(folder, "/", kBindingFileName);
}

}  // namespace

HostParts HostParts::Of(const v1::Evidence& evidence) {
  HostParts host;
  host.machine_id = evidence.machine_id();
  host.system_uuid = evidence.system_uuid();
  host.disks.assign(evidence.disk_ids().begin(), evidence.disk_ids().end());
  host.macs.assign(evidence.permanent_macs().begin(),
                   evidence.permanent_macs().end());
  host.cloud_instance = evidence.cloud_instance_id();
  return host;
}

BindingComparison CompareBinding(const BindingRecord& record, AgentId agent,
                                 const HostParts& host) {
  BindingComparison result;
  if (record.agent_id() != agent.ToBytes()) return result;
  for (const PartKind& kind : kKinds) {
    const BoundPart* part = FindPart(record, kind.kind);
    const auto now = Hashes(agent, kind.kind, host);
    if (part == nullptr || now.empty()) continue;
    const bool common = std::any_of(
        part->hashes().begin(), part->hashes().end(),
        [&](const std::string& hash) { return now.contains(hash); });
    (common ? result.same : result.changed).emplace_back(kind.name);
    if (!common && kind.strong) ++result.strong_changes;
  }
  return result;
}

BindingRecord Rebind(const std::optional<BindingRecord>& before, AgentId agent,
                     const HostParts& host) {
  const bool own = before.has_value() && before->agent_id() == agent.ToBytes();
  BindingRecord record;
  record.set_agent_id(agent.ToBytes());
  for (const PartKind& kind : kKinds) {
    const auto now = Hashes(agent, kind.kind, host);
    if (!now.empty()) {
      BoundPart& part = *record.add_parts();
      part.set_kind(kind.kind);
      part.mutable_hashes()->Assign(now.begin(), now.end());
    } else if (own) {
      const BoundPart* known = FindPart(*before, kind.kind);
      if (known != nullptr) *record.add_parts() = *known;
    }
  }
  return record;
}

absl::StatusOr<std::optional<BindingRecord>> LoadBinding(
    absl::string_view folder) {
  const std::string path = PathIn(folder);
  const auto content = ReadFile(path, kMaxBindingBytes);
  if (absl::IsNotFound(content.status())) return std::optional<BindingRecord>();
  if (absl::IsPermissionDenied(content.status())) return content.status();
  BindingRecord record;
  if (!content.ok() || !record.ParseFromString(*content)) {
    Log(LogLevel::kWarning,
        "the record of this agent's host is unreadable; it is made anew",
        {{"file", path}});
    return std::optional<BindingRecord>();
  }
  return std::optional<BindingRecord>(std::move(record));
}

absl::Status KeepBinding(absl::string_view folder,
                         const BindingRecord& record) {
  return WriteFileAtomically(PathIn(folder), record.SerializeAsString(), 0600);
}

}  // namespace rollcall::agent
