// The questions of DeviceService, without gRPC.
#pragma once

#include "absl/status/statusor.h"
#include "collector/inventory/fleet.h"
#include "collector/inventory/product_lookup.h"
#include "collector/inventory/software_index.h"
#include "rollcall/v1/device_service.pb.h"

namespace rollcall::collector {

// INVALID_ARGUMENT if a text to search for is longer than any that is kept.
absl::Status CheckTextLength(absl::string_view field, absl::string_view text);

// Answers each request as device_service.proto says. Thread-safe. Blocking.
class DeviceQueries {
 public:
  // All outlive this.
  DeviceQueries(const FleetSources& sources, const ProductLookup& products)
      : sources_(sources), products_(products), software_(products) {}

  absl::StatusOr<v1::ListDevicesResponse> ListDevices(
      const v1::ListDevicesRequest& request) const;
  absl::StatusOr<v1::GetDeviceResponse> GetDevice(
      const v1::GetDeviceRequest& request) const;
  absl::StatusOr<v1::ListDeviceRowsResponse> ListDeviceRows(
      const v1::ListDeviceRowsRequest& request) const;
  absl::StatusOr<v1::ListDeviceHistoryResponse> ListDeviceHistory(
      const v1::ListDeviceHistoryRequest& request) const;
  absl::StatusOr<v1::ListSoftwareResponse> ListSoftware(
      const v1::ListSoftwareRequest& request) const;
  absl::StatusOr<v1::ListSoftwareDevicesResponse> ListSoftwareDevices(
      const v1::ListSoftwareDevicesRequest& request) const;

 private:
  const FleetSources& sources_;
  const ProductLookup& products_;
  mutable SoftwareIndex software_;
};

}  // namespace rollcall::collector
