// Entitlements as schema version 4 kept them: read by the migration from it.
#pragma once

#include <string>

#include "collector/storage/key.h"
#include "collector/storage/known_stamp.h"
#include "collector/storage/table.h"
#include "rollcall/stored/v1/contracts.pb.h"

namespace rollcall::collector {

// A state of one entitlement. Ordered by contract number, purchase order, line;
// of one entitlement the newest state comes first.
struct EntitlementKey {
  // In lower case, as the entitlement's id has them.
  std::string contract_number;
  std::string purchase_order;
  std::string line;
  // From when on it was known.
  KnownStamp stamp;

  void Encode(KeyWriter& writer) const {
    writer.Text(contract_number)
        .Text(purchase_order)
        .Text(line)
        .DescendingStamp(stamp);
  }
  static EntitlementKey Decode(KeyReader& reader) {
    EntitlementKey key;
    key.contract_number = reader.Text();
    key.purchase_order = reader.Text();
    key.line = reader.Text();
    key.stamp = reader.DescendingStamp();
    return key;
  }
};

inline constexpr Table<EntitlementKey, stored::v1::EntitlementRecord>
    kEntitlementTable(TableId::kEntitlement);

}  // namespace rollcall::collector
