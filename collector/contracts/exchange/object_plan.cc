#include "collector/contracts/exchange/object_plan.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "collector/contracts/contract_content.h"
#include "collector/contracts/exchange/contract_book.h"
#include "collector/contracts/exchange/contract_csv.h"
#include "collector/contracts/exchange/term_csv.h"
#include "collector/contracts/object_kind.h"
#include "collector/contracts/objects/shared_checks.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// The contract as it is on the day that the import is for; nothing: it is not.
absl::StatusOr<std::optional<v1::Contract>> ContractOnDay(
    const std::string& number, const ImportPlanOptions& options,
    const Reader& snapshot) {
  v1::ContractObject asked;
  asked.mutable_contract()->set_contract_number(number);
  v1::ObjectChange change = SetOf(std::move(asked));
  if (options.effective.has_value()) {
    change.set_effective_date(options.effective->ToString());
  }
  ROLLCALL_ASSIGN_OR_RETURN(ObjectOutcome outcome,
                            OutcomeOf(change, snapshot, KnownStamp::Max()));
  if (!outcome.before.has_value()) return std::optional<v1::Contract>();
  return std::optional<v1::Contract>(
      std::move(*outcome.before->mutable_contract()));
}

// Plans a file of contracts. A contract may be under another one of the file,
// in any order; what is under a line that is bad is bad, too.
class ContractPlanner {
 public:
  ContractPlanner(ImportedFile& file, const ImportPlanOptions& options,
                  const Reader& snapshot, ImportPlan& plan)
      : file_(file),
        options_(options),
        snapshot_(snapshot),
        plan_(plan),
        book_(snapshot, /*create=*/false),
        lines_(file.good.size()) {
    for (size_t i = 0; i < file.good.size(); ++i) {
      in_file_.emplace(KeyOf(file.good[i].contract().contract_number()), i);
    }
  }

  absl::Status Run() {
    for (size_t i = 0; i < lines_.size(); ++i) {
      ROLLCALL_RETURN_IF_ERROR(PlanLine(i));
    }
    SpreadFaults();
    for (size_t i = 0; i < lines_.size(); ++i) {
      ROLLCALL_RETURN_IF_ERROR(Settle(i));
    }
    ROLLCALL_ASSIGN_OR_RETURN(auto created, book_.Created());
    plan_.created_contract_count = static_cast<int>(created.size());
    for (auto& change : created) plan_.changes.push_back(std::move(change));
    return absl::OkStatus();
  }

 private:
  // A good line of the file, and what it comes to.
  struct PlannedLine {
    v1::ContractObject object;
    std::vector<v1::ImportError> errors;
    bool creates_vendor = false;
    // Lines under it, while nobody else knows its contract.
    std::vector<size_t> under;
  };

  static std::string KeyOf(absl::string_view contract_number) {
    return absl::AsciiStrToLower(contract_number);
  }

  void Fail(size_t index, absl::string_view field, absl::string_view value,
            absl::string_view reason) {
    lines_[index].errors.push_back(PlaceOf(file_, index, field, value, reason));
  }

  absl::Status PlanLine(size_t index) {
    const v1::Contract& line = file_.good[index].contract();
    ROLLCALL_ASSIGN_OR_RETURN(
        auto known, ContractOnDay(line.contract_number(), options_, snapshot_));
    v1::ContractObject& object = lines_[index].object;
    object = file_.good[index];
    if (known.has_value()) {
      if (!absl::EqualsIgnoreCase(known->vendor(), line.vendor())) {
        Fail(index, "vendor", line.vendor(),
             absl::StrCat("contract ", line.contract_number(), " is with ",
                          known->vendor()));
      }
      *object.mutable_contract() = *std::move(known);
      StateContract(file_.stated_fields, line, *object.mutable_contract());
    }
    ROLLCALL_ASSIGN_OR_RETURN(const bool knows_vendor,
                              book_.KnowsVendor(line.vendor()));
    lines_[index].creates_vendor = !knows_vendor;
    if (!knows_vendor && !options_.create_contracts) {
      Fail(index, "vendor", line.vendor(),
           absl::StrCat("vendor ", line.vendor(),
                        " is not known; propose it first, or have vendors "
                        "created with their contracts"));
    }
    ROLLCALL_RETURN_IF_ERROR(CheckMaster(index, object.contract()));
    const absl::Status checked =
        FindObjectKind(ObjectNumber::kContract)->Check(object);
    if (!checked.ok()) Fail(index, "", "", checked.message());
    return absl::OkStatus();
  }

  // A master that nobody knows may be of the file.
  absl::Status CheckMaster(size_t index, const v1::Contract& contract) {
    if (!contract.has_master_contract_number()) return absl::OkStatus();
    const std::string& master = contract.master_contract_number();
    ROLLCALL_ASSIGN_OR_RETURN(const ContractBook::Entry* const entry,
                              book_.Find(master));
    if (entry->is_known) return absl::OkStatus();
    const auto in_file = in_file_.find(KeyOf(master));
    if (in_file != in_file_.end() && in_file->second != index) {
      lines_[in_file->second].under.push_back(index);
      return absl::OkStatus();
    }
    const auto bad = file_.bad_keys.find(KeyOf(master));
    if (bad != file_.bad_keys.end()) {
      FailUnder(index, bad->second);
    } else {
      Fail(index, "master_contract_number", master,
           absl::StrCat("contract ", master, " is not known"));
    }
    return absl::OkStatus();
  }

  void FailUnder(size_t index, int master_line) {
    const std::string& master =
        lines_[index].object.contract().master_contract_number();
    Fail(index, "master_contract_number", master,
         absl::StrCat("contract ", master, " is not known, and its line ",
                      master_line, " is bad; correct that one first"));
  }

  // Makes what is under bad lines bad.
  void SpreadFaults() {
    std::vector<size_t> open;
    for (size_t i = 0; i < lines_.size(); ++i) {
      if (!lines_[i].errors.empty()) open.push_back(i);
    }
    while (!open.empty()) {
      const size_t master = open.back();
      open.pop_back();
      for (const size_t index : lines_[master].under) {
        if (lines_[index].errors.empty()) open.push_back(index);
        FailUnder(index, file_.good_line[master]);
      }
    }
  }

  absl::Status Settle(size_t index) {
    PlannedLine& line = lines_[index];
    if (!line.errors.empty()) {
      KeepFirstErrors(line.errors);
      plan_.bad.push_back(FaultyLine(file_, index, std::move(line.errors)));
      return absl::OkStatus();
    }
    if (line.creates_vendor) {
      book_.CreateVendor(line.object.contract().vendor());
    }
    return AddChange(std::move(line.object), options_, snapshot_, plan_);
  }

  ImportedFile& file_;
  const ImportPlanOptions& options_;
  const Reader& snapshot_;
  ImportPlan& plan_;
  ContractBook book_;
  std::vector<PlannedLine> lines_;
  // By contract number in lower case.
  absl::flat_hash_map<std::string, size_t> in_file_;
};

}  // namespace

absl::Status PlanContracts(ImportedFile& file, const ImportPlanOptions& options,
                           const Reader& snapshot, ImportPlan& plan) {
  return ContractPlanner(file, options, snapshot, plan).Run();
}

absl::Status PlanTerms(const ImportedFile& file,
                       const ImportPlanOptions& options, const Reader& snapshot,
                       ImportPlan& plan) {
  // By number in lower case: as it is, and with the file's terms.
  std::map<std::string, std::optional<v1::Contract>> contracts;
  for (size_t i = 0; i < file.good.size(); ++i) {
    const v1::Contract& line = file.good[i].contract();
    const std::string key = absl::AsciiStrToLower(line.contract_number());
    auto it = contracts.find(key);
    if (it == contracts.end()) {
      ROLLCALL_ASSIGN_OR_RETURN(
          auto known, ContractOnDay(line.contract_number(), options, snapshot));
      it = contracts.emplace(key, std::move(known)).first;
    }
    if (!it->second.has_value()) {
      plan.bad.push_back(FaultyLine(
          file, i,
          {PlaceOf(file, i, "contract_number", line.contract_number(),
                   absl::StrCat("contract ", line.contract_number(),
                                " is not known; import or propose it "
                                "first"))}));
      continue;
    }
    v1::Contract& contract = *it->second;
    std::string notes =
        WithParagraph(contract.notes(), line.title(), line.notes());
    if (notes.size() > kMaxNotesBytes) {
      plan.bad.push_back(FaultyLine(
          file, i,
          {PlaceOf(
              file, i, "description", line.notes(),
              absl::StrCat("the notes of contract ", line.contract_number(),
                           " would have ", notes.size(), " bytes; at most ",
                           kMaxNotesBytes, " are allowed"))}));
      continue;
    }
    ++(notes == contract.notes() ? plan.unchanged_count : plan.changed_count);
    contract.set_notes(std::move(notes));
  }
  for (auto& [key, contract] : contracts) {
    if (!contract.has_value()) continue;
    v1::ContractObject object;
    *object.mutable_contract() = *std::move(contract);
    ImportPlan changed;
    ROLLCALL_RETURN_IF_ERROR(
        AddChange(std::move(object), options, snapshot, changed));
    for (auto& change : changed.changes) {
      plan.changes.push_back(std::move(change));
    }
  }
  return absl::OkStatus();
}

absl::Status PlanInvoices(ImportedFile& file, const ImportPlanOptions& options,
                          const Reader& snapshot, ImportPlan& plan) {
  ContractBook book(snapshot, /*create=*/false);
  for (size_t i = 0; i < file.good.size(); ++i) {
    const v1::InvoiceLine& line = file.good[i].invoice_line();
    const auto warn = [&](absl::string_view field, absl::string_view value,
                          absl::string_view reason) {
      plan.warnings.push_back(PlaceOf(file, i, field, value, reason));
    };
    if (line.has_contract_number()) {
      ROLLCALL_ASSIGN_OR_RETURN(const ContractBook::Entry* const entry,
                                book.Find(line.contract_number()));
      if (!entry->is_known) {
        warn("contract_number", line.contract_number(),
             "nobody knows this contract");
      } else if (entry->contract.has_currency() &&
                 entry->contract.currency() != line.total().currency()) {
        warn("currency", line.total().currency(),
             absl::StrCat("the prices of the contract are in ",
                          entry->contract.currency()));
      }
    }
    ROLLCALL_RETURN_IF_ERROR(
        AddChange(std::move(file.good[i]), options, snapshot, plan));
  }
  return absl::OkStatus();
}

}  // namespace rollcall::collector
