// Which clause counts for a contract: its own, or else that of the nearest
// contract that it is under. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "rollcall/v1/contract.pb.h"

namespace rollcall::collector {

// How many contracts above one another have a say; those beyond have none.
inline constexpr size_t kMaxMasters = 8;

// A contract, then those that it is under, nearest first, in the making. `Node`
// is whatever stands for a contract, the same for the same one.
template <typename Node>
class ContractChain {
 public:
  explicit ContractChain(Node contract) : all_({std::move(contract)}) {}

  // Adds what the last one is under. False where that has no say: it is too far
  // up, or there already, as contracts may be under each other by mistake.
  bool Add(Node master) {
    if (all_.size() > kMaxMasters ||
        std::find(all_.begin(), all_.end(), master) != all_.end()) {
      return false;
    }
    all_.push_back(std::move(master));
    return true;
  }

  const std::vector<Node>& all() const { return all_; }

 private:
  std::vector<Node> all_;
};

// The contract whose clause counts: the first that has it, as `says` tells of
// v1::Clauses; null: none. `contracts` are in the order of a chain; a null one
// is not known.
template <typename Says>
const v1::Contract* ContractThatSays(
    absl::Span<const v1::Contract* const> contracts, Says says) {
  for (const v1::Contract* contract : contracts) {
    if (contract != nullptr && std::invoke(says, contract->clauses())) {
      return contract;
    }
  }
  return nullptr;
}

// What a clause must state to be one.

// How it is renewed, if only that it is not by itself.
bool SaysRenewal(const v1::Clauses& clauses);
// By when notice of that must be given.
bool SaysNoticeDays(const v1::Clauses& clauses);
// A day of a true-up.
bool SaysTrueUpDays(const v1::Clauses& clauses);
// A bound for rises of prices.
bool SaysEscalator(const v1::Clauses& clauses);
// When and how the vendor may audit.
bool SaysAuditClocks(const v1::Clauses& clauses);

}  // namespace rollcall::collector
