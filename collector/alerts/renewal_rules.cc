#include "collector/alerts/renewal_rules.h"

#include <algorithm>

namespace rollcall::collector {

std::vector<v1::Renewal> RenewalsOf(const std::string& contract_number,
                                    const std::string& contract_id,
                                    absl::Span<const KnownTerm> terms) {
  std::vector<v1::Renewal> renewals;
  for (size_t i = 1; i < terms.size(); ++i) {
    const KnownTerm& before = terms[i - 1];
    const KnownTerm& after = terms[i];
    if (!before.exists || !after.exists || !before.end.has_value() ||
        (after.end.has_value() && *after.end <= *before.end)) {
      continue;
    }
    v1::Renewal& renewal = renewals.emplace_back();
    renewal.set_contract_number(contract_number);
    renewal.set_contract_id(contract_id);
    renewal.set_vendor(after.vendor);
    renewal.set_end_date_before(before.end->ToString());
    if (after.end.has_value()) {
      renewal.set_end_date_after(after.end->ToString());
    }
    renewal.set_agreed_date(after.known.ToString());
    renewal.set_lead_days(before.end->DaysAfter(after.known));
    renewal.set_change_set_id(after.change_set_id);
  }
  return renewals;
}

void SumUp(absl::Span<const v1::Renewal> renewals,
           v1::ListRenewalsResponse& response) {
  std::vector<int> leads;
  int late = 0;
  for (const v1::Renewal& renewal : renewals) {
    leads.push_back(renewal.lead_days());
    if (renewal.lead_days() < 0) ++late;
  }
  response.set_renewal_count(static_cast<int32_t>(renewals.size()));
  response.set_late_count(late);
  if (leads.empty()) return;
  std::sort(leads.begin(), leads.end());
  response.set_median_lead_days(leads[(leads.size() - 1) / 2]);
}

}  // namespace rollcall::collector
