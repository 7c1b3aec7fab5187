// The clocks that run while a vendor audits, and what is held meanwhile.
#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/alerts/alert_rules.h"

namespace rollcall::collector {
namespace {

// A contract, and the audits that rest on it.
struct AuditedContract {
  const v1::Contract* contract = nullptr;
  std::vector<const v1::Audit*> audits;
};

// By the contract's number in lower case, which is what audits name it by.
using AuditedContracts = absl::flat_hash_map<std::string, AuditedContract>;

AuditedContracts GroupAudits(const ContractFacts& facts) {
  AuditedContracts groups;
  for (const v1::Contract& contract : facts.contracts) {
    groups[absl::AsciiStrToLower(contract.contract_number())].contract =
        &contract;
  }
  for (const v1::Audit& audit : facts.audits) {
    groups[absl::AsciiStrToLower(audit.contract_number())].audits.push_back(
        &audit);
  }
  return groups;
}

bool IsOpen(const v1::Audit& audit, const CivilDate& on) {
  const auto notice = DayOf(true, audit.notice_date());
  const auto close = DayOf(audit.has_close_date(), audit.close_date());
  return notice.has_value() && *notice <= on &&
         (!close.has_value() || *close > on);
}

// The day that frequency is counted from and to: when it began, else when its
// notice came.
std::optional<CivilDate> BeginOf(const v1::Audit& audit) {
  const auto start = DayOf(audit.has_start_date(), audit.start_date());
  return start.has_value() ? start : DayOf(true, audit.notice_date());
}

// How far up from a contract clauses are looked for.
constexpr size_t kMostMasters = 8;

// What an audit rests on.
struct AuditTerms {
  // The contract, then those that it is under, nearest first.
  std::vector<const AuditedContract*> contracts;
  // The first of them that states when and how the vendor may audit; null:
  // none.
  const AuditedContract* holder = nullptr;
  std::optional<int> dispute_days;
  // A contract that one of them is under and that is not there; empty: none.
  std::string missing_master;
};

bool StatesClocks(const v1::AuditClause& clause) {
  return clause.has_notice_days() || clause.has_frequency_months() ||
         clause.has_challenge_days() || clause.has_remediation_days();
}

// REQUIRES: the group has a contract.
AuditTerms TermsOf(const AuditedContract& group,
                   const AuditedContracts& groups) {
  AuditTerms terms;
  const AuditedContract* next = &group;
  while (terms.contracts.size() <= kMostMasters) {
    // Contracts may be under each other by mistake.
    if (std::find(terms.contracts.begin(), terms.contracts.end(), next) !=
        terms.contracts.end()) {
      break;
    }
    terms.contracts.push_back(next);
    const v1::Clauses& clauses = next->contract->clauses();
    if (terms.holder == nullptr && StatesClocks(clauses.audit())) {
      terms.holder = next;
    }
    if (!terms.dispute_days.has_value() && clauses.has_dispute_window_days()) {
      terms.dispute_days = clauses.dispute_window_days();
    }
    if (!next->contract->has_master_contract_number()) break;
    const std::string& master = next->contract->master_contract_number();
    const auto found = groups.find(absl::AsciiStrToLower(master));
    if (found == groups.end() || found->second.contract == nullptr) {
      terms.missing_master = master;
      break;
    }
    next = &found->second;
  }
  return terms;
}

// The audit before this one under the same contract, or under that whose clause
// holds; null: none is known.
const v1::Audit* AuditBefore(const v1::Audit& audit,
                             const AuditedContract& group,
                             const AuditedContract& holder) {
  const v1::Audit* before = nullptr;
  for (const AuditedContract* const of : {&group, &holder}) {
    for (const v1::Audit* const other : of->audits) {
      if (other->notice_date() >= audit.notice_date()) continue;
      if (before == nullptr || BeginOf(*before) < BeginOf(*other)) {
        before = other;
      }
    }
  }
  return before;
}

// Adds the clocks of one open audit.
class AuditClock {
 public:
  AuditClock(const v1::Audit& audit, const CivilDate& notice, KeyDates& dates)
      : audit_(audit),
        notice_(notice),
        start_(DayOf(audit.has_start_date(), audit.start_date())),
        subject_(SubjectOf(audit)),
        dates_(dates) {}

  // Without its contract no clock can be told.
  void AddUnknown() {
    Add(v1::Alert::KIND_AUDIT_NOTICE, notice_, notice_,
        audit_.has_contract_number()
            ? absl::StrCat(
                  "The audit rests on contract ", audit_.contract_number(),
                  ", which is not there on this day: enter it, so that "
                  "notice, challenge and remediation can be counted")
            : "The audit names no contract: enter the one that it rests on, so "
              "that notice, challenge and remediation can be counted");
  }

  // Without an audit clause neither.
  void AddNoClause(const AuditTerms& terms) {
    Add(v1::Alert::KIND_AUDIT_NOTICE, notice_, notice_,
        absl::StrCat(
            "Contract ", terms.contracts.front()->contract->contract_number(),
            " states no audit clause, nor does one that it is under",
            terms.missing_master.empty()
                ? ""
                : absl::StrCat(" (contract ", terms.missing_master,
                               " is not there on this day)"),
            ": enter it where it stands, so that notice, challenge and "
            "remediation can be counted"));
  }

  void AddNotice(const v1::AuditClause& clause) {
    if (!clause.has_notice_days()) return;
    const auto earliest = notice_.Plus(clause.notice_days());
    if (!earliest.has_value()) return;
    const bool began = start_.has_value() && *start_ <= dates_.on();
    if (start_.has_value() && *start_ < *earliest) {
      Add(v1::Alert::KIND_AUDIT_NOTICE, *earliest, notice_,
          absl::StrCat("The audit ", began ? "began" : "is to begin", " on ",
                       start_->ToString(), ", before the ", DaysText(clause),
                       " of notice that the contract asks for were over: "
                       "object to it"));
    } else if (!start_.has_value() && dates_.on() > *earliest) {
      Add(v1::Alert::KIND_AUDIT_NOTICE, *earliest, notice_,
          absl::StrCat("The audit may begin any day now, since the ",
                       DaysText(clause),
                       " after its notice are over: note its start once it "
                       "has begun"));
    } else if (!began) {
      Add(v1::Alert::KIND_AUDIT_NOTICE, *earliest, notice_,
          absl::StrCat("The audit may not begin before this day, ",
                       DaysText(clause),
                       " after its notice: be ready by then"));
    }
  }

  void AddFrequency(const v1::AuditClause& clause, const v1::Audit* before) {
    const auto last = before == nullptr ? std::nullopt : BeginOf(*before);
    if (!clause.has_frequency_months() || !last.has_value()) return;
    const auto earliest = last->PlusMonths(clause.frequency_months());
    // What it has not begun yet may still begin once its notice is over.
    const auto begin =
        start_.has_value() ? start_ : notice_.Plus(clause.notice_days());
    if (!earliest.has_value() || !begin.has_value() || *begin >= *earliest) {
      return;
    }
    Add(v1::Alert::KIND_AUDIT_FREQUENCY, *earliest, notice_,
        absl::StrCat("The contract allows one audit in ",
                     clause.frequency_months(), " months, and audit ",
                     before->reference(), " was on ", last->ToString(),
                     ": none may begin before this day, object to it"));
  }

  // Of what runs from the findings on.
  void AddAfterFindings(const v1::AuditClause& clause,
                        const std::optional<int>& dispute_days) {
    const auto findings =
        DayOf(audit_.has_findings_date(), audit_.findings_date());
    if (!findings.has_value()) return;
    if (clause.has_challenge_days()) {
      AddWindow(v1::Alert::KIND_AUDIT_CHALLENGE, *findings,
                clause.challenge_days(),
                "Challenge by this day what is wrong in the findings, and "
                "demand what they rest on");
    }
    if (clause.has_remediation_days()) {
      AddWindow(v1::Alert::KIND_AUDIT_REMEDIATION, *findings,
                clause.remediation_days(),
                "Make good by this day what the findings rightly name");
    }
    if (dispute_days.has_value()) {
      AddWindow(v1::Alert::KIND_AUDIT_DISPUTE, *findings, *dispute_days,
                "Dispute by this day what the vendor claims without right");
    }
  }

 private:
  static std::string DaysText(const v1::AuditClause& clause) {
    return clause.notice_days() == 1
               ? "1 day"
               : absl::StrCat(clause.notice_days(), " days");
  }

  void AddWindow(v1::Alert::Kind kind, const CivilDate& from, int days,
                 std::string action) {
    const auto due = from.Plus(days);
    if (due.has_value()) Add(kind, *due, from, std::move(action));
  }

  void Add(v1::Alert::Kind kind, const CivilDate& due, const CivilDate& from,
           std::string action) {
    dates_.Add(subject_, {.kind = kind,
                          .due = due,
                          .action = std::move(action),
                          .shown_from = from,
                          .stays = true});
  }

  const v1::Audit& audit_;
  const CivilDate notice_;
  const std::optional<CivilDate> start_;
  const AlertSubject subject_;
  KeyDates& dates_;
};

// The first few, and how many more there are.
std::string ProductsText(const v1::Audit& audit) {
  constexpr int kNamed = 3;
  const int more = audit.held_products_size() - kNamed;
  const auto& all = audit.held_products();
  if (more <= 0) return absl::StrJoin(all, ", ");
  return absl::StrCat(absl::StrJoin(all.begin(), all.begin() + kNamed, ", "),
                      " and ", more, " more");
}

std::string HoldText(const v1::Audit& audit, const HeldChanges* held) {
  const std::string products = ProductsText(audit);
  const int devices = held == nullptr ? 0 : held->device_count.value_or(0);
  if (devices == 0) {
    return absl::StrCat("Nothing of ", products,
                        " may be installed or removed until the audit is "
                        "closed: see that everybody concerned knows");
  }
  return absl::StrCat(
      "Something of ", products, " was installed or removed on ",
      devices == 1 ? "1 device" : absl::StrCat(devices, " devices"),
      " since the notice: ask why, and note it for the audit");
}

}  // namespace

bool IsHold(const v1::Audit& audit, const CivilDate& on) {
  return !audit.held_products().empty() && IsOpen(audit, on);
}

void AddAudits(const ContractFacts& facts, KeyDates& dates) {
  const AuditedContracts groups = GroupAudits(facts);
  for (const v1::Audit& audit : facts.audits) {
    if (!IsOpen(audit, dates.on())) continue;
    AuditClock clock(audit, *DayOf(true, audit.notice_date()), dates);
    const AuditedContract& group =
        groups.at(absl::AsciiStrToLower(audit.contract_number()));
    if (group.contract == nullptr) {
      clock.AddUnknown();
      continue;
    }
    const AuditTerms terms = TermsOf(group, groups);
    if (terms.holder == nullptr) {
      clock.AddNoClause(terms);
      clock.AddAfterFindings(v1::AuditClause(), terms.dispute_days);
      continue;
    }
    const v1::AuditClause& clause = terms.holder->contract->clauses().audit();
    clock.AddNotice(clause);
    if (clause.has_frequency_months()) {
      clock.AddFrequency(clause, AuditBefore(audit, group, *terms.holder));
    }
    clock.AddAfterFindings(clause, terms.dispute_days);
  }
}

void AddHolds(const ContractFacts& facts, const FleetFacts& fleet,
              KeyDates& dates) {
  for (const v1::Audit& audit : facts.audits) {
    if (!IsHold(audit, dates.on())) continue;
    const CivilDate notice = *DayOf(true, audit.notice_date());
    const auto found = fleet.held.find(audit.audit_id());
    const HeldChanges* const held =
        found == fleet.held.end() ? nullptr : &found->second;
    v1::Alert* const alert =
        dates.Add(SubjectOf(audit), {.kind = v1::Alert::KIND_AUDIT_HOLD,
                                     .due = notice,
                                     .action = HoldText(audit, held),
                                     .shown_from = notice,
                                     .stays = true});
    if (alert == nullptr || held == nullptr) continue;
    if (held->device_count.has_value()) {
      alert->set_device_count(*held->device_count);
    }
    alert->mutable_held_changes()->Assign(held->changes.begin(),
                                          held->changes.end());
    alert->set_caveat(held->caveat);
  }
}

}  // namespace rollcall::collector
