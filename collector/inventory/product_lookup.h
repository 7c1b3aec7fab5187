// What a package is recognised as: what device queries must know of the
// catalog, declared here and implemented there.
#pragma once

#include <optional>

#include "rollcall/v1/device_service.pb.h"
#include "rollcall/v1/inventory.pb.h"

namespace rollcall::collector {

// Implementations are thread-safe.
class ProductLookup {
 public:
  virtual ~ProductLookup() = default;
  // The product that the package is an install of; nothing if it is of none.
  virtual std::optional<v1::RecognisedProduct> Lookup(
      const v1::SoftwarePackage& package) const = 0;
};

}  // namespace rollcall::collector
