#include "collector/cli/views/device_view.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/cli/columns.h"
#include "collector/cli/enums.h"
#include "collector/cli/values.h"
#include "collector/cli/views/hold_view.h"

namespace rollcall::cli {
namespace {

using v1::Device;
using v1::DeviceChange;
using v1::SourceStatus;

constexpr size_t kShortIdDigits = 12;

// Makers like to start the model with their own name.
std::string Product(const Device& device) {
  if (absl::StartsWithIgnoreCase(device.model(), device.manufacturer())) {
    return device.model();
  }
  return std::string(absl::StripAsciiWhitespace(
      absl::StrCat(device.manufacturer(), " ", device.model())));
}

std::string Cores(const Device& device) {
  return device.cpu().has_online_cores()
             ? absl::StrCat(device.cpu().online_cores())
             : "";
}

std::string Sockets(const Device& device) {
  return device.cpu().has_sockets() ? absl::StrCat(device.cpu().sockets()) : "";
}

std::string Cpus(const Device& device) {
  return device.cpu().has_online_cpus()
             ? absl::StrCat(device.cpu().online_cpus())
             : "";
}

std::string Packages(const Device& device) {
  return device.has_software_count() ? absl::StrCat(device.software_count())
                                     : "";
}

std::string Memory(const Device& device) {
  return device.has_memory_bytes() ? BytesText(device.memory_bytes()) : "";
}

std::string Virtualization(const Device& device) {
  return absl::StrJoin(
      device.virtualization(), ", ",
      [](std::string* out, const v1::VirtualizationLayer& layer) {
        absl::StrAppend(out, EnumWord(layer.kind()), " (", layer.technology(),
                        ")");
      });
}

std::string HoldIds(const Device& device) {
  return absl::StrJoin(device.holds(), ";",
                       [](std::string* out, const v1::DeviceHold& hold) {
                         out->append(hold.hold_id());
                       });
}

std::string Holds(const Device& device) {
  return absl::StrJoin(device.holds(), "; ",
                       [](std::string* out, const v1::DeviceHold& hold) {
                         out->append(HoldText(hold));
                       });
}

// "(revoked TIME by WHO: reason)".
std::string RevocationText(const v1::AgentRevocation& revocation) {
  return absl::StrCat("(revoked ", TimeText(revocation.revoke_time()), " by ",
                      revocation.revoked_by(),
                      revocation.reason().empty() ? "" : ": ",
                      revocation.reason(), ")");
}

std::string Agents(const Device& device) {
  return absl::StrJoin(
      device.agent_ids(), ", ",
      [&](std::string* out, const std::string& agent) {
        out->append(agent);
        for (const v1::AgentRevocation& one : device.agent_revocations()) {
          if (one.agent_id() != agent) continue;
          absl::StrAppend(out, " ", RevocationText(one));
        }
      });
}

std::string RevokedAgentIds(const Device& device) {
  return absl::StrJoin(device.agent_revocations(), ";",
                       [](std::string* out, const v1::AgentRevocation& one) {
                         out->append(one.agent_id());
                       });
}

constexpr Column<Device> kDeviceColumns[] = {
    {"DEVICE", nullptr, Align::kKey,
     [](const Device& d) { return ShortId(d.device_id()); }},
    {nullptr, "device_id", Align::kLeft,
     [](const Device& d) { return d.device_id(); }},
    {"HOST", "hostname", Align::kLeft,
     [](const Device& d) { return d.hostname(); }},
    {"MODEL", nullptr, Align::kLeft, Product},
    {nullptr, "manufacturer", Align::kLeft,
     [](const Device& d) { return d.manufacturer(); }},
    {nullptr, "model", Align::kLeft, [](const Device& d) { return d.model(); }},
    {"SERIAL", "serial_number", Align::kKey,
     [](const Device& d) { return d.serial_number(); }},
    {nullptr, "system_uuid", Align::kLeft,
     [](const Device& d) { return d.system_uuid(); }},
    {nullptr, "macs", Align::kLeft,
     [](const Device& d) { return absl::StrJoin(d.macs(), ";"); }},
    {"SYSTEM", "os", Align::kLeft, [](const Device& d) { return d.os(); }},
    {nullptr, "sockets", Align::kRight, Sockets},
    {"CORES", "online_cores", Align::kRight, Cores},
    {nullptr, "online_cpus", Align::kRight, Cpus},
    {"MEMORY", nullptr, Align::kRight, Memory},
    {nullptr, "memory_bytes", Align::kRight,
     [](const Device& d) {
       return d.has_memory_bytes() ? absl::StrCat(d.memory_bytes()) : "";
     }},
    {nullptr, "virtualization", Align::kLeft, Virtualization},
    {"PACKAGES", "software_count", Align::kRight, Packages},
    {nullptr, "first_seen", Align::kLeft,
     [](const Device& d) { return ExactTimeText(d.first_seen()); }},
    {"LAST SEEN", nullptr, Align::kKey,
     [](const Device& d) { return TimeText(d.last_seen()); }},
    {nullptr, "last_seen", Align::kLeft,
     [](const Device& d) { return ExactTimeText(d.last_seen()); }},
    {nullptr, "last_changed", Align::kLeft,
     [](const Device& d) { return ExactTimeText(d.last_changed()); }},
    {nullptr, "agent_version", Align::kLeft,
     [](const Device& d) { return d.agent_version(); }},
    {nullptr, "device_class", Align::kLeft,
     [](const Device& d) { return d.device_class(); }},
    {nullptr, "hold_ids", Align::kLeft, HoldIds},
    {nullptr, "revoked_agent_ids", Align::kLeft, RevokedAgentIds},
};

constexpr Column<SourceStatus> kSourceColumns[] = {
    {"SOURCE", "source", Align::kKey,
     [](const SourceStatus& s) { return s.source(); }},
    {"SAW", "outcome", Align::kKey,
     [](const SourceStatus& s) { return EnumWord(s.outcome()); }},
    {"NOT SEEN, AND WHY", "notes", Align::kWrap,
     [](const SourceStatus& s) { return absl::StrJoin(s.notes(), "; "); }},
};

constexpr Column<DeviceChange> kChangeColumns[] = {
    {"KNOWN", nullptr, Align::kKey,
     [](const DeviceChange& c) { return TimeText(c.known_time()); }},
    {nullptr, "known_time", Align::kLeft,
     [](const DeviceChange& c) { return ExactTimeText(c.known_time()); }},
    {"SECTION", "section", Align::kKey,
     [](const DeviceChange& c) { return c.section(); }},
    {"CHANGE", "kind", Align::kKey,
     [](const DeviceChange& c) { return EnumWord(c.kind()); }},
    {"CAUSE", "cause", Align::kKey,
     [](const DeviceChange& c) { return EnumWord(c.cause()); }},
    {"WHAT", "summary", Align::kWrap,
     [](const DeviceChange& c) { return c.summary(); }},
    {nullptr, "subject_id", Align::kLeft,
     [](const DeviceChange& c) { return c.subject_id(); }},
};

struct Line {
  const char* title;
  std::string value;
};

std::vector<Line> Facts(const Device& d) {
  return {
      {"device", d.device_id()},
      {"host name", d.hostname()},
      {"maker", d.manufacturer()},
      {"model", d.model()},
      {"serial number", d.serial_number()},
      {"system UUID", d.system_uuid()},
      {"MAC addresses", ListText(d.macs())},
      {"operating system", d.os()},
      {"processor", absl::StrJoin(d.cpu().models(), ", ")},
      {"sockets", Sockets(d)},
      {"cores online", Cores(d)},
      {"CPUs online", Cpus(d)},
      {"memory", Memory(d)},
      {"virtualization", Virtualization(d)},
      {"packages", Packages(d)},
      {"first seen", TimeText(d.first_seen())},
      {"last seen", TimeText(d.last_seen())},
      {"last changed", TimeText(d.last_changed())},
      {"agents", Agents(d)},
      {"agent version", d.agent_version()},
      {"device class", d.device_class()},
      {"held", Holds(d)},
  };
}

}  // namespace

std::string ShortId(absl::string_view id) {
  return std::string(id.substr(0, kShortIdDigits));
}

std::string DevicesTable(const v1::ListDevicesResponse& response, int width) {
  if (response.devices().empty()) return "";
  return RenderTable(ToTable(kDeviceColumns, response.devices()), width);
}

std::string DevicesCsv(const v1::ListDevicesResponse& response) {
  return ToCsv(kDeviceColumns, response.devices());
}

std::string DeviceTable(const v1::GetDeviceResponse& response, int width) {
  Table facts = {{{"FACT", Align::kKey}, {"VALUE", Align::kWrap}}, {}};
  for (Line& line : Facts(response.device())) {
    facts.rows.push_back({line.title, std::move(line.value)});
  }
  std::string out = RenderTable(facts, width);
  if (!response.source_status().empty()) {
    absl::StrAppend(
        &out, "\n",
        RenderTable(ToTable(kSourceColumns, response.source_status()), width));
  }
  return out;
}

std::string DeviceCsv(const v1::GetDeviceResponse& response) {
  return ToCsv(kDeviceColumns, std::vector<Device>{response.device()});
}

std::string HistoryTable(const v1::ListDeviceHistoryResponse& response,
                         int width) {
  if (response.changes().empty()) return "";
  return RenderTable(ToTable(kChangeColumns, response.changes()), width);
}

std::string HistoryCsv(const v1::ListDeviceHistoryResponse& response) {
  return ToCsv(kChangeColumns, response.changes());
}

}  // namespace rollcall::cli
