#include "collector/contracts/exchange/contract_book.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "collector/contracts/exchange/import_plan.h"
#include "collector/contracts/object_kind.h"
#include "collector/contracts/object_states.h"
#include "collector/contracts/object_timeline.h"
#include "common/status.h"

namespace rollcall::collector {

absl::StatusOr<std::string> ContractBook::Fault(const v1::Entitlement& line) {
  ROLLCALL_ASSIGN_OR_RETURN(const Entry* const found,
                            FindEntry(line.contract_number()));
  const Entry& entry = *found;
  if (!entry.is_known && !create_) {
    return absl::StrCat("contract ", line.contract_number(),
                        " is not known; propose it first, or have contracts "
                        "created with their lines");
  }
  const bool has_vendor = entry.is_known || entry.is_needed;
  if (has_vendor &&
      !absl::EqualsIgnoreCase(entry.contract.vendor(), line.vendor())) {
    return absl::StrCat("contract ", line.contract_number(), " is with ",
                        entry.contract.vendor(), ", not with ", line.vendor());
  }
  return std::string();
}

void ContractBook::Accept(const v1::Entitlement& line) {
  Entry& entry = contracts_.at(absl::AsciiStrToLower(line.contract_number()));
  if (entry.is_known) return;
  v1::Contract& contract = entry.contract;
  if (!entry.is_needed) contract.set_vendor(line.vendor());
  if (!entry.is_needed || line.start_date() < contract.start_date()) {
    contract.set_start_date(line.start_date());
  }
  entry.is_needed = true;
}

absl::StatusOr<const ContractBook::Entry*> ContractBook::Find(
    const std::string& contract_number) {
  ROLLCALL_ASSIGN_OR_RETURN(const Entry* const entry,
                            FindEntry(contract_number));
  return entry;
}

absl::StatusOr<ContractBook::Entry*> ContractBook::FindEntry(
    const std::string& contract_number) {
  const std::string key = absl::AsciiStrToLower(contract_number);
  auto it = contracts_.find(key);
  if (it == contracts_.end()) {
    v1::ContractObject asked;
    asked.mutable_contract()->set_contract_number(contract_number);
    ROLLCALL_ASSIGN_OR_RETURN(auto states,
                              ReadTimeline(reader_, ObjectNumber::kContract,
                                           NameOf(asked), /*proposed=*/{}));
    Entry entry;
    entry.contract.set_contract_number(contract_number);
    // Before the first state there is none.
    if (!states.empty() && states.front().from > 0) any_is_away_ = true;
    for (ObjectTimeline::State& state : states) {
      if (!state.object.has_value()) {
        any_is_away_ = true;
        continue;
      }
      entry.is_known = true;
      entry.contract = std::move(*state.object->mutable_contract());
    }
    it = contracts_.emplace(key, std::move(entry)).first;
  }
  return &it->second;
}

absl::StatusOr<bool> ContractBook::KnowsVendor(
    const std::string& vendor) const {
  v1::ContractObject asked;
  asked.mutable_vendor()->set_name(vendor);
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto known,
      FindObject(reader_, ObjectNumber::kVendor, NameOf(asked), kAtLast));
  return known.has_value();
}

void ContractBook::CreateVendor(const std::string& vendor) {
  vendors_.emplace(absl::AsciiStrToLower(vendor), vendor);
}

absl::StatusOr<std::vector<v1::ObjectChange>> ContractBook::Created() const {
  std::map<std::string, v1::ObjectChange> all;
  std::map<std::string, std::string> vendors = vendors_;
  for (const auto& [key, entry] : contracts_) {
    if (!entry.is_needed) continue;
    v1::ContractObject contract;
    *contract.mutable_contract() = entry.contract;
    all.emplace(absl::StrCat("contract ", key), SetOf(std::move(contract)));
    ROLLCALL_ASSIGN_OR_RETURN(const bool known,
                              KnowsVendor(entry.contract.vendor()));
    if (known) continue;
    vendors.emplace(absl::AsciiStrToLower(entry.contract.vendor()),
                    entry.contract.vendor());
  }
  for (const auto& [key, name] : vendors) {
    v1::ContractObject vendor;
    vendor.mutable_vendor()->set_name(name);
    all.emplace(absl::StrCat("vendor ", key), SetOf(std::move(vendor)));
  }
  std::vector<v1::ObjectChange> changes;
  changes.reserve(all.size());
  for (auto& [key, change] : all) changes.push_back(std::move(change));
  return changes;
}

}  // namespace rollcall::collector
