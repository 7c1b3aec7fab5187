#include "collector/inventory/fleet.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "collector/inventory/describe.h"
#include "collector/inventory/history_horizon.h"
#include "collector/inventory/software_index.h"
#include "collector/inventory/subject_state.h"
#include "collector/inventory/tables.h"
#include "common/proto_time.h"
#include "common/rows.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr size_t kMinIdPrefix = 4;
// Subjects whose sets are kept in memory at once: a question walks the fleet
// device by device, so a few are enough.
constexpr size_t kMaxStates = 64;

absl::StatusOr<v1::Row> ParseKept(absl::string_view canonical, RowId id) {
  v1::Row row;
  if (!row.ParseFromArray(canonical.data(),
                          static_cast<int>(canonical.size()))) {
    return absl::DataLossError(
        absl::StrCat("row ", id.ToHex(), " does not parse"));
  }
  return row;
}

// By what rows describe, then by id.
void SortRows(std::vector<FleetRowRef>& rows) {
  using Order = std::tuple<int, std::string, RowId>;
  std::vector<std::pair<Order, FleetRowRef>> ordered;
  ordered.reserve(rows.size());
  for (FleetRowRef& row : rows) {
    Order order(static_cast<int>(row.row->fact_case()), NaturalKey(*row.row),
                row.id);
    ordered.emplace_back(std::move(order), std::move(row));
  }
  std::sort(ordered.begin(), ordered.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  rows.clear();
  for (auto& [order, row] : ordered) rows.push_back(std::move(row));
}

// The first few; a fleet may hold thousands by the name of "localhost".
std::string NamesOf(absl::Span<const DeviceEntry> devices) {
  constexpr size_t kMost = 5;
  std::string names;
  for (size_t i = 0; i < std::min(kMost, devices.size()); ++i) {
    absl::StrAppend(&names, i == 0 ? "" : ", ", devices[i].device.ToHex());
  }
  if (devices.size() > kMost) absl::StrAppend(&names, ", ...");
  return names;
}

}  // namespace

// A subject's sets.
struct Fleet::SubjectState {
  collector::SubjectState state;
};

Fleet::Fleet(const FleetSources& sources, KnownStamp as_of)
    : sources_(sources),
      as_of_(as_of),
      pin_(sources.content.rows.pins().Take()),
      snapshot_(sources.engine.Snapshot()) {}

Fleet::~Fleet() = default;

absl::StatusOr<absl::Span<const DeviceEntry>> Fleet::Devices() {
  if (!devices_.has_value()) {
    ROLLCALL_RETURN_IF_ERROR(CheckFleetHistoryKept(*snapshot_, as_of_));
    ROLLCALL_ASSIGN_OR_RETURN(
        devices_, sources_.directory.ListDevices(*snapshot_, as_of_));
  }
  return absl::Span<const DeviceEntry>(*devices_);
}

absl::StatusOr<std::vector<DeviceEntry>> Fleet::DevicesAfter(DeviceId after,
                                                             size_t most) {
  ROLLCALL_RETURN_IF_ERROR(CheckFleetHistoryKept(*snapshot_, as_of_));
  return sources_.directory.ListDevicesAfter(*snapshot_, after, most, as_of_);
}

absl::StatusOr<DeviceEntry> Fleet::Resolve(absl::string_view id_or_hostname) {
  if (const auto id = DeviceId::FromHex(id_or_hostname)) {
    ROLLCALL_ASSIGN_OR_RETURN(
        auto entry, sources_.directory.FindDevice(*snapshot_, *id, as_of_));
    if (!entry.has_value()) return NotFound(id_or_hostname);
    ROLLCALL_RETURN_IF_ERROR(
        CheckDeviceHistoryKept(*snapshot_, sources_.directory, *entry, as_of_));
    return *std::move(entry);
  }
  if (id_or_hostname.empty()) {
    return absl::InvalidArgumentError("device_id is empty");
  }
  ROLLCALL_ASSIGN_OR_RETURN(const auto devices, Devices());
  const std::string wanted = absl::AsciiStrToLower(id_or_hostname);
  std::vector<DeviceEntry> found;
  for (const DeviceEntry& device : devices) {
    const bool by_id = wanted.size() >= kMinIdPrefix &&
                       absl::StartsWith(device.device.ToHex(), wanted);
    if (!by_id) {
      ROLLCALL_ASSIGN_OR_RETURN(const v1::Device facts, Describe(device));
      if (absl::AsciiStrToLower(facts.hostname()) != wanted) continue;
    }
    found.push_back(device);
  }
  if (found.empty()) return NotFound(id_or_hostname);
  if (found.size() > 1) {
    return absl::FailedPreconditionError(
        absl::StrCat("\"", id_or_hostname, "\" fits ", found.size(),
                     " devices: ", NamesOf(found)));
  }
  return found[0];
}

absl::Status Fleet::NotFound(absl::string_view id_or_hostname) {
  ROLLCALL_ASSIGN_OR_RETURN(
      const std::string went,
      sources_.directory.WhereItWent(*snapshot_, id_or_hostname, as_of_));
  if (!went.empty()) return absl::NotFoundError(went);
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto device,
      FindSilentHostname(absl::AsciiStrToLower(id_or_hostname)));
  if (device.has_value()) {
    return absl::NotFoundError(absl::StrCat(
        "\"", id_or_hostname, "\" is the host name of a part of device ",
        device->ToHex(), ", which goes by another: `rollcall device identity ",
        device->ToHex(), "` tells why"));
  }
  return absl::NotFoundError(absl::StrCat(
      "no device has the id, id prefix or host name \"", id_or_hostname, "\"",
      id_or_hostname.size() < kMinIdPrefix
          ? absl::StrCat("; of an id give at least ", kMinIdPrefix, " digits")
          : ""));
}

absl::StatusOr<std::optional<DeviceId>> Fleet::FindSilentHostname(
    const std::string& lower_case) {
  if (!devices_.has_value()) return std::optional<DeviceId>();
  for (const DeviceEntry& device : *devices_) {
    if (device.subjects.size() < 2) continue;
    for (const DeviceSubject& subject : device.subjects) {
      ROLLCALL_ASSIGN_OR_RETURN(const v1::Device part,
                                Describe({device.device, {subject}}));
      if (absl::AsciiStrToLower(part.hostname()) != lower_case) continue;
      return std::optional<DeviceId>(device.device);
    }
  }
  return std::optional<DeviceId>();
}

absl::StatusOr<const Fleet::SubjectState*> Fleet::StateOf(SubjectId subject) {
  const auto kept = states_.find(subject);
  if (kept != states_.end()) return kept->second.get();
  if (states_.size() >= kMaxStates) states_.clear();
  ROLLCALL_ASSIGN_OR_RETURN(
      auto state,
      ReadSubjectState(*snapshot_, sources_.content, subject, as_of_));
  auto& slot = states_[subject];
  if (state.has_value()) {
    slot = std::make_unique<SubjectState>(SubjectState{*std::move(state)});
  }
  return slot.get();
}

absl::StatusOr<const Fleet::SubjectState*> Fleet::Speaker(
    const DeviceEntry& device) {
  std::optional<std::pair<KnownStamp, SubjectId>> newest;
  for (const DeviceSubject& candidate : device.subjects) {
    ROLLCALL_ASSIGN_OR_RETURN(const SubjectState* state,
                              StateOf(candidate.subject));
    if (state == nullptr) continue;
    const std::pair rank(state->state.changed, candidate.subject);
    if (!newest.has_value() || *newest < rank) newest = rank;
  }
  if (!newest.has_value()) return nullptr;
  return StateOf(newest->second);
}

absl::StatusOr<std::optional<uint32_t>> Fleet::SpeakerOrdinal(
    const DeviceEntry& device) {
  ROLLCALL_ASSIGN_OR_RETURN(const SubjectState* speaker, Speaker(device));
  if (speaker == nullptr) return std::optional<uint32_t>();
  return std::optional<uint32_t>(speaker->state.ordinal);
}

absl::StatusOr<std::vector<std::string>> Fleet::Sections(
    const DeviceEntry& device) {
  ROLLCALL_ASSIGN_OR_RETURN(const SubjectState* speaker, Speaker(device));
  std::vector<std::string> names;
  if (speaker == nullptr) return names;
  for (const auto& [name, rows] : speaker->state.sections) {
    names.push_back(name);
  }
  return names;
}

absl::StatusOr<std::vector<RowId>> Fleet::FleetRowIds(
    const DeviceEntry& device, absl::string_view section) {
  ROLLCALL_ASSIGN_OR_RETURN(const SubjectState* speaker, Speaker(device));
  if (speaker == nullptr) return std::vector<RowId>();
  const auto it = speaker->state.sections.find(std::string(section));
  if (it == speaker->state.sections.end()) return std::vector<RowId>();
  return it->second.fleet;
}

absl::StatusOr<std::shared_ptr<const v1::Row>> Fleet::FleetRow(RowId id) {
  const auto kept = rows_.find(id);
  if (kept != rows_.end()) return kept->second;
  ROLLCALL_ASSIGN_OR_RETURN(const auto stored, kRowTable.Get(*snapshot_, {id}));
  if (!stored.has_value()) {
    return absl::DataLossError(
        absl::StrCat("row ", id.ToHex(), " is missing from the store"));
  }
  ROLLCALL_ASSIGN_OR_RETURN(v1::Row row, ParseKept(stored->canonical(), id));
  auto shared = std::make_shared<const v1::Row>(std::move(row));
  rows_[id] = shared;
  return shared;
}

absl::StatusOr<std::vector<FleetRowRef>> Fleet::Rows(
    const DeviceEntry& device, absl::string_view section) {
  std::vector<FleetRowRef> rows;
  ROLLCALL_ASSIGN_OR_RETURN(const SubjectState* speaker, Speaker(device));
  if (speaker == nullptr) return rows;
  const auto it = speaker->state.sections.find(std::string(section));
  if (it == speaker->state.sections.end()) return rows;
  for (const RowId& id : it->second.fleet) {
    ROLLCALL_ASSIGN_OR_RETURN(auto row, FleetRow(id));
    rows.push_back({std::string(section), id, std::move(row)});
  }
  for (const auto& [id, canonical] : it->second.own) {
    ROLLCALL_ASSIGN_OR_RETURN(v1::Row row, ParseKept(canonical, id));
    rows.push_back({std::string(section), id,
                    std::make_shared<const v1::Row>(std::move(row))});
  }
  SortRows(rows);
  return rows;
}

std::optional<LastSeenTracker::Seen> Fleet::LastCheckIn(
    const DeviceEntry& device) const {
  std::optional<LastSeenTracker::Seen> last;
  for (const DeviceSubject& subject : device.subjects) {
    auto seen = sources_.last_seen.Get(subject.subject);
    // Of each subject only the newest is kept: what came before is not known.
    if (!seen.has_value() || seen->time > as_of_.time()) continue;
    if (!last.has_value() || last->time < seen->time) last = std::move(seen);
  }
  return last;
}

void Fleet::DescribeSubjects(const DeviceEntry& device,
                             v1::Device& facts) const {
  facts.set_device_id(device.device.ToHex());
  absl::Time first_seen = absl::InfiniteFuture();
  for (const DeviceSubject& subject : device.subjects) {
    facts.add_subject_ids(subject.subject.ToHex());
    for (const AgentId& agent : subject.agents) {
      facts.add_agent_ids(agent.ToHex());
    }
    first_seen = std::min(first_seen, subject.first_seen);
  }
  if (!device.subjects.empty()) {
    *facts.mutable_first_seen() = ToProto(first_seen);
  }
  const auto last = LastCheckIn(device);
  if (!last.has_value()) return;
  *facts.mutable_last_seen() = ToProto(last->time);
  if (last->vitals.has_value()) *facts.mutable_vitals() = *last->vitals;
}

absl::StatusOr<v1::Device> Fleet::Describe(const DeviceEntry& device) {
  v1::Device facts;
  DescribeSubjects(device, facts);
  ROLLCALL_ASSIGN_OR_RETURN(const SubjectState* speaker, Speaker(device));
  if (speaker == nullptr) return facts;
  *facts.mutable_last_changed() = ToProto(speaker->state.changed.time());
  facts.set_agent_version(speaker->state.agent_version);
  std::vector<v1::Row> rows;
  for (const char* section : kDescribedSections) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto of_section, Rows(device, section));
    for (const FleetRowRef& row : of_section) rows.push_back(*row.row);
  }
  DescribeRows(rows, facts);
  ROLLCALL_ASSIGN_OR_RETURN(const auto sections, Sections(device));
  if (std::find(sections.begin(), sections.end(), kSoftwareSection) !=
      sections.end()) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto ids,
                              FleetRowIds(device, kSoftwareSection));
    facts.set_software_count(static_cast<int32_t>(ids.size()));
  }
  return facts;
}

}  // namespace rollcall::collector
