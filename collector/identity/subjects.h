// Subjects, their agents, and the devices that they belong to.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "absl/status/statusor.h"
#include "collector/identity/evidence.h"
#include "collector/storage/committer.h"
#include "common/id.h"
#include "common/random.h"
#include "rollcall/stored/v1/identity.pb.h"

namespace rollcall::collector {

// A subject as part of a device.
struct LinkedSubject {
  SubjectId subject;
  // The agents of its lineage, oldest first.
  std::vector<AgentId> agents;
  absl::Time first_seen;
};

// A device and the subjects whose reports belong to it, ordered by subject.
struct LinkedDevice {
  DeviceId device;
  std::vector<LinkedSubject> subjects;
};

// A subject that an agent reports for.
struct KnownSubject {
  SubjectId id;
  stored::v1::Subject record;
};

// What an agent said of which machine it runs on.
struct AgentReport {
  AgentId agent;
  absl::Time received;
  // Absent where the store's evidence has the same hash.
  std::optional<v1::Evidence> evidence;
};

// Thread-safe: it keeps nothing between calls. All but the Build functions read
// the store and so may block.
class Subjects {
 public:
  // What the agent reports for; nothing before its first report.
  absl::StatusOr<std::optional<KnownSubject>> FindByAgent(const Reader& reader,
                                                          AgentId agent) const;

  // Adds the writes for an agent's first report: `subject`, a new device, and
  // the edge between them; returns the subject's ordinal. ABORTED if the agent
  // got a subject meanwhile: start again. The change must carry NamesOfNew().
  absl::StatusOr<uint32_t> BuildNew(SubjectId subject,
                                    const AgentReport& report, DeviceId device,
                                    KnownStamp stamp, const Reader& reader,
                                    Writes& writes) const;
  // Adds the writes for new evidence of a known subject, if there is any.
  absl::Status BuildEvidence(SubjectId subject, const AgentReport& report,
                             const Reader& reader, Writes& writes) const;

  // A new subject id, and a device id in the same shard, so that both are
  // written in one batch of one shard.
  static SubjectId NewSubjectId(Random& random);
  static DeviceId NewDeviceId(SubjectId subject, Random& random);

  // The Change::names of a change to a subject, known or new.
  static std::vector<std::string> NamesOf(SubjectId subject);
  static std::vector<std::string> NamesOfNew(SubjectId subject, AgentId agent);

  // All devices that had a subject as known at `as_of`, ordered by device.
  absl::StatusOr<std::vector<LinkedDevice>> ListDevices(const Reader& reader,
                                                        KnownStamp as_of) const;
  // The first `most` of them after `after`, without reading all.
  absl::StatusOr<std::vector<LinkedDevice>> ListDevicesAfter(
      const Reader& reader, DeviceId after, size_t most,
      KnownStamp as_of) const;
  // One of them, or nothing.
  absl::StatusOr<std::optional<LinkedDevice>> FindDevice(
      const Reader& reader, DeviceId device, KnownStamp as_of) const;
  // The devices that any of the subjects ever belonged to. Reads the edges of
  // the whole fleet.
  absl::StatusOr<std::set<DeviceId>> DevicesEverOf(
      const Reader& reader, const std::set<SubjectId>& subjects) const;
};

}  // namespace rollcall::collector
