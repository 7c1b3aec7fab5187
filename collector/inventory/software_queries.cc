// Which software the fleet has: that part of DeviceQueries.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "collector/inventory/as_of.h"
#include "collector/inventory/device_queries.h"
#include "collector/inventory/holders.h"
#include "collector/inventory/software_index.h"
#include "collector/rpc/paging.h"
#include "collector/storage/key.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// Distinct software rows with how many devices have each.
using Counts = absl::flat_hash_map<RowId, int32_t>;

absl::StatusOr<Counts> CountNow(const Fleet& fleet, SoftwareIndex& software) {
  Holders holders(fleet.reader(), fleet.directory());
  ROLLCALL_RETURN_IF_ERROR(holders.Open());
  ROLLCALL_ASSIGN_OR_RETURN(const auto by_number, holders.CountAll());
  ROLLCALL_ASSIGN_OR_RETURN(const SoftwareRows known,
                            software.All(fleet.reader()));
  for (const IndexedSoftware& row : known.missing) {
    if (by_number.contains(row.number)) return LostRow(row);
  }
  Counts counts;
  for (const IndexedSoftware& row : known.rows) {
    const auto count = by_number.find(row.number);
    if (count == by_number.end()) continue;
    counts[row.id] = static_cast<int32_t>(count->second);
  }
  return counts;
}

absl::StatusOr<Counts> CountThen(Fleet& fleet) {
  Counts counts;
  ROLLCALL_ASSIGN_OR_RETURN(const auto devices, fleet.Devices());
  for (const DeviceEntry& device : devices) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto ids,
                              fleet.FleetRowIds(device, kSoftwareSection));
    for (const RowId& id : ids) ++counts[id];
  }
  return counts;
}

// Where an entry stands, as bytes: by package, then by row id. What is cut is
// too long for a page token.
std::string OrderOf(const v1::SoftwareEntry& entry) {
  constexpr size_t kMostBytes = 2'048;
  const v1::SoftwarePackage& package = entry.package();
  std::string order = KeyWriter()
                          .Text(package.ecosystem())
                          .Text(package.name())
                          .Text(package.version())
                          .Text(package.architecture())
                          .Take();
  order.resize(std::min(order.size(), kMostBytes));
  return order + entry.row_id();
}

using OrderedEntries = std::vector<std::pair<std::string, v1::SoftwareEntry>>;

// One page of entries, which need not be sorted.
v1::ListSoftwareResponse MakePage(OrderedEntries entries, const Page& page) {
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  v1::ListSoftwareResponse response;
  response.set_total_count(static_cast<int32_t>(entries.size()));
  // The last one of the page before may be gone.
  auto next = std::upper_bound(
      entries.begin(), entries.end(), page.after,
      [](const std::string& after, const auto& e) { return after < e.first; });
  for (; next != entries.end(); ++next) {
    if (response.software_size() == page.size) {
      response.set_next_page_token(page.TokenAfter(std::prev(next)->first));
      break;
    }
    *response.add_software() = std::move(next->second);
  }
  return response;
}

}  // namespace

absl::StatusOr<v1::ListSoftwareResponse> DeviceQueries::ListSoftware(
    const v1::ListSoftwareRequest& request) const {
  ROLLCALL_RETURN_IF_ERROR(
      CheckTextLength("name_contains", request.name_contains()));
  ROLLCALL_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp as_of, AsOf(request));
  Fleet fleet(sources_, as_of);
  ROLLCALL_ASSIGN_OR_RETURN(
      const Counts counts,
      request.has_as_of() ? CountThen(fleet) : CountNow(fleet, software_));
  const std::string part = absl::AsciiStrToLower(request.name_contains());
  OrderedEntries entries;
  for (const auto& [id, count] : counts) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto row, fleet.FleetRow(id));
    const v1::SoftwarePackage& package = row->software_package();
    if (!absl::StrContains(absl::AsciiStrToLower(package.name()), part)) {
      continue;
    }
    auto product = products_.Lookup(package);
    if (request.unrecognised_only() && product.has_value()) continue;
    v1::SoftwareEntry entry;
    entry.set_row_id(id.ToHex());
    *entry.mutable_package() = package;
    entry.set_device_count(count);
    if (product.has_value()) *entry.mutable_product() = *std::move(product);
    std::string order = OrderOf(entry);
    entries.emplace_back(std::move(order), std::move(entry));
  }
  return MakePage(std::move(entries), page);
}

}  // namespace rollcall::collector
