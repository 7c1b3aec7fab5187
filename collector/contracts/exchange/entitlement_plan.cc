#include "collector/contracts/exchange/entitlement_plan.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "collector/contracts/contract_content.h"
#include "collector/contracts/contract_words.h"
#include "collector/contracts/exchange/contract_book.h"
#include "collector/contracts/exchange/licence_term.h"
#include "collector/contracts/exchange/unstated_fields.h"
#include "collector/contracts/object_kind.h"
#include "collector/contracts/object_states.h"
#include "collector/contracts/reference_check.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

std::string NameOfLine(const v1::Entitlement& line) {
  return absl::StrCat(line.contract_number(), " / ", line.purchase_order(),
                      " / ", line.line());
}

std::string SourceInWords(const std::string& source) {
  if (!source.empty()) return absl::StrCat("the mapping ", source);
  return "the collector's own columns or the hand of somebody";
}

// What two lines have alike that are the same purchase.
std::string PurchaseOf(const v1::Entitlement& line) {
  return absl::AsciiStrToLower(
      absl::StrCat(line.contract_number(), "\n", line.purchase_order(), "\n",
                   line.publisher(), "\n", line.product(), "\n", line.metric(),
                   "\n", line.part_number(), "\n", line.start_date()));
}

// What other imports brought of the contracts that a file names.
class OtherLines {
 public:
  absl::Status Read(const ImportedFile& file, const Reader& reader) {
    if (file.good.empty()) return absl::OkStatus();
    const std::string& source = file.good[0].entitlement().source();
    absl::flat_hash_set<std::string> contracts;
    for (const v1::ContractObject& object : file.good) {
      contracts.insert(
          absl::AsciiStrToLower(object.entitlement().contract_number()));
    }
    ObjectWalk walk(reader, ObjectNumber::kEntitlement, kAtLast);
    while (true) {
      ROLLCALL_ASSIGN_OR_RETURN(const auto next, walk.Next());
      if (!next.has_value()) return absl::OkStatus();
      const v1::Entitlement& line = next->object.entitlement();
      if (line.source() == source) {
        if (line.source_line_id().empty()) continue;
        by_source_line_.emplace(absl::AsciiStrToLower(line.source_line_id()),
                                NameOfLine(line));
      } else if (contracts.contains(
                     absl::AsciiStrToLower(line.contract_number()))) {
        by_purchase_.emplace(PurchaseOf(line), NameOfLine(line));
      }
    }
  }

  // What the source's line is known as; null: it is not.
  const std::string* FindSourceLine(const v1::Entitlement& line) const {
    const auto it =
        by_source_line_.find(absl::AsciiStrToLower(line.source_line_id()));
    return it == by_source_line_.end() ? nullptr : &it->second;
  }
  // A line of another source that is the same purchase; null: there is none.
  const std::string* FindPurchase(const v1::Entitlement& line) const {
    const auto it = by_purchase_.find(PurchaseOf(line));
    return it == by_purchase_.end() ? nullptr : &it->second;
  }

 private:
  absl::flat_hash_map<std::string, std::string> by_source_line_;
  absl::flat_hash_map<std::string, std::string> by_purchase_;
};

// Plans one file.
class EntitlementPlanner {
 public:
  EntitlementPlanner(ImportedFile& file, const ImportPlanOptions& options,
                     const Reader& snapshot, ImportPlan& plan)
      : file_(file),
        options_(options),
        snapshot_(snapshot),
        plan_(plan),
        contracts_(snapshot, options.create_contracts) {}

  absl::Status Run() {
    if (!options_.is_own) {
      ROLLCALL_RETURN_IF_ERROR(others_.Read(file_, snapshot_));
    }
    for (size_t i = 0; i < file_.good.size(); ++i) {
      ROLLCALL_RETURN_IF_ERROR(PlanLine(i));
    }
    ROLLCALL_ASSIGN_OR_RETURN(auto created, contracts_.Created());
    plan_.created_contract_count = static_cast<int>(created.size());
    for (auto& change : created) plan_.changes.push_back(std::move(change));
    for (auto& [key, unknown] : unknown_) {
      plan_.unknown_products.push_back(std::move(unknown));
    }
    if (!contracts_.AnyIsAway()) return absl::OkStatus();
    return CheckReferences(plan_.changes, snapshot_);
  }

 private:
  absl::Status PlanLine(size_t index) {
    v1::ObjectChange change = SetOf(std::move(file_.good[index]));
    if (options_.effective.has_value()) {
      change.set_effective_date(options_.effective->ToString());
    }
    const v1::Entitlement& line = change.object().entitlement();
    errors_.clear();
    ROLLCALL_ASSIGN_OR_RETURN(const std::string fault, contracts_.Fault(line));
    if (!fault.empty()) {
      errors_.push_back(PlaceOf(file_, index, "contract_number",
                                line.contract_number(), fault));
    } else {
      ROLLCALL_RETURN_IF_ERROR(CompareWithContract(index, line));
    }
    ObjectOutcome outcome;
    if (errors_.empty()) {
      ROLLCALL_ASSIGN_OR_RETURN(
          outcome, OutcomeOf(change, snapshot_, KnownStamp::Max()));
      ROLLCALL_ASSIGN_OR_RETURN(const auto source,
                                KnownSource(change, outcome));
      CompareWithOthers(index, line, source);
      if (errors_.empty()) Complete(index, outcome, change);
    }
    if (!errors_.empty()) {
      plan_.bad.push_back(FaultyLine(file_, index, errors_));
      return absl::OkStatus();
    }
    contracts_.Accept(line);
    NoteProduct(line);
    Take(std::move(change), outcome);
    return absl::OkStatus();
  }

  // The source that the line is known from: on the day of the import, else
  // after all days, as where it begins later; nothing: it is not known.
  absl::StatusOr<std::optional<std::string>> KnownSource(
      const v1::ObjectChange& change, const ObjectOutcome& outcome) const {
    std::optional<std::string> source;
    if (outcome.before.has_value()) {
      source = outcome.before->entitlement().source();
    } else if (outcome.base != KnownStamp()) {
      // Something was said of it.
      ROLLCALL_ASSIGN_OR_RETURN(
          const auto last, FindObject(snapshot_, ObjectNumber::kEntitlement,
                                      NameOf(change.object()), kAtLast));
      if (last.has_value()) source = last->object.entitlement().source();
    }
    return source;
  }

  // Adds what is known of the line and the file has no column for.
  void Complete(size_t index, const ObjectOutcome& outcome,
                v1::ObjectChange& change) {
    v1::Entitlement& line = *change.mutable_object()->mutable_entitlement();
    if (outcome.before.has_value()) {
      KeepUnstated(file_.StatedBy(index), outcome.before->entitlement(), line);
      const absl::Status checked =
          FindObjectKind(ObjectNumber::kEntitlement)->Check(change.object());
      if (!checked.ok()) {
        errors_.push_back(
            PlaceOf(file_, index, "", NameOfLine(line),
                    absl::StrCat("with what is known of it besides: ",
                                 checked.message())));
        return;
      }
    }
    if (!options_.is_own && !line.has_end_date() && EndsByItsKind(line)) {
      WantEnd(index, outcome);
    }
  }

  // Whether it is known that the licence ends, and no more, and the file has no
  // column for its end.
  bool StaysWithoutEnd(size_t index, const ObjectOutcome& outcome) const {
    const auto stated = file_.StatedBy(index);
    return outcome.before.has_value() &&
           EndsByItsKind(outcome.before->entitlement()) &&
           std::find(stated.begin(), stated.end(), "end_date") == stated.end();
  }

  // A right for a time that counts for ever for want of a cell would be a wrong
  // position. That it never ends must be said.
  void WantEnd(size_t index, const ObjectOutcome& outcome) {
    if (file_.never_ending.contains(file_.good_line[index])) {
      Warn(index, "end_date", "",
           "such a licence ends, and the file says that it never does: it "
           "counts for ever");
    } else if (StaysWithoutEnd(index, outcome)) {
      Warn(index, "end_date", "",
           "such a licence ends, and no last day is known: it counts for ever");
    } else {
      errors_.push_back(PlaceOf(
          file_, index, "end_date", "",
          "a subscription, evaluation or maintenance ends, and no last day is "
          "stated; write it, or say that there is none as `rollcall contracts "
          "mappings --show` tells"));
    }
  }

  void Take(v1::ObjectChange change, const ObjectOutcome& outcome) {
    if (outcome.before.has_value() &&
        SayTheSame(*outcome.before, change.object())) {
      ++plan_.unchanged_count;
      return;
    }
    ++(outcome.before.has_value() ? plan_.changed_count : plan_.added_count);
    plan_.changes.push_back(std::move(change));
  }

  void Warn(size_t index, absl::string_view field, absl::string_view value,
            absl::string_view reason) {
    plan_.warnings.push_back(PlaceOf(file_, index, field, value, reason));
  }
  // Both cannot be so.
  void Contradict(size_t index, absl::string_view field,
                  absl::string_view value, absl::string_view reason) {
    if (options_.is_own) {
      Warn(index, field, value, reason);
    } else {
      errors_.push_back(PlaceOf(file_, index, field, value, reason));
    }
  }

  absl::Status CompareWithContract(size_t index, const v1::Entitlement& line) {
    ROLLCALL_ASSIGN_OR_RETURN(const ContractBook::Entry* const entry,
                              contracts_.Find(line.contract_number()));
    if (!entry->is_known) return absl::OkStatus();
    const v1::Contract& contract = entry->contract;
    const std::string name = absl::StrCat("contract ", line.contract_number());
    // Days compare as their texts do.
    if (line.has_end_date() && line.end_date() < contract.start_date()) {
      Contradict(index, "end_date", line.end_date(),
                 absl::StrCat("the line ends before ", name, " starts, ",
                              contract.start_date()));
    } else if (line.start_date() < contract.start_date()) {
      Warn(index, "start_date", line.start_date(),
           absl::StrCat("the line starts before ", name, " does, ",
                        contract.start_date()));
    }
    if (contract.has_end_date() && line.start_date() > contract.end_date()) {
      Warn(index, "start_date", line.start_date(),
           absl::StrCat("the line starts after ", name, " ended, ",
                        contract.end_date()));
    }
    const std::string& currency = line.has_pack_price()
                                      ? line.pack_price().currency()
                                      : line.unit_price().currency();
    if (contract.has_currency() && !currency.empty() &&
        currency != contract.currency()) {
      Contradict(index, "currency", currency,
                 absl::StrCat("the prices of ", name, " are in ",
                              contract.currency()));
    }
    return absl::OkStatus();
  }

  void CompareWithOthers(size_t index, const v1::Entitlement& line,
                         const std::optional<std::string>& source) {
    if (source.has_value() && *source != line.source()) {
      errors_.push_back(PlaceOf(
          file_, index, "line", NameOfLine(line),
          absl::StrCat("this line is known from ", SourceInWords(*source),
                       "; one line comes from one source")));
      return;
    }
    if (options_.is_own) return;
    if (const std::string* name = others_.FindSourceLine(line);
        name != nullptr && !absl::EqualsIgnoreCase(*name, NameOfLine(line))) {
      Contradict(index, "source_line_id", line.source_line_id(),
                 absl::StrCat("the source's line is known as ", *name,
                              "; end that one first, or correct its contract, "
                              "order or line here"));
      return;
    }
    if (const std::string* name = others_.FindPurchase(line); name != nullptr) {
      Warn(index, "line", NameOfLine(line),
           absl::StrCat("another source says the same purchase as ", *name,
                        "; it may count twice"));
    }
  }

  void NoteProduct(const v1::Entitlement& line) {
    if (options_.products == nullptr) return;
    std::pair<std::string, std::string> key = {
        absl::AsciiStrToLower(line.publisher()),
        absl::AsciiStrToLower(line.product())};
    if (options_.products->contains(key)) return;
    v1::UnknownProduct& unknown = unknown_[std::move(key)];
    if (unknown.line_count() == 0) {
      unknown.set_publisher(line.publisher());
      unknown.set_product(line.product());
      unknown.set_first_line(line.source_line());
    }
    unknown.set_line_count(unknown.line_count() + 1);
  }

  ImportedFile& file_;
  const ImportPlanOptions& options_;
  const Reader& snapshot_;
  ImportPlan& plan_;
  ContractBook contracts_;
  OtherLines others_;
  // Of the line at hand.
  std::vector<v1::ImportError> errors_;
  std::map<std::pair<std::string, std::string>, v1::UnknownProduct> unknown_;
};

}  // namespace

absl::Status PlanEntitlements(ImportedFile& file,
                              const ImportPlanOptions& options,
                              const Reader& snapshot, ImportPlan& plan) {
  return EntitlementPlanner(file, options, snapshot, plan).Run();
}

}  // namespace rollcall::collector
