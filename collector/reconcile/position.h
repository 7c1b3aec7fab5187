// The effective licence position of one product under one metric. Pure: the
// same input always gives the same bytes.
#pragma once

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "collector/contracts/civil_date.h"
#include "collector/reconcile/metric.h"
#include "collector/reconcile/use_rights.h"
#include "common/id.h"
#include "rollcall/v1/contract.pb.h"
#include "rollcall/v1/reconciliation_service.pb.h"

namespace rollcall::collector {

// What one device uses of the product.
struct DeviceDemand {
  DeviceId device;
  Measured measured;
  // What is installed there; not empty.
  std::vector<Install> installs;
};

struct PositionInput {
  std::string publisher;
  std::string product;
  std::string metric;
  CivilDate effective_date;
  // Lines of the product bought under the metric, in the order of
  // ListEntitlements.
  std::vector<const v1::Entitlement*> lines;
  // Metrics under which the product was bought, ordered; empty: none.
  std::vector<std::string> bought_under;
  // Each device once, in any order.
  std::vector<const DeviceDemand*> demands;
  // Why what is used cannot be counted by the metric; empty: it can, and was.
  std::string not_counted;
  // No rule is for the product, so that no device is ever seen to use it.
  bool is_unrecognised = false;
};

// A position and which lines it counts.
struct PositionResult {
  v1::Position position;
  // One per line of the input, in its order: why it does not count; empty if it
  // does.
  std::vector<std::string> reasons;
};

// Whether a position is the same with one state of a line or with the other.
bool CountAlike(const v1::Entitlement& a, const v1::Entitlement& b);

// A line counts if it is in term on the date, is a right by itself and admits
// everything that is used. Covered only where the most that the facts allow is
// covered; a shortfall where more is expected than entitled; in between
// undetermined. Not computable, with a note and without the amounts, where they
// do not fit into 64 bits, a line's quantity is malformed, the metric is not
// counted, or no rule recognises the product.
PositionResult ComputePosition(const PositionInput& input);

}  // namespace rollcall::collector
