#include "collector/contracts/master_check.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/status.h"

namespace rollcall::collector {

absl::StatusOr<const std::vector<MasterCheck::Span>*> MasterCheck::SpansOf(
    const std::string& number, StatesOfContract states) {
  const auto [it, is_new] = spans_.try_emplace(number);
  std::vector<Span>& spans = it->second;
  if (!is_new) return &spans;
  ROLLCALL_ASSIGN_OR_RETURN(const auto all, states(number));
  for (size_t i = 0; i < all.size(); ++i) {
    if (!all[i].object.has_value()) continue;
    const std::string master = absl::AsciiStrToLower(
        all[i].object->contract().master_contract_number());
    if (master.empty()) continue;
    const uint32_t until = i + 1 < all.size() ? all[i + 1].from : kNeverDay;
    if (!spans.empty() && spans.back().until == all[i].from &&
        spans.back().master == master) {
      spans.back().until = until;
    } else {
      spans.push_back({all[i].from, until, master});
    }
  }
  return &spans;
}

absl::Status MasterCheck::Check(const std::string& contract,
                                const std::string& master, uint32_t from,
                                uint32_t until, StatesOfContract states) {
  struct Step {
    Span span;
    int height;
  };
  const std::string self = absl::AsciiStrToLower(contract);
  // On one day a contract has one master: what is open never overlaps.
  std::vector<Step> open = {{{from, until, absl::AsciiStrToLower(master)}, 1}};
  while (!open.empty()) {
    const auto [below, height] = std::move(open.back());
    open.pop_back();
    if (below.master == self) {
      return absl::FailedPreconditionError(absl::StrCat(
          "contract ", contract, " would be under itself from ",
          DayInWords(below.from), " on, by its master contract ", master,
          "; one of them must name another master, or none"));
    }
    if (height > kMostMasters) {
      return absl::FailedPreconditionError(absl::StrCat(
          "contract ", contract, " would be under more than ", kMostMasters,
          " contracts, one above the other, by its master contract ", master,
          "; are some of these under themselves?"));
    }
    ROLLCALL_ASSIGN_OR_RETURN(const auto* above, SpansOf(below.master, states));
    for (const Span& span : *above) {
      const uint32_t first = std::max(span.from, below.from);
      const uint32_t end = std::min(span.until, below.until);
      if (first < end) open.push_back({{first, end, span.master}, height + 1});
    }
  }
  return absl::OkStatus();
}

}  // namespace rollcall::collector
