// Ends of contracts: renewal, notice, maintenance.
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "collector/alerts/alert_rules.h"

namespace rollcall::collector {
namespace {

// How many lines end with their contract, by the contract's id.
using LineCounts = absl::flat_hash_map<std::string, int>;

LineCounts CountLinesThatEndWith(const ContractFacts& facts) {
  absl::flat_hash_map<std::string, CivilDate> ends;
  for (const v1::Contract& contract : facts.contracts) {
    const auto end = EndOf(contract, facts);
    if (end.has_value()) ends.emplace(contract.contract_id(), *end);
  }
  LineCounts counts;
  for (const v1::Entitlement& line : facts.entitlements) {
    const auto end = ends.find(line.contract_id());
    if (end == ends.end() || EndOf(line, facts) != end->second) continue;
    ++counts[line.contract_id()];
  }
  return counts;
}

std::string LinesText(int count) {
  if (count == 0) return "";
  return count == 1 ? "; 1 line ends with it"
                    : absl::StrCat("; ", count, " lines end with it");
}

std::optional<CivilDate> LastDayForNotice(const v1::Contract& contract,
                                          const CivilDate& end) {
  const v1::RenewalClause& renewal = contract.clauses().renewal();
  if (!renewal.has_notice_days()) return std::nullopt;
  return end.Plus(-renewal.notice_days());
}

std::string MonthsText(const v1::RenewalClause& renewal) {
  if (!renewal.has_term_months()) return "";
  return renewal.term_months() == 1
             ? " for 1 month"
             : absl::StrCat(" for ", renewal.term_months(), " months");
}

std::string RenewalText(const v1::Contract& contract,
                        const std::optional<CivilDate>& notice,
                        const CivilDate& on) {
  const v1::RenewalClause& renewal = contract.clauses().renewal();
  if (!renewal.automatic()) {
    return "Ends on this day unless it is renewed: renew it, or retire what it "
           "covers";
  }
  const std::string renews =
      absl::StrCat("Renews itself", MonthsText(renewal), " after this day");
  if (!notice.has_value()) {
    return absl::StrCat(renews,
                        " unless notice is given, and no last day for notice "
                        "is stated: ask the vendor for it, and decide");
  }
  if (on > *notice) {
    return absl::StrCat(renews, "; the last day for notice was ",
                        notice->ToString(),
                        ": enter its new end, or that notice was given");
  }
  return absl::StrCat(renews, " unless notice is given by ", notice->ToString(),
                      ": decide whether to keep it");
}

std::string NoticeText(const v1::Contract& contract, const CivilDate& end) {
  if (contract.clauses().renewal().automatic()) {
    return absl::StrCat("Give notice by this day, or it renews itself",
                        MonthsText(contract.clauses().renewal()), " after ",
                        end.ToString());
  }
  return absl::StrCat(
      "Tell the vendor by this day whether it is renewed after ",
      end.ToString());
}

std::string EndedText(const v1::Contract& contract) {
  return contract.clauses().renewal().automatic()
             ? "Its term is over, and it renewed itself unless notice was "
               "given: enter its new end, or that notice was given"
             : "Its term is over: enter its renewal, or retire what it covers";
}

void AddEnd(const v1::Contract& contract, const CivilDate& end, int lines,
            KeyDates& dates) {
  const AlertSubject subject = SubjectOf(contract);
  const auto notice = LastDayForNotice(contract, end);
  if (dates.on() > end) {
    dates.Add(subject,
              {.kind = v1::Alert::KIND_END_OF_TERM,
               .due = end,
               .action = absl::StrCat(EndedText(contract), LinesText(lines))});
    return;
  }
  dates.Add(subject,
            {.kind = v1::Alert::KIND_RENEWAL,
             .due = end,
             .action = absl::StrCat(RenewalText(contract, notice, dates.on()),
                                    LinesText(lines))});
  if (notice.has_value()) {
    dates.Add(subject, {.kind = v1::Alert::KIND_NOTICE,
                        .due = *notice,
                        .action = NoticeText(contract, end)});
  }
}

}  // namespace

void AddTermDates(const ContractFacts& facts, KeyDates& dates) {
  const LineCounts lines = CountLinesThatEndWith(facts);
  for (const v1::Contract& contract : facts.contracts) {
    if (const auto end = EndOf(contract, facts); end.has_value()) {
      const auto count = lines.find(contract.contract_id());
      AddEnd(contract, *end, count == lines.end() ? 0 : count->second, dates);
    }
    const auto maintenance =
        DayOf(contract.clauses().has_maintenance_end_date(),
              contract.clauses().maintenance_end_date());
    if (maintenance.has_value()) {
      dates.Add(
          SubjectOf(contract),
          {.kind = v1::Alert::KIND_MAINTENANCE_END,
           .due = *maintenance,
           .action = "Maintenance ends: renew it, or plan without updates "
                     "and support"});
    }
  }
}

}  // namespace rollcall::collector
