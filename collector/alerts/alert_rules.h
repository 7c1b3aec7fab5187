// Which days matter next, from what contracts say and devices have. Pure.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "collector/alerts/key_dates.h"
#include "collector/contracts/civil_date.h"
#include "collector/reconcile/product_use.h"
#include "rollcall/v1/contract.pb.h"

namespace rollcall::collector {

// What was agreed and noted, as of one day and as known at one time. Each list
// is ordered by name; dates are checked, as the repository holds them.
// Contracts and entitlements that were ended before the day are as TermState
// has them.
struct ContractFacts {
  std::vector<v1::Contract> contracts;
  std::vector<v1::Entitlement> entitlements;
  std::vector<v1::Audit> audits;
  std::vector<v1::Review> reviews;
  // Of contracts and entitlements that by what is known of later days end on
  // another day than they state: on which, by id. Nothing: without an end.
  std::map<std::string, std::optional<CivilDate>> later_ends;
  // Ids of contracts that are ended, on whatever day: they are not renewed.
  std::set<std::string> ended;
};

// What became of an audit's held products since its notice.
struct HeldChanges {
  // Newest first, at most kMaxHeldChanges.
  std::vector<v1::HeldProductChange> changes;
  // Devices that any of all changes is on; nothing: it cannot be told.
  std::optional<int> device_count;
  // What of it cannot be told; empty: nothing is missing.
  std::string caveat;
};
inline constexpr size_t kMaxHeldChanges = 1'000;

// How many devices have a product.
struct InstalledCount {
  // Nothing: it cannot be told.
  std::optional<int> devices;
  // What of it cannot be told; empty: nothing is missing.
  std::string caveat;
};

// What devices have. A product or audit that is not there was not looked at.
struct FleetFacts {
  std::map<ProductKey, InstalledCount> installed;
  // By audit id.
  std::map<std::string, HeldChanges> held;
};

// All that is to be shown on a day, ordered by due date, then id. Errors as for
// KeyDates::Take.
absl::StatusOr<std::vector<v1::Alert>> AlertsOn(const CivilDate& on,
                                                const ContractFacts& contracts,
                                                const FleetFacts& fleet,
                                                const AlertSettings& settings);

// The last day of a contract or line; nothing: it has no end.
std::optional<CivilDate> EndOf(const v1::Contract& contract,
                               const ContractFacts& facts);
std::optional<CivilDate> EndOf(const v1::Entitlement& line,
                               const ContractFacts& facts);

// Lines that grant their product, of which none is in term on the day: for each
// such product, the one that ended last; of several the first by id.
std::map<ProductKey, const v1::Entitlement*> EndedProducts(
    const ContractFacts& facts, const CivilDate& on);

// Whether the audit is open on the day and holds products.
bool IsHold(const v1::Audit& audit, const CivilDate& on);

// The parts of AlertsOn, a file each.
void AddTermDates(const ContractFacts& facts, KeyDates& dates);
void AddLineDates(const ContractFacts& facts, KeyDates& dates);
void AddTrueUps(const ContractFacts& facts, KeyDates& dates);
void AddReviews(const ContractFacts& facts, KeyDates& dates);
void AddAudits(const ContractFacts& facts, KeyDates& dates);
void AddHolds(const ContractFacts& facts, const FleetFacts& fleet,
              KeyDates& dates);
void AddRemainingInstalls(const ContractFacts& facts, const FleetFacts& fleet,
                          KeyDates& dates);

// What they share: subjects of alerts, and checked dates.
AlertSubject SubjectOf(const v1::Contract& contract);
AlertSubject SubjectOf(const v1::Entitlement& line);
AlertSubject SubjectOf(const v1::Audit& audit);
// The day that a checked field names; nothing if it is not set, or malformed.
std::optional<CivilDate> DayOf(bool is_set, const std::string& text);

}  // namespace rollcall::collector
