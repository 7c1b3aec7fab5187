// Who sells or publishes.
#include "collector/contracts/objects/kind_of.h"
#include "collector/contracts/objects/kinds.h"
#include "collector/contracts/objects/shared_checks.h"

namespace rollcall::collector {
namespace {

constexpr int kMaxAliases = 50;

absl::Status CheckVendor(const v1::Vendor& vendor) {
  FieldCheck check;
  check.Name("name", vendor.name(), kMaxNameBytes)
      .Count("aliases", vendor.aliases_size(), kMaxAliases)
      .Text("vendor_number", vendor.has_vendor_number(), vendor.vendor_number(),
            kMaxNumberBytes)
      .Notes("notes", vendor.has_notes(), vendor.notes(), kMaxNotesBytes);
  for (const std::string& alias : vendor.aliases()) {
    check.Name("aliases", alias, kMaxNameBytes);
  }
  CheckTags(vendor.tags(), check);
  return check.status();
}

}  // namespace

const ObjectKind& VendorKind() {
  static const KindOf<v1::Vendor> kind({
      ObjectNumber::kVendor,
      "vendor",
      v1::ChangeSet::KIND_CONTRACTS,
      &v1::ContractObject::vendor,
      &v1::ContractObject::mutable_vendor,
      {"name"},
      CheckVendor,
      [](v1::Vendor& vendor) {
        vendor.set_vendor_id(
            ObjectIdHex(ObjectNumber::kVendor, {vendor.name()}));
      },
      [](v1::Vendor& vendor) { vendor.clear_vendor_id(); },
  });
  return kind;
}

}  // namespace rollcall::collector
