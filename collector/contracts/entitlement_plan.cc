#include "collector/contracts/entitlement_plan.h"

#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "collector/changes/change_set_table.h"
#include "collector/contracts/contract_content.h"
#include "collector/contracts/contract_words.h"
#include "collector/contracts/object_kind.h"
#include "collector/contracts/object_states.h"
#include "collector/csv/csv_reader.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

v1::ObjectChange SetOf(v1::ContractObject object) {
  v1::ObjectChange change;
  change.set_action(v1::ObjectChange::ACTION_SET);
  *change.mutable_object() = std::move(object);
  return change;
}

// What is known of the contracts that lines name, read once each.
class ContractBook {
 public:
  ContractBook(const Reader& reader, bool create)
      : reader_(reader), create_(create) {}

  // Why the line cannot be under its contract; "" if it can.
  absl::StatusOr<std::string> Fault(const v1::Entitlement& line) {
    const std::string key = absl::AsciiStrToLower(line.contract_number());
    auto it = contracts_.find(key);
    if (it == contracts_.end()) {
      ROLLCALL_ASSIGN_OR_RETURN(Entry entry, Read(line));
      it = contracts_.emplace(key, std::move(entry)).first;
    }
    Entry& entry = it->second;
    if (!entry.is_known && !create_) {
      return absl::StrCat("contract ", line.contract_number(),
                          " is not known; propose it first, or have contracts "
                          "created with their lines");
    }
    if (!absl::EqualsIgnoreCase(entry.contract.vendor(), line.vendor())) {
      return absl::StrCat("contract ", line.contract_number(), " is with ",
                          entry.contract.vendor(), ", not with ",
                          line.vendor());
    }
    if (!entry.is_known && line.start_date() < entry.contract.start_date()) {
      entry.contract.set_start_date(line.start_date());
    }
    return std::string();
  }

  // Changes that make the contracts that were not known, and their vendors.
  absl::StatusOr<std::vector<v1::ObjectChange>> Created() const {
    std::map<std::string, v1::ObjectChange> all;
    for (const auto& [key, entry] : contracts_) {
      if (entry.is_known) continue;
      v1::ContractObject contract;
      *contract.mutable_contract() = entry.contract;
      all.emplace(absl::StrCat("contract ", key), SetOf(std::move(contract)));
      v1::ContractObject vendor;
      vendor.mutable_vendor()->set_name(entry.contract.vendor());
      const std::string vendor_key = absl::StrCat(
          "vendor ", absl::AsciiStrToLower(entry.contract.vendor()));
      ROLLCALL_ASSIGN_OR_RETURN(
          const auto known,
          FindObject(reader_, ObjectNumber::kVendor, NameOf(vendor), kAtLast));
      if (known.has_value()) continue;
      all.emplace(vendor_key, SetOf(std::move(vendor)));
    }
    std::vector<v1::ObjectChange> changes;
    for (auto& [key, change] : all) changes.push_back(std::move(change));
    return changes;
  }

 private:
  struct Entry {
    bool is_known = false;
    v1::Contract contract;
  };

  absl::StatusOr<Entry> Read(const v1::Entitlement& line) {
    v1::ContractObject asked;
    asked.mutable_contract()->set_contract_number(line.contract_number());
    ROLLCALL_ASSIGN_OR_RETURN(
        auto found,
        FindObject(reader_, ObjectNumber::kContract, NameOf(asked), kAtLast));
    Entry entry;
    entry.is_known = found.has_value();
    if (entry.is_known) {
      entry.contract = std::move(*found->object.mutable_contract());
      return entry;
    }
    entry.contract = std::move(*asked.mutable_contract());
    entry.contract.set_vendor(line.vendor());
    entry.contract.set_start_date(line.start_date());
    return entry;
  }

  const Reader& reader_;
  const bool create_;
  std::map<std::string, Entry> contracts_;
};

BadLine FaultyLine(const v1::Entitlement& line, absl::string_view text,
                   const std::string& fault) {
  v1::ImportError error;
  error.set_line(line.source_line());
  error.set_column("contract_number");
  error.set_value(ImportErrorValue(line.contract_number()));
  error.set_reason(fault);
  return {line.source_line(), QuarantineContent(text), {error}};
}

}  // namespace

absl::StatusOr<EntitlementPlan> PlanEntitlements(
    const EntitlementFile& file, const EntitlementPlanOptions& options,
    const Reader& snapshot) {
  EntitlementPlan plan;
  ROLLCALL_ASSIGN_OR_RETURN(
      plan.base, NewestEffect(snapshot, v1::ChangeSet::KIND_CONTRACTS));
  ContractBook contracts(snapshot, options.create_contracts);
  for (size_t i = 0; i < file.good.size(); ++i) {
    const v1::Entitlement& line = file.good[i];
    ROLLCALL_ASSIGN_OR_RETURN(const std::string fault, contracts.Fault(line));
    if (!fault.empty()) {
      plan.bad.push_back(FaultyLine(line, file.good_text[i], fault));
      continue;
    }
    v1::ContractObject object;
    *object.mutable_entitlement() = line;
    v1::ObjectChange change = SetOf(std::move(object));
    if (options.effective.has_value()) {
      change.set_effective_date(options.effective->ToString());
    }
    ROLLCALL_ASSIGN_OR_RETURN(const ObjectOutcome outcome,
                              OutcomeOf(change, snapshot, KnownStamp::Max()));
    if (outcome.before.has_value() &&
        SayTheSame(*outcome.before, change.object())) {
      ++plan.unchanged_count;
      continue;
    }
    ++(outcome.before.has_value() ? plan.changed_count : plan.added_count);
    plan.changes.push_back(std::move(change));
  }
  ROLLCALL_ASSIGN_OR_RETURN(auto created, contracts.Created());
  plan.created_contract_count = static_cast<int>(created.size());
  for (auto& change : created) plan.changes.push_back(std::move(change));
  return plan;
}

}  // namespace rollcall::collector
