#include "collector/presence/undiscovered_queries.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "collector/presence/availability.h"
#include "collector/registers/expected_device_table.h"
#include "collector/rpc/paging.h"
#include "collector/storage/key.h"
#include "common/proto_time.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

using Request = v1::ListUndiscoveredRequest;
using Response = v1::ListUndiscoveredResponse;

constexpr int kDefaultStaleDays = 60;
constexpr int kMaxStaleDays = 3'650;

absl::StatusOr<absl::Duration> StaleAfter(const Request& request) {
  const int days = request.stale_days();
  if (days < 0 || days > kMaxStaleDays) {
    return absl::InvalidArgumentError(absl::StrCat(
        "stale_days is ", days, "; it must be from 1 to ", kMaxStaleDays));
  }
  return absl::Hours(24) * (days == 0 ? kDefaultStaleDays : days);
}

absl::Status CheckStates(const Request& request) {
  for (const int state : request.states()) {
    if (state == v1::UndiscoveredDevice::STATE_UNSPECIFIED ||
        !v1::UndiscoveredDevice::State_IsValid(state)) {
      return absl::InvalidArgumentError(
          absl::StrCat("states holds ", state, ", which is no state"));
    }
  }
  return absl::OkStatus();
}

// Where a page starts. Silence is measured up to the time of the first page, so
// that no device grows stale between two pages.
struct Place {
  absl::Time time;
  // UndiscoveredOrder of the last device; empty for the first page.
  std::string after;

  std::string Encode() const {
    KeyWriter writer;
    writer.U64(static_cast<uint64_t>(absl::ToUnixMicros(time))).Text(after);
    return writer.Take();
  }
};

absl::StatusOr<Place> ReadPlace(const Page& page, absl::Time now) {
  // To the precision that a token has.
  if (page.after.empty()) {
    return Place{absl::FromUnixMicros(absl::ToUnixMicros(now)), ""};
  }
  KeyReader reader(page.after);
  Place place;
  place.time = absl::FromUnixMicros(static_cast<int64_t>(reader.U64()));
  place.after = reader.Text();
  if (!reader.Done()) {
    return absl::InvalidArgumentError(
        "page_token is malformed; use next_page_token as it was given");
  }
  return place;
}

using Row = v1::UndiscoveredDevice;

// The rows in the states that are asked for.
std::vector<const Row*> WantedRows(const Request& request,
                                   const UndiscoveredList& list) {
  std::vector<const Row*> rows;
  for (const Row& row : list.devices) {
    const bool wanted =
        request.states().empty() ||
        std::find(request.states().begin(), request.states().end(),
                  row.state()) != request.states().end();
    if (wanted) rows.push_back(&row);
  }
  return rows;
}

Response MakePage(const Request& request, const UndiscoveredList& list,
                  const Page& page, Place place) {
  const std::vector<const Row*> rows = WantedRows(request, list);
  Response response;
  response.set_total_count(static_cast<int>(rows.size()));
  response.set_matched_count(list.matched_count);
  response.set_expected_count(list.expected_count);
  response.set_discovered_count(list.discovered_count);
  auto row =
      std::upper_bound(rows.begin(), rows.end(), place.after,
                       [](const std::string& after, const Row* candidate) {
                         return after < UndiscoveredOrder(*candidate);
                       });
  for (; row != rows.end(); ++row) {
    if (response.devices_size() == page.size) {
      place.after = UndiscoveredOrder(**std::prev(row));
      response.set_next_page_token(page.TokenAfter(place.Encode()));
      break;
    }
    *response.add_devices() = **row;
  }
  return response;
}

}  // namespace

absl::StatusOr<Response> UndiscoveredQueries::ListUndiscovered(
    const Request& request) const {
  ROLLCALL_ASSIGN_OR_RETURN(const absl::Duration stale_after,
                            StaleAfter(request));
  ROLLCALL_RETURN_IF_ERROR(CheckStates(request));
  ROLLCALL_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  ROLLCALL_ASSIGN_OR_RETURN(const Place place, ReadPlace(page, clock_.Now()));
  std::shared_ptr<const Listing> listing;
  if (!place.after.empty()) listing = Kept(place.time, stale_after);
  if (listing == nullptr) {
    ROLLCALL_ASSIGN_OR_RETURN(UndiscoveredList list,
                              ListNow(place.time, stale_after));
    listing = std::make_shared<const Listing>(
        Listing{place.time, stale_after, std::move(list)});
  }
  Response response = MakePage(request, listing->list, page, place);
  Keep(std::move(listing), !response.next_page_token().empty());
  return response;
}

std::shared_ptr<const UndiscoveredQueries::Listing> UndiscoveredQueries::Kept(
    absl::Time time, absl::Duration stale_after) const {
  MutexLock lock(&mutex_);
  const bool same = kept_ != nullptr && kept_->time == time &&
                    kept_->stale_after == stale_after;
  return same ? kept_ : nullptr;
}

void UndiscoveredQueries::Keep(std::shared_ptr<const Listing> listing,
                               bool has_more) const {
  // Beyond this a page is rather computed again than that much memory held.
  constexpr size_t kMaxKeptRows = 200'000;
  MutexLock lock(&mutex_);
  if (has_more && listing->list.devices.size() <= kMaxKeptRows) {
    kept_ = std::move(listing);
  } else if (kept_ == listing) {
    kept_ = nullptr;
  }
}

absl::StatusOr<UndiscoveredList> UndiscoveredQueries::ListNow(
    absl::Time time, absl::Duration stale_after) const {
  const KnownStamp as_of = KnownStamp::Max();
  Fleet fleet(sources_, as_of);
  ROLLCALL_ASSIGN_OR_RETURN(const Availability availability,
                            Availability::Load(fleet.reader()));
  ROLLCALL_ASSIGN_OR_RETURN(
      const std::vector<v1::ExpectedDevice> expected,
      AllExpectedDevices(fleet.reader(), as_of, /*register_name=*/""));
  ROLLCALL_ASSIGN_OR_RETURN(const auto entries, fleet.Devices());
  std::vector<DiscoveredDevice> discovered;
  discovered.reserve(entries.size());
  for (const DeviceEntry& entry : entries) {
    DiscoveredDevice& device = discovered.emplace_back();
    ROLLCALL_ASSIGN_OR_RETURN(device.facts, fleet.Describe(entry));
    const auto& heard = device.facts.has_last_seen()
                            ? device.facts.last_seen()
                            : device.facts.first_seen();
    device.silence = availability.Between(FromProto(heard), time);
  }
  return FindUndiscovered(expected, discovered, stale_after);
}

}  // namespace rollcall::collector
