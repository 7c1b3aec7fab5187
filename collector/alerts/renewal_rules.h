// How long before their end contracts are renewed. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "collector/contracts/civil_date.h"
#include "rollcall/v1/alert_service.pb.h"

namespace rollcall::collector {

// What was known of one contract from some change on.
struct KnownTerm {
  // The day on which it was known, UTC.
  CivilDate known;
  std::string change_set_id;
  // Whether there was such a contract.
  bool exists = true;
  // Its last day; nothing: it has none.
  std::optional<CivilDate> end;
  std::string vendor;
};

// The renewals of a contract, oldest first; `terms` are in the order in which
// they were known. A contract that ended as such and is there again was not
// renewed.
std::vector<v1::Renewal> RenewalsOf(const std::string& contract_number,
                                    const std::string& contract_id,
                                    absl::Span<const KnownTerm> terms);

// Sets how many there are, how many were late, and the median.
void SumUp(absl::Span<const v1::Renewal> renewals,
           v1::ListRenewalsResponse& response);

}  // namespace rollcall::collector
