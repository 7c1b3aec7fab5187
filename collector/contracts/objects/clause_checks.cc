#include "collector/contracts/objects/clause_checks.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "collector/contracts/objects/shared_checks.h"

namespace rollcall::collector {
namespace {

constexpr int kMaxMonths = 1'200;
constexpr int kMaxDays = 36'600;
constexpr int kMaxDates = 100;
constexpr int kMaxEnvironments = 20;
constexpr int kMaxFormats = 20;

void CheckAudit(const v1::AuditClause& audit, FieldCheck& check) {
  check
      .Number("clauses.audit.frequency_months", audit.has_frequency_months(),
              audit.frequency_months(), 1, kMaxMonths)
      .Number("clauses.audit.notice_days", audit.has_notice_days(),
              audit.notice_days(), 0, kMaxDays)
      .Notes("clauses.audit.scope", audit.has_scope(), audit.scope(),
             kMaxPhraseBytes)
      .Number("clauses.audit.remediation_days", audit.has_remediation_days(),
              audit.remediation_days(), 0, kMaxDays)
      .Number("clauses.audit.challenge_days", audit.has_challenge_days(),
              audit.challenge_days(), 0, kMaxDays)
      .Count("clauses.audit.evidence_formats", audit.evidence_formats_size(),
             kMaxFormats);
  for (const std::string& format : audit.evidence_formats()) {
    check.Name("clauses.audit.evidence_formats", format, kMaxNameBytes);
  }
}

void CheckLiability(const v1::LiabilityCap& cap, FieldCheck& check) {
  check.Price("clauses.liability_cap.amount", cap.has_amount(), cap.amount())
      .Percent("clauses.liability_cap.percent_of_annual_fees",
               cap.has_percent_of_annual_fees(), cap.percent_of_annual_fees());
  if (cap.uncapped() &&
      (cap.has_amount() || cap.has_percent_of_annual_fees())) {
    check.Fail("clauses.liability_cap.uncapped",
               "contradicts the cap that is given with it");
  }
}

// "01-31" of a year with 29 days in February.
bool IsDayOfYear(absl::string_view text) {
  return CivilDate::Parse(absl::StrCat("2000-", text)).ok();
}

void CheckTrueUp(const v1::TrueUpClause& true_up, FieldCheck& check) {
  check
      .Known("clauses.true_up.method",
             v1::TrueUpClause::Method_IsValid(true_up.method()))
      .Count("clauses.true_up.yearly_dates", true_up.yearly_dates_size(),
             kMaxDates)
      .Count("clauses.true_up.dates", true_up.dates_size(), kMaxDates)
      .Number("clauses.true_up.report_window_days",
              true_up.has_report_window_days(), true_up.report_window_days(), 0,
              kMaxDays)
      .Number("clauses.true_up.order_window_days",
              true_up.has_order_window_days(), true_up.order_window_days(), 0,
              kMaxDays)
      .Notes("clauses.true_up.text", true_up.has_text(), true_up.text(),
             kMaxPhraseBytes);
  std::string last;
  for (const std::string& day : true_up.yearly_dates()) {
    if (!IsDayOfYear(day) || day <= last) {
      check.Fail("clauses.true_up.yearly_dates",
                 "must be days of the year as MM-DD, ordered, each once");
    }
    last = day;
  }
  last.clear();
  for (const std::string& day : true_up.dates()) {
    check.Day("clauses.true_up.dates", day);
    if (day <= last) {
      check.Fail("clauses.true_up.dates", "must be ordered, each once");
    }
    last = day;
  }
}

void CheckPrices(const v1::Clauses& clauses, FieldCheck& check) {
  const v1::PriceEscalator& escalator = clauses.price_escalator();
  check
      .Percent("clauses.price_escalator.cap_percent",
               escalator.has_cap_percent(), escalator.cap_percent())
      .Text("clauses.price_escalator.price_index", escalator.has_price_index(),
            escalator.price_index(), kMaxNameBytes);
  if (clauses.has_price_escalator() && !escalator.has_cap_percent() &&
      !escalator.has_price_index()) {
    check.Fail("clauses.price_escalator", "needs cap_percent or price_index");
  }
  const v1::RebateClause& rebate = clauses.rebate();
  check
      .Percent("clauses.rebate.percent", clauses.has_rebate(), rebate.percent())
      .Percent("clauses.rebate.unused_at_least_percent",
               rebate.has_unused_at_least_percent(),
               rebate.unused_at_least_percent());
}

void CheckDefinitions(const v1::Clauses& clauses, FieldCheck& check) {
  check.Count("clauses.environments", clauses.environments_size(),
              kMaxEnvironments);
  for (const v1::EnvironmentDefinition& environment : clauses.environments()) {
    check
        .Known(
            "clauses.environments.kind",
            environment.kind() != v1::EnvironmentDefinition::KIND_UNSPECIFIED &&
                v1::EnvironmentDefinition::Kind_IsValid(environment.kind()))
        .Notes("clauses.environments.definition",
               !environment.definition().empty(), environment.definition(),
               kMaxPhraseBytes);
  }
  check.Notes("clauses.access.definition", clauses.access().has_definition(),
              clauses.access().definition(), kMaxPhraseBytes);
}

}  // namespace

void CheckClauses(const v1::Clauses& clauses, FieldCheck& check) {
  CheckAudit(clauses.audit(), check);
  CheckLiability(clauses.liability_cap(), check);
  CheckTrueUp(clauses.true_up(), check);
  CheckPrices(clauses, check);
  CheckDefinitions(clauses, check);
  check
      .Number("clauses.look_back_months", clauses.has_look_back_months(),
              clauses.look_back_months(), 0, kMaxMonths)
      .Number("clauses.dispute_window_days", clauses.has_dispute_window_days(),
              clauses.dispute_window_days(), 0, kMaxDays)
      .Number("clauses.renewal.notice_days",
              clauses.renewal().has_notice_days(),
              clauses.renewal().notice_days(), 0, kMaxDays)
      .Number("clauses.renewal.term_months",
              clauses.renewal().has_term_months(),
              clauses.renewal().term_months(), 1, kMaxMonths)
      .Day("clauses.maintenance_end_date", clauses.has_maintenance_end_date(),
           clauses.maintenance_end_date())
      .Number("clauses.evidence_retention_days",
              clauses.has_evidence_retention_days(),
              clauses.evidence_retention_days(), 0, kMaxDays);
}

}  // namespace rollcall::collector
