// Which devices have a software: that part of DeviceQueries.
#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "collector/inventory/as_of.h"
#include "collector/inventory/device_queries.h"
#include "collector/inventory/holders.h"
#include "collector/inventory/software_index.h"
#include "collector/rpc/paging.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

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

// A device that matches, under the ordinal of the subject that speaks for it:
// the order of answers.
struct Found {
  DeviceEntry device;
  std::vector<v1::SoftwarePackage> packages;
};

// One page of what matches.
struct FoundPage {
  std::map<uint32_t, Found> found;
  int64_t total = 0;
  bool more = false;
};

// Where a page begins, and how long it is.
struct PageRange {
  uint32_t from = 0;
  size_t size = 0;
};

// The cursor of a page is the last ordinal on it.
absl::StatusOr<PageRange> RangeOf(const Page& page) {
  PageRange range = {0, static_cast<size_t>(page.size)};
  if (page.after.empty()) return range;
  KeyReader reader(page.after);
  const uint32_t last = reader.U32();
  if (!reader.Done() || last == UINT32_MAX) {
    return absl::InvalidArgumentError("page_token is malformed");
  }
  range.from = last + 1;
  return range;
}

class HolderSearch {
 public:
  HolderSearch(Fleet& fleet, const SoftwareFilter& filter,
               const ProductLookup& products, const PageRange& range)
      : fleet_(fleet), filter_(filter), products_(products), range_(range) {}

  // From postings.
  absl::StatusOr<FoundPage> FindNow(SoftwareIndex& software) {
    Holders holders(fleet_.reader(), fleet_.directory());
    ROLLCALL_RETURN_IF_ERROR(holders.Open());
    ROLLCALL_ASSIGN_OR_RETURN(
        const SoftwareRows candidates,
        software.Candidates(fleet_.reader(), filter_.name, filter_.product));
    for (const IndexedSoftware& row : candidates.missing) {
      ROLLCALL_ASSIGN_OR_RETURN(const PostingSet with,
                                holders.With(row.number));
      if (!with.isEmpty()) return LostRow(row);
    }
    std::vector<std::pair<RowId, PostingSet>> matching;
    PostingSet all;
    for (const IndexedSoftware& row : candidates.rows) {
      ROLLCALL_ASSIGN_OR_RETURN(PostingSet with, holders.With(row.number));
      if (with.isEmpty()) continue;
      ROLLCALL_ASSIGN_OR_RETURN(const bool matches, Matching(row.id));
      if (!matches) continue;
      all |= with;
      matching.emplace_back(row.id, std::move(with));
    }
    FoundPage page;
    page.total = static_cast<int64_t>(all.cardinality());
    auto ordinal = all.begin();
    ordinal.equalorlarger(range_.from);
    for (; ordinal != all.end() && page.found.size() < range_.size; ++ordinal) {
      Found& found = page.found[*ordinal];
      ROLLCALL_ASSIGN_OR_RETURN(found.device, holders.DeviceOf(*ordinal));
      for (const auto& [id, with] : matching) {
        if (!with.contains(*ordinal)) continue;
        ROLLCALL_RETURN_IF_ERROR(AddPackage(id, found));
      }
    }
    page.more = ordinal != all.end();
    return page;
  }

  // Of a time before now: from every device's sets as they were.
  absl::StatusOr<FoundPage> FindThen() {
    FoundPage page;
    ROLLCALL_ASSIGN_OR_RETURN(const auto devices, fleet_.Devices());
    for (const DeviceEntry& device : devices) {
      ROLLCALL_ASSIGN_OR_RETURN(const auto ids,
                                fleet_.FleetRowIds(device, kSoftwareSection));
      Found found = {device, {}};
      for (const RowId& id : ids) {
        ROLLCALL_ASSIGN_OR_RETURN(const bool matches, Matching(id));
        if (matches) ROLLCALL_RETURN_IF_ERROR(AddPackage(id, found));
      }
      if (found.packages.empty()) continue;
      ++page.total;
      ROLLCALL_ASSIGN_OR_RETURN(const auto ordinal,
                                fleet_.SpeakerOrdinal(device));
      if (*ordinal < range_.from) continue;
      page.found.emplace(*ordinal, std::move(found));
      if (page.found.size() <= range_.size) continue;
      page.more = true;
      page.found.erase(std::prev(page.found.end()));
    }
    return page;
  }

 private:
  absl::StatusOr<bool> Matching(RowId id) {
    const auto known = matches_.find(id);
    if (known != matches_.end()) return known->second;
    ROLLCALL_ASSIGN_OR_RETURN(const auto row, fleet_.FleetRow(id));
    return matches_[id] = Matches(filter_, row->software_package(), products_);
  }

  absl::Status AddPackage(RowId id, Found& found) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto row, fleet_.FleetRow(id));
    found.packages.push_back(row->software_package());
    return absl::OkStatus();
  }

  Fleet& fleet_;
  const SoftwareFilter& filter_;
  const ProductLookup& products_;
  const PageRange range_;
  absl::flat_hash_map<RowId, bool> matches_;
};

absl::StatusOr<v1::SoftwareDevice> ToAnswer(Fleet& fleet, Found found) {
  v1::SoftwareDevice answer;
  ROLLCALL_ASSIGN_OR_RETURN(const v1::Device facts,
                            fleet.Describe(found.device));
  answer.set_device_id(facts.device_id());
  if (facts.has_hostname()) answer.set_hostname(facts.hostname());
  std::sort(found.packages.begin(), found.packages.end(),
            [](const v1::SoftwarePackage& a, const v1::SoftwarePackage& b) {
              return std::tie(a.name(), a.version(), a.architecture(),
                              a.ecosystem()) < std::tie(b.name(), b.version(),
                                                        b.architecture(),
                                                        b.ecosystem());
            });
  for (v1::SoftwarePackage& package : found.packages) {
    *answer.add_packages() = std::move(package);
  }
  return answer;
}

}  // namespace

absl::StatusOr<v1::ListSoftwareDevicesResponse>
DeviceQueries::ListSoftwareDevices(
    const v1::ListSoftwareDevicesRequest& request) const {
  ROLLCALL_RETURN_IF_ERROR(CheckTextLength("name", request.name()));
  ROLLCALL_RETURN_IF_ERROR(CheckTextLength("version", request.version()));
  ROLLCALL_RETURN_IF_ERROR(CheckTextLength("product", request.product()));
  if (request.name().empty() && request.product().empty()) {
    return absl::InvalidArgumentError("name or product is needed");
  }
  ROLLCALL_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  ROLLCALL_ASSIGN_OR_RETURN(const PageRange range, RangeOf(page));
  ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp as_of, AsOf(request));
  Fleet fleet(sources_, as_of);
  const SoftwareFilter filter = {request.name(), request.version(),
                                 absl::AsciiStrToLower(request.product())};
  HolderSearch search(fleet, filter, products_, range);
  ROLLCALL_ASSIGN_OR_RETURN(FoundPage found, request.has_as_of()
                                                 ? search.FindThen()
                                                 : search.FindNow(software_));
  v1::ListSoftwareDevicesResponse response;
  response.set_total_count(static_cast<int32_t>(found.total));
  if (found.more) {
    KeyWriter cursor;
    cursor.U32(found.found.rbegin()->first);
    response.set_next_page_token(page.TokenAfter(cursor.Take()));
  }
  for (auto& [ordinal, device] : found.found) {
    ROLLCALL_ASSIGN_OR_RETURN(*response.add_devices(),
                              ToAnswer(fleet, std::move(device)));
  }
  return response;
}

}  // namespace rollcall::collector
