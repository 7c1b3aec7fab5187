#include "collector/reconcile/fleet_use.h"

#include <algorithm>

#include "absl/types/span.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr absl::string_view kSoftware = "software";
constexpr absl::string_view kSourceStatus = "source_status";

}  // namespace

absl::Status FleetUse::Load() {
  ROLLCALL_ASSIGN_OR_RETURN(const absl::Span<const DeviceEntry> devices,
                            fleet_.Devices());
  device_count_ = devices.size();
  for (const DeviceEntry& device : devices) {
    ROLLCALL_RETURN_IF_ERROR(AddDevice(device));
    ROLLCALL_ASSIGN_OR_RETURN(const bool seen, AllSoftwareSeen(device));
    if (!seen) software_unseen_.push_back(device.device);
  }
  return absl::OkStatus();
}

absl::StatusOr<RecognisedRow*> FleetUse::Recognise(RowId id) {
  if (const auto known = rows_.find(id); known != rows_.end()) {
    return known->second.get();
  }
  ROLLCALL_ASSIGN_OR_RETURN(auto row, fleet_.FleetRow(id));
  auto product = lookup_.Lookup(row->software_package());
  std::unique_ptr<RecognisedRow> recognised;
  if (product.has_value()) {
    recognised = std::make_unique<RecognisedRow>();
    recognised->id = id;
    recognised->row = std::move(row);
    recognised->key = ProductKey::Of(product->publisher(), product->product());
    recognised->product = *std::move(product);
  }
  return rows_.emplace(id, std::move(recognised)).first->second.get();
}

// Only where the device's own source says so: no word of it is no proof.
absl::StatusOr<bool> FleetUse::AllSoftwareSeen(const DeviceEntry& device) {
  ROLLCALL_ASSIGN_OR_RETURN(const std::vector<RowId> ids,
                            fleet_.FleetRowIds(device, kSourceStatus));
  for (const RowId& id : ids) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto row, fleet_.FleetRow(id));
    const v1::SourceStatus& status = row->source_status();
    if (status.source() == kSoftware) {
      return status.outcome() == v1::SourceStatus::OUTCOME_COMPLETE;
    }
  }
  return false;
}

absl::Status FleetUse::AddDevice(const DeviceEntry& device) {
  ROLLCALL_ASSIGN_OR_RETURN(const std::vector<RowId> ids,
                            fleet_.FleetRowIds(device, kSoftware));
  std::map<ProductKey, std::vector<const RecognisedRow*>> by_product;
  for (const RowId& id : ids) {
    ROLLCALL_ASSIGN_OR_RETURN(RecognisedRow* const row, Recognise(id));
    if (row == nullptr) continue;
    ++row->device_count;
    by_product[row->key].push_back(row);
  }
  for (auto& [key, rows] : by_product) {
    std::sort(rows.begin(), rows.end(),
              [](const RecognisedRow* a, const RecognisedRow* b) {
                return InListOrder(*a, *b);
              });
    ProductUse& use = products_[key];
    if (use.devices.empty()) {
      use.publisher = rows.front()->product.publisher();
      use.product = rows.front()->product.product();
    }
    use.devices.push_back({&device, std::move(rows)});
  }
  return absl::OkStatus();
}

absl::StatusOr<const Measured*> FleetUse::Measure(const DeviceEntry& device,
                                                  const Metric& metric) {
  auto& measured = measured_[{device.device, std::string(metric.name)}];
  if (measured != nullptr) return measured.get();
  DeviceFacts facts;
  for (const absl::string_view section : metric.sections) {
    ROLLCALL_ASSIGN_OR_RETURN(const std::vector<RowId> ids,
                              fleet_.FleetRowIds(device, section));
    for (const RowId& id : ids) {
      ROLLCALL_ASSIGN_OR_RETURN(auto row, fleet_.FleetRow(id));
      facts.rows.push_back({std::string(section), id, std::move(row)});
    }
  }
  measured = std::make_unique<const Measured>(metric.measure(facts));
  return measured.get();
}

absl::StatusOr<std::vector<DeviceDemand>> FleetUse::Demands(
    const ProductUse& use, const Metric& metric) {
  std::vector<DeviceDemand> demands;
  demands.reserve(use.devices.size());
  for (const DeviceUse& device : use.devices) {
    Measured measured;
    if (metric.measure != nullptr) {
      ROLLCALL_ASSIGN_OR_RETURN(const Measured* const found,
                                Measure(*device.device, metric));
      measured = *found;
    }
    demands.push_back(
        {device.device->device, std::move(measured), InstallsOf(device.rows)});
  }
  return demands;
}

}  // namespace rollcall::collector
