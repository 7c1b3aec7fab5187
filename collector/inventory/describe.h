// A device in a few facts, out of its rows. Pure; thread-safe.
#pragma once

#include "absl/types/span.h"
#include "rollcall/v1/device_service.pb.h"
#include "rollcall/v1/inventory.pb.h"

namespace rollcall::collector {

// The sections whose rows say something in a Device.
inline constexpr const char* kDescribedSections[] = {"os",
                                                     "hardware.system",
                                                     "hardware.cpu",
                                                     "hardware.memory",
                                                     "hardware.network",
                                                     "virtualization"};

// Fills what `rows` tell; leaves the rest of `device` as it is.
void DescribeRows(absl::Span<const v1::Row> rows, v1::Device& device);

}  // namespace rollcall::collector
