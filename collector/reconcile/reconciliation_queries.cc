#include "collector/reconcile/reconciliation_queries.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/contracts/moment.h"
#include "collector/reconcile/position_reader.h"
#include "collector/rpc/paging.h"
#include "collector/storage/key.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr size_t kMaxTextBytes = 256;

absl::Status CheckText(absl::string_view name, absl::string_view text) {
  if (text.size() <= kMaxTextBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(name, " is longer than ", kMaxTextBytes, " bytes"));
}

// Where a listing of positions stands.
std::string PositionCursor(const ProductKey& key, absl::string_view metric) {
  return KeyWriter().Text(key.publisher).Text(key.product).Text(metric).Take();
}

// Which position an explanation is about.
struct Target {
  ProductKey key;
  std::string metric;
};

std::string Publishers(const PositionBook& book,
                       const std::vector<ProductKey>& keys) {
  return absl::StrJoin(keys, ", ",
                       [&](std::string* out, const ProductKey& key) {
                         out->append(book.at(key).publisher);
                       });
}

absl::StatusOr<ProductKey> FindProduct(
    const PositionBook& book, const v1::ExplainPositionRequest& request) {
  // Products of the name, and those among them of the publisher.
  std::vector<ProductKey> named;
  std::vector<ProductKey> found;
  for (const auto& [key, product] : book) {
    if (!absl::EqualsIgnoreCase(product.product, request.product())) continue;
    named.push_back(key);
    if (request.publisher().empty() ||
        absl::EqualsIgnoreCase(product.publisher, request.publisher())) {
      found.push_back(key);
    }
  }
  if (named.empty()) {
    return absl::NotFoundError(absl::StrCat("no product \"", request.product(),
                                            "\" is bought or used"));
  }
  if (found.empty()) {
    return absl::NotFoundError(absl::StrCat(
        "no product \"", request.product(), "\" of \"", request.publisher(),
        "\" is bought or used; set publisher to one of: ",
        Publishers(book, named)));
  }
  if (found.size() == 1) return found[0];
  return absl::FailedPreconditionError(
      absl::StrCat("several publishers have a product \"", request.product(),
                   "\"; set publisher to one of: ", Publishers(book, found)));
}

absl::StatusOr<Target> FindTarget(const PositionBook& book,
                                  const v1::ExplainPositionRequest& request) {
  ROLLCALL_ASSIGN_OR_RETURN(const ProductKey key, FindProduct(book, request));
  const BookedProduct& product = book.at(key);
  const std::vector<std::string> metrics = product.Metrics();
  const std::string metric = absl::AsciiStrToLower(request.metric());
  if (std::find(metrics.begin(), metrics.end(), metric) != metrics.end()) {
    return Target{key, metric};
  }
  const std::string all = absl::StrJoin(metrics, ", ");
  if (!metric.empty()) {
    return absl::NotFoundError(absl::StrCat(product.product,
                                            " has no position by ", metric,
                                            "; it has one by: ", all));
  }
  if (metrics.size() == 1) return Target{key, metrics[0]};
  return absl::FailedPreconditionError(absl::StrCat(
      product.product, " has several positions; set metric to one of: ", all));
}

// A line and why it does not count; empty: it counts.
struct ExplainedLine {
  const v1::Entitlement* line;
  std::string reason;
};

// Lines for a product of the same name by other publishers.
std::vector<ExplainedLine> LinesOfOtherPublishers(const PositionReader& reader,
                                                  const ProductKey& key) {
  std::vector<ExplainedLine> lines;
  for (const v1::Entitlement& line : reader.entitlements()) {
    const ProductKey other = ProductKey::Of(line.publisher(), line.product());
    if (other.product != key.product || other.publisher == key.publisher) {
      continue;
    }
    lines.push_back(
        {&line, absl::StrCat("is for a product of ", line.publisher(),
                             ", not of ", reader.book().at(key).publisher)});
  }
  return lines;
}

// What an explanation shows as bought.
std::vector<ExplainedLine> LinesOf(const PositionReader& reader,
                                   const Target& target,
                                   const PositionResult& result) {
  const BookedProduct& product = reader.book().at(target.key);
  if (product.lines.empty()) return LinesOfOtherPublishers(reader, target.key);
  std::vector<ExplainedLine> lines;
  const auto& bought = product.lines.at(target.metric);
  for (size_t i = 0; i < bought.size(); ++i) {
    lines.push_back({bought[i], result.reasons[i]});
  }
  return lines;
}

void AddSoftwareUnseen(const FleetUse& use,
                       v1::ExplainPositionResponse& response) {
  constexpr int kMaxDevices = 1'000;
  for (const DeviceId& device : use.software_unseen()) {
    if (response.software_unseen_device_ids_size() == kMaxDevices) return;
    response.add_software_unseen_device_ids(device.ToHex());
  }
}

v1::Consumption DescribeDemand(const DeviceDemand& demand, const DeviceUse& use,
                               bool is_counted) {
  v1::Consumption consumption;
  consumption.set_device_id(demand.device.ToHex());
  const Measured& measured = demand.measured;
  if (is_counted) {
    v1::QuantityRange& quantity = *consumption.mutable_quantity();
    *quantity.mutable_low() = measured.low.ToProto();
    *quantity.mutable_expected() = measured.expected.ToProto();
    *quantity.mutable_high() = measured.high.ToProto();
  }
  consumption.set_explanation(measured.explanation);
  for (const std::string& fact : measured.missing_facts) {
    consumption.add_missing_facts(fact);
  }
  for (const RecognisedRow* row : use.rows) {
    v1::SoftwareEntry& entry = *consumption.add_evidence();
    entry.set_row_id(row->id.ToHex());
    *entry.mutable_package() = row->row->software_package();
    entry.set_device_count(row->device_count);
    *entry.mutable_product() = row->product;
  }
  for (const FactRow& fact : measured.decided_by) {
    v1::DeviceRow& row = *consumption.add_fact_rows();
    row.set_section(fact.section);
    row.set_row_id(fact.id.ToHex());
    *row.mutable_row() = *fact.row;
  }
  return consumption;
}

// Where a page of an explanation begins: all lines come before all devices, and
// neither changes from page to page, which are of one moment.
struct Place {
  // The first line.
  uint32_t line = 0;
  // The bytes of the device before the first one; empty: none is before it.
  std::string after_device;

  static absl::StatusOr<Place> Read(absl::string_view cursor) {
    if (cursor.empty()) return Place();
    if (cursor.size() < sizeof(uint32_t)) {
      return absl::InvalidArgumentError(
          "page_token is malformed; use next_page_token as it was given");
    }
    return Place{KeyReader(cursor).U32(),
                 std::string(cursor.substr(sizeof(uint32_t)))};
  }
  std::string Cursor() const {
    return KeyWriter().U32(line).Raw(after_device).Take();
  }
};

// Fills one page of an explanation. Clients refuse a page that is too large, so
// that lines and devices share its room.
class ExplanationPage {
 public:
  ExplanationPage(const Page& page, Place place,
                  v1::ExplainPositionResponse& response)
      : max_devices_(page.size),
        place_(std::move(place)),
        response_(response) {}

  const Place& place() const { return place_; }

  // Whether all lines from the place on are on the page.
  bool AddLines(const std::vector<ExplainedLine>& lines) {
    for (; place_.line < lines.size(); ++place_.line) {
      const ExplainedLine& explained = lines[place_.line];
      v1::EntitlementUse use;
      *use.mutable_entitlement() = *explained.line;
      use.set_counts(explained.reason.empty());
      use.set_reason(explained.reason);
      if (!room_.Takes(use.ByteSizeLong())) return false;
      *response_.add_entitlements() = std::move(use);
    }
    return true;
  }

  // Whether all devices from the place on are on the page.
  absl::StatusOr<bool> AddDevices(Fleet& fleet, const ReadPosition& read,
                                  const ProductUse& use) {
    for (size_t i = 0; i < read.demands.size(); ++i) {
      const absl::string_view id = read.demands[i].device.bytes();
      if (id <= absl::string_view(place_.after_device)) continue;
      if (response_.consumptions_size() == max_devices_) return false;
      v1::Consumption consumption =
          DescribeDemand(read.demands[i], use.devices[i], read.is_counted);
      ROLLCALL_ASSIGN_OR_RETURN(const v1::Device device,
                                fleet.Describe(*use.devices[i].device));
      if (device.has_hostname()) consumption.set_hostname(device.hostname());
      if (!room_.Takes(consumption.ByteSizeLong())) return false;
      *response_.add_consumptions() = std::move(consumption);
      place_.after_device = std::string(id);
    }
    return true;
  }

 private:
  const int max_devices_;
  // Of bytes alone.
  PageRoom room_{Page{std::numeric_limits<int>::max(), "", ""}};
  Place place_;
  v1::ExplainPositionResponse& response_;
};

}  // namespace

absl::StatusOr<v1::ListPositionsResponse> ReconciliationQueries::ListPositions(
    const v1::ListPositionsRequest& request) const {
  ROLLCALL_RETURN_IF_ERROR(CheckText("product", request.product()));
  ROLLCALL_ASSIGN_OR_RETURN(Page page, ReadPage(request));
  ROLLCALL_ASSIGN_OR_RETURN(Moment moment,
                            MomentOf(request, clock_.Now(), page));
  Fleet fleet(sources_, moment.as_of);
  ROLLCALL_RETURN_IF_ERROR(Settle(fleet.reader(), moment));
  PositionReader reader(fleet, products_);
  ROLLCALL_RETURN_IF_ERROR(reader.Load(moment.effective_date));
  v1::ListPositionsResponse response;
  SetMoment(moment, response);
  response.set_device_count(static_cast<int32_t>(reader.use().device_count()));
  response.set_software_unseen_count(
      static_cast<int32_t>(reader.use().software_unseen().size()));
  std::string cursor;
  for (const auto& [key, product] : reader.book()) {
    if (!request.product().empty() &&
        !absl::EqualsIgnoreCase(product.product, request.product())) {
      continue;
    }
    for (const std::string& metric : product.Metrics()) {
      std::string here = PositionCursor(key, metric);
      if (here <= page.after) continue;
      if (response.positions_size() == page.size) {
        response.set_next_page_token(page.TokenAfter(CursorAt(moment, cursor)));
        return response;
      }
      ROLLCALL_ASSIGN_OR_RETURN(
          ReadPosition read, reader.Read(key, metric, moment.effective_date));
      *response.add_positions() = std::move(read.result.position);
      cursor = std::move(here);
    }
  }
  return response;
}

absl::StatusOr<v1::ExplainPositionResponse>
ReconciliationQueries::ExplainPosition(
    const v1::ExplainPositionRequest& request) const {
  if (request.product().empty()) {
    return absl::InvalidArgumentError("product is required");
  }
  ROLLCALL_RETURN_IF_ERROR(CheckText("product", request.product()));
  ROLLCALL_RETURN_IF_ERROR(CheckText("publisher", request.publisher()));
  ROLLCALL_RETURN_IF_ERROR(CheckText("metric", request.metric()));
  ROLLCALL_ASSIGN_OR_RETURN(Page page, ReadPage(request));
  ROLLCALL_ASSIGN_OR_RETURN(Moment moment,
                            MomentOf(request, clock_.Now(), page));
  ROLLCALL_ASSIGN_OR_RETURN(const Place place, Place::Read(page.after));
  Fleet fleet(sources_, moment.as_of);
  ROLLCALL_RETURN_IF_ERROR(Settle(fleet.reader(), moment));
  PositionReader reader(fleet, products_);
  ROLLCALL_RETURN_IF_ERROR(reader.Load(moment.effective_date));
  ROLLCALL_ASSIGN_OR_RETURN(const Target target,
                            FindTarget(reader.book(), request));
  ROLLCALL_ASSIGN_OR_RETURN(
      const ReadPosition read,
      reader.Read(target.key, target.metric, moment.effective_date));
  v1::ExplainPositionResponse response;
  SetMoment(moment, response);
  *response.mutable_position() = read.result.position;
  if (page.after.empty()) AddSoftwareUnseen(reader.use(), response);
  ExplanationPage filled(page, place, response);
  bool is_last = filled.AddLines(LinesOf(reader, target, read.result));
  const ProductUse* const use = reader.UseOf(target.key);
  if (is_last && use != nullptr) {
    ROLLCALL_ASSIGN_OR_RETURN(is_last, filled.AddDevices(fleet, read, *use));
  }
  if (!is_last) {
    response.set_next_page_token(
        page.TokenAfter(CursorAt(moment, filled.place().Cursor())));
  }
  return response;
}

}  // namespace rollcall::collector
