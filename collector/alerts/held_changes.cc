#include "collector/alerts/held_changes.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "collector/alerts/hold_caveat.h"
#include "collector/alerts/subject_start.h"
#include "collector/inventory/history.h"
#include "collector/inventory/software_index.h"
#include "common/proto_time.h"
#include "common/status.h"
#include "common/text.h"

namespace rollcall::collector {
namespace {

constexpr int kMostChanges = 1'000'000;
constexpr int kChangesAtOnce = 1'000;

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
  // Those that a rule is for, in lower case; and the others.
  std::set<std::string> products = {};
  std::vector<std::string> unrecognised = {};
  std::set<std::string> devices = {};
  // Devices whose software came or went as a whole since the notice.
  std::set<std::string> turned = {};
  // Devices that came with a product since the notice.
  std::set<std::string> new_devices = {};
  HeldChanges result = {};
};

std::vector<Hold> HoldsOf(const ContractFacts& contracts,
                          const ProductLookup& products, const CivilDate& on) {
  std::vector<Hold> holds;
  for (const v1::Audit& audit : contracts.audits) {
    if (!IsHold(audit, on)) continue;
    Hold& hold = holds.emplace_back(
        Hold{.audit = &audit, .notice = *DayOf(true, audit.notice_date())});
    for (const std::string& product : audit.held_products()) {
      if (products.HasRuleFor("", product)) {
        hold.products.insert(absl::AsciiStrToLower(product));
      } else {
        hold.unrecognised.push_back(product);
      }
    }
  }
  return holds;
}

// The first day that any hold asks about; nothing: there is nothing to look
// for.
std::optional<CivilDate> FirstNotice(const std::vector<Hold>& holds) {
  std::optional<CivilDate> first;
  for (const Hold& hold : holds) {
    if (hold.products.empty()) continue;
    first = first.has_value() ? std::min(*first, hold.notice) : hold.notice;
  }
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
                const CivilDate& first, const CivilDate& on,
                std::vector<Hold>& holds)
      : fleet_(fleet),
        products_(products),
        first_(first),
        on_(on),
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
  // A package of a held product came or went.
  struct Step {
    google::protobuf::Timestamp known_time;
    // 1 or -1.
    int packages;
    std::string product;
    std::string package;
  };
  // What one subject says since the first notice.
  struct Told {
    // By product in lower case; newest first.
    std::map<std::string, std::vector<Step>> steps;
    // When its software came or went as a whole.
    std::set<absl::Time> turns;
  };

  absl::Status ReadDevice(const DeviceEntry& device) {
    const bool is_alone = device.subjects.size() == 1;
    std::vector<SubjectStart> starts;
    for (const DeviceSubject& subject : device.subjects) {
      // Each says what it saw; what one saw is no change of another's.
      const DeviceEntry alone = {device.device, {subject}};
      ROLLCALL_ASSIGN_OR_RETURN(const Told told, ReadSubject(alone));
      for (const absl::Time turn : told.turns) NoteTurn(device, turn);
      const std::optional<CivilDate> begin = BeginOf(subject);
      if (is_alone && told.steps.empty() && !begin.has_value()) continue;
      ROLLCALL_ASSIGN_OR_RETURN(auto counts, CountPackages(alone));
      for (const auto& [product, steps] : told.steps) {
        ROLLCALL_ASSIGN_OR_RETURN(
            counts[product],
            NoteAll(device, product, steps, counts[product], told.turns));
      }
      starts.push_back({begin, std::move(counts)});
    }
    NoteNew(device, starts);
    return absl::OkStatus();
  }

  // The day that it was first heard of, unless that was before all notices.
  std::optional<CivilDate> BeginOf(const DeviceSubject& subject) const {
    const CivilDate day = CivilDate::InUtc(subject.first_seen);
    return day < first_ ? std::nullopt : std::optional<CivilDate>(day);
  }

  absl::StatusOr<Told> ReadSubject(const DeviceEntry& alone) {
    static const std::vector<std::string> sections = {kSoftwareSection};
    Told told;
    HistoryCursor cursor;
    while (true) {
      ROLLCALL_ASSIGN_OR_RETURN(
          const HistoryPage page,
          ReadHistory(fleet_, alone, sections, cursor, kChangesAtOnce));
      for (const SectionTurn& turn : page.turns) {
        told.turns.insert(FromProto(ToProto(turn.stamp.time())));
      }
      for (const v1::DeviceChange& change : page.changes) {
        if (DayOfTime(change.known_time()) < first_ || --left_ <= 0) {
          return told;
        }
        AddStep(change.has_before(), change.before(), -1, change, told);
        AddStep(change.has_after(), change.after(), 1, change, told);
      }
      if (!page.next.has_value()) return told;
      cursor = *page.next;
    }
  }

  static CivilDate DayOfTime(const google::protobuf::Timestamp& time) {
    return CivilDate::InUtc(FromProto(time));
  }

  bool IsHeld(const std::string& key) const {
    return std::any_of(holds_.begin(), holds_.end(), [&key](const Hold& hold) {
      return hold.products.contains(key);
    });
  }

  std::string ProductOf(const v1::Row& row) const {
    if (!row.has_software_package()) return "";
    const auto product = products_.Lookup(row.software_package());
    return product.has_value() ? product->product() : "";
  }

  void AddStep(bool is_there, const v1::Row& row, int packages,
               const v1::DeviceChange& change, Told& told) const {
    if (!is_there) return;
    const std::string product = ProductOf(row);
    const std::string key = absl::AsciiStrToLower(product);
    if (!IsHeld(key)) return;
    told.steps[key].push_back({change.known_time(), packages, product,
                               PackageText(row.software_package())});
  }

  // The packages of each held product that it has as of the fleet's stamp.
  absl::StatusOr<std::map<std::string, int>> CountPackages(
      const DeviceEntry& alone) {
    std::map<std::string, int> counts;
    ROLLCALL_ASSIGN_OR_RETURN(const auto ids,
                              fleet_.FleetRowIds(alone, kSoftwareSection));
    for (const RowId& id : ids) {
      ROLLCALL_ASSIGN_OR_RETURN(const std::string* const key, HeldKeyOf(id));
      if (!key->empty()) ++counts[*key];
    }
    return counts;
  }

  // The held product of a row, in lower case, or nothing. Each is asked about
  // once.
  absl::StatusOr<const std::string*> HeldKeyOf(RowId id) {
    if (const auto known = keys_.find(id); known != keys_.end()) {
      return &known->second;
    }
    ROLLCALL_ASSIGN_OR_RETURN(const auto row, fleet_.FleetRow(id));
    std::string key = absl::AsciiStrToLower(ProductOf(*row));
    if (!IsHeld(key)) key.clear();
    return &keys_.emplace(id, std::move(key)).first->second;
  }

  // Goes back from the `count` of packages that there are now, and notes where
  // the product came with its first package or went with its last. Returns how
  // many there were before all steps.
  absl::StatusOr<int> NoteAll(const DeviceEntry& device, const std::string& key,
                              const std::vector<Step>& steps, int count,
                              const std::set<absl::Time>& turns) {
    for (size_t begin = 0; begin < steps.size();) {
      const absl::Time time = FromProto(steps[begin].known_time);
      size_t end = begin;
      int before = count;
      for (; end < steps.size() && FromProto(steps[end].known_time) == time;
           ++end) {
        before -= steps[end].packages;
      }
      if ((before > 0) != (count > 0) && !turns.contains(time)) {
        const int packages = count > 0 ? 1 : -1;
        const auto step = std::find_if(
            steps.begin() + static_cast<std::ptrdiff_t>(begin), steps.end(),
            [packages](const Step& one) { return one.packages == packages; });
        ROLLCALL_RETURN_IF_ERROR(Note(device, key, *step));
      }
      count = before;
      begin = end;
    }
    return count;
  }

  void NoteNew(const DeviceEntry& device,
               const std::vector<SubjectStart>& subjects) {
    for (Hold& hold : holds_) {
      for (const std::string& product : hold.products) {
        if (CameWith(product, subjects, hold.notice, on_)) {
          hold.new_devices.insert(device.device.ToHex());
        }
      }
    }
  }

  void NoteTurn(const DeviceEntry& device, absl::Time time) {
    const CivilDate day = CivilDate::InUtc(time);
    for (Hold& hold : holds_) {
      if (day < hold.notice || day > on_) continue;
      hold.turned.insert(device.device.ToHex());
    }
  }

  absl::Status Note(const DeviceEntry& device, const std::string& key,
                    const Step& step) {
    const CivilDate day = DayOfTime(step.known_time);
    if (day > on_) return absl::OkStatus();
    for (Hold& hold : holds_) {
      if (day < hold.notice || !hold.products.contains(key)) continue;
      if (hold.result.changes.size() >= 2 * kMaxHeldChanges) {
        KeepNewest(hold.result.changes);
      }
      v1::HeldProductChange& held = hold.result.changes.emplace_back();
      held.set_device_id(device.device.ToHex());
      held.set_product(step.product);
      held.set_kind(step.packages > 0 ? v1::HeldProductChange::KIND_INSTALLED
                                      : v1::HeldProductChange::KIND_REMOVED);
      held.set_package(step.package);
      *held.mutable_known_time() = step.known_time;
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
  const CivilDate first_;
  const CivilDate on_;
  std::vector<Hold>& holds_;
  int left_ = kMostChanges;
  std::map<std::string, std::string> hostnames_;
  absl::flat_hash_map<RowId, std::string> keys_;
};

HoldGaps GapsOf(const Hold& hold, bool stopped) {
  return {.notice = hold.notice,
          .unrecognised = hold.unrecognised,
          .is_nothing_recognised = hold.products.empty(),
          .turned_devices = hold.turned.size(),
          .new_devices = hold.new_devices.size(),
          .most_changes = stopped ? kMostChanges : 0};
}

}  // namespace

absl::StatusOr<std::map<std::string, HeldChanges>> ReadHeldChanges(
    Fleet& fleet, const ProductLookup& products, const ContractFacts& contracts,
    const CivilDate& on) {
  std::map<std::string, HeldChanges> all;
  std::vector<Hold> holds = HoldsOf(contracts, products, on);
  const std::optional<CivilDate> first = FirstNotice(holds);
  bool stopped = false;
  absl::Status read;
  if (first.has_value()) {
    HistoryReader history(fleet, products, *first, on, holds);
    read = history.Read();
    stopped = history.stopped();
  }
  if (!read.ok() && !absl::IsFailedPrecondition(read)) return read;
  for (Hold& hold : holds) {
    HeldChanges& result = hold.result;
    KeepNewest(result.changes);
    if (read.ok() || hold.products.empty()) {
      ROLLCALL_ASSIGN_OR_RETURN(result.caveat,
                                HoldCaveat(fleet, GapsOf(hold, stopped)));
    } else {
      result.caveat = std::string(read.message());
    }
    if (read.ok() && !hold.products.empty()) {
      result.device_count = static_cast<int>(hold.devices.size());
    }
    all[hold.audit->audit_id()] = std::move(result);
  }
  return all;
}

}  // namespace rollcall::collector
