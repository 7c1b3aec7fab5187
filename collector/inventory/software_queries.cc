// The software half of DeviceQueries.
#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "collector/inventory/as_of.h"
#include "collector/inventory/device_queries.h"
#include "collector/rpc/paging.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr PageBounds kPages = {100, 1'000};
constexpr char kSection[] = "software";

// Distinct software rows with how many devices have each.
absl::StatusOr<absl::flat_hash_map<RowId, int32_t>> CountRows(Fleet& fleet) {
  absl::flat_hash_map<RowId, int32_t> counts;
  ROLLCALL_ASSIGN_OR_RETURN(const auto devices, fleet.Devices());
  for (const DeviceEntry& device : devices) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto ids,
                              fleet.FleetRowIds(device, kSection));
    for (const RowId& id : ids) ++counts[id];
  }
  return counts;
}

auto OrderOf(const v1::SoftwareEntry& entry) {
  const v1::SoftwarePackage& package = entry.package();
  return std::tuple<const std::string&, const std::string&, const std::string&,
                    const std::string&, const std::string&>(
      package.ecosystem(), package.name(), package.version(),
      package.architecture(), entry.row_id());
}

// What a software row must be to match.
struct SoftwareFilter {
  std::string name;     // exact; empty: any
  std::string version;  // exact; empty: any
  std::string product;  // lower case; empty: any
};

bool Matches(const SoftwareFilter& filter, const v1::SoftwarePackage& package,
             const ProductLookup& products) {
  if (!filter.name.empty() && package.name() != filter.name) return false;
  if (!filter.version.empty() && package.version() != filter.version) {
    return false;
  }
  if (filter.product.empty()) return true;
  const auto product = products.Lookup(package);
  return product.has_value() &&
         absl::AsciiStrToLower(product->product()) == filter.product;
}

absl::Status CheckTexts(
    std::initializer_list<std::pair<absl::string_view, absl::string_view>>
        fields) {
  for (const auto& [name, text] : fields) {
    if (text.size() > 256) {
      return absl::InvalidArgumentError(
          absl::StrCat(name, " has ", text.size(), " bytes; at most 256"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::ListSoftwareResponse> DeviceQueries::ListSoftware(
    const v1::ListSoftwareRequest& request) const {
  ROLLCALL_RETURN_IF_ERROR(
      CheckTexts({{"name_contains", request.name_contains()}}));
  ROLLCALL_ASSIGN_OR_RETURN(const Page page, ReadPage(request, kPages));
  ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp as_of, AsOf(request));
  Fleet fleet(sources_, as_of);
  ROLLCALL_ASSIGN_OR_RETURN(const auto counts, CountRows(fleet));
  const std::string part = absl::AsciiStrToLower(request.name_contains());
  std::vector<v1::SoftwareEntry> entries;
  for (const auto& [id, count] : counts) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto row, fleet.FleetRow(id));
    const v1::SoftwarePackage& package = row->software_package();
    if (!absl::StrContains(absl::AsciiStrToLower(package.name()), part)) {
      continue;
    }
    auto product = products_.Lookup(package);
    if (request.unrecognised_only() && product.has_value()) continue;
    v1::SoftwareEntry& entry = entries.emplace_back();
    entry.set_row_id(id.ToHex());
    *entry.mutable_package() = package;
    entry.set_device_count(count);
    if (product.has_value()) *entry.mutable_product() = *std::move(product);
  }
  std::sort(entries.begin(), entries.end(),
            [](const v1::SoftwareEntry& a, const v1::SoftwareEntry& b) {
              return OrderOf(a) < OrderOf(b);
            });
  v1::ListSoftwareResponse response;
  response.set_total_count(static_cast<int32_t>(entries.size()));
  bool started = page.after.empty();
  for (v1::SoftwareEntry& entry : entries) {
    if (!started) {
      started = entry.row_id() == page.after;
      continue;
    }
    if (response.software_size() == page.size) {
      response.set_next_page_token(page.TokenAfter(
          response.software(response.software_size() - 1).row_id()));
      break;
    }
    *response.add_software() = std::move(entry);
  }
  if (!started) {
    return absl::InvalidArgumentError(
        "page_token: the fleet changed since the page before; start again, or "
        "ask with as_of");
  }
  return response;
}

absl::StatusOr<v1::ListSoftwareDevicesResponse>
DeviceQueries::ListSoftwareDevices(
    const v1::ListSoftwareDevicesRequest& request) const {
  ROLLCALL_RETURN_IF_ERROR(CheckTexts({{"name", request.name()},
                                       {"version", request.version()},
                                       {"product", request.product()}}));
  if (request.name().empty() && request.product().empty()) {
    return absl::InvalidArgumentError("name or product is needed");
  }
  ROLLCALL_ASSIGN_OR_RETURN(const Page page, ReadPage(request, kPages));
  ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp as_of, AsOf(request));
  Fleet fleet(sources_, as_of);
  const SoftwareFilter filter = {request.name(), request.version(),
                                 absl::AsciiStrToLower(request.product())};
  absl::flat_hash_map<RowId, bool> matches;
  v1::ListSoftwareDevicesResponse response;
  int total = 0;
  bool more = false;
  ROLLCALL_ASSIGN_OR_RETURN(const auto devices, fleet.Devices());
  for (const DeviceEntry& device : devices) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto ids,
                              fleet.FleetRowIds(device, kSection));
    v1::SoftwareDevice found;
    for (const RowId& id : ids) {
      auto known = matches.find(id);
      if (known == matches.end()) {
        ROLLCALL_ASSIGN_OR_RETURN(const auto row, fleet.FleetRow(id));
        known = matches
                    .emplace(
                        id, Matches(filter, row->software_package(), products_))
                    .first;
      }
      if (!known->second) continue;
      ROLLCALL_ASSIGN_OR_RETURN(const auto row, fleet.FleetRow(id));
      *found.add_packages() = row->software_package();
    }
    if (found.packages_size() == 0) continue;
    ++total;
    if (device.device.bytes() <= page.after) continue;
    if (response.devices_size() == page.size) {
      more = true;
      continue;
    }
    ROLLCALL_ASSIGN_OR_RETURN(const v1::Device facts, fleet.Describe(device));
    found.set_device_id(facts.device_id());
    if (facts.has_hostname()) found.set_hostname(facts.hostname());
    std::sort(found.mutable_packages()->begin(),
              found.mutable_packages()->end(),
              [](const v1::SoftwarePackage& a, const v1::SoftwarePackage& b) {
                return std::tie(a.name(), a.version(), a.architecture()) <
                       std::tie(b.name(), b.version(), b.architecture());
              });
    *response.add_devices() = std::move(found);
  }
  response.set_total_count(total);
  if (more) {
    const auto last = DeviceId::FromHex(
        response.devices(response.devices_size() - 1).device_id());
    response.set_next_page_token(page.TokenAfter(last->bytes()));
  }
  return response;
}

}  // namespace rollcall::collector
