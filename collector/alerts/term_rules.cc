// Ends of contracts: renewal, notice, maintenance.
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "collector/alerts/alert_rules.h"
#include "collector/alerts/master_rules.h"
#include "collector/contracts/clause_rules.h"

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

// How a contract is renewed, by its own clauses or those of contracts that it
// is under.
class ContractRenewal {
 public:
  ContractRenewal(const v1::Contract& contract, const CivilDate& end,
                  const ContractFacts& facts, const Masters& masters)
      : contract_(contract), end_(end) {
    if (facts.ended.contains(contract.contract_id())) return;
    const auto chain = masters.ChainOf(contract).contracts;
    clause_ = ContractThatSays(chain, SaysRenewal);
    // A contract that renews itself, and does not say by when to give notice,
    // leaves that to those that it is under.
    notice_ = IsAutomatic() ? ContractThatSays(chain, SaysNoticeDays) : clause_;
    if (notice_ != nullptr && !SaysNoticeDays(notice_->clauses())) {
      notice_ = nullptr;
    }
  }

  const CivilDate& end() const { return end_; }
  bool IsAutomatic() const {
    return clause_ != nullptr && clause_->clauses().renewal().automatic();
  }

  // The last day for notice; nothing: none is stated.
  std::optional<CivilDate> NoticeDay() const {
    if (notice_ == nullptr) return std::nullopt;
    return end_.Plus(-notice_->clauses().renewal().notice_days());
  }

  // What the clauses that count say, as if one did.
  v1::RenewalClause Terms() const {
    v1::RenewalClause terms;
    if (clause_ != nullptr) terms = clause_->clauses().renewal();
    terms.clear_notice_days();
    if (notice_ != nullptr) {
      terms.set_notice_days(notice_->clauses().renewal().notice_days());
    }
    return terms;
  }

  // What to do about the end, up to it.
  std::string EndText(const CivilDate& on) const {
    if (!IsAutomatic()) {
      return "Ends on this day unless it is renewed: renew it, or retire what "
             "it covers";
    }
    const std::string renews =
        absl::StrCat("Renews itself", MonthsText(), " after this day");
    const auto notice = NoticeDay();
    if (!notice.has_value()) {
      return absl::StrCat(renews, " unless notice is given", SayersText(),
                          ", and no last day for notice is stated: ask the "
                          "vendor for it, and decide");
    }
    if (on > *notice) {
      return absl::StrCat(renews, "; the last day for notice was ",
                          notice->ToString(), SayersText(),
                          ": enter its new end, or that notice was given");
    }
    return absl::StrCat(renews, " unless notice is given by ",
                        notice->ToString(), SayersText(),
                        ": decide whether to keep it");
  }

  // What to do about it once it has passed.
  std::string EndedText() const {
    if (!IsAutomatic()) {
      return "Its term is over: enter its renewal, or retire what it covers";
    }
    return absl::StrCat(
        "Its term is over, and it renewed itself unless notice was given",
        SayersText(), ": enter its new end, or that notice was given");
  }

  std::string NoticeText() const {
    if (IsAutomatic()) {
      return absl::StrCat("Give notice by this day, or it renews itself",
                          MonthsText(), " after ", end_.ToString(),
                          SayersText());
    }
    return absl::StrCat(
        "Tell the vendor by this day whether it is renewed after ",
        end_.ToString(), SayersText());
  }

 private:
  std::string SayersText() const {
    return AsMastersSay(contract_, {clause_, notice_});
  }

  std::string MonthsText() const {
    const v1::RenewalClause& renewal = clause_->clauses().renewal();
    if (!renewal.has_term_months()) return "";
    return renewal.term_months() == 1
               ? " for 1 month"
               : absl::StrCat(" for ", renewal.term_months(), " months");
  }

  const v1::Contract& contract_;
  const CivilDate end_;
  // The contract whose clause says how it is renewed, and the one that says by
  // when notice must be given; null: none.
  const v1::Contract* clause_ = nullptr;
  const v1::Contract* notice_ = nullptr;
};

void AddEnd(const v1::Contract& contract, const ContractRenewal& renewal,
            int lines, KeyDates& dates) {
  const AlertSubject subject = SubjectOf(contract);
  if (dates.on() > renewal.end()) {
    dates.Add(subject,
              {.kind = v1::Alert::KIND_END_OF_TERM,
               .due = renewal.end(),
               .action = absl::StrCat(renewal.EndedText(), LinesText(lines))});
    return;
  }
  const auto add = [&](const KeyDate& date) {
    v1::Alert* const alert = dates.Add(subject, date);
    if (alert != nullptr) *alert->mutable_renewal() = renewal.Terms();
  };
  add({.kind = v1::Alert::KIND_RENEWAL,
       .due = renewal.end(),
       .action = absl::StrCat(renewal.EndText(dates.on()), LinesText(lines))});
  if (const auto notice = renewal.NoticeDay(); notice.has_value()) {
    add({.kind = v1::Alert::KIND_NOTICE,
         .due = *notice,
         .action = renewal.NoticeText()});
  }
}

}  // namespace

void AddTermDates(const ContractFacts& facts, KeyDates& dates) {
  const LineCounts lines = CountLinesThatEndWith(facts);
  const Masters masters(facts);
  for (const v1::Contract& contract : facts.contracts) {
    if (const auto end = EndOf(contract, facts); end.has_value()) {
      const auto count = lines.find(contract.contract_id());
      AddEnd(contract, ContractRenewal(contract, *end, facts, masters),
             count == lines.end() ? 0 : count->second, dates);
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
