// What proposed changes to contracts would do to licence positions.
#pragma once

#include "absl/status/statusor.h"
#include "collector/changes/change_service.h"
#include "collector/inventory/fleet.h"
#include "collector/inventory/product_lookup.h"
#include "common/clock.h"
#include "rollcall/v1/change_service.pb.h"

namespace rollcall::collector {

// Thread-safe; the arguments outlive it. Blocking: reads every device.
class PositionPreview final : public ChangePreview {
 public:
  PositionPreview(const FleetSources& sources, const ProductLookup& products,
                  const Clock& clock)
      : sources_(sources), products_(products), clock_(clock) {}

  absl::StatusOr<v1::PreviewChangeSetResponse> Preview(
      const v1::PreviewChangeSetRequest& request) const override;

 private:
  const FleetSources& sources_;
  const ProductLookup& products_;
  const Clock& clock_;
};

}  // namespace rollcall::collector
