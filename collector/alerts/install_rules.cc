// Software that is still there when the right to it is over.
#include <optional>
#include <set>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "collector/alerts/alert_rules.h"

namespace rollcall::collector {
namespace {

bool Grants(const v1::Entitlement& line) {
  return line.licence_kind() != v1::Entitlement::LICENCE_KIND_MAINTENANCE;
}

bool HasBegun(const v1::Entitlement& line, const CivilDate& on) {
  const auto start = DayOf(true, line.start_date());
  return !start.has_value() || *start <= on;
}

}  // namespace

std::map<ProductKey, const v1::Entitlement*> EndedProducts(
    const ContractFacts& facts, const CivilDate& on) {
  std::set<ProductKey> in_term;
  std::map<ProductKey, const v1::Entitlement*> ended;
  for (const v1::Entitlement& line : facts.entitlements) {
    if (!Grants(line) || !HasBegun(line, on)) continue;
    const ProductKey key = ProductKey::Of(line.publisher(), line.product());
    const auto end = EndOf(line, facts);
    if (!end.has_value() || *end >= on) {
      in_term.insert(key);
      continue;
    }
    const v1::Entitlement*& last = ended[key];
    const auto last_end = last == nullptr ? std::nullopt : EndOf(*last, facts);
    if (last == nullptr || last_end < end ||
        (last_end == end && line.entitlement_id() < last->entitlement_id())) {
      last = &line;
    }
  }
  for (const ProductKey& key : in_term) ended.erase(key);
  return ended;
}

void AddRemainingInstalls(const ContractFacts& facts, const FleetFacts& fleet,
                          KeyDates& dates) {
  for (const auto& [key, line] : EndedProducts(facts, dates.on())) {
    const auto found = fleet.installed.find(key);
    if (found == fleet.installed.end()) continue;
    const InstalledCount& count = found->second;
    if (count.devices.has_value() && *count.devices == 0) continue;
    const CivilDate end = *EndOf(*line, facts);
    const std::string have =
        !count.devices.has_value() ? "It cannot be told how many devices have "
        : *count.devices == 1
            ? "1 device still has "
            : absl::StrCat(*count.devices, " devices still have ");
    v1::Alert* const alert = dates.Add(
        SubjectOf(*line),
        {.kind = v1::Alert::KIND_INSTALLS_REMAIN,
         .due = end,
         .action = absl::StrCat(
             have, line->product(), ", of which no line is in term since ",
             end.ToString(), ": renew the right, or remove it"),
         .shown_from = end,
         .stays = true});
    if (alert == nullptr) continue;
    if (count.devices.has_value()) alert->set_device_count(*count.devices);
    alert->set_caveat(count.caveat);
  }
}

}  // namespace rollcall::collector
