#include "collector/inventory/device_queries.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "collector/inventory/as_of.h"
#include "collector/inventory/device_holds.h"
#include "collector/inventory/history.h"
#include "collector/inventory/history_horizon.h"
#include "collector/rpc/paging.h"
#include "common/proto_time.h"
#include "common/rows.h"
#include "common/status.h"
#include "common/text.h"

namespace rollcall::collector {
namespace {

constexpr PageBounds kRowPages = {500, 5'000};
// Devices that are read at once where few may be what is looked for.
constexpr size_t kSearched = 1'000;

absl::Status CheckSections(
    const google::protobuf::RepeatedPtrField<std::string>& sections) {
  for (const std::string& section : sections) {
    if (!IsSection(section)) {
      return absl::InvalidArgumentError(
          absl::StrCat("sections: there is no section \"",
                       EscapeForTerminal(Abbreviate(section, 64)),
                       "\"; there are: ", absl::StrJoin(AllSections(), ", ")));
    }
  }
  return absl::OkStatus();
}

bool Contains(const std::string& text, const std::string& lower_case_part) {
  return absl::StrContains(absl::AsciiStrToLower(text), lower_case_part);
}

bool Matches(const v1::Device& device, const std::string& part) {
  return part.empty() || Contains(device.hostname(), part) ||
         Contains(device.serial_number(), part) ||
         Contains(device.model(), part) || Contains(device.device_id(), part);
}

// What of a device is as it is now, whatever the time that was asked for.
absl::Status AddPresent(const Fleet& fleet, const DeviceEntry& entry,
                        v1::Device& device) {
  ROLLCALL_ASSIGN_OR_RETURN(const std::string device_class,
                            fleet.directory().ClassOf(fleet.reader(), entry));
  if (!device_class.empty()) device.set_device_class(device_class);
  ROLLCALL_ASSIGN_OR_RETURN(auto holds, HoldsOn(fleet.reader(), entry));
  device.mutable_holds()->Assign(holds.begin(), holds.end());
  ROLLCALL_ASSIGN_OR_RETURN(
      auto revocations, fleet.directory().RevocationsOf(fleet.reader(), entry));
  device.mutable_agent_revocations()->Assign(revocations.begin(),
                                             revocations.end());
  return absl::OkStatus();
}

// The device that the page comes after.
absl::StatusOr<DeviceId> PlaceOf(const Page& page) {
  if (page.after.empty()) return DeviceId();
  const auto device = DeviceId::FromBytes(page.after);
  if (!device.has_value()) {
    return absl::InvalidArgumentError("page_token is malformed");
  }
  return *device;
}

// The place of a row within a device, for page tokens.
std::string RowCursor(const FleetRowRef& row) {
  return absl::StrCat(row.section, "/", row.id.ToHex());
}

}  // namespace

absl::Status CheckTextLength(absl::string_view field, absl::string_view text) {
  constexpr size_t kMost = 256;
  if (text.size() <= kMost) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(field, " has ", text.size(), " bytes; at most ", kMost));
}

absl::StatusOr<v1::ListDevicesResponse> DeviceQueries::ListDevices(
    const v1::ListDevicesRequest& request) const {
  ROLLCALL_RETURN_IF_ERROR(CheckTextLength("contains", request.contains()));
  ROLLCALL_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp as_of, AsOf(request));
  ROLLCALL_ASSIGN_OR_RETURN(DeviceId after, PlaceOf(page));
  Fleet fleet(sources_, as_of);
  const std::string part = absl::AsciiStrToLower(request.contains());
  // One more than the page tells whether there are more.
  const auto wanted = static_cast<size_t>(page.size) + 1;
  const size_t at_once = part.empty() ? wanted : std::max(wanted, kSearched);
  std::vector<v1::Device> found;
  bool more = true;
  while (more && found.size() < wanted) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto devices,
                              fleet.DevicesAfter(after, at_once));
    more = devices.size() == at_once;
    if (more) after = devices.back().device;
    for (const DeviceEntry& entry : devices) {
      ROLLCALL_ASSIGN_OR_RETURN(v1::Device device, fleet.Describe(entry));
      if (!Matches(device, part)) continue;
      ROLLCALL_RETURN_IF_ERROR(AddPresent(fleet, entry, device));
      found.push_back(std::move(device));
      if (found.size() == wanted) break;
    }
  }
  v1::ListDevicesResponse response;
  if (found.size() == wanted) {
    found.pop_back();
    const auto last = DeviceId::FromHex(found.back().device_id());
    response.set_next_page_token(page.TokenAfter(last->bytes()));
  }
  for (v1::Device& device : found) *response.add_devices() = std::move(device);
  return response;
}

absl::StatusOr<v1::GetDeviceResponse> DeviceQueries::GetDevice(
    const v1::GetDeviceRequest& request) const {
  ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp as_of, AsOf(request));
  Fleet fleet(sources_, as_of);
  ROLLCALL_ASSIGN_OR_RETURN(const DeviceEntry entry,
                            fleet.Resolve(request.device_id()));
  v1::GetDeviceResponse response;
  ROLLCALL_ASSIGN_OR_RETURN(*response.mutable_device(), fleet.Describe(entry));
  ROLLCALL_RETURN_IF_ERROR(
      AddPresent(fleet, entry, *response.mutable_device()));
  ROLLCALL_ASSIGN_OR_RETURN(const auto statuses,
                            fleet.Rows(entry, "source_status"));
  for (const FleetRowRef& status : statuses) {
    *response.add_source_status() = status.row->source_status();
  }
  return response;
}

absl::StatusOr<v1::ListDeviceRowsResponse> DeviceQueries::ListDeviceRows(
    const v1::ListDeviceRowsRequest& request) const {
  ROLLCALL_RETURN_IF_ERROR(CheckSections(request.sections()));
  ROLLCALL_ASSIGN_OR_RETURN(const Page page, ReadPage(request, kRowPages));
  ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp as_of, AsOf(request));
  Fleet fleet(sources_, as_of);
  ROLLCALL_ASSIGN_OR_RETURN(const DeviceEntry entry,
                            fleet.Resolve(request.device_id()));
  ROLLCALL_ASSIGN_OR_RETURN(std::vector<std::string> sections,
                            fleet.Sections(entry));
  if (!request.sections().empty()) {
    sections.assign(request.sections().begin(), request.sections().end());
    std::sort(sections.begin(), sections.end());
    sections.erase(std::unique(sections.begin(), sections.end()),
                   sections.end());
  }
  std::vector<FleetRowRef> rows;
  for (const std::string& section : sections) {
    ROLLCALL_ASSIGN_OR_RETURN(auto more, fleet.Rows(entry, section));
    std::move(more.begin(), more.end(), std::back_inserter(rows));
  }
  auto next = rows.begin();
  if (!page.after.empty()) {
    next = std::find_if(rows.begin(), rows.end(), [&](const FleetRowRef& row) {
      return RowCursor(row) == page.after;
    });
    if (next == rows.end()) {
      return absl::InvalidArgumentError(
          "page_token: the device changed since the page before; start again, "
          "or ask with as_of");
    }
    ++next;
  }
  v1::ListDeviceRowsResponse response;
  for (; next != rows.end() && response.rows_size() < page.size; ++next) {
    v1::DeviceRow* row = response.add_rows();
    row->set_section(next->section);
    row->set_row_id(next->id.ToHex());
    *row->mutable_row() = *next->row;
  }
  if (next != rows.end()) {
    response.set_next_page_token(page.TokenAfter(RowCursor(*(next - 1))));
  }
  return response;
}

absl::StatusOr<v1::ListDeviceHistoryResponse> DeviceQueries::ListDeviceHistory(
    const v1::ListDeviceHistoryRequest& request) const {
  ROLLCALL_RETURN_IF_ERROR(CheckSections(request.sections()));
  ROLLCALL_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  HistoryCursor cursor;
  if (!page.after.empty()) {
    const std::vector<std::string> parts = absl::StrSplit(page.after, '/');
    uint64_t stamp = 0;
    if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &stamp) ||
        !absl::SimpleAtoi(parts[1], &cursor.skip)) {
      return absl::InvalidArgumentError("page_token is malformed");
    }
    cursor.from = KnownStamp::FromRaw(stamp);
  }
  Fleet fleet(sources_, KnownStamp::Max());
  ROLLCALL_ASSIGN_OR_RETURN(const DeviceEntry entry,
                            fleet.Resolve(request.device_id()));
  const std::vector<std::string> sections(request.sections().begin(),
                                          request.sections().end());
  ROLLCALL_ASSIGN_OR_RETURN(
      HistoryPage history,
      ReadHistory(fleet, entry, sections, cursor, page.size));
  v1::ListDeviceHistoryResponse response;
  ROLLCALL_ASSIGN_OR_RETURN(
      const KnownStamp horizon,
      DeviceHistoryHorizon(fleet.reader(), fleet.directory(), entry));
  if (horizon != KnownStamp()) {
    *response.mutable_kept_since() = ToProto(horizon.time());
  }
  for (v1::DeviceChange& change : history.changes) {
    *response.add_changes() = std::move(change);
  }
  if (history.next.has_value()) {
    response.set_next_page_token(page.TokenAfter(
        absl::StrCat(history.next->from.raw(), "/", history.next->skip)));
  }
  return response;
}

}  // namespace rollcall::collector
