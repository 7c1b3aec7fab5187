#include "collector/reconcile/not_counted.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace rollcall::collector {
namespace {

bool IsMaintenanceAlone(const PositionInput& input) {
  return std::all_of(input.lines.begin(), input.lines.end(),
                     [](const v1::Entitlement* line) {
                       return line->licence_kind() ==
                              v1::Entitlement::LICENCE_KIND_MAINTENANCE;
                     });
}

}  // namespace

std::string WhyNotCounted(const PositionInput& input) {
  std::vector<std::string> reasons;
  if (!input.not_counted.empty()) reasons.push_back(input.not_counted);
  if (input.is_unrecognised && !IsMaintenanceAlone(input)) {
    reasons.push_back(absl::StrCat(
        "no rule recognises ", input.product, " of ", input.publisher,
        "; add one to the collector's rules (--rules), or enter its lines by "
        "the names of a rule"));
  }
  return absl::StrJoin(reasons, ", and ");
}

}  // namespace rollcall::collector
