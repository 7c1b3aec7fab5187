// What a device's recognised packages come to. Pure.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "collector/reconcile/use_rights.h"
#include "common/id.h"
#include "rollcall/v1/device_service.pb.h"
#include "rollcall/v1/inventory.pb.h"

namespace rollcall::collector {

// What tells products apart: publisher and name, ignoring ASCII case. Ordered.
struct ProductKey {
  static ProductKey Of(absl::string_view publisher, absl::string_view product);

  std::string publisher;
  std::string product;

  friend auto operator<=>(const ProductKey&, const ProductKey&) = default;
};

// A distinct software row of the fleet that is an install of a product.
struct RecognisedRow {
  RowId id;
  // Holds a software package.
  std::shared_ptr<const v1::Row> row;
  v1::RecognisedProduct product;
  ProductKey key;
  // Devices that have the row.
  int device_count = 0;
};

// The installs that rows of one product on one device make: each distinct
// version and edition once, ordered; an edition that is part of another does
// not count beside it in the same version.
std::vector<Install> InstallsOf(absl::Span<const RecognisedRow* const> rows);

// Whether `a` comes before `b` in lists: by ecosystem, name, version,
// architecture, row id.
bool InListOrder(const RecognisedRow& a, const RecognisedRow& b);

}  // namespace rollcall::collector
