#include "collector/alerts/held_changes.h"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/inventory/deletions.h"
#include "collector/inventory/history.h"
#include "collector/inventory/history_horizon.h"
#include "collector/inventory/software_index.h"
#include "common/proto_time.h"
#include "common/status.h"
#include "common/text.h"

namespace rollcall::collector {
namespace {

constexpr int kMostChanges = 1'000'000;
constexpr int kChangesAtOnce = 1'000;

absl::Time StartOfDay(const CivilDate& day) {
  return absl::FromCivil(day.civil_day(), absl::UTCTimeZone());
}

// What agents wrote may be long.
constexpr size_t kMostTextBytes = 256;

std::string PackageText(const v1::SoftwarePackage& package) {
  return Abbreviate(absl::StrCat(package.name(), " ", package.version()),
                    kMostTextBytes);
}

bool ComesBefore(const v1::HeldProductChange& a,
                 const v1::HeldProductChange& b) {
  const absl::Time a_time = FromProto(a.known_time());
  const absl::Time b_time = FromProto(b.known_time());
  if (a_time != b_time) return a_time > b_time;
  return std::tie(a.device_id(), a.product(), a.package()) <
         std::tie(b.device_id(), b.product(), b.package());
}

// One audit's, in the making.
struct Hold {
  const v1::Audit* audit;
  CivilDate notice;
  // In lower case.
  std::set<std::string> products;
  std::set<std::string> devices;
  HeldChanges result;
};

std::vector<Hold> HoldsOf(const ContractFacts& contracts, const CivilDate& on) {
  std::vector<Hold> holds;
  for (const v1::Audit& audit : contracts.audits) {
    if (!IsHold(audit, on)) continue;
    Hold& hold = holds.emplace_back(
        Hold{&audit, *DayOf(true, audit.notice_date()), {}, {}, {}});
    for (const std::string& product : audit.held_products()) {
      hold.products.insert(absl::AsciiStrToLower(product));
    }
  }
  return holds;
}

// The first day that any hold asks about.
CivilDate FirstNotice(const CivilDate& on, const std::vector<Hold>& holds) {
  CivilDate first = on;
  for (const Hold& hold : holds) first = std::min(first, hold.notice);
  return first;
}

// Leaves the newest changes alone.
void KeepNewest(std::vector<v1::HeldProductChange>& changes) {
  std::sort(changes.begin(), changes.end(), ComesBefore);
  if (changes.size() > kMaxHeldChanges) changes.resize(kMaxHeldChanges);
}

// Reads the fleet's history for all holds at once.
class HistoryReader {
 public:
  HistoryReader(Fleet& fleet, const ProductLookup& products,
                const CivilDate& on, std::vector<Hold>& holds)
      : fleet_(fleet),
        products_(products),
        on_(on),
        first_(FirstNotice(on, holds)),
        holds_(holds) {}

  absl::Status Read() {
    ROLLCALL_ASSIGN_OR_RETURN(const auto devices, fleet_.Devices());
    for (const DeviceEntry& device : devices) {
      if (left_ <= 0) break;
      ROLLCALL_RETURN_IF_ERROR(ReadDevice(device));
    }
    return absl::OkStatus();
  }

  bool stopped() const { return left_ <= 0; }

 private:
  absl::Status ReadDevice(const DeviceEntry& device) {
    static const std::vector<std::string> sections = {kSoftwareSection};
    HistoryCursor cursor;
    while (true) {
      ROLLCALL_ASSIGN_OR_RETURN(
          const HistoryPage page,
          ReadHistory(fleet_, device, sections, cursor, kChangesAtOnce));
      for (const v1::DeviceChange& change : page.changes) {
        const CivilDate day = CivilDate::InUtc(FromProto(change.known_time()));
        if (day < first_ || --left_ <= 0) return absl::OkStatus();
        if (day > on_) continue;
        ROLLCALL_RETURN_IF_ERROR(Take(device, day, change));
      }
      if (!page.next.has_value()) return absl::OkStatus();
      cursor = *page.next;
    }
  }

  std::string ProductOf(bool is_there, const v1::Row& row) const {
    if (!is_there || !row.has_software_package()) return "";
    const auto product = products_.Lookup(row.software_package());
    return product.has_value() ? product->product() : "";
  }

  absl::Status Take(const DeviceEntry& device, const CivilDate& day,
                    const v1::DeviceChange& change) {
    const std::string before = ProductOf(change.has_before(), change.before());
    const std::string after = ProductOf(change.has_after(), change.after());
    if (before == after) return absl::OkStatus();
    if (!before.empty()) {
      ROLLCALL_RETURN_IF_ERROR(Note(device, day, before,
                                    v1::HeldProductChange::KIND_REMOVED,
                                    change.before(), change));
    }
    if (!after.empty()) {
      ROLLCALL_RETURN_IF_ERROR(Note(device, day, after,
                                    v1::HeldProductChange::KIND_INSTALLED,
                                    change.after(), change));
    }
    return absl::OkStatus();
  }

  absl::Status Note(const DeviceEntry& device, const CivilDate& day,
                    const std::string& product,
                    v1::HeldProductChange::Kind kind, const v1::Row& row,
                    const v1::DeviceChange& change) {
    const std::string key = absl::AsciiStrToLower(product);
    for (Hold& hold : holds_) {
      if (day < hold.notice || !hold.products.contains(key)) continue;
      if (hold.result.changes.size() >= 2 * kMaxHeldChanges) {
        KeepNewest(hold.result.changes);
      }
      v1::HeldProductChange& held = hold.result.changes.emplace_back();
      held.set_device_id(device.device.ToHex());
      held.set_product(product);
      held.set_kind(kind);
      held.set_package(PackageText(row.software_package()));
      *held.mutable_known_time() = change.known_time();
      if (hold.devices.insert(held.device_id()).second) {
        ROLLCALL_ASSIGN_OR_RETURN(const v1::Device facts,
                                  fleet_.Describe(device));
        if (facts.has_hostname()) {
          hostnames_[held.device_id()] =
              Abbreviate(facts.hostname(), kMostTextBytes);
        }
      }
      if (const auto name = hostnames_.find(held.device_id());
          name != hostnames_.end()) {
        held.set_hostname(name->second);
      }
    }
    return absl::OkStatus();
  }

  Fleet& fleet_;
  const ProductLookup& products_;
  const CivilDate on_;
  const CivilDate first_;
  std::vector<Hold>& holds_;
  int left_ = kMostChanges;
  std::map<std::string, std::string> hostnames_;
};

// Why not all since the notice can be told; empty: all can.
absl::StatusOr<std::string> CaveatOf(const Fleet& fleet, const Hold& hold,
                                     bool stopped) {
  std::vector<std::string> caveats;
  ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp horizon,
                            FleetHistoryHorizon(fleet.reader()));
  const absl::Time notice = StartOfDay(hold.notice);
  if (horizon.time() > notice) {
    caveats.push_back(absl::StrCat(
        "what devices had is not kept from before ",
        absl::FormatTime("%Y-%m-%d", horizon.time(), absl::UTCTimeZone())));
  }
  const absl::Status deleted =
      CheckNothingDeletedSince(fleet.reader(), KnownStamp::AtEndOf(notice));
  if (absl::IsFailedPrecondition(deleted)) {
    caveats.emplace_back("devices were deleted since the notice");
  } else if (!deleted.ok()) {
    return deleted;
  }
  if (stopped) {
    caveats.push_back(absl::StrCat("only ", kMostChanges,
                                   " changes of devices were looked at"));
  }
  if (caveats.empty()) return std::string();
  return absl::StrCat("There may be more: ", absl::StrJoin(caveats, "; "));
}

}  // namespace

absl::StatusOr<std::map<std::string, HeldChanges>> ReadHeldChanges(
    Fleet& fleet, const ProductLookup& products, const ContractFacts& contracts,
    const CivilDate& on) {
  std::map<std::string, HeldChanges> all;
  std::vector<Hold> holds = HoldsOf(contracts, on);
  if (holds.empty()) return all;
  HistoryReader history(fleet, products, on, holds);
  const absl::Status read = history.Read();
  if (!read.ok() && !absl::IsFailedPrecondition(read)) return read;
  for (Hold& hold : holds) {
    HeldChanges& result = hold.result;
    KeepNewest(result.changes);
    if (read.ok()) {
      result.device_count = static_cast<int>(hold.devices.size());
      ROLLCALL_ASSIGN_OR_RETURN(result.caveat,
                                CaveatOf(fleet, hold, history.stopped()));
    } else {
      result.caveat = std::string(read.message());
    }
    all[hold.audit->audit_id()] = std::move(result);
  }
  return all;
}

}  // namespace rollcall::collector
