// What a package is recognised as: what device queries must know of the
// catalog, declared here and implemented there.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "rollcall/v1/device_service.pb.h"
#include "rollcall/v1/inventory.pb.h"

namespace rollcall::collector {

// Publishers and products, each in lower case.
using KnownProducts = absl::flat_hash_set<std::pair<std::string, std::string>>;

// Implementations are thread-safe.
class ProductLookup {
 public:
  virtual ~ProductLookup() = default;
  // The product that the package is an install of; nothing if it is of none.
  virtual std::optional<v1::RecognisedProduct> Lookup(
      const v1::SoftwarePackage& package) const = 0;
  // Whether any rule is for the product, ignoring ASCII case; empty publisher:
  // of any. Where none is, Lookup never answers with it, so that nothing is
  // known of its use.
  virtual bool HasRuleFor(absl::string_view publisher,
                          absl::string_view product) const = 0;
};

}  // namespace rollcall::collector
