// Which devices use which products, read from the fleet.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "collector/inventory/fleet.h"
#include "collector/inventory/product_lookup.h"
#include "collector/reconcile/metric.h"
#include "collector/reconcile/position.h"
#include "collector/reconcile/product_use.h"

namespace rollcall::collector {

// A device that uses a product.
struct DeviceUse {
  const DeviceEntry* device;
  // In the order of lists.
  std::vector<const RecognisedRow*> rows;
};

// A product that is used.
struct ProductUse {
  // As the rules spell them.
  std::string publisher;
  std::string product;
  // Ordered by device id.
  std::vector<DeviceUse> devices;
};

// The use of one fleet. Not thread-safe; the arguments outlive it. Errors as
// for Fleet.
class FleetUse {
 public:
  FleetUse(Fleet& fleet, const ProductLookup& products)
      : fleet_(fleet), lookup_(products) {}

  // Reads every device; each distinct row is recognised once.
  absl::Status Load();

  // After Load: by product.
  const std::map<ProductKey, ProductUse>& products() const { return products_; }
  // After Load: whether no rule is for the product, so that it is never used.
  bool IsUnrecognised(const ProductKey& key) const {
    return !products_.contains(key) &&
           !lookup_.HasRuleFor(key.publisher, key.product);
  }

  // After Load: devices in the fleet, and those among them whose software was
  // not seen, or not all of it, ordered by id. Each of those may use more than
  // products() says.
  size_t device_count() const { return device_count_; }
  const std::vector<DeviceId>& software_unseen() const {
    return software_unseen_;
  }

  // What the metric makes of each device that uses the product, in the order of
  // its devices; a device is measured once by each metric, and never by one
  // that is not counted. Valid as long as this. REQUIRES: `use` is one of
  // products().
  absl::StatusOr<std::vector<DeviceDemand>> Demands(const ProductUse& use,
                                                    const Metric& metric);

 private:
  absl::StatusOr<RecognisedRow*> Recognise(RowId id);
  absl::Status AddDevice(const DeviceEntry& device);
  absl::StatusOr<bool> AllSoftwareSeen(const DeviceEntry& device);
  absl::StatusOr<const Measured*> Measure(const DeviceEntry& device,
                                          const Metric& metric);

  Fleet& fleet_;
  const ProductLookup& lookup_;
  std::map<ProductKey, ProductUse> products_;
  size_t device_count_ = 0;
  std::vector<DeviceId> software_unseen_;
  // Null: no install of any product.
  absl::flat_hash_map<RowId, std::unique_ptr<RecognisedRow>> rows_;
  absl::flat_hash_map<std::pair<DeviceId, std::string>,
                      std::unique_ptr<const Measured>>
      measured_;
};

}  // namespace rollcall::collector
