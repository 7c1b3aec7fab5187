// Contracts and those that they are under. Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "collector/alerts/alert_rules.h"
#include "rollcall/v1/contract.pb.h"

namespace rollcall::collector {

// Finds contracts by their numbers. Immutable and thread-safe; the facts
// outlive it.
class Masters {
 public:
  // A contract, then those that it is under, nearest first.
  struct Chain {
    std::vector<const v1::Contract*> contracts;
    // The number of one that the last is under and that is not there; empty:
    // none.
    std::string missing;
  };

  explicit Masters(const ContractFacts& facts);

  // Ignoring case; null: there is none.
  const v1::Contract* Find(absl::string_view number) const;
  // REQUIRES: the contract is one of the facts.
  Chain ChainOf(const v1::Contract& contract) const;

 private:
  // By number in lower case.
  absl::flat_hash_map<std::string, const v1::Contract*> contracts_;
};

// For people, where others than the contract itself say something of it, for
// example ", as master contract M-1 says"; else empty. Null ones say nothing.
std::string AsMastersSay(const v1::Contract& contract,
                         absl::Span<const v1::Contract* const> sayers);

}  // namespace rollcall::collector
