// Who does not answer the roll call: from what registers expect and what agents
// reported to the undiscovered list. Pure; README.md tells the rules.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "collector/presence/register_match.h"
#include "rollcall/v1/register_service.pb.h"

namespace rollcall::collector {

struct UndiscoveredList {
  // Ordered by state, register, asset tag, device id.
  std::vector<v1::UndiscoveredDevice> devices;
  // Lines whose device was heard of lately and which are not on the list.
  int matched_count = 0;
  int expected_count = 0;
  int discovered_count = 0;
};

// `expected` are the lines of all registers, ordered by register; `stale_after`
// is the silence from which on an agent is stale.
UndiscoveredList FindUndiscovered(absl::Span<const v1::ExpectedDevice> expected,
                                  absl::Span<const DiscoveredDevice> discovered,
                                  absl::Duration stale_after);

// A text whose order is that of the list; unique on the list.
std::string UndiscoveredOrder(const v1::UndiscoveredDevice& device);

// What a register's status says of the agent on a device.
enum class Expectation {
  // It speaks: "deployed", or no status.
  kSpeaks,
  // It may be silent for now: "repair".
  kPaused,
  // It need not speak yet: "ordered", "in-stock".
  kNotYet,
  // It never speaks again: "disposed", "lost", "stolen".
  kGone,
};
Expectation ExpectationOf(const v1::ExpectedDevice& line);

}  // namespace rollcall::collector
