// What a contract or a line is on a day, and when it ends by all that is known.
// Pure.
#pragma once

#include <optional>

#include "absl/types/span.h"
#include "collector/contracts/civil_date.h"
#include "collector/contracts/object_timeline.h"
#include "rollcall/v1/contract.pb.h"

namespace rollcall::collector {

struct TermState {
  // What it is on the day. Where it is no more: what it was last, with its end,
  // and without what lies beyond it. How it is renewed is by the last state
  // that is known, as its end is.
  v1::ContractObject object;
  // Its last day, by the last state that is known; the day before it is no
  // more, if that is earlier. Where it is not there on the day, what begins
  // later does not count. Nothing: it has no end.
  std::optional<CivilDate> end;
  // It is ended, on whatever day: it is not renewed, whatever its clauses say.
  bool is_ended = false;
};

// Of the states of a contract or an entitlement, in order. Nothing: it was
// never there up to the day.
std::optional<TermState> TermOn(absl::Span<const ObjectTimeline::State> states,
                                const CivilDate& on);

// The last day that it states itself; nothing: none.
std::optional<CivilDate> StatedEndOf(const v1::ContractObject& object);

}  // namespace rollcall::collector
