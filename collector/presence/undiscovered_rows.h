// Rows of the undiscovered list, with their reasons and evidence in words.
// Pure.
#pragma once

#include "absl/time/time.h"
#include "collector/presence/register_match.h"
#include "rollcall/v1/register_service.pb.h"

namespace rollcall::collector {

// Places are those of the register's lines and of the devices.

// REQUIRES: the line is alone.
v1::UndiscoveredDevice NeverSeenRow(const RegisterMatch& match, size_t line);
// REQUIRES: the line is ambiguous.
v1::UndiscoveredDevice AmbiguousRow(const RegisterMatch& match, size_t line);
// REQUIRES of both: the two are matched.
v1::UndiscoveredDevice StaleRow(const RegisterMatch& match, size_t line,
                                size_t device, absl::Duration stale_after);
v1::UndiscoveredDevice ShouldBeGoneRow(const RegisterMatch& match, size_t line,
                                       size_t device);

// `nearest` is the register with the line that comes nearest, else any; nullptr
// if there is no register. REQUIRES of both: the device is alone in all.
v1::UndiscoveredDevice NotOwnedRow(const RegisterMatch* nearest,
                                   const DiscoveredDevice& device,
                                   size_t place);
v1::UndiscoveredDevice StaleAndNotOwnedRow(const RegisterMatch* nearest,
                                           const DiscoveredDevice& device,
                                           size_t place,
                                           absl::Duration stale_after);

}  // namespace rollcall::collector
