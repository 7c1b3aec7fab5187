#include "collector/alerts/master_rules.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/contracts/clause_rules.h"

namespace rollcall::collector {

Masters::Masters(const ContractFacts& facts) {
  contracts_.reserve(facts.contracts.size());
  for (const v1::Contract& contract : facts.contracts) {
    contracts_[absl::AsciiStrToLower(contract.contract_number())] = &contract;
  }
}

const v1::Contract* Masters::Find(absl::string_view number) const {
  const auto found = contracts_.find(absl::AsciiStrToLower(number));
  return found == contracts_.end() ? nullptr : found->second;
}

Masters::Chain Masters::ChainOf(const v1::Contract& contract) const {
  ContractChain<const v1::Contract*> chain(&contract);
  std::string missing;
  const v1::Contract* last = &contract;
  while (last->has_master_contract_number()) {
    last = Find(last->master_contract_number());
    if (last == nullptr) {
      missing = chain.all().back()->master_contract_number();
      break;
    }
    if (!chain.Add(last)) break;
  }
  return {chain.all(), missing};
}

std::string AsMastersSay(const v1::Contract& contract,
                         absl::Span<const v1::Contract* const> sayers) {
  std::vector<std::string> numbers;
  for (const v1::Contract* sayer : sayers) {
    if (sayer == nullptr || sayer == &contract) continue;
    const std::string& number = sayer->contract_number();
    if (std::find(numbers.begin(), numbers.end(), number) == numbers.end()) {
      numbers.push_back(number);
    }
  }
  if (numbers.empty()) return "";
  return absl::StrCat(
      numbers.size() == 1 ? ", as master contract " : ", as master contracts ",
      absl::StrJoin(numbers, " and "), numbers.size() == 1 ? " says" : " say");
}

}  // namespace rollcall::collector
