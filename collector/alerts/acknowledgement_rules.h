// Whether an acknowledgement still covers what its alert says. Pure.
#pragma once

#include "absl/time/time.h"
#include "rollcall/v1/alert_service.pb.h"

namespace rollcall::collector {

// The alert as an acknowledgement keeps it: without what only counts from a
// day, and without what changed on which device, which may be long.
v1::Alert AsAcknowledged(const v1::Alert& alert);

// Whether who acknowledged the alert as it was `then`, as AsAcknowledged gives
// it, has what it says `now` in hand, too; `seen` is when all was known that it
// told then. He has not where
// - something of a product under audit was installed or removed since;
// - more devices have what is out of term, or can be counted at last;
// - an alert of an audit asks for something else;
// - a contract is renewed otherwise. Words do not decide there: they change
// with
//   the day and with the contract's lines.
bool IsCovered(const v1::Alert& now, const v1::Alert& then, absl::Time seen);

}  // namespace rollcall::collector
