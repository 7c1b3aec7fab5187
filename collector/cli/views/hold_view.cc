#include "collector/cli/views/hold_view.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/cli/columns.h"
#include "collector/cli/values.h"
#include "collector/cli/views/device_view.h"

namespace rollcall::cli {
namespace {

using v1::DeviceHold;

std::string Released(const DeviceHold& hold) {
  return hold.has_release_time() ? TimeText(hold.release_time()) : "";
}

// The devices that it is on now; those may not be the one that was held.
std::string HeldDevices(const DeviceHold& hold) {
  if (hold.current_device_ids().empty()) return ShortId(hold.device_id());
  return absl::StrJoin(hold.current_device_ids(), ", ",
                       [](std::string* out, const std::string& id) {
                         out->append(ShortId(id));
                       });
}

constexpr Column<DeviceHold> kColumns[] = {
    {"HELD", nullptr, Align::kKey,
     [](const DeviceHold& h) { return TimeText(h.hold_time()); }},
    {nullptr, "hold_time", Align::kLeft,
     [](const DeviceHold& h) { return ExactTimeText(h.hold_time()); }},
    {"DEVICE", nullptr, Align::kLeft, HeldDevices},
    {nullptr, "device_id", Align::kLeft,
     [](const DeviceHold& h) { return h.device_id(); }},
    {nullptr, "current_device_ids", Align::kLeft,
     [](const DeviceHold& h) {
       return absl::StrJoin(h.current_device_ids(), ";");
     }},
    {nullptr, "subject_ids", Align::kLeft,
     [](const DeviceHold& h) { return absl::StrJoin(h.subject_ids(), ";"); }},
    {"BY", "held_by", Align::kLeft,
     [](const DeviceHold& h) { return h.held_by(); }},
    {"HOLD", "hold_id", Align::kKey,
     [](const DeviceHold& h) { return h.hold_id(); }},
    {"RELEASED", nullptr, Align::kKey, Released},
    {nullptr, "release_time", Align::kLeft,
     [](const DeviceHold& h) { return ExactTimeText(h.release_time()); }},
    {"RELEASED BY", "released_by", Align::kLeft,
     [](const DeviceHold& h) { return h.released_by(); }},
    {"RELEASED, WHY", "release_reason", Align::kWrap,
     [](const DeviceHold& h) { return h.release_reason(); }},
    {"REASON", "reason", Align::kWrap,
     [](const DeviceHold& h) { return h.reason(); }},
};

}  // namespace

std::string HoldText(const DeviceHold& hold) {
  return absl::StrCat("since ", TimeText(hold.hold_time()), " by ",
                      hold.held_by(), ": ", hold.reason(), " (hold ",
                      hold.hold_id(), ")");
}

std::string HoldTable(const DeviceHold& hold, int /*width*/) {
  std::string text =
      absl::StrCat("Device ", hold.device_id(), " is held ", HoldText(hold));
  if (hold.has_release_time()) {
    text =
        absl::StrCat("Device ", hold.device_id(), " was held ", HoldText(hold),
                     "; released at ", Released(hold), " by ",
                     hold.released_by(), ": ", hold.release_reason());
  }
  return EscapedLine(text);
}

std::string HoldCsv(const DeviceHold& hold) {
  return ToCsv(kColumns, std::vector<DeviceHold>{hold});
}

std::string HoldsTable(const v1::ListHoldsResponse& response, int width) {
  if (response.holds().empty()) return "";
  return RenderTable(WithoutEmptyColumns(ToTable(kColumns, response.holds())),
                     width);
}

std::string HoldsCsv(const v1::ListHoldsResponse& response) {
  return ToCsv(kColumns, response.holds());
}

}  // namespace rollcall::cli
