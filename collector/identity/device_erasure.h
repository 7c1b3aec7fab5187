// Taking a device out of all that identity keeps.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "collector/storage/engine.h"
#include "common/id.h"

namespace rollcall::collector {

// A device, the subjects that belong to it now, and their agents.
struct ErasedDevice {
  DeviceId device;
  std::vector<SubjectId> subjects;
  std::vector<AgentId> agents;
  // FindPast() of a moment before the change.
  std::set<DeviceId> ever_of;
};

// The devices that the subjects ever belonged to, and where those went that
// were there too. Reads the edges of the whole fleet, twice if there were any.
absl::StatusOr<std::set<DeviceId>> FindPast(
    const std::vector<SubjectId>& subjects, const Reader& reader);

// The names (Change::names) of a change that erases it.
std::vector<std::string> NamesOfErasure(const ErasedDevice& device);

// Adds the writes after which nothing tells of the device or its subjects: not
// their records, evidence, contacts and edges, whatever device those were to;
// nor identity events of them, nor the links of others. An event that others
// took part in keeps what it says of them, without its reasons, which may quote
// evidence; so do the edges that came of it, whether or not it was kept.
// Enrolments, certificates and revocations stay: they are about keys, and
// whoever has one may still come.
//
// A subject that lost a value of evidence long ago may still be counted among
// those that gave it, by its id, which then leads nowhere.
//
// ABORTED if other subjects belong to the device by now; FAILED_PRECONDITION if
// something of it must stay, since another device is held (hold_table.h): one
// of its events, or that a subject of the other belonged to it. The change
// carries NamesOfErasure(). REQUIRES: the device itself is not held.
absl::Status EraseDevice(const ErasedDevice& device, const Reader& reader,
                         Batch& batch);

}  // namespace rollcall::collector
