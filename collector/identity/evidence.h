// What evidence of identity says about two machines being one. Pure;
// thread-safe.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "rollcall/v1/inventory.pb.h"

namespace rollcall::collector {

// How two pieces of evidence compare, kind by kind (machine id, system UUID,
// serial number with maker and model, permanent MACs, disks). A kind that
// either side lacks says nothing.
struct EvidenceComparison {
  // Kinds that agree; of sets, those with a common member.
  std::vector<std::string> agreeing;
  // Kinds that both sides have and that differ.
  std::vector<std::string> differing;

  // Whether these are two machines: at least two kinds can be compared, and
  // none agrees. One changed part (a new disk, a reinstalled system, a swapped
  // board) leaves another that agrees.
  bool IsAnotherDevice() const {
    return agreeing.empty() && differing.size() >= 2;
  }
};

EvidenceComparison CompareEvidence(const v1::Evidence& a,
                                   const v1::Evidence& b);

// INVALID_ARGUMENT if a value is longer than any such value can be, or there
// are too many; the message names the field and the limit.
absl::Status ValidateEvidence(const v1::Evidence& evidence);

}  // namespace rollcall::collector
