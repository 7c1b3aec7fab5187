#include "collector/inventory/describe.h"

#include <map>
#include <set>
#include <string>

namespace rollcall::collector {
namespace {

// Interfaces with their two halves put together.
class Interfaces {
 public:
  void Add(const v1::NetworkInterface& model) {
    if (model.physical()) physical_.insert(model.name());
  }
  void Add(const v1::NetworkInterfaceIdentity& identity) {
    const std::string& mac = identity.has_permanent_mac()
                                 ? identity.permanent_mac()
                                 : identity.mac();
    if (!mac.empty()) macs_[identity.name()] = mac;
  }

  // Addresses of physical interfaces; where there are none (a guest may have
  // only virtual ones), of all.
  std::set<std::string> Macs() const {
    std::set<std::string> chosen;
    std::set<std::string> all;
    for (const auto& [name, mac] : macs_) {
      all.insert(mac);
      if (physical_.contains(name)) chosen.insert(mac);
    }
    return chosen.empty() ? all : chosen;
  }

 private:
  std::set<std::string> physical_;
  std::map<std::string, std::string> macs_;
};

void DescribeOs(const v1::OsRelease& os, v1::Device& device) {
  if (os.has_pretty_name()) {
    device.set_os(os.pretty_name());
  } else if (os.has_id()) {
    device.set_os(os.id());
  }
}

void DescribeModel(const v1::SystemModel& model, v1::Device& device) {
  if (model.has_manufacturer()) device.set_manufacturer(model.manufacturer());
  if (model.has_product_name()) device.set_model(model.product_name());
}

void DescribeIdentity(const v1::SystemIdentity& identity, v1::Device& device) {
  if (identity.has_serial_number()) {
    device.set_serial_number(identity.serial_number());
  }
  if (identity.has_uuid()) device.set_system_uuid(identity.uuid());
}

}  // namespace

void DescribeRows(absl::Span<const v1::Row> rows, v1::Device& device) {
  Interfaces interfaces;
  for (const v1::Row& row : rows) {
    switch (row.fact_case()) {
      case v1::Row::kOsRelease:
        DescribeOs(row.os_release(), device);
        break;
      case v1::Row::kOsInstance:
        if (row.os_instance().has_hostname()) {
          device.set_hostname(row.os_instance().hostname());
        }
        break;
      case v1::Row::kSystemModel:
        DescribeModel(row.system_model(), device);
        break;
      case v1::Row::kSystemIdentity:
        DescribeIdentity(row.system_identity(), device);
        break;
      case v1::Row::kCpuTopology:
        *device.mutable_cpu() = row.cpu_topology();
        break;
      case v1::Row::kMemoryCapacity:
        if (row.memory_capacity().has_usable_bytes()) {
          device.set_memory_bytes(row.memory_capacity().usable_bytes());
        }
        break;
      case v1::Row::kNetworkInterface:
        interfaces.Add(row.network_interface());
        break;
      case v1::Row::kNetworkInterfaceIdentity:
        interfaces.Add(row.network_interface_identity());
        break;
      case v1::Row::kVirtualizationLayer:
        *device.add_virtualization() = row.virtualization_layer();
        break;
      default:
        break;
    }
  }
  for (const std::string& mac : interfaces.Macs()) device.add_macs(mac);
}

}  // namespace rollcall::collector
