#include "collector/registers/register_queries.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "collector/registers/expected_device_fields.h"
#include "collector/registers/expected_device_table.h"
#include "collector/rpc/paging.h"
#include "collector/storage/as_of.h"
#include "collector/storage/cursor.h"
#include "collector/storage/newest_stamp.h"
#include "common/proto_time.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// The last device of a page, and what was known on all pages.
struct ListedDevice {
  KnownStamp known;
  ExpectedDeviceKey device;

  void Encode(KeyWriter& writer) const {
    writer.Stamp(known).Raw(CursorOf(device));
  }
  static ListedDevice Decode(KeyReader& reader) {
    ListedDevice last;
    last.known = reader.Stamp();
    last.device = ExpectedDeviceKey::Decode(reader);
    return last;
  }
};

// Takes what is asked for to what `reader` sees.
absl::StatusOr<KnownStamp> Settled(const Reader& reader, KnownStamp as_of) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto newest, NewestStamp(reader));
  return std::min(as_of, newest.value_or(KnownStamp()));
}

}  // namespace

absl::StatusOr<v1::ListExpectedDevicesResponse>
RegisterQueries::ListExpectedDevices(
    const v1::ListExpectedDevicesRequest& request) const {
  // An empty name means all registers here.
  ROLLCALL_RETURN_IF_ERROR(ParseRegisterName(request.register_()).status());
  ROLLCALL_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp as_of, AsOf(request));
  ROLLCALL_ASSIGN_OR_RETURN(const auto after,
                            KeyOfCursor<ListedDevice>(page.after));
  const std::unique_ptr<Reader> snapshot = engine_.Snapshot();
  ListedDevice last;
  if (after.has_value()) {
    last = *after;
  } else {
    ROLLCALL_ASSIGN_OR_RETURN(last.known, Settled(*snapshot, as_of));
  }
  ExpectedDeviceWalk walk(
      *snapshot, last.known, request.register_(),
      after.has_value() ? std::optional(after->device) : std::nullopt);
  v1::ListExpectedDevicesResponse response;
  if (last.known != KnownStamp()) {
    *response.mutable_as_of() = ToProto(last.known.time());
  }
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto next, walk.Next());
    if (!next.has_value()) return response;
    if (response.devices_size() == page.size) {
      response.set_next_page_token(page.TokenAfter(CursorOf(last)));
      return response;
    }
    last.device = next->key;
    *response.add_devices() = std::move(next->device);
  }
}

}  // namespace rollcall::collector
