// The clocks that run while a vendor audits, and what is held meanwhile.
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "collector/alerts/alert_rules.h"
#include "collector/alerts/master_rules.h"
#include "collector/contracts/clause_rules.h"

namespace rollcall::collector {
namespace {

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

// What an audit rests on.
struct AuditTerms {
  // Null: it names none, or one that is not there.
  const v1::Contract* contract = nullptr;
  // The contract that states when and how the vendor may audit, and the one
  // that states how long findings may be disputed; null: none.
  const v1::Contract* holder = nullptr;
  const v1::Contract* dispute_holder = nullptr;
  // One that they are under and that is not there; empty: none.
  std::string missing_master;
};

AuditTerms TermsOf(const v1::Audit& audit, const Masters& masters) {
  AuditTerms terms;
  terms.contract = masters.Find(audit.contract_number());
  if (terms.contract == nullptr) return terms;
  Masters::Chain chain = masters.ChainOf(*terms.contract);
  terms.holder = ContractThatSays(chain.contracts, SaysAuditClocks);
  terms.dispute_holder =
      ContractThatSays(chain.contracts, &v1::Clauses::has_dispute_window_days);
  terms.missing_master = std::move(chain.missing);
  return terms;
}

// Audits by the contract whose clause says when they may be.
using AuditsByHolder =
    absl::flat_hash_map<const v1::Contract*, std::vector<const v1::Audit*>>;

AuditsByHolder GroupAudits(const ContractFacts& facts, const Masters& masters) {
  AuditsByHolder groups;
  for (const v1::Audit& audit : facts.audits) {
    const AuditTerms terms = TermsOf(audit, masters);
    if (terms.holder != nullptr) groups[terms.holder].push_back(&audit);
  }
  return groups;
}

// The audit before this one of those that the same clause is for; null: none is
// known.
const v1::Audit* AuditBefore(const v1::Audit& audit,
                             absl::Span<const v1::Audit* const> all) {
  const auto order = [](const v1::Audit& of) {
    return std::make_tuple(of.notice_date(), BeginOf(of), of.audit_id());
  };
  const v1::Audit* before = nullptr;
  for (const v1::Audit* const other : all) {
    if (order(*other) >= order(audit)) continue;
    if (before == nullptr || BeginOf(*before) < BeginOf(*other)) {
      before = other;
    }
  }
  return before;
}

// Adds the clocks of one open audit.
class AuditClock {
 public:
  AuditClock(const v1::Audit& audit, const AuditTerms& terms, KeyDates& dates)
      : audit_(audit),
        terms_(terms),
        notice_(*DayOf(true, audit.notice_date())),
        start_(DayOf(audit.has_start_date(), audit.start_date())),
        findings_(DayOf(audit.has_findings_date(), audit.findings_date())),
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
  void AddNoClause() {
    Add(v1::Alert::KIND_AUDIT_NOTICE, notice_, notice_,
        absl::StrCat(
            "Contract ", terms_.contract->contract_number(),
            " states no audit clause, nor does one that it is under",
            terms_.missing_master.empty()
                ? ""
                : absl::StrCat(" (contract ", terms_.missing_master,
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
                       " of notice that ",
                       HolderText("the contract", "master contract "),
                       " asks for were over: object to it"));
    } else if (!start_.has_value() && FindingsCame()) {
      Add(v1::Alert::KIND_AUDIT_NOTICE, *earliest, notice_,
          absl::StrCat("Its findings came on ", audit_.findings_date(),
                       ", and no start of the audit is noted: note it, so that "
                       "it can be told whether it began too soon"));
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
        absl::StrCat(HolderText("The contract", "Master contract "),
                     " allows one audit in ", clause.frequency_months(),
                     " months, and audit ", before->reference(), " was on ",
                     last->ToString(),
                     ": none may begin before this day, object to it"));
  }

  // Of what runs from the findings on.
  void AddAfterFindings(const v1::AuditClause& clause) {
    if (clause.has_challenge_days()) {
      AddWindow(v1::Alert::KIND_AUDIT_CHALLENGE, clause.challenge_days(),
                absl::StrCat("Challenge by this day what is wrong in the "
                             "findings, and demand what they rest on",
                             SaysText(terms_.holder)));
    }
    if (clause.has_remediation_days()) {
      AddWindow(
          v1::Alert::KIND_AUDIT_REMEDIATION, clause.remediation_days(),
          absl::StrCat("Make good by this day what the findings rightly name",
                       SaysText(terms_.holder)));
    }
    if (terms_.dispute_holder != nullptr) {
      AddWindow(v1::Alert::KIND_AUDIT_DISPUTE,
                terms_.dispute_holder->clauses().dispute_window_days(),
                absl::StrCat(
                    "Dispute by this day what the vendor claims without right",
                    SaysText(terms_.dispute_holder)));
    }
  }

 private:
  static std::string DaysText(const v1::AuditClause& clause) {
    return clause.notice_days() == 1
               ? "1 day"
               : absl::StrCat(clause.notice_days(), " days");
  }

  // For people: where the clause stands.
  std::string HolderText(absl::string_view own,
                         absl::string_view master) const {
    return terms_.holder == terms_.contract
               ? std::string(own)
               : absl::StrCat(master, terms_.holder->contract_number());
  }
  std::string SaysText(const v1::Contract* sayer) const {
    return AsMastersSay(*terms_.contract, {sayer});
  }

  bool FindingsCame() const {
    return findings_.has_value() && *findings_ <= dates_.on();
  }

  // Days from the findings on.
  void AddWindow(v1::Alert::Kind kind, int days, std::string action) {
    if (!findings_.has_value()) return;
    const auto due = findings_->Plus(days);
    if (due.has_value()) Add(kind, *due, *findings_, std::move(action));
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
  const AuditTerms& terms_;
  const CivilDate notice_;
  const std::optional<CivilDate> start_;
  const std::optional<CivilDate> findings_;
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
  const Masters masters(facts);
  const AuditsByHolder groups = GroupAudits(facts, masters);
  for (const v1::Audit& audit : facts.audits) {
    if (!IsOpen(audit, dates.on())) continue;
    const AuditTerms terms = TermsOf(audit, masters);
    AuditClock clock(audit, terms, dates);
    if (terms.contract == nullptr) {
      clock.AddUnknown();
      continue;
    }
    if (terms.holder == nullptr) {
      clock.AddNoClause();
      clock.AddAfterFindings(v1::AuditClause());
      continue;
    }
    const v1::AuditClause& clause = terms.holder->clauses().audit();
    clock.AddNotice(clause);
    clock.AddFrequency(clause, AuditBefore(audit, groups.at(terms.holder)));
    clock.AddAfterFindings(clause);
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
