#include "collector/cli/views/register_view.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/cli/columns.h"
#include "collector/cli/enums.h"
#include "collector/cli/values.h"
#include "collector/cli/views/device_view.h"

namespace rollcall::cli {
namespace {

using v1::ExpectedDevice;
using v1::UndiscoveredDevice;

constexpr Column<ExpectedDevice> kExpectedColumns[] = {
    {"REGISTER", "register", Align::kLeft,
     [](const ExpectedDevice& d) { return d.register_(); }},
    {"ASSET TAG", "asset_tag", Align::kKey,
     [](const ExpectedDevice& d) { return d.asset_tag(); }},
    {"SERIAL", "serial_number", Align::kKey,
     [](const ExpectedDevice& d) { return d.serial_number(); }},
    {"HOST", "hostname", Align::kLeft,
     [](const ExpectedDevice& d) { return d.hostname(); }},
    {"MAC", "macs", Align::kLeft,
     [](const ExpectedDevice& d) { return absl::StrJoin(d.macs(), ";"); }},
    {"OWNER", "owner", Align::kLeft,
     [](const ExpectedDevice& d) { return d.owner(); }},
    {"STATUS", "status", Align::kLeft,
     [](const ExpectedDevice& d) { return d.status(); }},
    {"LOCATION", "location", Align::kLeft,
     [](const ExpectedDevice& d) { return d.location(); }},
    {"COST CENTRE", "cost_centre", Align::kLeft,
     [](const ExpectedDevice& d) { return d.cost_centre(); }},
    {"BOUGHT", "purchase_date", Align::kKey,
     [](const ExpectedDevice& d) { return d.purchase_date(); }},
    {nullptr, "source_line", Align::kRight,
     [](const ExpectedDevice& d) { return absl::StrCat(d.source_line()); }},
    {nullptr, "change_set_id", Align::kLeft,
     [](const ExpectedDevice& d) { return d.change_set_id(); }},
    {nullptr, "known_time", Align::kLeft,
     [](const ExpectedDevice& d) { return ExactTimeText(d.known_time()); }},
};

constexpr Column<UndiscoveredDevice> kUndiscoveredColumns[] = {
    {"STATE", "state", Align::kKey,
     [](const UndiscoveredDevice& d) { return EnumWord(d.state()); }},
    {nullptr, "reason_code", Align::kLeft,
     [](const UndiscoveredDevice& d) { return d.reason_code(); }},
    {nullptr, "register", Align::kLeft,
     [](const UndiscoveredDevice& d) { return d.expected().register_(); }},
    {"ASSET TAG", "asset_tag", Align::kKey,
     [](const UndiscoveredDevice& d) { return d.expected().asset_tag(); }},
    {"DEVICE", nullptr, Align::kKey,
     [](const UndiscoveredDevice& d) { return ShortId(d.device_id()); }},
    {nullptr, "device_id", Align::kLeft,
     [](const UndiscoveredDevice& d) { return d.device_id(); }},
    {"HOST", "hostname", Align::kLeft,
     [](const UndiscoveredDevice& d) { return d.hostname(); }},
    {"SERIAL", "serial_number", Align::kKey,
     [](const UndiscoveredDevice& d) { return d.serial_number(); }},
    {nullptr, "owner", Align::kLeft,
     [](const UndiscoveredDevice& d) { return d.expected().owner(); }},
    {nullptr, "status", Align::kLeft,
     [](const UndiscoveredDevice& d) { return d.expected().status(); }},
    {nullptr, "first_seen", Align::kLeft,
     [](const UndiscoveredDevice& d) { return ExactTimeText(d.first_seen()); }},
    {"LAST SEEN", nullptr, Align::kKey,
     [](const UndiscoveredDevice& d) { return TimeText(d.last_seen()); }},
    {nullptr, "last_seen", Align::kLeft,
     [](const UndiscoveredDevice& d) { return ExactTimeText(d.last_seen()); }},
    {nullptr, "nearest_device_id", Align::kLeft,
     [](const UndiscoveredDevice& d) { return d.nearest().device_id(); }},
    {nullptr, "nearest_asset_tag", Align::kLeft,
     [](const UndiscoveredDevice& d) { return d.nearest().asset_tag(); }},
    {nullptr, "agreeing_fields", Align::kLeft,
     [](const UndiscoveredDevice& d) {
       return absl::StrJoin(d.nearest().agreeing_fields(), ";");
     }},
    {nullptr, "blocking_fields", Align::kLeft,
     [](const UndiscoveredDevice& d) {
       return absl::StrJoin(d.nearest().blocking_fields(), ";");
     }},
    {nullptr, "evidence", Align::kLeft,
     [](const UndiscoveredDevice& d) {
       return absl::StrJoin(d.evidence(), "; ");
     }},
    {"WHY", "reason", Align::kWrap,
     [](const UndiscoveredDevice& d) { return d.reason(); }},
};

}  // namespace

std::string ExpectedTable(const v1::ListExpectedDevicesResponse& response,
                          int width) {
  if (response.devices().empty()) return "";
  return RenderTable(ToTable(kExpectedColumns, response.devices()), width);
}

std::string ExpectedCsv(const v1::ListExpectedDevicesResponse& response) {
  return ToCsv(kExpectedColumns, response.devices());
}

std::string UndiscoveredTable(const v1::ListUndiscoveredResponse& response,
                              int width) {
  if (response.expected_count() == 0 && response.discovered_count() == 0) {
    return "";
  }
  std::string out;
  if (response.devices().empty()) {
    out = "No device is on the list.\n";
  } else {
    out = RenderTable(
        WithoutEmptyColumns(ToTable(kUndiscoveredColumns, response.devices())),
        width);
  }
  absl::StrAppend(&out, "\n", response.total_count(), " on the list; ",
                  response.matched_count(), " of ",
                  CountText(response.expected_count(), "expected device is",
                            "expected devices are"),
                  " matched and fresh; agents speak for ",
                  CountText(response.discovered_count(), "device", "devices"),
                  ".\n");
  return out;
}

std::string UndiscoveredCsv(const v1::ListUndiscoveredResponse& response) {
  return ToCsv(kUndiscoveredColumns, response.devices());
}

}  // namespace rollcall::cli
