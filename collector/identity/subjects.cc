#include "collector/identity/subjects.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/identity/device_reader.h"
#include "collector/identity/link_tables.h"
#include "common/proto_time.h"
#include "common/rows.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

absl::StatusOr<uint32_t> TakeOrdinal(uint16_t shard, const Reader& reader,
                                     Writes& writes) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto stored,
                            kShardTable.Get(reader, {shard}));
  stored::v1::ShardCounter counter =
      stored.value_or(stored::v1::ShardCounter());
  const uint32_t number = counter.next_number();
  if (number >= 1u << 22) {
    return absl::ResourceExhaustedError("a shard has no ordinals left");
  }
  counter.set_next_number(number + 1);
  kShardTable.Put(writes.head, {shard}, counter);
  return number << 10 | shard;
}

void SetEvidence(const v1::Evidence& evidence, stored::v1::Subject& record) {
  *record.mutable_evidence() = evidence;
  record.set_evidence_hash(ComputeEvidenceHash(evidence).ToBytes());
}

// Has it compared with other subjects, later.
void MakeDue(SubjectId subject, absl::Time now, Writes& writes) {
  stored::v1::LinkDue due;
  *due.mutable_since() = ToProto(now);
  kLinkDueTable.Put(writes.head, {subject}, due);
}

}  // namespace

absl::StatusOr<std::optional<KnownSubject>> Subjects::FindByAgent(
    const Reader& reader, AgentId agent) const {
  ROLLCALL_ASSIGN_OR_RETURN(const auto link, kAgentTable.Get(reader, {agent}));
  if (!link.has_value()) return std::optional<KnownSubject>();
  const auto id = SubjectId::FromBytes(link->subject_id());
  if (!id.has_value()) {
    return absl::DataLossError(
        absl::StrCat("agent ", agent.ToHex(), " has a malformed subject"));
  }
  ROLLCALL_ASSIGN_OR_RETURN(auto record, kSubjectTable.Get(reader, {*id}));
  if (!record.has_value()) {
    return absl::DataLossError(absl::StrCat(
        "subject ", id->ToHex(), " of agent ", agent.ToHex(), " is missing"));
  }
  return std::optional<KnownSubject>(KnownSubject{*id, *std::move(record)});
}

absl::StatusOr<uint32_t> Subjects::BuildNew(SubjectId subject,
                                            const AgentReport& report,
                                            DeviceId device, KnownStamp stamp,
                                            const Reader& reader,
                                            Writes& writes) const {
  ROLLCALL_ASSIGN_OR_RETURN(const auto link,
                            kAgentTable.Get(reader, {report.agent}));
  if (link.has_value()) {
    return absl::AbortedError(
        "another stream of this agent reported first; start again");
  }
  stored::v1::Subject record;
  ROLLCALL_ASSIGN_OR_RETURN(const uint32_t ordinal,
                            TakeOrdinal(ShardOf(subject), reader, writes));
  record.set_ordinal(ordinal);
  record.add_agent_ids(report.agent.ToBytes());
  *record.mutable_first_seen() = ToProto(report.received);
  record.set_first_device_id(device.ToBytes());
  SetEvidence(report.evidence.value_or(v1::Evidence()), record);
  kSubjectTable.Put(writes.head, {subject}, record);

  stored::v1::AgentSubject new_link;
  new_link.set_subject_id(subject.ToBytes());
  kAgentTable.Put(writes.head, {report.agent}, new_link);

  stored::v1::DeviceRecord minted;
  *minted.mutable_minted() = ToProto(report.received);
  kDeviceTable.Put(writes.head, {device}, minted);

  stored::v1::DeviceEdge edge;
  edge.set_belongs(true);
  edge.add_reasons(
      absl::StrCat("first report of agent ", report.agent.ToHex()));
  kDeviceEdgeTable.Put(writes.head, {device, subject, stamp}, edge);
  MakeDue(subject, report.received, writes);
  return ordinal;
}

absl::Status Subjects::BuildEvidence(SubjectId subject,
                                     const AgentReport& report,
                                     const Reader& reader,
                                     Writes& writes) const {
  if (!report.evidence.has_value()) return absl::OkStatus();
  ROLLCALL_ASSIGN_OR_RETURN(auto record, kSubjectTable.Get(reader, {subject}));
  if (!record.has_value()) {
    return absl::DataLossError(
        absl::StrCat("subject ", subject.ToHex(), " is missing"));
  }
  SetEvidence(*report.evidence, *record);
  kSubjectTable.Put(writes.head, {subject}, *record);
  MakeDue(subject, report.received, writes);
  return absl::OkStatus();
}

SubjectId Subjects::NewSubjectId(Random& random) {
  return SubjectId::Generate(random);
}

DeviceId Subjects::NewDeviceId(SubjectId subject, Random& random) {
  std::string bytes = DeviceId::Generate(random).ToBytes();
  bytes.replace(0, 2, subject.ToBytes().substr(0, 2));
  return *DeviceId::FromBytes(bytes);
}

std::vector<std::string> Subjects::NamesOf(SubjectId subject) {
  return {absl::StrCat("subject/", subject.ToHex())};
}

std::vector<std::string> Subjects::NamesOfNew(SubjectId subject,
                                              AgentId agent) {
  return {absl::StrCat("subject/", subject.ToHex()),
          absl::StrCat("agent/", agent.ToHex()),
          absl::StrCat("shard/", ShardOf(subject))};
}

absl::StatusOr<std::vector<LinkedDevice>> Subjects::ListDevices(
    const Reader& reader, KnownStamp as_of) const {
  return ReadDevices(reader, KeyWriter(), as_of);
}

absl::StatusOr<std::vector<LinkedDevice>> Subjects::ListDevicesAfter(
    const Reader& reader, DeviceId after, size_t most, KnownStamp as_of) const {
  return ReadDevicesAfter(reader, after, most, as_of);
}

absl::StatusOr<std::optional<LinkedDevice>> Subjects::FindDevice(
    const Reader& reader, DeviceId device, KnownStamp as_of) const {
  KeyWriter prefix;
  prefix.U16(ShardOf(device)).AddId(device);
  ROLLCALL_ASSIGN_OR_RETURN(auto found,
                            ReadDevices(reader, std::move(prefix), as_of));
  if (found.empty()) return std::optional<LinkedDevice>();
  return std::optional<LinkedDevice>(std::move(found[0]));
}

absl::StatusOr<std::set<DeviceId>> Subjects::DevicesEverOf(
    const Reader& reader, const std::set<SubjectId>& subjects) const {
  auto edges = kDeviceEdgeTable.ScanPrefix(reader, KeyWriter());
  std::set<DeviceId> devices;
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto edge, edges.Next());
    if (!edge.has_value()) return devices;
    if (subjects.contains(edge->key.subject)) devices.insert(edge->key.device);
  }
}

}  // namespace rollcall::collector
