// The metrics, one function each; see the file of the same name.
#pragma once

#include "collector/reconcile/metric.h"

namespace rollcall::collector {

Measured MeasureCore(const DeviceFacts& facts);
Measured MeasureDevice(const DeviceFacts& facts);

}  // namespace rollcall::collector
