// Why it is not known how much of a product is used. Pure.
#pragma once

#include <string>

#include "collector/reconcile/position.h"

namespace rollcall::collector {

// For people, with what to do; empty: what is used can be counted, and was.
// What is bought of a product that no rule is for is never consumed, and that
// says nothing of what is used. Maintenance alone is no right that use could
// exceed, and often of nothing that is installed: no rule is asked for.
std::string WhyNotCounted(const PositionInput& input);

}  // namespace rollcall::collector
