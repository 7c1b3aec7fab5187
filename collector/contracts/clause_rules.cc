#include "collector/contracts/clause_rules.h"

namespace rollcall::collector {

bool SaysRenewal(const v1::Clauses& clauses) { return clauses.has_renewal(); }

bool SaysNoticeDays(const v1::Clauses& clauses) {
  return clauses.renewal().has_notice_days();
}

bool SaysTrueUpDays(const v1::Clauses& clauses) {
  return !clauses.true_up().yearly_dates().empty() ||
         !clauses.true_up().dates().empty();
}

bool SaysEscalator(const v1::Clauses& clauses) {
  return clauses.price_escalator().has_cap_percent() ||
         clauses.price_escalator().has_price_index();
}

bool SaysAuditClocks(const v1::Clauses& clauses) {
  const v1::AuditClause& audit = clauses.audit();
  return audit.has_notice_days() || audit.has_frequency_months() ||
         audit.has_challenge_days() || audit.has_remediation_days();
}

}  // namespace rollcall::collector
