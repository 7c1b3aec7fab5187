#include "collector/registers/register_queries.h"

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
#include "common/status.h"

namespace rollcall::collector {
namespace {}  // namespace

absl::StatusOr<v1::ListExpectedDevicesResponse>
RegisterQueries::ListExpectedDevices(
    const v1::ListExpectedDevicesRequest& request) const {
  // An empty name means all registers here.
  ROLLCALL_RETURN_IF_ERROR(ParseRegisterName(request.register_()).status());
  ROLLCALL_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp as_of, AsOf(request));
  ROLLCALL_ASSIGN_OR_RETURN(const auto after,
                            KeyOfCursor<ExpectedDeviceKey>(page.after));
  const std::unique_ptr<Reader> snapshot = engine_.Snapshot();
  ExpectedDeviceWalk walk(*snapshot, as_of, request.register_(), after);
  v1::ListExpectedDevicesResponse response;
  std::string cursor;
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto next, walk.Next());
    if (!next.has_value()) return response;
    if (response.devices_size() == page.size) {
      response.set_next_page_token(page.TokenAfter(cursor));
      return response;
    }
    cursor = CursorOf(next->key);
    *response.add_devices() = std::move(next->device);
  }
}

}  // namespace rollcall::collector
