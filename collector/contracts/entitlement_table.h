// Entitlements and their past states.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "collector/storage/engine.h"
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

  static EntitlementKey Of(const v1::Entitlement& entitlement,
                           KnownStamp stamp) {
    return {absl::AsciiStrToLower(entitlement.contract_number()),
            absl::AsciiStrToLower(entitlement.purchase_order()),
            absl::AsciiStrToLower(entitlement.line()), stamp};
  }

  // All but the stamp.
  KeyWriter Identity() const {
    KeyWriter writer;
    writer.Text(contract_number).Text(purchase_order).Text(line);
    return writer;
  }
  bool SameIdentity(const EntitlementKey& other) const {
    return contract_number == other.contract_number &&
           purchase_order == other.purchase_order && line == other.line;
  }

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

// An entitlement as it was known, with its known_time set.
struct KnownEntitlement {
  EntitlementKey key;
  v1::Entitlement entitlement;
};

// Walks over entitlements as they were known at one stamp, in order. Not
// thread-safe; the reader outlives it.
class EntitlementWalk {
 public:
  // Over all entitlements.
  EntitlementWalk(const Reader& reader, KnownStamp as_of);
  // Over those of one contract, ignoring case; "": of all contracts. Goes on
  // after the entitlement `after`, if given.
  EntitlementWalk(const Reader& reader, KnownStamp as_of,
                  absl::string_view contract_number,
                  const std::optional<EntitlementKey>& after);

  // The next one; nothing at the end. DATA_LOSS, UNAVAILABLE as for Table.
  absl::StatusOr<std::optional<KnownEntitlement>> Next();

 private:
  using Entries = decltype(kEntitlementTable)::Iterator;

  const KnownStamp as_of_;
  Entries entries_;
  // The last that was given.
  std::optional<EntitlementKey> given_;
};

// The entitlement with the identity of `key` as it was known at `as_of`.
absl::StatusOr<std::optional<v1::Entitlement>> FindEntitlement(
    const Reader& reader, const EntitlementKey& key, KnownStamp as_of);

}  // namespace rollcall::collector
