// Whether an acknowledgement still covers what its alert says. Pure.
#pragma once

#include <optional>

#include "absl/time/time.h"
#include "rollcall/v1/alert_service.pb.h"

namespace rollcall::collector {

// What an acknowledgement keeps of its alert.
struct AcknowledgedAlert {
  // Without what only counts from a day, and without what may be long: what
  // changed on which device, and the caveat.
  v1::Alert alert;
  // Whether it had a caveat; nothing: it is of before this was kept.
  std::optional<bool> had_caveat;
};
AcknowledgedAlert AsAcknowledged(const v1::Alert& alert);

// Whether who acknowledged the alert as it was `then`, as AsAcknowledged gives
// it, has what it says `now` in hand, too; `seen` is when all was known that it
// told then. He has not where
// - something of a product under audit was installed or removed since;
// - more devices have what is out of term, or can be counted at last;
// - an alert of an audit asks for something else;
// - devices that were counted can be counted no more, or there is a caveat, and
//   was none;
// - a contract is renewed otherwise. Words do not decide there: they change as
//   the day and the contract's lines do.
//
// Where it was not kept whether there was a caveat, what can be told of devices
// no more is taken for acknowledged: else all that is in hand would be shown
// again by a collector that keeps it.
bool IsCovered(const v1::Alert& now, const AcknowledgedAlert& then,
               absl::Time seen);

}  // namespace rollcall::collector
