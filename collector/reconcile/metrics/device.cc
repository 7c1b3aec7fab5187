#include "collector/reconcile/metrics/metrics.h"

namespace rollcall::collector {

// A device takes one, whatever it is: a container and its host are two, as the
// device list shows them.
Measured MeasureDevice(const DeviceFacts& /*facts*/) {
  Measured measured;
  measured.low = measured.expected = measured.high = Quantity::Of(1);
  measured.explanation = "1 device";
  return measured;
}

}  // namespace rollcall::collector
