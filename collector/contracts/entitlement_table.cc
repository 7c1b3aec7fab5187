#include "collector/contracts/entitlement_table.h"

#include <utility>

#include "common/proto_time.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

KeyWriter ContractPrefix(absl::string_view contract_number) {
  KeyWriter prefix;
  if (!contract_number.empty()) {
    prefix.Text(absl::AsciiStrToLower(contract_number));
  }
  return prefix;
}

auto StartWalk(const Reader& reader, absl::string_view contract_number,
               const std::optional<EntitlementKey>& after) {
  if (!after.has_value()) {
    return kEntitlementTable.ScanPrefix(reader,
                                        ContractPrefix(contract_number));
  }
  // Stamps descend, so that the zero stamp is behind all states.
  EntitlementKey from = *after;
  from.stamp = KnownStamp();
  return kEntitlementTable.ScanFrom(reader, from,
                                    ContractPrefix(contract_number));
}

v1::Entitlement WithKnownTime(stored::v1::EntitlementRecord record,
                              KnownStamp stamp) {
  v1::Entitlement entitlement = std::move(*record.mutable_entitlement());
  *entitlement.mutable_known_time() = ToProto(stamp.time());
  return entitlement;
}

}  // namespace

EntitlementWalk::EntitlementWalk(const Reader& reader, KnownStamp as_of)
    : EntitlementWalk(reader, as_of, "", std::nullopt) {}

EntitlementWalk::EntitlementWalk(const Reader& reader, KnownStamp as_of,
                                 absl::string_view contract_number,
                                 const std::optional<EntitlementKey>& after)
    : as_of_(as_of), entries_(StartWalk(reader, contract_number, after)) {}

absl::StatusOr<std::optional<KnownEntitlement>> EntitlementWalk::Next() {
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto entry, entries_.Next());
    if (!entry.has_value()) return std::optional<KnownEntitlement>();
    if (entry->key.stamp > as_of_) continue;
    if (given_.has_value() && given_->SameIdentity(entry->key)) continue;
    given_ = entry->key;
    return std::optional<KnownEntitlement>(
        {entry->key, WithKnownTime(std::move(entry->value), entry->key.stamp)});
  }
}

absl::StatusOr<std::optional<v1::Entitlement>> FindEntitlement(
    const Reader& reader, const EntitlementKey& key, KnownStamp as_of) {
  auto entries = kEntitlementTable.ScanPrefix(reader, key.Identity());
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto entry, entries.Next());
    if (!entry.has_value()) return std::optional<v1::Entitlement>();
    if (entry->key.stamp > as_of) continue;
    return std::optional<v1::Entitlement>(
        WithKnownTime(std::move(entry->value), entry->key.stamp));
  }
}

}  // namespace rollcall::collector
