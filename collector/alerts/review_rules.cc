// Contracts that nobody read through for too long.
#include <algorithm>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "collector/alerts/alert_rules.h"

namespace rollcall::collector {
namespace {

using Reviewed = absl::flat_hash_map<std::string, CivilDate>;

// The last review up to the day, by the contract's id.
Reviewed LastReviews(const ContractFacts& facts, const CivilDate& on) {
  Reviewed last;
  for (const v1::Review& review : facts.reviews) {
    const auto day = DayOf(true, review.review_date());
    if (!day.has_value() || *day > on) continue;
    const auto [place, is_new] = last.emplace(review.contract_id(), *day);
    if (!is_new) place->second = std::max(place->second, *day);
  }
  return last;
}

}  // namespace

void AddReviews(const ContractFacts& facts, KeyDates& dates) {
  const Reviewed reviewed = LastReviews(facts, dates.on());
  const int days = dates.settings().review_days;
  for (const v1::Contract& contract : facts.contracts) {
    const auto end = EndOf(contract, facts);
    if (end.has_value() && dates.on() > *end) continue;
    const auto last = reviewed.find(contract.contract_id());
    std::optional<CivilDate> from;
    std::string since;
    if (last != reviewed.end()) {
      from = last->second;
      since = absl::StrCat("Last reviewed on ", from->ToString());
    } else {
      from = DayOf(contract.has_sign_date(), contract.sign_date());
      if (!from.has_value()) from = DayOf(true, contract.start_date());
      since = "Never reviewed";
    }
    const auto due = from.has_value() ? from->Plus(days) : std::nullopt;
    if (!due.has_value()) continue;
    dates.Add(SubjectOf(contract),
              {.kind = v1::Alert::KIND_REVIEW,
               .due = *due,
               .action = absl::StrCat(
                   since,
                   ": read it through, correct what is not so any more, "
                   "and note the review"),
               .shown_from = std::nullopt,
               .stays = true});
  }
}

}  // namespace rollcall::collector
