// Whether a contract is under itself.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "collector/contracts/object_timeline.h"

namespace rollcall::collector {

// Follows masters upwards, day by day. Not thread-safe.
class MasterCheck {
 public:
  // The states of the contract with a number in lower case.
  using StatesOfContract =
      absl::FunctionRef<absl::StatusOr<absl::Span<const ObjectTimeline::State>>(
          const std::string& number)>;

  // So many contracts may be one above the other.
  static constexpr int kMostMasters = 64;

  // Whether the contract may be under `master`, as the numbers are written,
  // from a day on until another. FAILED_PRECONDITION if it would be under
  // itself on one of these days, or under too many; errors of `states`.
  absl::Status Check(const std::string& contract, const std::string& master,
                     uint32_t from, uint32_t until, StatesOfContract states);

 private:
  // Days on which a contract is under one master.
  struct Span {
    uint32_t from;
    uint32_t until;
    std::string master;
  };

  absl::StatusOr<const std::vector<Span>*> SpansOf(const std::string& number,
                                                   StatesOfContract states);

  // By the number in lower case; read once each.
  std::map<std::string, std::vector<Span>> spans_;
};

}  // namespace rollcall::collector
